#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# In the guest: tasks of a module and of processes that stand still, for tools/drgn/cotask.py, which
# first reads the running kernel and then, from outside, a dump of it; see drgn.sh there.
# "drgn.sh OUT PROGRAMS ROOT VMLINUX", a root in which drgn is.
set -u
out=$1 programs=$2 root=$3 vmlinux=$4
here=$(cd "$(dirname "$0")" && pwd)
top=$(dirname "$(dirname "$here")")

# start PROGRAM FD: it ends when the descriptor is closed
start()
{
	mkfifo /tmp/in /tmp/out
	"$programs/$1" </tmp/in >/tmp/out &
	eval "exec $2>/tmp/in"
	read -r _ </tmp/out || exit 1
	rm /tmp/in /tmp/out
}

# What the root has of the machine: its own directories, and the files to read.
in_root()
{
	mount -t tmpfs tmpfs "$root/mnt" || return
	mkdir "$root/mnt/modules" "$root/mnt/drgn"
	mount --bind "$out/module" "$root/mnt/modules"
	mount --bind "$top/tools/drgn" "$root/mnt/drgn"
	touch "$root/mnt/vmlinux"
	mount --bind "$vmlinux" "$root/mnt/vmlinux"
	mount -t proc proc "$root/proc"
	mount --bind /sys "$root/sys"
	timeout 600 chroot "$root" /usr/bin/drgn -q "$@"
}

"$here/cotask.sh" load "$out" || exit 1
insmod "$out/module/samples/cotask_busy.ko" tasks=40 loops=1 still=1 || exit 1
start objects 5
start waits 6
# Tasks of the module reach the places where they stay after it was loaded.
for _ in {1..100}; do
	[ "$("$programs/cotask" ps --loop storage --on sleep | grep -c poll_register)" = 40 ] && break
	sleep 0.1
done
in_root -s /mnt/vmlinux -s /mnt/modules/cotask.ko -s /mnt/modules/samples/cotask_busy.ko \
	/mnt/drgn/cotask.py | sed 's/^/live: /'
"$programs/cotask" ps --json | python3 -c '
import json, sys
for o in map(json.loads, sys.stdin):
	if o["type"] == "task":
		print("ps:", o["id"], o["name"])'
# The machine outside answers when it has what it wants.
exec 7<>/dev/ttyS2
stty -F /dev/ttyS2 raw -echo
until read -r -t 1 -u 7 _; do
	echo ready >&7
done
exec 5>&- 6>&-
wait
"$here/cotask.sh" unload cotask_busy
