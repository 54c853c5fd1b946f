#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# In the guest, in simulated time: the coroutines of module/samples/link.c in the kernel and in a
# process; both have to say what link.txt does. TAP on the standard output.
# "COTASK_OUT=OUTDIR link.sh", beside which the program was installed.
set -u
here=$(cd "$(dirname "$0")" && pwd)
n=0 failed=0

in_the_kernel()
{
	local i

	dmesg -C
	insmod "$COTASK_OUT/module/samples/cotask_link.ko" || return
	for ((i = 0; i < 60; i++)); do
		dmesg | grep -q 'link: .*--- end' && break
		sleep 1
	done
	rmmod cotask_link
	dmesg | sed -n 's/^.*\(link: \)/\1/p'
}

# What it has said is on the standard input.
compare()
{
	local differs

	n=$((n + 1))
	if differs=$(diff "$here/link.txt" -); then
		echo "ok $n link: $1"
	else
		printf '%s\n' "$differs" | sed 's/^/# /'
		echo "not ok $n link: $1"
		failed=1
	fi
}

compare "in the kernel" < <(in_the_kernel 2>&1)
compare "in a process" < <("$here/link" 2>&1)
exit $failed
