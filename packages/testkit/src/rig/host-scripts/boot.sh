#!/bin/sh
# boot.sh FOLDER NAME BOOT_ID [systemd]: the first process of a host, in new mount, pid, uts and ipc namespaces. Gives
# it the file systems that a Debian has after start, makes its disk the root, and becomes the init process.
set -e
cd "$1/root"
mount -t proc proc proc
mount -t sysfs -o ro sysfs sys
mount -t tmpfs -o mode=755 tmpfs run
mkdir -m 1777 run/lock
mount -t tmpfs -o mode=755 tmpfs dev
mkdir -m 755 dev/pts
mkdir -m 1777 dev/shm
mknod -m 666 dev/null c 1 3
mknod -m 666 dev/zero c 1 5
mknod -m 666 dev/full c 1 7
mknod -m 666 dev/random c 1 8
mknod -m 666 dev/urandom c 1 9
mknod -m 666 dev/tty c 5 0
ln -s /proc/self/fd dev/fd
ln -s /proc/self/fd/0 dev/stdin
ln -s /proc/self/fd/1 dev/stdout
ln -s /proc/self/fd/2 dev/stderr
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts dev/pts
ln -s pts/ptmx dev/ptmx
mount -t tmpfs -o mode=1777 tmpfs dev/shm
# The kernel is the test machine's: a host may read its settings, never change them.
mount --bind proc/sys proc/sys
mount -o remount,bind,ro proc/sys
[ ! -e proc/sysrq-trigger ] || mount --bind dev/null proc/sysrq-trigger
# A host has boots of its own.
echo "$3" >run/boot-id
mount --bind run/boot-id proc/sys/kernel/random/boot_id
hostname "$2"
# Its unified control groups are those of its own; its process 1 must be alone in the namespace.
[ "$4" != systemd ] || mount -t cgroup2 cgroup2 sys/fs/cgroup
init=$(cat "${0%/*}/init.pl")
pivot_root . .
umount -l .
cd /
if [ "$4" = systemd ]; then
  # A kernel begins without rules; this network was there before.
  nft flush ruleset
  echo ready
  # https://systemd.io/CONTAINER_INTERFACE: no hardware is looked for.
  exec env -i container=rig PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --system
fi
exec /usr/bin/perl -e "$init"
