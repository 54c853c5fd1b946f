#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# In the guest: random programs on the core and on the model of its semantics.
# "fuzz.sh OUT [options of fuzz.py] SEED..."
set -u
out=$1
here=$(cd "$(dirname "$0")" && pwd)
rc=0
shift

"$here/../vm/kmemleak.sh" clear
"$here/cotask.sh" load "$out" || exit 1
insmod "$out/module/tests/cotask_play.ko" || exit 1
python3 -B "$here/../model/fuzz.py" "$@" || rc=1
"$here/cotask.sh" unload cotask_play || exit 1
"$here/../vm/kmemleak.sh" check || rc=1
exit $rc
