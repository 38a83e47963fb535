import { stateFolder } from './state-folder.ts';

/**
 * `guard.sh` installs the new version and puts the old one back where it does not report. On systemd it is a unit that
 * also starts with the machine, so that a power cut between the two versions is no end either; elsewhere a session of its
 * own. It is no child of the service that it replaces (AGENT-38), and POSIX sh: whatever is broken in either version, it
 * is not.
 */
export const guardScript = `#!/bin/sh
set -u
state=${stateFolder}
umask 022
exec 9>"$state/lock"
flock -n 9 || exit 0
exec >>"$state/guard.log" 2>&1
[ -e "$state/pending" ] || exit 0
read -r version seconds kind <"$state/pending"
unit=tenkai-agent-upgrade.service
export DEBIAN_FRONTEND=noninteractive

# Another package manager may be at work: up to a quarter of an hour it is waited for.
patiently() {
  tries=90
  until said=$(LC_ALL=C "$@" 2>&1 9>&-); do
    echo "$said"
    tries=$((tries - 1))
    case $said in *' lock '*) [ "$tries" -gt 0 ] || return 1 ;; *) return 1 ;; esac
    sleep 10
  done
  echo "$said"
}

install_deb() {
  dpkg --configure -a --force-confdef --force-confold 9>&-
  patiently dpkg --force-confdef --force-confold --force-downgrade --install "$1"
}

install_new() {
  if [ "$kind" = rpm ]; then patiently rpm --upgrade --replacepkgs "$state/new.rpm"; else install_deb "$state/new.deb"; fi ||
    return 1
  end_service
}

put_old_back() {
  if [ "$kind" = rpm ]; then put_rpm_back; else install_deb "$state/old.deb"; fi
  end_service
}

# Each part may be done again after a power cut. No program of either version is run.
put_rpm_back() {
  patiently rpm --erase --justdb --nodeps --noscripts --notriggers --allmatches tenkai-agent
  tar -C / -xpzf "$state/old.tar"
  rpm -qlp "$state/new.rpm" 2>/dev/null | LC_ALL=C sort | LC_ALL=C comm -23 - "$state/old.files" | LC_ALL=C sort -r |
    while read -r path; do
      if [ -d "$path" ] && [ ! -L "$path" ]; then rmdir "$path"; else rm -f "$path"; fi
    done
  rpm -q tenkai-agent >/dev/null 2>&1 || patiently sh -c 'rpmdb --importdb <"$1"' sh "$state/old.header"
  [ ! -d /run/systemd/system ] || { systemctl daemon-reload && systemctl restart tenkai-agent.service; }
}

status() { timeout 60 /usr/bin/tenkai-agent status --json 9>&- 2>/dev/null | tr -d ' \\n'; }

# Where no systemd restarts it, whoever supervises the service starts it again when it ends.
end_service() {
  [ ! -d /run/systemd/system ] || return 0
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

# Seconds of the clock that nobody sets and that goes on while the machine sleeps; it begins anew with each start.
now() { sed 's/\\..*//' /proc/uptime; }
boot=$(cat /proc/sys/kernel/random/boot_id)

# The deadline by this clock, for a guard that is started again, and what is left of it, for one after a restart.
note_clock() {
  echo "$boot $deadline $((deadline - $(now)))" >"$state/clock.new"
  mv "$state/clock.new" "$state/clock"
}

set_deadline() {
  deadline=$(($(now) + seconds))
  # What a power cut has left of the file may be nothing.
  if [ -e "$state/clock" ] && read -r its_boot its_deadline its_left <"$state/clock"; then
    deadline=$its_deadline
    # In another boot the clock begins anew; that of a container does so each time, in the one boot of its host.
    [ "$its_boot" = "$boot" ] && [ $((deadline - $(now))) -le "$its_left" ] || deadline=$(($(now) + its_left))
  fi
  note_clock
}

# Three looks in a row: one that ends again a moment later does not count. Whoever has begun well may go on to the third.
wait_for_report() {
  set_deadline
  good=0
  while [ "$good" -gt 0 ] || [ "$(now)" -lt "$deadline" ]; do
    if is_reporting "$1"; then good=$((good + 1)); else good=0; fi
    [ "$good" -lt 3 ] || return 0
    sleep 5
    note_clock
  done
  return 1
}

finish() {
  echo "$1" >"$state/verdict.new"
  mv "$state/verdict.new" "$state/verdict"
  rm -f "$state/pending" "$state/phase" "$state/clock" "$state"/new.*
  sync
  if [ -d /run/systemd/system ]; then
    systemctl --quiet disable "$unit"
    rm -f "/etc/systemd/system/$unit"
    systemctl daemon-reload
  fi
  exit 0
}

roll_back() {
  # Not of one that goes on after a restart: its wait has begun.
  [ -e "$state/phase" ] || rm -f "$state/clock"
  echo "$1" >"$state/phase"
  sync
  put_old_back
  wait_for_report ''
  finish "$1"
}

# The machine went down while the old version was put back.
[ ! -e "$state/phase" ] || roll_back "$(cat "$state/phase")"
install_new || roll_back "version $version could not be installed"
wait_for_report "$version" || roll_back "version $version did not report within $seconds seconds"
finish upgraded
`;
