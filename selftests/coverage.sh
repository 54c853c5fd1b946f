#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# "coverage.sh [-v] [SUITE...]": runs the suites in a kernel with gcov, and prints the number of
# lines and branches of the module that have run, see coverage.py. It fails if a suite fails, or if
# a line has not run and coverage.txt does not name its function. With arguments, runs only these
# suites; for files that have not changed, the counts of other suites are those of the last run.
# "-v" also prints the lines that have not run; they are in .build/coverage/uncovered.txt.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
top=$(dirname "$here")
flavour=uml-7.3-gcov-smp
base=$top/.build/coverage
out=$base/module-build
suites=(kunit uapi lib stress fuzz search trace tool tool_load demo)
rc=0

die()
{
	echo "coverage: $*" >&2
	exit 1
}

# quiet NAME COMMAND...: its output is shown if it fails
quiet()
{
	local log=$base/$1.log

	"${@:2}" >"$log" 2>&1 && return
	tail -n 30 "$log" >&2
	die "$1 has failed: $log"
}

# What suites need besides the module. "build_SUITE", if there is something.
build_uapi()
{
	quiet build-uapi "$here/uapi/build.sh" "$source" "$out/uapi64"
}

build_lib()
{
	quiet build-lib "$here/lib/build.sh" "$source" "$base/lib"
}

build_search()
{
	quiet build-search gcc-12 -std=gnu11 -O1 -g -D_GNU_SOURCE -pthread -static \
		-I"$top/uapi" -o "$out/search" "$here"/search/*.c
}

# It runs a test of the device, too.
build_tool()
{
	build_uapi
	quiet build-tool make -s -C "$top/tools/cotask" O="$base/tool" CC=gcc-12 \
		CFLAGS="-O2 -g -Werror"
	quiet build-tool-programs "$here/tool/build.sh" "$base/tool"
}

build_tool_load()
{
	build_tool
}

build_trace()
{
	quiet build-trace "$here/tool/formats.sh" "$base/tool"
}

build_demo()
{
	quiet build-demo make -s -C "$top/tools/examples" CC=gcc-12 OUT="$out/examples" \
		LIB="$base/demo"
}

# run SUITE KERNEL-ARGUMENTS [ARGUMENT...]: of the guest's script, after the directory
run()
{
	local log=$base/$1.log data=$base/data/$1 start=$SECONDS

	rm -rf "$data"
	mkdir -p "$data"
	if "$here/vm/uml.sh" -k $flavour -m 1G -t 900 -a "$2" -o "$log" "$here/guest/coverage.sh" \
		"$out" "$data" "$1" "$out" "${@:3}" </dev/null >"$base/$1.out" 2>&1 &&
		! grep -qE '^ *not ok ' "$log"; then
		echo "coverage: $1: ok, $((SECONDS - start)) s"
	else
		echo "coverage: $1 has failed: $log"
		tail -n 20 "$base/$1.out"
		rc=1
	fi
}

run_kunit()
{
	run kunit ""
}

run_uapi()
{
	run uapi ""
}

run_lib()
{
	local tests

	mapfile -t tests < <(cd "$here/lib" && printf '%s\n' lib_*_test.c | sed 's/\.c$//')
	run lib "" "$base/lib" "${tests[@]}" examples.sh
}

# Threads that race reach what no test reaches by itself.
run_stress()
{
	run stress "cotask.race_rate=8" seed=1 milliseconds=20000
}

run_fuzz()
{
	run fuzz "" --programs 500 1
}

# The corpus only.
run_search()
{
	run search "" 0 1 "$here/search/corpus"
}

# It expects the steps of one CPU.
run_trace()
{
	run trace ncpus=1 "$base/tool/formats"
}

run_tool()
{
	run tool "" "$base/tool/cotask"
}

run_tool_load()
{
	run tool_load "" "$base/tool/cotask"
}

run_demo()
{
	run demo ""
}

verbose=()
if [ "${1-}" = -v ]; then
	verbose=(-v)
	shift
fi
[ $# -gt 0 ] || { rm -rf "$base/data"; set -- "${suites[@]}"; }
for suite in "$@"; do
	[[ " ${suites[*]} " = *" $suite "* ]] ||
		die "no suite \"$suite\"; there are: ${suites[*]}"
done
mkdir -p "$base"
source=$(cat "$("$here/vm/kernel.sh" $flavour | tail -n 1)/source")
quiet build-module "$here/vm/build.sh" $flavour "$out" W=1 CONFIG_COTASK_GCOV=y \
	CONFIG_COTASK_DEBUG=y CONFIG_COTASK_KUNIT_TEST=m
for suite in "$@"; do
	! declare -F "build_$suite" >/dev/null || "build_$suite"
	"run_$suite"
done
"$here/coverage.py" ${verbose[@]+"${verbose[@]}"} "$out/module" "$base/data" "$here/coverage.txt" \
	"$base/uncovered.txt" || rc=1
[ "$rc" -eq 0 ]
