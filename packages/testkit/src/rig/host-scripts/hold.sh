#!/bin/sh
# hold.sh FOLDER BASE SIZE_MB: holds a host's disk in a mount namespace of its own: an overlay over BASE whose upper
# layer is in memory; with 0, in FOLDER. The disk is there as long as this process lives, and gone with it.
set -e
cd "$1"
mkdir disk root
[ "$3" = 0 ] || mount -t tmpfs -o "size=$3m,mode=755" tmpfs disk
mkdir disk/upper disk/work
mount -t overlay -o "lowerdir=$2,upperdir=disk/upper,workdir=disk/work" overlay root
# What is mounted below it later (a small disk for one folder) appears in the running host too.
mount --make-shared root
echo ready
exec sleep infinity
