#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# In the guest: the fuzzer. "search.sh OUTDIR SECONDS SEED CORPUS [-v]"
set -u
out=$1 seconds=$2 seed=$3 corpus=$4 verbose=${5-}
here=$(cd "$(dirname "$0")" && pwd)

"$here/../vm/kmemleak.sh" clear
"$here/cotask.sh" load "$out" || exit 1
insmod "$out/module/samples/cotask_bodies.ko" || exit 1
# Their code copies the names and outcomes of tasks.
echo 1 >/sys/kernel/tracing/events/cotask/enable
for section in .text .text.unlikely; do
	[ -e /sys/module/cotask/sections/$section ] &&
		echo "section $section $(cat /sys/module/cotask/sections/$section)"
done
"$out/search" ${verbose:+"$verbose"} "$seconds" "$seed" "$corpus"
rc=$?
"$here/cotask.sh" unload cotask_bodies || exit 1
"$here/../vm/kmemleak.sh" check || rc=1
exit $rc
