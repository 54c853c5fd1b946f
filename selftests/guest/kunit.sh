#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# In the guest: loads the KUnit suites, prints their results, unloads everything.
set -u
out=$1
here=$(cd "$(dirname "$0")" && pwd)
debugfs=/sys/kernel/debug

# Only threads that ask for a fault get one (current->fail_nth), in kmalloc(GFP_KERNEL)
# as well and in large pages, but not in the small ones that debugging tools take for
# themselves; and the log is kept for complaints.
if [ -e $debugfs/failslab ]; then
	echo 3 >$debugfs/fail_page_alloc/min-order
	for fault in failslab fail_page_alloc; do
		echo N >$debugfs/$fault/ignore-gfp-wait
		echo 0 >$debugfs/$fault/verbose
	done
fi
"$here/../vm/kmemleak.sh" clear
"$here/cotask.sh" load "$out" || exit 1
insmod "$out/module/tests/cotask_kunit.ko" || exit 1
for suite in "$debugfs"/kunit/cotask*; do
	cat "$suite/results"
done
"$here/cotask.sh" unload cotask_kunit || exit 1
"$here/../vm/kmemleak.sh" check
