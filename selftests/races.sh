#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# "races.sh [SEED]": runs the stress test and the tests of the device in a kernel with two CPUs and
# with the race points of a debug build enabled, see module/core/racepoint.c. Prints the observed
# orders of each pair of points.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
top=$(dirname "$here")
seed=${1:-$RANDOM}
flavour=uml-7.3-smp
out=$top/.build/races logs=$top/.build/logs
rc=0

mkdir -p "$logs"
source=$(cat "$("$here/vm/kernel.sh" $flavour | tail -n 1)/source")
"$here/vm/build.sh" $flavour "$out" W=1 CONFIG_COTASK_KUNIT_TEST=m CONFIG_COTASK_DEBUG=y \
	>"$logs/races-build.log" 2>&1 || { tail -n 20 "$logs/races-build.log"; exit 1; }
"$here/uapi/build.sh" "$source" "$out/uapi64"

# "run NAME RATE SCRIPT [ARGUMENT...]"
run()
{
	local log=$logs/races-$1.log

	"$here/vm/uml.sh" -k $flavour -t 900 -o "$log" \
		-a "slab_debug=FZP cotask.race_rate=$2 cotask.race_seed=$seed" \
		"$here/guest/$3" "$out" "${@:4}" </dev/null >"$logs/races.out" 2>&1 && return
	echo "races: $1 has failed: $log"
	tail -n 20 "$logs/races.out"
	rc=1
}

echo "races: seed $seed"
run stress-4 4 stress.sh "seed=$seed" milliseconds=30000
run stress-16 16 stress.sh "seed=$((seed + 1))" milliseconds=30000
run uapi 64 uapi.sh
"$here/races.py" -v "$logs"/races-{stress-4,stress-16,uapi}.log
exit $rc
