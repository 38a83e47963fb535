#!/bin/sh
# own-cgroup.sh FOLDER COMMAND...: runs the command in a control group of the host's own, below which its systemd makes
# those of its units. `own-cgroup.sh FOLDER` alone removes the group.
set -e
all=$1/cgroup
own=$all/${1##*/}
if [ ! -d "$all" ]; then
  mkdir "$all"
  mount -t cgroup2 cgroup2 "$all"
fi
# What an earlier boot has left: empty groups.
[ ! -d "$own" ] || find "$own" -depth -type d -exec rmdir {} +
shift
[ $# -gt 0 ] || exit 0
mkdir "$own"
echo $$ >"$own/cgroup.procs"
exec "$@"
