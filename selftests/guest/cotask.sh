#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# For scripts inside a test machine. "cotask.sh load OUT [PARAMETER...]": loads the module, with
# the parameters of the kernel's command line, "cotask.race_rate=4", too. "cotask.sh unload
# [MODULE...]": these, and the module; a debug build whose race points were on prints first which
# pairs of them it has seen.
set -euo pipefail

races=/sys/kernel/debug/cotask/races

load()
{
	local given

	read -ra given <<<"$(tr ' ' '\n' </proc/cmdline | sed -n 's/^cotask\.//p' | tr '\n' ' ')"
	insmod "$1/module/cotask.ko" ${given[@]+"${given[@]}"} "${@:2}"
}

unload()
{
	[ ! -e $races ] || sed 's/^/race\t/' $races
	rmmod "$@" cotask
}

[ $# -ge 1 ] || exit 2
"$@"
