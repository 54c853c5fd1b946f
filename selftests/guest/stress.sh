#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# In the guest: the stress test. "stress.sh OUT [seed=N] [milliseconds=N]"
set -u
out=$1
here=$(cd "$(dirname "$0")" && pwd)
shift

"$here/../vm/kmemleak.sh" clear
"$here/cotask.sh" load "$out" || exit 1
insmod "$out/module/tests/cotask_stress.ko" "$@" || exit 1
"$here/cotask.sh" unload cotask_stress || exit 1
"$here/../vm/kmemleak.sh" check
