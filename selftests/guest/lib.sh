#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# In the guest: the tests of libcotask; TAP on the standard output.
# "lib.sh OUTDIR LIBDIR [TEST...]"
set -u
out=$1 lib=$2 rc=0
shift 2
here=$(cd "$(dirname "$0")" && pwd)

"$here/../vm/kmemleak.sh" clear
"$here/cotask.sh" load "$out" || exit 1
export ASAN_OPTIONS=detect_leaks=0:detect_stack_use_after_return=0
export LD_LIBRARY_PATH=$lib/root/usr/lib
export COTASK_OUT=$out
for test; do
	"$lib/$test" || { echo "not ok 0 $test: status $?"; rc=1; }
done
# No process holds the device any more.
"$here/cotask.sh" unload || exit 1
"$here/../vm/kmemleak.sh" check || rc=1
exit $rc
