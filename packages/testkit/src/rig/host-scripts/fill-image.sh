#!/bin/sh
# fill-image.sh TREE KERNEL_PACKAGE: in a mount and pid namespace of its own, makes a Debian with systemd in TREE one
# that boots by itself: a kernel with a small initial file system, and QEMU's guest agent to give it commands.
set -e
tree=$1
. "${0%/*}/in-tree.sh"
apt update
apt install initramfs-tools zstd
echo 'MODULES=list' >"$tree/etc/initramfs-tools/conf.d/rig"
printf 'virtio_pci\nvirtio_blk\next4\n' >>"$tree/etc/initramfs-tools/modules"
apt install qemu-guest-agent "$2"
leave
echo '/dev/vda / ext4 errors=remount-ro 0 0' >"$tree/etc/fstab"
chroot "$tree" systemctl enable rig-network.service
