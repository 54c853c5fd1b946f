#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# In the guest: runs the tutorial in the kernel, which logs, and then in a process.
set -u
out=$1
here=$(cd "$(dirname "$0")" && pwd)

"$here/cotask.sh" load "$out" || exit 1
insmod "$out/module/samples/cotask_tutorial.ko" || exit 1
for ((i = 0; i < 240; i++)); do
	[ "$(cat /sys/module/cotask_tutorial/parameters/done)" = Y ] && break
	sleep 0.5
done
dmesg -t | grep '^tutorial:'
[ "$i" -lt 240 ] || { echo "the tutorial has not ended"; exit 1; }
rmmod cotask_tutorial || exit 1
"$out/examples/hello" >/tmp/hello || exit 1
sed 's/^/in a process: /' /tmp/hello
"$here/cotask.sh" unload || exit 1
echo "unloaded"
