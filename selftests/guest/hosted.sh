#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# In the guest: the benchmark of hosted tasks beside its peers; "hosted.sh OUTDIR SLEEPERS...".
set -u
out=$1
shift

ulimit -l unlimited
insmod "$out/module/cotask.ko" max_objects=4000000 max_user_objects=4000000 || exit 1
"$out/hosted/cotask_bench" "$@"
for peer in uring_bench go_bench asyncio_bench.py; do
	[ -x "$out/hosted/$peer" ] || { echo "# no $peer"; continue; }
	timeout 300 "$out/hosted/$peer" "$@" || echo "# $peer: $?"
done
rmmod cotask
