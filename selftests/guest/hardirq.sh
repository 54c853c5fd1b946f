#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# In the guest: what is allowed in hard interrupts. The module tells in the log, and does not
# stay.
set -u
out=$1
here=$(cd "$(dirname "$0")" && pwd)

"$here/cotask.sh" load "$out" || exit 1
insmod "$out/module/tests/cotask_hardirq.ko" 2>&1 | grep -q 'No such device' || exit 1
"$here/cotask.sh" unload
