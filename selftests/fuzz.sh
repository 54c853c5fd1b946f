#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# "make fuzz-semantics": random programs on the core and on the model, in
# a user-mode kernel. "fuzz.sh PROGRAMS [SEED [options of fuzz.py]]". With TASKS=process, tasks of a
# process play them, without stacks, in simulated time.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
top=$(dirname "$here")
programs=${1:-50000} seed=${2:-$RANDOM$RANDOM}
shift $(($# < 2 ? $# : 2))
flavour=uml-7.3-smp guest=(fuzz.sh) limit=$((programs / 20 + 900))

"$here/vm/setup.sh"
if [ "${TASKS:-kernel}" = process ]; then
	flavour=uml-7.3-tt guest=(fuzz_process.sh) limit=$((programs + 900))
	"$here/lib/build.sh" "$(cat "$("$here/vm/kernel.sh" $flavour | tail -n 1)/source")" \
		"$top/.build/libtest"
fi
out=$top/.build/$flavour
"$here/vm/build.sh" $flavour "$out" -s W=1 CONFIG_COTASK_KUNIT_TEST=m
[ $flavour != uml-7.3-tt ] || guest+=("$out" "$top/.build/libtest/player")
[ $flavour != uml-7.3-smp ] || guest+=("$out")
"$here/vm/uml.sh" -v -k $flavour -t $limit "$here/guest/${guest[0]}" "${guest[@]:1}" \
	--programs "$programs" "$@" "$seed" | sed -n '/cotask-vm: start/,$p'
