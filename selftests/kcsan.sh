#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# "kcsan.sh [SEED]": runs the stress test, KUnit and the tests of the device in a small kernel that
# reports data races, in QEMU with two CPUs; then CPU hotplug and the freezer under load. Fails if
# a report contains cotask, see vm/scan.sh.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
top=$(dirname "$here")
seed=${1:-$RANDOM}
flavour=x86-7.3-kcsan
out=$top/.build/$flavour logs=$top/.build/logs
rc=0

mkdir -p "$logs"
kernel=$("$here/vm/kernel.sh" $flavour | tail -n 1)
"$here/vm/build.sh" $flavour "$out" W=1 CONFIG_COTASK_KUNIT_TEST=m >"$logs/kcsan-build.log" 2>&1 ||
	{ tail -n 20 "$logs/kcsan-build.log"; exit 1; }
"$here/uapi/build.sh" "$(cat "$kernel/source")" "$out/uapi64"

# "run NAME SCRIPT [ARGUMENT...]"
run()
{
	local log=$logs/kcsan-$1.log

	if "$here/vm/qemu.sh" -k $flavour -t 1800 -o "$log" -a "kcsan.skip_watch=500 kunit.enable=1" \
		"${@:2}" </dev/null >"$logs/kcsan.out" 2>&1; then
		echo "ok kcsan: $1, $(grep -c 'BUG: KCSAN' "$log" || true) reports of the kernel alone"
		return
	fi
	echo "not ok kcsan: $1: $log"
	tail -n 20 "$logs/kcsan.out"
	rc=1
}

echo "kcsan: seed $seed"
run stress "$here/guest/kcsan.sh" stress.sh "$out" "seed=$seed" milliseconds=60000
run kunit "$here/guest/kcsan.sh" kunit.sh "$out"
run uapi "$here/guest/kcsan.sh" uapi.sh "$out"
run power "$here/guest/power.sh" "$out"
exit $rc
