#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# In the guest: runs the benchmark, whose module refuses to stay loaded;
# "bench.sh OUTDIR [module parameters]".
set -u
out=$1
here=$(cd "$(dirname "$0")" && pwd)
shift

"$here/cotask.sh" load "$out" || exit 1
insmod "$out/module/bench/cotask_bench.ko" "$@" 2>/dev/null
"$here/cotask.sh" unload || exit 1
