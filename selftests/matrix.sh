#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# "make matrix": builds everything with W=1 for each kernel of Debian; boots the kernels
# that run in QEMU, and runs the tutorial and the tests of the device, the library and the
# tool in them; runs the suites in kernel trees with the trees' kunit.py; builds with
# clang. Prints one table, and writes a copy to .build/matrix.txt. Arguments select kernels
# ("matrix.sh stock-6.12 overlay-7.3"). Time limits only catch tests that hang.
set -uo pipefail
unset MAKEFLAGS MFLAGS MAKELEVEL

here=$(cd "$(dirname "$0")" && pwd)
top=$(dirname "$here")
logs=$top/.build/logs
boots=(stock-6.1 stock-6.12 stock-6.12-rt stock-7.3)
builds=(stock-6.1-rt stock-6.1-cloud stock-6.12-cloud stock-6.12-trixie
	stock-6.1-arm64 stock-6.12-arm64 clang-6.1 clang-6.12 clang-7.3)
overlays=(overlay-6.1 overlay-6.12 overlay-7.3)
limit=3600
failed=0 user_is_built=""

# What runs in the guests is the same for all of them, and made once.
user_space()
{
	local source

	[ -z "$user_is_built" ] || return 0
	user_is_built=yes
	source=$(cat "$("$here/vm/kernel.sh" source-7.3 | tail -n 1)/source") &&
		"$here/lib/build.sh" "$source" "$top/.build/libtest" &&
		"$here/uapi/build.sh" "$source" "$top/.build/uapi" &&
		make -s -C "$top/tools/cotask" O="$top/.build/tool" CC=gcc-12 &&
		"$here/tool/build.sh" "$top/.build/tool"
}

# The tests expect these beside the modules.
place()
{
	rsync -a "$top/.build/libtest/examples/" "$1/examples/" &&
		rsync -a "$top/.build/uapi/" "$1/uapi64/"
}

row()
{
	printf '%-18s %-24s %-6s %-8s %-34s %s\n' "$@" | tee -a "$top/.build/matrix.txt"
}

is_booted()
{
	[[ " ${boots[*]} " == *" $1 "* ]]
}

# Sets booted, tests and log.
boot()
{
	local flavour=$1 out=$2 rc=0 again=""

	log=$logs/matrix-$flavour-user.log
	{ user_space && place "$out"; } >"$log" 2>&1 || { booted=no failed=1; return; }
	log=$logs/matrix-$flavour.log
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
		! is_booted "$flavour" || boot "$flavour" "$out"
	else
		failed=1
	fi
	row "$flavour" "${version:--}" "$built" "$booted" "$tests" "${log#"$top"/}"
}

# What kunit.py has counted, from its last line.
counted()
{
	local line what

	line=$(grep 'Testing complete' "$1") || return
	for what in passed failed crashed errors skipped; do
		grep -oE "$what: [0-9]+" <<<"$line" | sed -E 's/(.*): (.*)/\2 \1/'
	done | paste -sd, | sed 's/,/, /g'
}

# The kernel's own tests of its own tree; its code is not ours, so its warnings do not count.
overlay()
{
	local series=${1#*-} built=no booted=no tests=- tree rc=0
	local log=$logs/matrix-$1.log

	tree=$("$here/vm/kernel.sh" "source-$series" 2>"$log" | tail -n 1) &&
		"$here/vm/overlay.sh" "$(cat "$tree/source")" --make_options W=1 \
			--timeout $limit >"$log" 2>&1 || rc=$?
	grep -q 'Starting KUnit Kernel' "$log" && built=yes
	if grep -q 'lib/cotask/.*warning:' "$log"; then
		built=warns rc=1
		# to be seen again next time
		find "$top/.build/kunit" -path '*/lib/cotask/*' -name '*.o' -delete
	fi
	tests=$(counted "$log") && booted=yes
	[ $rc -eq 0 ] || failed=1
	row "$1" "$(cat "$tree/version")" "$built" "$booted" "${tests:--}" "${log#"$top"/}"
}

[ $# -gt 0 ] || set -- "${boots[@]}" "${builds[@]}" "${overlays[@]}"
mkdir -p "$logs"
rm -f "$top/.build/matrix.txt"
"$here/vm/setup.sh" || exit 1
row kernel release built booted tests log
for flavour; do
	case $flavour in
	overlay-*)	overlay "$flavour" ;;
	*)		kernel "$flavour" ;;
	esac
done
exit $failed
