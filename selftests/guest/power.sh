#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# In the guest: the stress test and random operations of processes, while a CPU goes and comes and
# the freezer stops and thaws all tasks. "power.sh OUT [ROUNDS]"
set -u
out=$1 rounds=${2:-20}
here=$(cd "$(dirname "$0")" && pwd)
cpu=/sys/devices/system/cpu/cpu1/online

# A process inside of init_module() cannot be frozen, so these are short.
kernel_load()
{
	local i

	for ((i = 0; i < rounds; i++)); do
		insmod "$out/module/tests/cotask_stress.ko" seed=$i milliseconds=500 || return
		rmmod cotask_stress || return
	done
}

user_load()
{
	"$out/uapi64/fuzz_test" >/tmp/fuzz_test || { cat /tmp/fuzz_test; return 1; }
}

"$here/cotask.sh" load "$out" || exit 1
echo freezer >/sys/power/pm_test || exit 1
echo 0 >/sys/module/suspend/parameters/pm_test_delay
kernel_load &
kernel=$!
user_load &
user=$!
frozen=0
while kill -0 $kernel 2>/dev/null || kill -0 $user 2>/dev/null; do
	echo 0 >$cpu && echo 1 >$cpu || exit 1
	echo mem >/sys/power/state || exit 1
	frozen=$((frozen + 1))
done
wait $kernel && wait $user || exit 1
echo "power: CPU 1 was off, and all tasks were frozen, $frozen times"
[ $frozen -gt 0 ] || exit 1
"$here/cotask.sh" unload
