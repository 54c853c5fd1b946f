#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# "make check": runs all tests; the last line is "N passed, N failed, N skipped".
# Arguments name the parts to run. As many parts run in parallel as there are CPUs, four at most,
# and one more, because guests also wait; JOBS= sets another number. Each part prints its results
# when it has ended.
set -uo pipefail

# The longest ones first.
parts=(tool kunit uapi lib kernels apps static stress fuzz search fresh budget bounds drgn demo
	edu proofs compile trace)
here=$(cd "$(dirname "$0")" && pwd)
top=$(dirname "$here")
logs=$top/.build/logs run=$top/.build/check.$$
jobs=${JOBS:-$(($(nproc) < 4 ? $(nproc) + 1 : 5))}
passed=0 failed=0 skipped=0

# One result that is not a KUnit case.
result()
{
	if [ "$2" -eq 0 ]; then
		passed=$((passed + 1))
		echo "ok $1"
	else
		failed=$((failed + 1))
		echo "not ok $1"
	fi
}

# A part that has to succeed and be silent.
silent()
{
	local name=$1 log=$logs/$1.log rc=0

	shift
	"$@" >"$log" 2>&1 || rc=$?
	if [ $rc -eq 0 ] && [ -s "$log" ]; then
		rc=1
	fi
	[ $rc -eq 0 ] || tail -n 40 "$log"
	result "$name" $rc
}

# What several parts need is made once: "once NAME COMMAND..."
once()
{
	local stamp=$run/$1 lock rc

	exec {lock}>"$stamp.lock"
	flock "$lock"
	if [ ! -e "$stamp" ]; then
		"${@:2}"
		echo $? >"$stamp"
	fi
	rc=$(cat "$stamp")
	exec {lock}>&-
	return "$rc"
}

# What files of the tree contain, the tools that read them, and the kernels: "contents PATH..."
contents()
{
	(cd "$top" && find "$@" -type f -not -name '*.pyc' -print0 | LC_ALL=C sort -z |
		xargs -0 sha256sum
		find "${cotask_cache:-${XDG_CACHE_HOME:-$HOME/.cache}/cotask}/kernel" -maxdepth 1 \
			-name '*_*' -printf '%f\n' | LC_ALL=C sort
		gcc-12 --version
		g++ --version
		sparse --version
		shellcheck --version
		sphinx-build --version
		spin -V) 2>&1 | sha256sum
}

# What depends on nothing but files, and has succeeded in silence, is not done again before one
# of them changes: "unchanged DIRECTORY-OF-RESULTS 'PATH...' COMMAND..."
unchanged()
{
	local stamp=$top/.build/$1/.unchanged now said

	# shellcheck disable=SC2086 # paths are words
	now="$(contents $2) ${*:3}"
	[ "$(cat "$stamp" 2>/dev/null)" != "$now" ] || return 0
	rm -f "$stamp"
	said=$("${@:3}" 2>&1) || { echo "$said"; return 1; }
	[ -z "$said" ] || { echo "$said"; return; }
	mkdir -p "${stamp%/*}"
	echo "$now" >"$stamp"
}

# All that the programs of the tests are made of.
programs="module selftests tools uapi"

# Kernels of the test bed; the first run makes them, which takes its time and says so.
need()
{
	local flavour

	for flavour in "$@"; do
		"$here/vm/kernel.sh" "$flavour" >/dev/null && continue
		result "kernel $flavour" 1
		return 1
	done
}

# What is built for a kernel, the same for all parts. Kernels that debug get a module that
# proves that what it frees has ended.
options()
{
	echo W=1
	case $1 in
	uml-*)		echo CONFIG_COTASK_KUNIT_TEST=m ;;
	stock-6.12-rt)	echo CONFIG_COTASK_HARDIRQ_TEST=m ;;
	stock-6.12 | stock-7.3) echo CONFIG_COTASK_BENCH=m ;;
	esac
	case $1 in
	uml-6.1-debug | uml-7.3-smp | uml-7.3-net-smp) echo CONFIG_COTASK_DEBUG=y ;;
	esac
}

