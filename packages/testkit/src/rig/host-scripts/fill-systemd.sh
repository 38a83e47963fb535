#!/bin/sh
# fill-systemd.sh TREE: in a mount and pid namespace of its own, makes a minimal Debian in TREE one whose process 1 is
# systemd.
set -e
tree=$1
. "${0%/*}/in-tree.sh"
apt update
apt install systemd-sysv udev dbus iputils-ping nftables
leave
# Empty, not absent: each machine makes its own at its first boot.
: >"$tree/etc/machine-id"
# Nothing that starts by itself in the middle of a test.
chroot "$tree" systemctl mask apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer fstrim.timer \
  e2scrub_all.timer e2scrub_reap.service getty@tty1.service serial-getty@ttyS0.service systemd-pstore.service
