#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# "make fuzz-semantics": random programs on the core and on the model, in
# a user-mode kernel. "fuzz.sh PROGRAMS [SEED [options of fuzz.py]]". With TASKS=stacks or
# TASKS=stackless, tasks of a process play them, in simulated time.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
top=$(dirname "$here")
programs=${1:-50000} seed=${2:-$RANDOM$RANDOM}
shift $(($# < 2 ? $# : 2))

"$here/vm/setup.sh"
case ${TASKS:-kernel} in
kernel)		flavour=uml-7.3-smp player="" limit=$((programs / 20 + 900)) ;;
stacks)		flavour=uml-7.3-tt player=player limit=$((programs + 900)) ;;
stackless)	flavour=uml-7.3-tt player=player_stackless limit=$((programs + 900)) ;;
*)		echo "TASKS=stacks, or TASKS=stackless" >&2
		exit 2 ;;
esac
out=$top/.build/$flavour guest=("$here/guest/fuzz.sh" "$out")
if [ -n "$player" ]; then
	"$here/lib/build.sh" "$(cat "$("$here/vm/kernel.sh" $flavour | tail -n 1)/source")" \
		"$top/.build/libtest"
	guest=("$here/guest/fuzz_process.sh" "$out" "$top/.build/libtest/$player")
fi
"$here/vm/build.sh" $flavour "$out" -s W=1 CONFIG_COTASK_KUNIT_TEST=m
"$here/vm/uml.sh" -v -k $flavour -t $limit "${guest[@]}" \
	--programs "$programs" "$@" "$seed" | sed -n '/cotask-vm: start/,$p'
