import { rolledBackMark, stateFolder } from './state-folder.ts';

/**
 * `upgrade.sh VERSION SECONDS`, the program of the agent's upgrade package, run by the engine. It keeps the installed
 * version before anything is touched, starts the guard (`guard-script.ts`), and says how it ended. POSIX sh: it knows
 * nothing of the agent but its package, its folder and `tenkai-agent status`.
 */
export const upgradeScript = `#!/bin/sh
set -u
version=$1 seconds=$2
here=$(cd "$(dirname "$0")" && pwd)
state=${stateFolder}
umask 077
kind=deb
[ -e "$here/tenkai-agent.deb" ] || kind=rpm

# What is installed, packed again: dpkg then takes it back with all that it knows of it.
keep_old_deb() {
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

# Of an rpm nobody keeps the file, and nothing makes it again: its files, and what the database knows of it.
keep_old_rpm() {
  rpm -ql tenkai-agent >"$state/old.list" || return 1
  LC_ALL=C sort "$state/old.list" >"$state/old.files" && rm "$state/old.list" || return 1
  files_there | tar -C / --no-recursion -czf "$state/old.tar" -T - || return 1
  # The installed version still works: its Node may help here, and nowhere later.
  rpmdb --exportdb | /usr/lib/tenkai-agent/node "$here/rpm-header.cjs" tenkai-agent >"$state/old.header" || return 1
}

# rpm lists what is not there, too: documentation that was left out (tsflags=nodocs), or what somebody removed.
files_there() {
  while IFS= read -r path; do
    if [ -e "$path" ] || [ -L "$path" ]; then printf '%s\\n' "\${path#/}"; fi
  done <"$state/old.files"
}

begin() {
  rm -rf "$state/verdict" "$state"/pack.* "$state"/old.* "$state/phase" "$state/clock" "$state/guard.log"
  echo 'keeping the installed version'
  if ! "keep_old_$kind"; then
    rm -rf "$state"/pack.* "$state"/old.*
    echo 'the installed version could not be kept; nothing was changed'
    exit 3
  fi
  cp "$here/tenkai-agent.$kind" "$state/new.$kind" && cp "$here/guard.sh" "$state/guard.sh" || exit 3
  echo "$here" >"$state/run"
  echo "$version $seconds $kind" >"$state/pending"
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

# The folder of this run alone: its step is begun again after a restart.
is_decided() { [ -e "$state/verdict" ] && [ "$(cat "$state/run" 2>/dev/null)" = "$here" ]; }

mkdir -p "$state"
# A run that was interrupted finds the guard at work and only waits for it, or finds what it has decided.
if [ -e "$state/pending" ] || ! is_decided; then
  [ -e "$state/pending" ] || begin
  start_guard
fi
while [ ! -e "$state/verdict" ]; do sleep 1; done
[ ! -e "$state/guard.log" ] || cat "$state/guard.log"
verdict=$(cat "$state/verdict")
echo "$verdict"
[ "$verdict" != upgraded ] || exit 0
echo "${rolledBackMark}$verdict"
exit 75
`;
