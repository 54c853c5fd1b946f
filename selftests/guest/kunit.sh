#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# In the guest: loads the KUnit suites, prints their results, unloads everything.
set -u
out=$1
here=$(cd "$(dirname "$0")" && pwd)

"$here/../vm/kmemleak.sh" clear
insmod "$out/module/cotask.ko" || exit 1
insmod "$out/module/tests/cotask_kunit.ko" || exit 1
for suite in /sys/kernel/debug/kunit/cotask*; do
	cat "$suite/results"
done
rmmod cotask_kunit && rmmod cotask || exit 1
"$here/../vm/kmemleak.sh" check
