#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# In the guest: the tests of the device; TAP on the standard output.
set -u
out=$1 rc=0
here=$(cd "$(dirname "$0")" && pwd)

"$here/../vm/kmemleak.sh" clear
"$here/cotask.sh" load "$out" || exit 1
insmod "$out/module/samples/cotask_bodies.ko" || exit 1
# More native bodies, where there is the device for them.
insmod "$out/module/samples/cotask_edu.ko" 2>/dev/null && edu=cotask_edu
"$here/stack.sh" begin || exit 1
for test in "$out"/uapi64/*_test; do
	"$test" || rc=1
done
# Of 32-bit programs, those that hand over what has another layout there, or addresses.
if [ -e "$out/uapi32" ]; then
	for test in "$out"/uapi32/{batch,fuzz,inspect,io,native,timens,uapi}_test; do
		"$test" || rc=1
	done
fi
"$here/stack.sh" end 4096 || rc=1
"$here/cotask.sh" unload ${edu:+"$edu"} cotask_bodies || exit 1
"$here/../vm/kmemleak.sh" check || rc=1
exit $rc
