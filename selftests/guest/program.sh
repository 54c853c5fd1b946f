#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# In the guest: programs of the fuzzer. "program.sh OUTDIR -r|-t PROGRAM..."
set -u
out=$1 rc=0
here=$(cd "$(dirname "$0")" && pwd)
shift

"$here/cotask.sh" load "$out" || exit 1
insmod "$out/module/samples/cotask_bodies.ko" || exit 1
"$out/search" "$@" || rc=1
"$here/cotask.sh" unload cotask_bodies || exit 1
! dmesg | grep -E 'BUG: |WARNING: .*cotask|cotask: .*bug' || rc=1
exit $rc