build_modules()
{
	local flavour=$1 log=$logs/build-$1.log rc=0

	need "$flavour" || return
	# shellcheck disable=SC2046 # words
	"$here/vm/build.sh" "$flavour" "$top/.build/$flavour" $(options "$flavour") \
		>"$log" 2>&1 || rc=$?
	[ $rc -eq 0 ] || tail -n 40 "$log"
	result "build $flavour, W=1" $rc
	return $rc
}

# In .build/FLAVOUR.
build()
{
	once "build-$1" build_modules "$1"
}

uapi_programs()
{
	silent "uapi-build-$1" unchanged "$1/uapi64" "$programs" \
		"$here/uapi/build.sh" "$2" "$top/.build/$1/uapi64"
}

# How many lines of a log match; 0 if a guest that died left none.
matches()
{
	if [ -f "$2" ]; then
		grep -acE "$1" "$2"
	else
		echo 0
	fi
}

# KUnit's, which are indented.
count_cases()
{
	local skips

	skips=$(matches '^    ok .*# SKIP' "$1")
	passed=$((passed + $(matches '^    ok [0-9]+ ' "$1") - skips))
	failed=$((failed + $(matches '^    not ok [0-9]+ ' "$1")))
	skipped=$((skipped + skips))
	grep -E '^ *not ok' "$1"
}

# Lines of TAP; a case that was skipped has not passed.
count_tap()
{
	local skips

	skips=$(matches '^ok .*# SKIP' "$1")
	passed=$((passed + $(matches '^ok [0-9]+ ' "$1") - skips))
	failed=$((failed + $(matches '^not ok [0-9]+ ' "$1")))
	skipped=$((skipped + skips))
}

kunit()
{
	local flavour=$1 log=$logs/kunit-$1.log out=$top/.build/$1 rc=0

	build "$flavour" || return
	"$here/vm/uml.sh" -k "$flavour" -t 900 -o "$log" \
		"$here/guest/kunit.sh" "$out" || rc=$?
	count_cases "$log"
	result "kunit on $flavour: clean log, clean unload, no leaks" $rc
}

# More than one thread at work. Poison shows a use after free where there is no KASAN.
# kmemleak makes an allocation slow, so without it there is a run that does more.
part_stress()
{
	local flavour append out log rc

	while read -r flavour append; do
		out=$top/.build/$flavour log=$logs/stress-$flavour${append:+-$append}.log rc=0
		build "$flavour" || continue
		"$here/vm/uml.sh" -k "$flavour" -a "$append" -t 900 -o "$log" \
			"$here/guest/stress.sh" "$out" </dev/null || rc=$?
		sed -n 's/^.*\(stress: .*\)$/\1/p' "$log"
		! grep -q '^race' "$log" || "$here/races.py" "$log"
		result "stress on $flavour${append:+, $append}" $rc
	done <<-END
	uml-7.3-smp slab_debug=FZP
	uml-7.3-smp cotask.race_rate=8 cotask.race_seed=$RANDOM
	uml-6.1-debug
	uml-6.1-debug kmemleak=off
	END
}

# One seed is always the same, the other one never. What differs is at the end of the log.
part_fuzz()
{
	local flavour programs out log rc seeds=(1 "$RANDOM$RANDOM")

	while read -r flavour programs; do
		out=$top/.build/$flavour log=$logs/fuzz-$flavour.log rc=0
		build "$flavour" || continue
		"$here/vm/uml.sh" -k "$flavour" -t 900 -o "$log" "$here/guest/fuzz.sh" \
			"$out" --programs "$programs" "${seeds[@]}" </dev/null || rc=$?
		grep '^fuzz: ' "$log"
		result "fuzz on $flavour" $rc
	done <<-END
	uml-6.1-debug 1000
	uml-7.3-smp 2500
	END
}

part_kunit()
{
	local flavour

	for flavour in uml-6.1-debug uml-7.3-smp uml-7.3-tt; do
		kunit "$flavour"
	done
}

