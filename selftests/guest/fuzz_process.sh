#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# In a guest where waiting takes no time: random programs on tasks of a process and on the model of
# the semantics. "fuzz_process.sh OUT PLAYER [options of fuzz.py] SEED..."
set -u
out=$1 player=$2
here=$(cd "$(dirname "$0")" && pwd)
rc=0
shift 2

"$here/cotask.sh" load "$out" || exit 1
python3 -B "$here/../model/fuzz.py" --player "$player" "$@" || rc=1
"$here/cotask.sh" unload || exit 1
exit $rc
