#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# In the guest: the commands of tools/gdb/cotask.py on processes, or on a core file; TAP on the
# standard output. "gdb.sh OUT TOOL [core]"
set -u
out=$1 programs=$(dirname "$2") part=${3:-processes}
here=$(cd "$(dirname "$0")" && pwd)
top=$(dirname "$(dirname "$here")")
# shellcheck source-path=SCRIPTDIR
. "$here/tap.sh"

# look COMMAND... -- ARGUMENT...: what commands of gdb print
look()
{
	local commands=()

	while [ "$1" != -- ]; do
		commands+=(-ex "$1")
		shift
	done
	timeout 300 gdb -nx -batch -ex "source $top/tools/gdb/cotask.py" "${commands[@]}" \
		"${@:2}" 2>/tmp/stderr
}

# Lines of code and addresses are different each time.
normal()
{
	sed -nE 's/ +$//; s/(stacks\.c):[0-9]+/\1:L/g; s/0x[0-9a-f]+/A/g; s/  +/  /g; /^TASK/,$p'
}

normal_awaits()
{
	sed -nE 's/^#[0-9]+  (\w+) at stacks\.c:[0-9]+$/\1/p' | tr '\n' ' '
}

# stacks NAME: what "cotask bt all" has printed in /tmp/stacks
stacks()
{
	is "$1: the stack of a task, with local variables" "inner outer doubled = 42 number = 21" \
		"$(sed -n '/^task 2\.3 a sleeper: waits, outer/,/^task 2\.4/p' /tmp/stacks |
			grep -oE '\b(inner|outer) \(|(doubled|number) = [0-9]+' |
			sed 's/ ($//' | awk '/=/ { v = v " " $0; next } { f = f $0 " " } \
				END { print f substr(v, 2) }')"
	is "$1: a function that calls itself" 4 "$(grep -c ' again (arg=' /tmp/stacks)"
	is "$1: a task that runs" 1 \
		"$(sed -n '/^task 2\.1 /,/^task 2\.3/p' /tmp/stacks | grep -c ' first_main (')"
	is "$1: no frames of the library below the call" "" \
		"$(grep -E ' (cotask_suspend|cotask_switch|run_fn|cotask_switch_bottom) \(' \
			/tmp/stacks)"
	is "$1: awaits of a task without a stack" "nap naps " \
		"$(sed -n '/^task 2\.7 /,/^task 2\.8/p' /tmp/stacks | normal_awaits)"
	is "$1: stacks of all tasks" 11 "$(grep -c '^task ' /tmp/stacks)"
}

if ! command -v gdb >/dev/null; then
	echo "ok 1 gdb # SKIP gdb is not installed"
	echo "1..1"
	exit 0
fi

expected='TASK  NAME  STATE  FUNCTION  WAITS FOR
1.x2  -  waits  outer  cotask_sleep(ns=3600000000000) in inner, stacks.c:L
1.x4  -  new  outer  -
2.1  -  running  first_main  -
2.3  a sleeper  waits  outer  cotask_sleep(ns=3600000000000) in inner, stacks.c:L
2.4  waiter  waits  wait_here  cotask_await_future(f=A <never>) in wait_here, stacks.c:L
2.5  -  waits  join  cotask_await(task 2.3 a sleeper) in join, stacks.c:L
2.6  again  waits  again  cotask_sleep(ns=3600000000000) in inner, stacks.c:L
2.7  -  waits  naps  in nap, stacks.c:L
2.8  late  new  wait_here  -
3.1  -  waits  second_main  cotask_sleep(ns=3600000000000) in inner, stacks.c:L
3.2  six  waits  outer  cotask_sleep(ns=3600000000000) in inner, stacks.c:L'

# What a compiler that optimizes the library leaves of the arguments.
optimized()
{
	sed -E 's/cotask_sleep\(ns=[0-9]+\)/cotask_sleep()/; s/future\([fx]=A/future(A/'
}

# answer N: what the command N of check() has printed
answer()
{
	awk -v n="$1" '/^==$/ { i++; next } i == n' /tmp/answers
}

# check NAME ARGUMENT...; gdb takes long to start under emulation, so it is started once
check()
{
	look "cotask tasks" "echo ==\\n" "cotask bt all" "echo ==\\n" "cotask bt waiter" \
		"echo ==\\n" "cotask bt missing" "cotask bt 2.4" "info threads" \
		-- "${@:2}" >/tmp/answers
	answer 0 | normal | grep -v '^\[' >/tmp/tasks
	is "$1: tasks" "$(optimized <<<"$expected")" "$(optimized </tmp/tasks)"
	answer 1 >/tmp/stacks
	stacks "$1"
	is "$1: one task, by its name" "task 2.4 waiter: waits, wait_here" \
		"$(answer 2 | grep '^task ')"
	is "$1: no such task" 1 "$(grep -c '^no task "missing"' /tmp/stderr)"
	is "$1: the thread is where it was" 1 "$(answer 3 | grep -cE '^\* 1 .*(read|raise|kill)')"
}

# start PROGRAM: its pid in $pid; it ends when descriptor 5 is closed
start()
{
	mkfifo /tmp/in /tmp/out
	"$programs/$1" </tmp/in >/tmp/out &
	exec 5>/tmp/in
	read -r pid </tmp/out || exit 1
	rm /tmp/in /tmp/out
}

processes()
{
	local program

	for program in stacks stacks_plain; do
		start $program
		check "$program" -p "$pid"
		exec 5>&-
		wait
	done
	is "arguments, where they are kept" "$expected" "$(cat /tmp/tasks)"
	export LD_LIBRARY_PATH=$programs/lib
	start stacks_shared
	check "shared library" -p "$pid"
	exec 5>&-
	wait
	start stacks_stripped
	look "cotask tasks" -- -p "$pid" >/dev/null
	is "without debugging information" 1 "$(grep -c 'no process with libcotask' /tmp/stderr)"
	exec 5>&-
	wait
}

core()
{
	echo /tmp/core >/proc/sys/kernel/core_pattern
	ulimit -c unlimited
	"$programs/stacks" abort >/dev/null
	check "core file" "$programs/stacks" /tmp/core*
}

"$here/cotask.sh" load "$out" || exit 1
$part
"$here/cotask.sh" unload || exit 1
echo "1..$n"
[ $failed -eq 0 ]
