#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# In the guest: the tool "cotask" with real tasks; TAP on the standard output.
# "tool.sh OUT TOOL"
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR
. "$here/tool_lib.sh"

# Times and lines of code are different each time.
normal()
{
	sed -E 's/[0-9.]+(ns|us|ms|s)\b/T/g; s/:[0-9]+/:L/g; s/ up to T/ T/g
		s/ (group|task [^ ]+) [0-9]+ / \1 N /'
}

# How many tasks there are.
count()
{
	"$tool" ps "$@" | tail -n +2 | wc -l
}

# Run a command as a user other than root.
nobody()
{
	setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
}

# hold FD COMMAND...: start a process with tasks; its pid in $pid. It ends when FD is closed.
hold()
{
	mkfifo "/tmp/in.$1" "/tmp/out.$1"
	"${@:2}" <"/tmp/in.$1" >"/tmp/out.$1" &
	eval "exec $1>/tmp/in.$1"
	read -r pid <"/tmp/out.$1"
	rm "/tmp/in.$1" "/tmp/out.$1"
}

# Where the tasks of a process are: "task: function (file):line function (file):line ..."
places()
{
	"${@:2}" "$tool" ps --json --pid "$1" | python3 -c '
import json, sys
for o in map(json.loads, sys.stdin):
	if o["type"] == "task":
		print(o["name"] + ":", *o.get("user_frames", ["-"]))'
}

# A line of the program whose tasks wait: "line TEXT"
line()
{
	grep -nF "$1" "$here/../tool/waits.c" | cut -d: -f1 | head -n 1
}

id_of()
{
	"$tool" ps --json "$@" | sed -nE 's/^\{"type":"task",.*"id":([0-9]+),"name".*/\1/p' | head -n 1
}

# --- without the module -----------------------------------------------------------

status "no module" 3 "$tool" ps
is "no module, in words" 1 "$(grep -c 'is the module loaded' /tmp/stderr)"
status "no module: the doctor" 3 "$tool" doctor
status "no command" 2 "$tool"
status "unknown command" 2 "$tool" dance
status "unknown option" 2 "$tool" ps --dance
status "unknown key" 2 "$tool" ps --sort colour
status "unknown user" 2 "$tool" ps --user nosuchuser

# --- tasks that stand still ---------------------------------------------------------

"$here/../vm/kmemleak.sh" clear
"$here/cotask.sh" load "$out" account=1 || exit 1
status "no tasks" 1 "$tool" ps
insmod "$out/module/samples/cotask_busy.ko" tasks=40 loops=1 still=1 || exit 1
comes "all are asleep" 40 count --on sleep
# Numbers of tasks depend on the order of a race, too.
is "tree" "$(cat "$here/../tool/golden/guest-tree.out")" \
	"$("$tool" tree --ascii | normal | sed -E 's/ [0-9]+  / N  /')"
is "ps" "$(cat "$here/../tool/golden/guest-ps.out")" \
	"$("$tool" ps --name 'nvme0*' | cut -c 7- | sed -E 's/  +/ /g; s/ [^ ]+ [0-9]+ ([a-z_]+:)/ RUN \1/' |
		normal)"
is "tasks" 64 "$(count)"
is "filter by loop" 64 "$(count --loop storage)"
is "debugfs has the same" "$("$tool" ps --json | grep -c '"type":"task"')" \
	"$(grep -c '"type":"task"' /sys/kernel/debug/cotask/json)"
is "no addresses" 0 "$(grep -cE '0x[0-9a-f]|[0-9a-f]{16}' /sys/kernel/debug/cotask/json)"
"$tool" ps --json >/tmp/saved
is "a saved snapshot" "$("$tool" tree --ascii | normal)" \
	"$("$tool" tree --ascii --file /tmp/saved | normal)"
