#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# In the guest, between "cotask.sh load" and "unload": "stack.sh begin", and "stack.sh end LIMIT".
# The end prints the deepest stack on which a function of the module was entered, and a line of
# TAP; it fails if the stack has more than LIMIT bytes. Without a stack tracer nothing happens.
set -euo pipefail

tracing=/sys/kernel/tracing enabled=/proc/sys/kernel/stack_tracer_enabled

# Of the module; a name that other code has, too, would select both.
functions()
{
	awk '{ seen[$1]++ }
	     $2 == "[cotask]" { ours[$1] }
	     END { for (f in ours) if (seen[f] == 1) print f }' \
		$tracing/available_filter_functions
}

begin()
{
	functions >$tracing/stack_trace_filter
	echo 0 >$tracing/stack_max_size
	echo 1 >$enabled
}

end()
{
	local bytes

	echo 0 >$enabled
	bytes=$(cat $tracing/stack_max_size)
	sed 's/^/# /' $tracing/stack_trace
	echo >$tracing/stack_trace_filter
	if [ "$bytes" -eq 0 ] || [ "$bytes" -gt "$1" ]; then
		echo "not ok 1 stack of the kernel: $bytes bytes, limit $1"
		return 1
	fi
	echo "ok 1 stack of the kernel: $bytes bytes at most, limit $1"
}

[ -e $enabled ] || exit 0
"$@"
