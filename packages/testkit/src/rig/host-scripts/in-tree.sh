# in-tree.sh, read by the scripts that fill a Debian TREE in a mount and pid namespace of its own: makes `apt` work in
# it, without a service that starts, and `leave` what is left when the packages are in.
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

leave() {
  apt clean
  rm -rf "$tree/usr/sbin/policy-rc.d" "$tree"/var/lib/apt/lists/* "$tree"/usr/share/doc "$tree"/usr/share/man \
    "$tree"/usr/share/locale
}
