#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# In the guest: traces the tutorial, and checks that the events fit together: every
# task that is spawned ends, steps have a begin and an end and do not overlap,
# nothing happens to a task before its spawn or after its end. What libtraceevent makes of the
# events is what the kernel prints. "trace.sh OUT FORMATS"
set -u
out=$1 formats=$2
here=$(cd "$(dirname "$0")" && pwd)
tracing=/sys/kernel/tracing

"$here/cotask.sh" load "$out" || exit 1
echo 1 >$tracing/events/cotask/enable || exit 1
insmod "$out/module/samples/cotask_tutorial.ko" || exit 1
for ((i = 0; i < 120; i++)); do
	[ "$(cat /sys/module/cotask_tutorial/parameters/done)" = Y ] && break
	sleep 0.5
done
# As long as it is there its functions have names.
echo 0 >$tracing/tracing_on
grep -v '^#' $tracing/trace >/tmp/trace
grep -q 'cotask_suspend: .* on=sleep at=say_after \[cotask_tutorial\]:[0-9]*$' /tmp/trace ||
	{ echo "trace: no task sleeps in say_after()"; exit 1; }
grep -q 'cotask_cancel: .* cause=deadline ' /tmp/trace ||
	{ echo "trace: no cause of a cancel"; exit 1; }
# Takes them out of the buffer.
"$formats" >/tmp/parsed || exit 1
# It does not know the modules of functions.
sed 's/^.*: \(cotask_[a-z_]*\): */\1: /; s/ \[cotask[a-z_]*\]//' /tmp/trace |
	diff - /tmp/parsed >/tmp/differs ||
	{ echo "trace: libtraceevent prints other texts:"; head -n 20 /tmp/differs; exit 1; }
echo 1 >$tracing/tracing_on
rmmod cotask_tutorial || exit 1
echo 0 >$tracing/events/cotask/enable
grep -v '^#' $tracing/trace >>/tmp/trace
"$here/cotask.sh" unload || exit 1

awk '
function bad(what) { print "trace: " what ": " $0; errors++ }
function number(field,    m) {
	if (!match($0, " " field "=[0-9]+"))
		return 0
	return substr($0, RSTART + length(field) + 2, RLENGTH - length(field) - 2)
}
{
	event = ""
	for (i = 1; i <= NF && event == ""; i++)
		if ($i ~ /^cotask_[a-z_]+:$/)
			event = substr($i, 8, length($i) - 8)
	count[event]++
	t = number("task")
}
event == "spawn" { if (alive[t]) bad("spawned twice"); alive[t] = 1; next }
event == "step_begin" { if (running) bad("two steps at once"); running = t }
event == "step_end" { if (running != t) bad("end of another step"); running = 0 }
event ~ /^(step_begin|suspend|wake|cancel|done)$/ && alive[t] != 1 { bad("no such task") }
event == "done" { alive[t] = 2 }
END {
	for (t in alive)
		if (alive[t] == 1)
			bad("task " t " has not ended")
	n = split("spawn step_begin step_end suspend wake cancel timeout done " \
		  "group_begin group_abort group_end turn", all, " ")
	for (i = 1; i <= n; i++)
		if (!count[all[i]]) {
			print "trace: no event " all[i]
			errors++
		}
	print "trace: " NR " events, " errors + 0 " errors"
	exit errors > 0
}' /tmp/trace
