#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Judges the console log of a test machine: prints the kernel's complaints that
# come after the start marker and fails if there are any. Only lines with the
# kernel's time stamp count, so a test may print what it likes.
set -euo pipefail

complaints=(
	'WARNING: ' 'BUG: ' 'KASAN: ' 'KCSAN: ' 'KFENCE: ' 'UBSAN: ' 'ODEBUG: '
	'kmemleak: [1-9][0-9]* new suspected' 'unreferenced object 0x'
	'INFO: possible ' 'INFO: inconsistent lock' 'INFO: trying to register'
	'possible (circular|recursive) locking' 'inconsistent lock state'
	'possible irq lock inversion' 'suspicious RCU usage' 'held lock freed'
	'bad (unlock|contention) balance' 'lock held when returning' 'locks? held by'
	'DEBUG_LOCKS_WARN_ON' 'Invalid wait context' 'MAX_LOCK' 'MAX_STACK_TRACE'
	'still has locks held' 'scheduling while atomic'
	'sleeping function called from' 'Voluntary context switch within RCU'
	'Oops' 'Kernel panic' 'kernel BUG at' 'Unable to handle kernel'
	'general protection fault' 'Kernel mode fault' 'stack segment'
	'double fault' 'Kernel stack (overflow|is corrupted)' 'bad stack'
	'refcount_t: ' 'percpu ref .* <= 0' 'list_(add|del) corruption'
	'blocked for more than' 'soft lockup' 'hard LOCKUP' 'workqueue lockup'
	'rcu.* detected .*stall' 'rcu.* self-detected stall' 'rcu_.* kthread starved'
	'Bad page' 'Bad rss-counter' 'slab .*(corrupt|error)' 'Object already free'
	'Objects remaining' 'Redzone' 'Poison overwritten' 'double free'
	'irq event stamp' 'nobody cared' 'Call Trace' 'Call trace'
	'enqueued on deprecated workqueue' 'using neither WQ_PERCPU'
	'kobject_add_internal failed' 'Trying to vfree' 'NULL pointer dereference'
)

# Data races of the kernel alone are not of interest here; those of its clocks and timers have
# cotask on the stack when its tasks read the time or sleep.
of_cotask()
{
	awk '/ ====================/ && !report	{ report = $0 ORS; next }
	     report			{ report = report $0 ORS
					  if ($0 !~ / ====================/) next
					  if (report !~ /BUG: KCSAN/ ||
					      (report ~ /\[cotask/ &&
					       report !~ /data-race in [^\n]*(hrtimer_wakeup|timekeeping_)/))
						printf "%s", report
					  report = ""
					  next }
	     { print }
	     END { printf "%s", report }'
}

# Of the stacks of 32 KiB that config/memory.config makes, a quarter has to be left.
shallow()
{
	awk '/ used greatest stack depth: / && $(NF - 2) < 8192 { print "WARNING: " $0; next }
	     { print }'
}

pattern=$(IFS='|'; echo "${complaints[*]}")
hits=$(sed '1,/cotask-vm: start$/d' "$1" |
	grep -nE '^\[ *[0-9]+\.[0-9]+\]' | of_cotask | shallow |
	grep -E -m 20 "$pattern" || true)
[ -z "$hits" ] && exit 0
echo "scan: the kernel complained:"
echo "$hits"
exit 1
