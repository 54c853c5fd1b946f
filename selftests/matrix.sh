#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# "make matrix": builds everything with W=1 for each kernel of Debian, boots those that
# QEMU is for, runs the tutorial and the tests of the device, of the library and of the
# tool there, and prints one table, of which .build/matrix.txt is a copy. With arguments,
# only these kernels ("matrix.sh stock-6.12 stock-7.3"). Limits are for what never ends.
set -uo pipefail
unset MAKEFLAGS MFLAGS MAKELEVEL

here=$(cd "$(dirname "$0")" && pwd)
top=$(dirname "$here")
logs=$top/.build/logs
boots=(stock-6.1 stock-6.12 stock-6.12-rt stock-7.3)
builds=(stock-6.1-rt stock-6.1-cloud stock-6.12-cloud stock-6.12-trixie
	stock-6.1-arm64 stock-6.12-arm64)
limit=3600
failed=0

# What runs in the guests is the same for all of them.
user_space()
{
	local source

	source=$(cat "$("$here/vm/kernel.sh" uml-7.3-smp | tail -n 1)/source") &&
		"$here/lib/build.sh" "$source" "$top/.build/libtest" &&
		"$here/uapi/build.sh" "$source" "$top/.build/uapi" &&
		make -s -C "$top/tools/cotask" O="$top/.build/tool" CC=gcc-12 &&
		"$here/tool/build.sh" "$top/.build/tool"
}

# The tests expect these beside the modules.
place()
{
	rsync -a "$top/.build/libtest/examples/" "$1/examples/" &&
		rsync -a "$top/.build/uapi/" "$1/uapi/"
}

row()
{
	printf '%-18s %-26s %-6s %-8s %-22s %s\n' "$@" | tee -a "$top/.build/matrix.txt"
}

is_booted()
{
	[[ " ${boots[*]} " == *" $1 "* ]]
}

# Sets booted and tests.
boot()
{
	local flavour=$1 out=$2 log=$logs/matrix-$1.log rc=0 again=""

	COTASK_TCG=single "$here/vm/qemu.sh" -k "$flavour" -t $limit -o "$log" "$here/guest/matrix.sh" "$out" \
		"$top/.build/libtest" "$top/.build/tool/cotask" >"$log.errors" 2>&1 || rc=$?
	grep -q 'once more$' "$log.errors" && again=" (2nd)"
	grep -q 'cotask-vm: start' "$log" && booted=yes$again || booted=no
	tests="$(grep -cE '^ok ' "$log") passed, $(grep -cE '^not ok ' "$log") failed"
	[ $rc -eq 0 ] && return
	tests+=", status $rc"
	failed=1
}

kernel()
{
	local flavour=$1 out=$top/.build/$1 built=no booted=- tests=- version
	local log=$logs/matrix-$1-build.log

	if version=$(cat "$("$here/vm/kernel.sh" "$flavour" 2>"$log" | tail -n 1)/version") &&
	   "$here/vm/build.sh" "$flavour" "$out" W=1 CONFIG_COTASK_BENCH=m >"$log" 2>&1; then
		built=yes
		is_booted "$flavour" && log=$logs/matrix-$flavour.log &&
			place "$out" && boot "$flavour" "$out"
	else
		failed=1
	fi
	row "$flavour" "${version:--}" "$built" "$booted" "$tests" "${log#"$top"/}"
}

[ $# -gt 0 ] || set -- "${boots[@]}" "${builds[@]}"
mkdir -p "$logs"
rm -f "$top/.build/matrix.txt"
"$here/vm/setup.sh" || exit 1
user_space >"$logs/matrix-user.log" 2>&1 ||
	{ tail -n 40 "$logs/matrix-user.log" >&2; exit 1; }
row kernel release built booted tests log
for flavour; do
	kernel "$flavour"
done
exit $failed
