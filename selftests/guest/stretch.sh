#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# In the guest, where an instruction takes a nanosecond: the longest stretches of the module
# without a point to reschedule; TAP on the standard output.
set -u
out=$1 rc=0
here=$(cd "$(dirname "$0")" && pwd)

"$here/cotask.sh" load "$out" || exit 1
"$out/stretch" || rc=$?
"$here/cotask.sh" unload || exit 1
exit $rc
