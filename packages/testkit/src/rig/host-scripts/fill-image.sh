#!/bin/sh
# fill-image.sh TREE KERNEL_PACKAGE: in a mount and pid namespace of its own, makes a minimal Debian in TREE one that
# boots by itself: systemd, a kernel with a small initial file system, and QEMU's guest agent to give it commands.
set -e
tree=$1
mount -t proc proc "$tree/proc"
mount -t sysfs -o ro sysfs "$tree/sys"
mount --bind /dev "$tree/dev"
touch "$tree/etc/resolv.conf"
mount --bind /etc/resolv.conf "$tree/etc/resolv.conf"
printf '#!/bin/sh\nexit 101\n' >"$tree/usr/sbin/policy-rc.d"
chmod 755 "$tree/usr/sbin/policy-rc.d"

apt() {
  chroot "$tree" apt-get -y -q --no-install-recommends -o Acquire::Check-Valid-Until=false -o Acquire::Retries=3 "$@"
}
apt update
apt install initramfs-tools zstd
echo 'MODULES=list' >"$tree/etc/initramfs-tools/conf.d/rig"
printf 'virtio_pci\nvirtio_blk\next4\n' >>"$tree/etc/initramfs-tools/modules"
apt install systemd-sysv udev dbus iputils-ping nftables qemu-guest-agent "$2"
apt clean

rm -rf "$tree/usr/sbin/policy-rc.d" "$tree"/var/lib/apt/lists/* "$tree"/usr/share/doc "$tree"/usr/share/man "$tree"/usr/share/locale
echo '/dev/vda / ext4 errors=remount-ro 0 0' >"$tree/etc/fstab"
# Empty, not absent: each machine makes its own at its first boot.
: >"$tree/etc/machine-id"
# Nothing that starts by itself in the middle of a test.
chroot "$tree" systemctl mask apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer fstrim.timer \
  e2scrub_all.timer e2scrub_reap.service getty@tty1.service serial-getty@ttyS0.service systemd-pstore.service
chroot "$tree" systemctl enable rig-network.service
