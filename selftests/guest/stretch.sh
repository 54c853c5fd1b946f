#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# In the guest, where an instruction takes a nanosecond: the longest stretches of the module
# without a point to reschedule, and how soon a killed process exits; TAP on the standard output.
set -u
out=$1 rc=0
here=$(cd "$(dirname "$0")" && pwd)

# The kernel keeps free pages of a CPU in a list, and when that is full gives back nearly all of
# it, with interrupts off: here up to 13,000 pages, three million instructions. Whatever frees the
# last page of them has that in its stretch, so the list is kept short.
echo 1000000 >/proc/sys/vm/percpu_pagelist_high_fraction

"$here/cotask.sh" load "$out" || exit 1
insmod "$out/module/samples/cotask_bodies.ko" || exit 1
for program in stretch deaf; do
	"$out/$program" || rc=$?
done
"$here/cotask.sh" unload cotask_bodies || exit 1
exit $rc