part_static()
{
	local source

	need uml-7.3-smp uml-6.1-debug stock-6.1 || return
	source=$(cat "$("$here/vm/kernel.sh" uml-7.3-smp | tail -n 1)/source")
	silent checkpatch "$here/static.sh" checkpatch "$source"
	silent kernel-doc unchanged kernel-doc "$programs" \
		"$here/static.sh" kernel-doc "$source"
	silent rules "$here/rules.py"
	silent allocations "$here/allocations.py"
	silent surface "$here/surface.py"
	silent man "$here/static.sh" man "$source"
	silent docs unchanged docs "Documentation README.md $programs" \
		"$top/Documentation/html.sh" "$source" "$top/.build/docs"
	silent version "$here/static.sh" version "$source"
	silent shellcheck unchanged shellcheck "selftests tools debian .ci" \
		"$here/static.sh" shellcheck "$source"
	silent sparse unchanged sparse-stock-6.1 "module uapi Kbuild" sparse_modules
	silent layers "$here/layers.py" "$top/.build/sparse-stock-6.1"
}

# Version 0.6.4 of sparse does not understand 7.3; only the stock kernel has PCI.
sparse_modules()
{
	local quiet=(-s W=1 C=2 CF=-Wcontext)

	"$here/vm/build.sh" uml-6.1-debug "$top/.build/sparse-uml-6.1-debug" "${quiet[@]}" \
		CONFIG_COTASK_KUNIT_TEST=m CONFIG_COTASK_BENCH=m CONFIG_COTASK_DEBUG=y &&
		"$here/vm/build.sh" stock-6.1 "$top/.build/sparse-stock-6.1" "${quiet[@]}" \
			CONFIG_COTASK_BENCH=m
}

