#!/bin/sh
# fill-wine.sh TREE: run in mount and pid namespaces of its own. Makes the Windows of a Debian tree that has Wine.
set -e
tree=$1
mount -t proc proc "$tree/proc"
mount -t tmpfs -o mode=755 tmpfs "$tree/dev"
for device in null zero full random urandom tty; do
  touch "$tree/dev/$device"
  mount --bind "/dev/$device" "$tree/dev/$device"
done
ln -s /proc/self/fd "$tree/dev/fd"
mkdir -m 1777 "$tree/dev/shm"
mount -t tmpfs -o mode=1777 tmpfs "$tree/tmp"
# Without it no name has an address in there, not even localhost.
echo '127.0.0.1 localhost' >"$tree/etc/hosts"

in_tree() {
  chroot "$tree" "$@" </dev/null >>"$tree/tmp/wine.log" 2>&1 || { tail -n 40 "$tree/tmp/wine.log" >&2; exit 1; }
}
in_tree wine wineboot --init
in_tree wine winecfg -v win10
# It writes the registry when the last program has ended.
in_tree wineserver --wait