is "and from standard input" "$("$tool" ps | wc -l)" "$("$tool" ps -f - </tmp/saved | wc -l)"
status "no such task" 1 "$tool" tree 1000000
status "no such loop" 1 "$tool" ps --loop nowhere
status "no such kind" 2 "$tool" ps --on slep
status "stat" 0 "$tool" stat
is "stat counts" 1 "$(grep -c '64 spawned, 0 finished, 0 failed, 0 cancelled, 64 alive' /tmp/stdout)"
status "rates" 0 "$tool" stat 1 1

# --- a full disk ----------------------------------------------------------------------

full()
{
	"$tool" "$@" 2>/tmp/stderr >/dev/full
	is "$* to a full disk" "3 1" "$? $(grep -c 'cannot write.*No space left' /tmp/stderr)"
}

full ps
full tree
full stat
full stat 1
echo 0 >/sys/module/cotask/parameters/account
full bench
echo 1 >/sys/module/cotask/parameters/account
full doctor
ln -s /dev/full /tmp/full.json
status "trace to a full disk" 3 "$tool" trace --output /tmp/full 0.1
is "trace to a full disk, in words" 1 "$(grep -c 'full.json: No space left' /tmp/stderr)"
full trace --output /tmp/written 0.1

# --- cancel ---------------------------------------------------------------------------

victim=$(id_of --name nvme0.io0)
status "cancel a task" 0 "$tool" cancel --reason 42 "$victim"
comes "it has gone" 0 count "$victim"
status "and is not found" 1 "$tool" ps "$victim"
status "cancel it again" 1 "$tool" cancel "$victim"
status "cancel nothing" 2 "$tool" cancel
status "cancel what is no number" 2 "$tool" cancel all
group=$("$tool" ps --json | sed -nE 's/^\{"type":"group",.*"id":([0-9]+),"name":"nvme1".*/\1/p')
status "cancel a group" 0 "$tool" cancel --group "$group"
comes "its tasks have gone" 0 count --name 'nvme1*'
rmmod cotask_busy

# --- others than root -------------------------------------------------------------------

status "the device is for root" 3 nobody "$tool" ps
chmod 666 /dev/cotask
hold 5 "$holder" 3
root_pid=$pid
hold 6 nobody "$holder" 2
user_pid=$pid
is "root sees all" 5 "$(count)"
is "by process" 2 "$(count --pid "$user_pid")"
is "by user" 2 "$(count --user 65534)"
is "others see theirs" 2 "$(nobody "$tool" ps | tail -n +2 | wc -l)"
is "with their names" "worker 0 worker 1" \
	"$(nobody "$tool" ps | grep -o 'worker [0-9]' | tr '\n' ' ' | sed 's/ $//')"
insmod "$out/module/samples/cotask_busy.ko" tasks=40 loops=1 || exit 1
is "and none of the kernel's" 2 "$(nobody "$tool" ps | tail -n +2 | wc -l)"
status "cancel root's task" 1 nobody "$tool" cancel "$(id_of --pid "$root_pid")"
status "cancel a task of the kernel" 1 nobody "$tool" cancel "$(id_of --loop storage)"
is "none was cancelled" "" "$("$tool" ps --cancelled --loop "pid-$root_pid")"
status "cancel their own" 0 nobody "$tool" cancel --reason 7 "$(id_of --pid "$user_pid")"
is "the reason is told" 1 "$("$tool" ps --cancelled | grep -c 'by operator, [a-z]*\[[0-9]*\], reason 7')"
status "trace is for root" 3 nobody "$tool" trace 1
is "fdinfo" 3 "$(sed -n 's/^cotask-tasks:\t//p' "/proc/$root_pid"/fdinfo/* 2>/dev/null)"
exec 5>&- 6>&-
wait
rmmod cotask_busy

# --- names in traces -------------------------------------------------------------------