part_compile()
{
	local source flavour

	need uml-7.3 stock-6.1 stock-6.12 || return
	for source in "$here"/compile/*.c "$here"/compile/*.sh; do
		source=$(basename "${source%.*}")
		silent "compile-$source" compile "$source"
	done
	for flavour in stock-6.1 stock-6.12; do
		silent "compile-guide-$flavour" compile guide $flavour
	done
}

# "compile CASE [FLAVOUR]"
compile()
{
	unchanged "compiled/$1${2:+-$2}" "Documentation $programs" "$here/compile.sh" "$@"
}

# Models of protocols, without a kernel: they and what they name decide all of it.
part_proofs()
{
	local log=$top/.build/proofs.log line rc=0

	unchanged proved "module selftests/proofs selftests/proofs.sh" prove "$log" || rc=$?
	while read -r line; do
		case $line in
		"ok proofs: "*)		result "${line#ok }" 0 ;;
		"not ok proofs: "*)	result "${line#not ok }" 1 ;;
		esac
	done <"$log"
	[ $rc -eq 0 ] || tail -n 40 "$log"
	result "proofs: all models" $rc
}

prove()
{
	"$here/proofs.sh" >"$1" 2>&1
}

# Simulated time: the tutorial takes none.
part_trace()
{
	local flavour=uml-7.3-tt out=$top/.build/uml-7.3-tt rc=0

	need $flavour || return
	build $flavour || return
	silent trace-build "$here/tool/formats.sh" "$top/.build/trace" || return
	"$here/vm/uml.sh" -k $flavour -t 900 -o "$logs/trace.log" \
		"$here/guest/trace.sh" "$out" "$top/.build/trace/formats" || rc=$?
	grep '^trace: ' "$logs/trace.log"
	result "tracepoints: all of them, and they fit together" $rc
}

# The device, from user space. The tests use the harness of the newest kernel.
uapi()
{
	local machine=$1 flavour=$2 source=$3 out=$top/.build/$2 log=$logs/uapi-$2.log rc=0

	build "$flavour" || return
	once "uapi-$flavour" uapi_programs "$flavour" "$source" || return
	[ "$machine" = uml ] || silent "uapi-build-$flavour-32" \
		unchanged "$flavour/uapi32" "$programs" \
		"$here/uapi/build.sh" "$source" "$out/uapi32" -m32 || return
	"$here/vm/$machine.sh" -k "$flavour" -t 1500 -o "$log" "$here/guest/uapi.sh" "$out" ||
		rc=$?
	count_tap "$log"
	grep -aE '^not ok|COTASK_SEED|^ok .* stack of the kernel' "$log"
	result "uapi on $flavour: clean log, clean unload, no leaks" $rc
}

part_uapi()
{
	local flavour source

	need uml-7.3-smp uml-6.1-debug || return
	source=$(cat "$("$here/vm/kernel.sh" uml-7.3-smp | tail -n 1)/source")
	for flavour in uml-7.3-smp uml-6.1-debug; do
		uapi uml "$flavour" "$source"
	done
	# The stock kernel, where 32-bit processes run, too.
	uapi qemu stock-6.1 "$source"
}

# Tests of libcotask in the guest, by their names: "lib MACHINE FLAVOUR TEST..."
lib()
{
	local flavour=$2 out=$top/.build/$2 log=$logs/lib-$2.log rc=0

	build "$flavour" || return
	"$here/vm/$1.sh" -k "$flavour" -t 900 -o "$log" \
		"$here/guest/lib.sh" "$out" "$top/.build/libtest" "${@:3}" || rc=$?
	count_tap "$log"
	grep -E '^not ok|^# scenarios|COTASK_SEED' "$log"
	result "lib on $flavour: clean log, clean unload, no leaks" $rc
}

# Programs of the model, played by tasks of a process: "process_programs PLAYER". One seed is
# constant.
process_programs()
{
	local out=$top/.build/uml-7.3-tt log=$logs/fuzz-$1.log rc=0

	"$here/vm/uml.sh" -k uml-7.3-tt -t 900 -o "$log" "$here/guest/fuzz_process.sh" "$out" \
		"$top/.build/libtest/$1" --programs 100 1 "$RANDOM$RANDOM" </dev/null || rc=$?
	grep '^fuzz: ' "$log"
	result "fuzz with tasks of a process on uml-7.3-tt, $1" $rc
}

# The library and what is built on it. Scenarios need time that can be let pass.
part_lib()
{
	local source tests=(lib_core_test lib_stack_test lib_scopes_test lib_errors_test
		lib_objects_test lib_stress_test lib_apps_test lib_io_test lib_process_test
		lib_net_test lib_select_test lib_stream_test lib_stackless_test
		lib_stackless_stress_test)
	local stacks=(lib_core_test lib_stack_test lib_scopes_test lib_errors_test
		lib_objects_test lib_stress_test)

	need uml-7.3-smp uml-7.3-net-smp uml-6.1-debug uml-7.3-tt || return
	source=$(cat "$("$here/vm/kernel.sh" uml-7.3-smp | tail -n 1)/source")
	silent lib-build unchanged libtest "$programs" \
		"$here/lib/build.sh" "$source" "$top/.build/libtest" || return
	lib uml uml-7.3-smp "${tests[@]}" "${tests[@]/%/_asan}" "${stacks[@]/%/_ucontext}" \
		cxx_test hpp_test hpp_test_asan co_hpp_test co_hpp_test_asan examples.sh
	lib uml uml-6.1-debug "${tests[@]}" examples.sh
	lib uml uml-7.3-tt scenario_test scenario_stackless_test link.sh
	process_programs player
	process_programs player_stackless
	# The other user-mode kernels have no IP.
	lib uml uml-7.3-net-smp lib_net_test
}

# The examples with their clients in the guest.
apps()
{
	local flavour=$1 out=$top/.build/$1 log=$logs/apps-$1.log rc=0

	build "$flavour" || return
	"$here/vm/uml.sh" -k "$flavour" -t 1500 -o "$log" \
		"$here/guest/apps.sh" "$out" "$top/.build/apps" </dev/null || rc=$?
	count_tap "$log"
	grep -E '^not ok|^ok .*# SKIP' "$log"
	result "apps on $flavour: clean log, clean unload, no leaks" $rc
}

# Two kernels have a leak detector: one has TCP, the other one KASAN. What cannot be installed
# is left out, and the tests that need it say so.
part_apps()
{
	local out=$top/.build/apps make=(make -s CC=gcc-12 CFLAGS="-O2 -g -Werror")

	need uml-7.3-net-smp uml-6.1-debug || return
	"$here/vm/setup.sh" apps || echo "apps: not all packages were installed"
	silent apps-library "${make[@]}" -C "$top/tools/lib" OUT="$out/lib" || return
	silent apps-build "${make[@]}" -C "$top/tools/examples" OUT="$out/examples" \
		LIB="$out/lib" || return
	apps uml-7.3-net-smp
	apps uml-6.1-debug
}

# The tool for operators: on a saved snapshot here, then with real tasks. And the commands of gdb.
# "tool FLAVOUR MACHINE SCRIPT"
tool()
{
	local flavour=$1 out=$top/.build/$1 log=$logs/$3-$1.log rc=0

	build "$flavour" || return
	once "uapi-$flavour" uapi_programs "$flavour" \
		"$(cat "$("$here/vm/kernel.sh" uml-7.3-smp | tail -n 1)/source")" || return
	"$here/vm/$2.sh" -k "$flavour" -t 900 -o "$log" \
		"$here/guest/$3.sh" "$out" "$top/.build/tool/cotask" || rc=$?
	count_tap "$log"
	grep -E '^not ok|^# trace: |# SKIP' "$log"
	result "$3 on $flavour: clean log, clean unload, no leaks" $rc
}

# The script for dumps of the kernel, on made-up memory with the structures of the module; the
# stock kernel builds it with debugging information.
drgn_script()
{
	local python=/usr/bin/python3

	build stock-6.1 || return
	if ! "$here/vm/setup.sh" drgn || ! $python -c 'import drgn' 2>/dev/null; then
		echo "tool-drgn: drgn cannot be installed"
		skipped=$((skipped + 1))
		return
	fi
	silent tool-drgn $python -B "$here/tool/drgn_test.py" \
		"$top/.build/stock-6.1/module/cotask.ko"
}

# Recordings of a guest, in another program that reads such files.
trace_consumer()
{
	local files=$top/.build/tool/traces log=$logs/tool-consumer.log name data rc=0

	rm -rf "$files"
	mkdir -p "$files"
	while read -r name data; do
		base64 -d <<<"$data" | gunzip >"$files/$name"
	done < <(sed -n 's/^# file: //p' "$logs/tool-uml-7.3-smp.log" "$logs/tool_load-uml-7.3-smp.log")
	"$here/tool/consumer.sh" "$files"/*.json >"$log" 2>&1 || rc=$?
	if [ $rc -eq 4 ]; then
		echo "tool-consumer: $(tail -n 1 "$log")"
		skipped=$((skipped + 1))
		return
	fi
	[ $rc -eq 0 ] || tail -n 40 "$log"
	result tool-consumer $rc
}

part_tool()
{
	need uml-7.3-smp uml-7.3-net-smp uml-6.1-debug stock-6.1 || return
	silent tool-build make -s -C "$top/tools/cotask" O="$top/.build/tool" CC=gcc-12 \
		CFLAGS="-O2 -g -Werror" || return
	silent tool-programs unchanged tool "$programs" \
		"$here/tool/build.sh" "$top/.build/tool" || return
	silent tool-man mandoc -T lint -W warning "$top/tools/cotask/cotask.8"
	silent tool-golden "$here/tool/golden.sh" "$top/.build/tool/cotask"
	silent tool-views "$here/tool/views.sh" "$top/.build/tool/cotask"
	tool uml-7.3-smp uml tool
	tool uml-7.3-smp uml tool_load
	trace_consumer
	# With KASAN, what finds errors of the kernel.
	tool uml-6.1-debug uml tool_load
	# This kernel has pseudo-terminals. Without gdb the tests are skipped.
	tool uml-7.3-net-smp uml top
	"$here/vm/setup.sh" gdb || echo "gdb cannot be installed" >&2
	tool uml-7.3-net-smp uml gdb
	tool stock-6.1 qemu files
	drgn_script
}

# The same script on a real kernel: live, and on a dump of the machine.
part_drgn()
{
	local log=$logs/drgn-test.log rc=0

	need x86-7.3-dwarf || return
	"$here/drgn.sh" >"$log" 2>&1 || rc=$?
	count_tap "$log"
	[ $rc -eq 0 ] || tail -n 40 "$log"
	result "drgn on x86-7.3-dwarf: the running kernel, and a dump" $rc
}

part_demo()
{
	local rc=0

	need stock-6.1 || return
	"$here/demo.sh" >"$logs/demo.log" 2>&1 || rc=$?
	[ $rc -eq 0 ] || tail -n 60 "$logs/demo.log"
	[ $rc -ne 0 ] || grep -q '^unloaded' "$logs/demo.log" || rc=1
	result "demo on the stock kernel" $rc
}

part_edu()
{
	local out=$top/.build/stock-6.1 rc=0

	build stock-6.1 || return
	silent edu-examples make -s -C "$top/tools/examples" CC=gcc-12 \
		OUT="$out/edu" LIB="$out/edu/lib" || return
	"$here/vm/qemu.sh" -k stock-6.1 -t 900 -o "$logs/edu.log" \
		"$here/guest/edu.sh" "$out" || rc=$?
	grep -E '^(edu: |[0-9]+! = )' "$logs/edu.log"
	result "edu driver on the stock kernel: work, rebind under load, unload" $rc
}

# Headers and user space of arm64, which cannot be booted here.
arm64()
{
	local source log=$logs/arm64.log rc=0

	build stock-6.1-arm64
	source=$(cat "$("$here/vm/kernel.sh" uml-7.3-smp | tail -n 1)/source")
	"$here/arm64.sh" "$source" "$top/.build/arm64" >"$log" 2>&1 || rc=$?
	count_tap "$log"
	[ $rc -eq 0 ] || tail -n 40 "$log"
	result "arm64: library and header" $rc
}

# The part of "make matrix" that there is time for: each probe of a header has another
# outcome on one of these, and the tutorial runs.
part_kernels()
{
	local flavour out rc

	need uml-7.3-smp || return
	for flavour in stock-6.12 stock-7.3; do
		out=$top/.build/$flavour rc=0
		build "$flavour" || continue
		make -s -C "$top/tools/examples" CC=gcc-12 OUT="$out/examples" LIB="$out/lib" \
			>"$logs/kernels-$flavour.log" 2>&1 &&
			"$here/vm/qemu.sh" -k "$flavour" -t 900 -o "$logs/kernels-$flavour.log" \
				"$here/guest/demo.sh" "$out" || rc=$?
		result "tutorial on $flavour" $rc
	done
	hardirq stock-6.12-rt
	arm64
}

# Interrupts of PREEMPT_RT are where a sleeping lock shows.
hardirq()
{
	local flavour=$1 out=$top/.build/$1 log=$logs/hardirq-$1.log rc=0

	build "$flavour" || return
	"$here/vm/qemu.sh" -k "$flavour" -t 600 -o "$log" "$here/guest/hardirq.sh" "$out" || rc=$?
	passed=$((passed + $(matches 'hardirq: .*: ok, ' "$log")))
	failed=$((failed + $(matches 'hardirq: .*: not ok, ' "$log")))
	result "hard interrupts on $flavour" $rc
}

# Debian 12 as a user finds it; "make check-fresh" is all of it.
part_fresh()
{
	local log=$top/.build/fresh.log rc=0

	unchanged freshly selftests quick "$log" "$(git -C "$top" rev-parse "HEAD^{tree}")" || rc=$?
	count_tap "$log"
	[ $rc -eq 0 ] || grep -A 16 '^not ok' "$log"
	result "a machine that has nothing, and README.md" $rc
}

# "quick LOG TREE": what it tests is in HEAD, and not what the directory has.
quick()
{
	"$here/fresh.sh" quick >"$1" 2>&1
}

# Where an instruction takes a nanosecond: the longest stretches without a point to reschedule.
part_bounds()
{
	local out=$top/.build/bounds log=$logs/bounds.log rc=0 program

	need stock-6.1 || return
	silent bounds-modules "$here/vm/build.sh" stock-6.1 "$out" -s W=1 CONFIG_COTASK_DEBUG=y || return
	for program in stretch deaf; do
		silent "bounds-build-$program" gcc-12 -O2 -Wall -Wextra -Werror -static \
			-Wno-missing-field-initializers -I"$top/uapi" -o "$out/$program" \
			"$here/bounds/$program.c" || return
	done
	COTASK_ICOUNT=1 "$here/vm/qemu.sh" -k stock-6.1 -t 900 -o "$log" \
		"$here/guest/stretch.sh" "$out" || rc=$?
	count_tap "$log"
	grep -aE '^(not )?ok ' "$log"
	result "bounds on stock-6.1: a point to reschedule in each million instructions" $rc
}

hosted_rows()
{
	local log=$logs/budget-rows.log rc=0

	"$here/hosted.sh" ours >"$log" 2>&1 || rc=$?
	[ $rc -eq 0 ] || tail -n 40 "$log"
	result "budget: the rows are measured" $rc
	return $rc
}

# Where an instruction takes a nanosecond: what the rows of "make bench-hosted" cost. A row that
# costs too much is measured twice.
part_budget()
{
	local log=$logs/budget.log rows=$top/.build/hosted-ours-icount.json
	local judge=("$here/hosted/budget.py" "$here/hosted/budget.txt")

	need stock-6.1 || return
	hosted_rows || return
	if ! "${judge[@]}" "$rows" >"$log"; then
		mv "$rows" "$rows.first"
		hosted_rows || return
		"${judge[@]}" "$rows.first" "$rows" >"$log"
	fi
	count_tap "$log"
	cat "$log"
}

# A minute of it; "make fuzz-uapi" searches for longer.
part_search()
{
	local log=$logs/search.log rc=0

	need uml-6.1-cover || return
	"$here/search.sh" 60 >"$log" 2>&1 || rc=$?
	[ $rc -eq 0 ] || tail -n 20 "$log"
	grep -E '^search: (seed|[0-9])' "$log"
	result "search on uml-6.1-cover: clean log, clean unload, no leaks" $rc
	silent search-alone search_alone
}

# What the fuzzer finds is handed on as one program in C.
search_alone()
{
	local out=$top/.build/crash

	"$here/search/alone.py" "$(head -n 1 "$here/search/corpus")" >"$out.c" &&
		gcc-12 -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Werror \
			-Wno-missing-field-initializers -I"$top/uapi" -pthread -o "$out" "$out.c"
}

[ $# -gt 0 ] || set -- "${parts[@]}"
for part in "$@"; do
	if ! declare -F "part_$part" >/dev/null; then
		echo "check: no part \"$part\"; there are: ${parts[*]}" >&2
		exit 2
	fi
done

# In a shell of its own, which has its own counts.
run_part()
{
	local begin=$SECONDS

	passed=0 failed=0 skipped=0
	"part_$1"
	times >"$run/$1.times"
	echo "# $1: $((SECONDS - begin)) s, of CPUs" \
		"$(awk -F '[ms ]' 'END { printf "%d s", $1 * 60 + $2 + $4 * 60 + $5 }' "$run/$1.times")"
	echo "$passed $failed $skipped" >"$run/$1.counts"
}

# What a part has printed, and what it has counted; one that has died has failed.
show()
{
	local p=0 f=1 s=0

	cat "$run/$1.out"
	[ ! -e "$run/$1.counts" ] || read -r p f s <"$run/$1.counts"
	passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
}

# The next part that is over; false: there is none left.
show_next()
{
	local over=""

	wait -n -p over
	[ -n "${over:-}" ] && show "${part_of[$over]}"
}

stop()
{
	local pids

	mapfile -t pids < <(jobs -p)
	[ ${#pids[@]} -eq 0 ] || kill "${pids[@]}" 2>/dev/null
	wait
	rm -rf "$run"
}

mkdir -p "$logs" "$run"
trap stop EXIT
"$here/vm/setup.sh" || exit 1
declare -A part_of
for part in "$@"; do
	while [ "$(jobs -rp | wc -l)" -ge "$jobs" ]; do
		show_next
	done
	run_part "$part" >"$run/$part.out" 2>&1 </dev/null &
	part_of[$!]=$part
done
while show_next; do :; done
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ] && [ $passed -gt 0 ]
