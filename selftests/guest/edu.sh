#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# In the guest: the edu driver at work, unbound and bound again under load, and
# unloaded while it works.
set -u
out=$1
here=$(cd "$(dirname "$0")" && pwd)
param=/sys/module/cotask_edu/parameters
driver=/sys/bus/pci/drivers/cotask_edu

# Wait, bounded, until $1 more operations have succeeded.
progress()
{
	local from i

	from=$(cat $param/done)
	for ((i = 0; i < 1200; i++)); do
		[ $(($(cat $param/done) - from)) -ge "$1" ] && return
		sleep 0.1
	done
	echo "no progress: $(cat $param/done) done, $(cat $param/late) late"
	exit 1
}

"$here/cotask.sh" load "$out" || exit 1
insmod "$out/module/samples/cotask_edu.ko" || exit 1
device=$(basename "$(echo $driver/0000:*)")
progress 10
# A process has the driver's code run by name, while the driver uses the device itself.
for n in 5 10 12; do
	"$out/edu/edu" $n || exit 1
done
"$out/edu/edu" 13 2>/dev/null && exit 1
for ((round = 0; round < 20; round++)); do
	echo "$device" >$driver/unbind || exit 1
	echo "$device" >$driver/bind || exit 1
	[ $((round % 5)) -eq 4 ] && progress 5
done
progress 10
echo "edu: $(cat $param/done) operations, the device was late $(cat $param/late) times"
"$here/cotask.sh" unload cotask_edu || exit 1
dmesg -t | grep 'has failed' && exit 1
echo "edu: ok"
