/**
 * The two programs of the agent's upgrade package. They are POSIX sh and know nothing of the agent but its package,
 * its folder and `tenkai-agent status`: whatever is broken in either version, they are not.
 *
 * `upgrade.sh VERSION SECONDS` is the program of the package, run by the engine. It keeps the installed version as a
 * package of its own before anything is touched, starts the guard, and says how it ended. `guard.sh` does the work: on
 * systemd as a unit that also starts with the machine, so that a power cut between the two versions is no end either.
 * Neither is a child of the service that they replace (AGENT-38).
 */

/** Where both keep what they know; only root reads it, and a purge of the agent's package removes it. */
export const stateFolder = '/var/lib/tenkai-agent/upgrade';
/** Last line of the program's output: the engine makes a reason of it. */
export const rolledBackMark = 'tenkai-result: rolled back: ';

export const upgradeScript = `#!/bin/sh
set -u
version=$1 seconds=$2
here=$(cd "$(dirname "$0")" && pwd)
state=${stateFolder}
umask 077

# What is installed, packed again: dpkg then takes it back with all that it knows of it.
keep_old() {
  work=$(mktemp -d "$state/pack.XXXXXX") || return 1
  dpkg-query -L tenkai-agent | sed 's,^/,,; /^[.]*$/d' |
    tar -C / --no-recursion -cf - -T - | tar -C "$work" -xpf - || return 1
  mkdir -m 0755 "$work/DEBIAN" && chmod 0755 "$work" || return 1
  dpkg-query -s tenkai-agent |
    sed '/^Status:/d; /^Config-Version:/d; /^Conffiles:/,/^[^ ]/{/^Conffiles:/d; /^ /d}' >"$work/DEBIAN/control" || return 1
  for part in preinst postinst prerm postrm conffiles md5sums; do
    [ ! -e "/var/lib/dpkg/info/tenkai-agent.$part" ] || cp -p "/var/lib/dpkg/info/tenkai-agent.$part" "$work/DEBIAN/$part" || return 1
  done
  dpkg-deb --build --root-owner-group -Zgzip -z1 "$work" "$state/old.deb.new" >/dev/null || return 1
  mv "$state/old.deb.new" "$state/old.deb"
  rm -rf "$work"
}

begin() {
  rm -rf "$state/verdict" "$state"/pack.* "$state/phase" "$state/guard.log"
  echo 'keeping the installed version'
  if ! keep_old; then
    rm -rf "$state"/pack.* "$state/old.deb.new"
    echo 'the installed version could not be kept; nothing was changed'
    exit 3
  fi
  cp "$here/tenkai-agent.deb" "$state/new.deb" && cp "$here/guard.sh" "$state/guard.sh" || exit 3
  echo "$version $seconds" >"$state/pending"
  sync
}

start_guard() {
  if [ -d /run/systemd/system ]; then
    cat >/etc/systemd/system/tenkai-agent-upgrade.service <<'UNIT'
[Unit]
Description=Tenkai agent upgrade: puts the old version back where the new one does not report
ConditionPathExists=${stateFolder}/pending

[Service]
Type=simple
ExecStart=/bin/sh ${stateFolder}/guard.sh

[Install]
WantedBy=multi-user.target
UNIT
    chmod 0644 /etc/systemd/system/tenkai-agent-upgrade.service
    systemctl daemon-reload
    systemctl --quiet enable tenkai-agent-upgrade.service
    systemctl start tenkai-agent-upgrade.service
  else
    setsid sh "$state/guard.sh" </dev/null >/dev/null 2>&1 &
  fi
}

mkdir -p "$state"
# A run that was interrupted finds the guard at work, and only waits for it.
[ -e "$state/pending" ] || begin
start_guard
while [ ! -e "$state/verdict" ]; do sleep 1; done
[ ! -e "$state/guard.log" ] || cat "$state/guard.log"
verdict=$(cat "$state/verdict")
echo "$verdict"
[ "$verdict" != upgraded ] || exit 0
echo "${rolledBackMark}$verdict"
exit 75
`;

export const guardScript = `#!/bin/sh
set -u
state=${stateFolder}
umask 022
exec 9>"$state/lock"
flock -n 9 || exit 0
exec >>"$state/guard.log" 2>&1
[ -e "$state/pending" ] || exit 0
read -r version seconds <"$state/pending"
unit=tenkai-agent-upgrade.service
export DEBIAN_FRONTEND=noninteractive

# Another package manager may be at work: up to a quarter of an hour it is waited for.
install_deb() {
  tries=90
  dpkg --configure -a --force-confdef --force-confold 9>&-
  until said=$(LC_ALL=C dpkg --force-confdef --force-confold --force-downgrade --install "$1" 2>&1 9>&-); do
    echo "$said"
    tries=$((tries - 1))
    case $said in *' lock '*) [ "$tries" -gt 0 ] || return 1 ;; *) return 1 ;; esac
    sleep 10
  done
  echo "$said"
  # Where no systemd restarts it, whoever supervises the service starts it again when it ends.
  [ -d /run/systemd/system ] || end_service
}

status() { timeout 60 /usr/bin/tenkai-agent status --json 9>&- 2>/dev/null | tr -d ' \\n'; }

end_service() {
  pid=$(sed -n 's/.*"process":{"pid":\\([0-9]*\\).*/\\1/p' /var/lib/tenkai-agent/status.json 2>/dev/null)
  [ -z "$pid" ] || kill "$pid" 2>/dev/null || true
}

# Its own service runs, has a connection and was heard by the site since it started.
is_reporting() {
  said=$(status)
  case $said in *'"isRunning":true,"isConnected":true'*) ;; *) return 1 ;; esac
  case $said in *'"name":"check-in","command":"tenkai-agentcheck-in","lastAt":null'*) return 1 ;; esac
  [ -z "$1" ] && return 0
  case $said in *'"serviceVersion":"'"$1"'"'*) return 0 ;; esac
  return 1
}

# Three looks in a row: one that ends again a moment later does not count.
wait_for_report() {
  left=$seconds good=0
  while [ "$left" -gt 0 ]; do
    if is_reporting "$1"; then good=$((good + 1)); else good=0; fi
    [ "$good" -lt 3 ] || return 0
    sleep 5
    left=$((left - 5))
  done
  return 1
}

finish() {
  echo "$1" >"$state/verdict.new"
  mv "$state/verdict.new" "$state/verdict"
  rm -f "$state/pending" "$state/phase" "$state/new.deb"
  sync
  if [ -d /run/systemd/system ]; then
    systemctl --quiet disable "$unit"
    rm -f "/etc/systemd/system/$unit"
    systemctl daemon-reload
  fi
  exit 0
}

roll_back() {
  echo "$1" >"$state/phase"
  sync
  install_deb "$state/old.deb"
  wait_for_report ''
  finish "$1"
}

# The machine went down while the old version was put back.
[ ! -e "$state/phase" ] || roll_back "$(cat "$state/phase")"
install_deb "$state/new.deb" || roll_back "version $version could not be installed"
wait_for_report "$version" || roll_back "version $version did not report within $seconds seconds"
finish upgraded
`;