echo 1 >/sys/kernel/tracing/events/cotask/cotask_spawn/enable
hold 5 "$holder" 1
exec 5>&-
wait
hold 5 "$holder" 1 "a name=x"
exec 5>&-
wait
echo 0 >/sys/kernel/tracing/events/cotask/cotask_spawn/enable
is "the trace shows names, which are last in their lines" "worker 0
a name=x 0" "$(sed -n 's/^.*cotask_spawn: .* coroutine=[^=]* name=//p' \
	/sys/kernel/tracing/trace)"

# --- code of processes --------------------------------------------------------------------

hold 5 "$programs/waits"
sleeping="inner (waits.c):$(line 'cotask_sleep(COTASK_FOREVER)')"
called="outer (waits.c):$(line 'return inner();')"
deeper="deeper (waits.c):$(line 'deeper(n - 1)')"
is "frames of a process" "main: waits (waits.c)
outer: $sleeping $called
wait_here: wait_here (waits.c):$(line 'await_future(&never)')
deep: $sleeping$(printf " $deeper%.0s" 1 2 3 4 5 6)
in_group: in_group (waits.c):$(line 'cotask_group_exit(')
naps: nap (waits.c):$(line 'CO_AWAIT(slept') naps (waits.c):$(line 'CO_AWAIT(called')
child: $sleeping $called
late: late (waits.c)" "$(places "$pid")"
is "in the tree" 1 "$("$tool" tree --ascii | grep -cE -- '-- outer [0-9]+  sleep [0-9.a-z]+  inner:[0-9]+ < outer:')"
"$tool" ps --json >/tmp/saved
is "a snapshot has them" "$("$tool" tree --ascii --pid "$pid" | tail -n +2 | normal)" \
	"$("$tool" tree --ascii --file /tmp/saved --pid "$pid" | tail -n +2 | normal)"
is "that of the kernel has not" 8 \
	"$("$tool" ps --file /sys/kernel/debug/cotask/json --pid "$pid" | grep -c ' -$')"
is "others do not see them" "" "$(places "$pid" nobody)"
exec 5>&-
wait
hold 5 env LD_LIBRARY_PATH="$programs/lib" "$programs/waits_shared"
is "with the shared library" "outer: $sleeping $called" "$(places "$pid" | grep ^outer)"
exec 5>&-
wait
hold 5 "$programs/waits_plain"
is "without optimization" "outer: $sleeping $called" "$(places "$pid" | grep ^outer)"
exec 5>&-
wait
hold 5 "$programs/waits_stripped"
is "without symbols" 8 "$(places "$pid" | grep -c ': waits_stripped+0x')"
exec 5>&-
wait
cp "$programs/waits_linked" /tmp
mkfifo /tmp/pipe
hold 5 nobody /tmp/waits_linked
status "a pipe is no debug file" 0 timeout 100 "$tool" tree
exec 5>&-
wait
cp "$programs/waits" /tmp/secret
chmod 711 /tmp/secret
hold 5 nobody /tmp/secret
is "what its user may not read is not read" 0 "$(places "$pid" | grep -c 'waits\.c')"
exec 5>&-
wait
hold 5 nobody "$programs/waits"
is "root sees those of others" "outer: $sleeping $called" "$(places "$pid" | grep ^outer)"
is "their owner sees them" "outer: $sleeping $called" "$(places "$pid" nobody | grep ^outer)"
status "children that do not end are not waited for" 0 \
	timeout 100 "$programs/clings" "$tool" ps --pid "$pid"
is "their processes are shown without places" 8 "$(grep -c ' -$' /tmp/stdout)"
kill -STOP "$pid"
is "also if it is stopped" "outer: $sleeping $called" "$(places "$pid" nobody | grep ^outer)"
kill -CONT "$pid"
exec 5>&-
wait
hold 5 "$programs/liar"
is "nothing is believed of a process that lies" "9 4" "$(places "$pid" | wc -l) $(places "$pid" | grep -c ': -$')"
status "and does no harm" 0 "$tool" tree
exec 5>&-
wait

# --- which object, and whose time -----------------------------------------------------------

