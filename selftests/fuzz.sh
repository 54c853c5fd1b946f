#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# "make fuzz-semantics": runs random programs on the core, in a user-mode kernel, and
# on the model. "fuzz.sh PROGRAMS [SEED [options of fuzz.py]]"
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
out=$(dirname "$here")/.build/uml-7.3-smp
programs=${1:-50000} seed=${2:-$RANDOM$RANDOM}
shift $(($# < 2 ? $# : 2))

"$here/vm/setup.sh"
"$here/vm/build.sh" uml-7.3-smp "$out" -s W=1 CONFIG_COTASK_KUNIT_TEST=m
"$here/vm/uml.sh" -v -k uml-7.3-smp -t $((programs / 20 + 900)) "$here/guest/fuzz.sh" \
	"$out" --programs "$programs" "$@" "$seed" | sed -n '/cotask-vm: start/,$p'
