#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# In the guest: the tool "cotask" with many tasks that come and go; TAP on the standard output.
# "tool_load.sh OUT TOOL"
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR
. "$here/tool_lib.sh"

"$here/../vm/kmemleak.sh" clear
"$here/cotask.sh" load "$out" account=1 || exit 1
insmod "$out/module/samples/cotask_busy.ko" tasks=2000 || exit 1
status "trace" 0 "$tool" trace --output /tmp/busy 1
hand_out /tmp/busy.json
status "a part of a trace" 4 "$tool" trace --most 10 --output /tmp/part 0.1
is "a part of a trace, in words" 1 "$(grep -c 'events were lost' /tmp/stderr)"
is "trace files" 0 "$(python3 -B "$here/../tool/check_trace.py" /tmp/busy >/tmp/check; echo $?)"
grep '^trace: ' /tmp/check | sed 's/^/# /'
is "no instance is left" "" "$(ls /sys/kernel/tracing/instances)"

# The watchdog for all loops, switched on while they run.
echo 500 >/sys/module/cotask/parameters/slow_step_us
for ((i = 0; i < 300; i++)); do
	dmesg -t | grep -qE '(storage|net): a step of (nvme|nic)[0-9]' && break
	sleep 0.2
done
is "slow steps are reported" 1 "$((i < 300))"
"$tool" stat >/tmp/stdout
is "and counted" 1 "$(($(grep -c 'too long' /tmp/stdout) > 0))"
echo 0 >/sys/module/cotask/parameters/slow_step_us

# Readers of all kinds, some of which go in the middle, while tasks come and go, processes
# with operations at random too, and at last the loops themselves. Fewer with KASAN, which makes
# each of them slow.
rounds=25 holders=4
! zgrep -qs '^CONFIG_KASAN=y' /proc/config.gz || rounds=10 holders=2
readers=()
for i in 1 2 3; do
	while [ ! -e /tmp/stop ]; do
		# 4: a loop got no CPU for so long that it has not answered.
		"$tool" ps --json >/dev/null || [[ $? == [14] ]] || touch /tmp/bad
		head -c $((i * 3000)) /sys/kernel/debug/cotask/json >/dev/null
		cat /sys/kernel/debug/cotask/tasks >/dev/null || touch /tmp/bad
	done &
	readers+=($!)
done
COTASK_ROUNDS=$rounds "$out/uapi64/fuzz_test" >/tmp/fuzz || touch /tmp/bad
for ((i = 1; i <= holders; i++)); do
	python3 "$holder" $((i * 100)) </dev/null >/dev/null
	for victim in $("$tool" ps --json --on future --most 20 |
			sed -nE 's/^\{"type":"task",.*"id":([0-9]+),"name".*/\1/p'); do
		"$tool" cancel --quiet "$victim"
	done
	if [ $((i % 2)) -eq 0 ]; then
		rmmod cotask_busy
		insmod "$out/module/samples/cotask_busy.ko" tasks=2000 || exit 1
	fi
done
rmmod cotask_busy
touch /tmp/stop
wait "${readers[@]}"
is "looked at under load" "" "$(ls /tmp/bad 2>/dev/null)"
end