# A column of "ps" of a task: "column NAME FROM TO"
column()
{
	"$tool" ps --pid "$pid" --name "$1" | tail -n 1 | normal | sed -E 's/  +/\t/g' | cut -f "$2"
}

echo 20000 >/sys/module/cotask/parameters/slow_step_us
hold 5 "$programs/objects"
is "a lock has a holder" 1 "$(column 'wants*' 5 | grep -cE '^lock #[0-9]+ held by holds [0-9]+$')"
is "a timeout leaves time" 1 "$(column 'wants*' 7 | grep -cE '^16m')"
is "a descriptor is a pipe" 1 "$(column reads 5 | grep -cE '^fd [0-9]+ pipe, in$')"
is "a queue has a number" 1 "$(column gets 5 | grep -cE '^queue #[0-9]+$')"
is "a sleep has a begin, and no end" "T forever" "$(column holds 6) $(column holds 7)"
is "main is in its process" "in its process" "$(column main 5)"
is "a step in a process counts as busy before it ends" 1 \
	"$("$tool" stat --pid "$pid" 0.5 1 | awk '/^pid-/ && $(NF - 1) > 50' | wc -l)"
is "so find those that are" 2 "$("$tool" ps --pid "$pid" --on process | wc -l)"
is "a name is text" 1 "$("$tool" ps --pid "$pid" | grep -c 'wants é')"
is "the busy time is that of the process" 1 \
	"$("$tool" ps --pid "$pid" --name works --times | tail -n 1 | grep -cE ' waiting +[3-9][0-9]+ms ')"
is "a slow step of a process is reported by the name of the task" 1 \
	"$(dmesg -t | grep -cE ': a step of works took [0-9]+ us in its process')"
is "and shown as the slowest" 1 "$("$tool" stat --pid "$pid" | grep -cE 'slowest: .*in its process')"
echo 0 >/sys/module/cotask/parameters/slow_step_us
exec 5>&-
wait
"$tool" trace --output /tmp/objects 600 >/dev/null 2>/tmp/stderr &
tracer=$!
for ((i = 0; i < 600; i++)); do
	grep -q '^recording' /tmp/stderr && break
	sleep 0.1
done
hold 5 "$programs/objects"
kill -TERM $tracer
wait $tracer
is "a signal ends a trace, and the files are complete" "0 1" \
	"$? $(tail -c 8 /tmp/objects.svg | grep -c '</svg>')"
hand_out /tmp/objects.json
is "a trace shows what is in a process" 1 \
	"$(($(grep -c '"name":"in its process"' /tmp/objects.json) > 0))"
is "and a task by its new name" 1 "$(grep -c '"thread_name",.*"name":"main"' /tmp/objects.json)"
# SIGINT, which a job of this shell ignores until it has a handler.
"$tool" trace --output /tmp/early 600 >/dev/null 2>&1 &
tracer=$!
until compgen -G '/sys/kernel/tracing/instances/*' >/dev/null; do sleep 0.01; done
kill -INT $tracer
wait $tracer
is "a signal that comes early ends it too, with no event" "1 " \
	"$? $(ls /sys/kernel/tracing/instances)"
exec 5>&-
wait

# --- limits and costs -------------------------------------------------------------------

status "bench while times are measured" 3 "$tool" bench --json
is "and says what to do" 1 "$(grep -c 'echo 0 >' /tmp/stderr)"
echo 0 >/sys/module/cotask/parameters/account
status "bench" 0 "$tool" bench --json
is "bench rows" 8 "$(wc -l </tmp/stdout)"
exec 9<>/dev/cotask
echo 1 >/sys/module/cotask/parameters/max_user_files
status "one file more than the user may have" 3 "$tool" ps
is "and names the limits" 1 "$(grep -c 'max_user_files, ulimit -n' /tmp/stderr)"
echo 1024 >/sys/module/cotask/parameters/max_user_files
exec 9>&-
end
