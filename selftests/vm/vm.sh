#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Sourced by uml.sh and qemu.sh. Owns what they share: options, the bounded
# run of one machine, its log and the verdict. The caller defines
# vm_prepare, which names the machine to run: kernel messages on one of its
# two outputs, the script's on the other.
#
# Exit status: that of the script, or 124 timeout, 97 splat, 98 the kernel died
# before it could say a status. A boot that dies before the script starts is
# repeated once.
#
# shellcheck disable=SC2034,SC2154 # variables shared with the caller

vm_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
vm_top=$(cd "$vm_dir/../.." && pwd)
: "${cotask_cache:=${XDG_CACHE_HOME:-$HOME/.cache}/cotask}"

vm_say()
{
	echo "${0##*/}: $*" >&2
}

vm_usage()
{
	cat >&2 <<-END
	usage: ${0##*/} [-k FLAVOUR] [-t SECONDS] [-o LOG] [-a "KERNEL ARGS"]
	       [-m MEMORY] [-v] SCRIPT [ARGS...]
	  -k  kernel, see kernel.sh (default $vm_flavour)
	  -t  limit for one boot and the script (default $vm_timeout)
	  -o  where the console log is kept (default: thrown away after success)
	  -v  console log on standard output as well
	END
	exit 2
}

vm_options()
{
	local opt

	vm_append="" vm_log="" vm_verbose=""
	while getopts k:t:o:a:m:v opt; do
		case $opt in
		k) vm_flavour=$OPTARG ;;
		t) vm_timeout=$OPTARG ;;
		o) vm_log=$OPTARG ;;
		a) vm_append=$OPTARG ;;
		m) vm_memory=$OPTARG ;;
		v) vm_verbose=1 ;;
		*) vm_usage ;;
		esac
	done
	shift $((OPTIND - 1))
	[ $# -gt 0 ] || vm_usage
	[ -f "$1" ] || { vm_say "no such script: $1"; exit 2; }
	vm_command=("$(realpath "$1")" "${@:2}")
}

# What init.sh reads: the command, where it runs, and what must stay visible
# when /tmp and /run are covered.
vm_write_job()
{
	local job_command job_cwd job_keep

	job_command=("${vm_command[@]}")
	job_cwd=$PWD
	job_keep=("$vm_top" "$(dirname "${vm_command[0]}")" "$PWD" "$cotask_cache")
	declare -p job_command job_cwd job_keep |
		sed 's/^declare -[a-z-]* //' >"$vm_run/job"
}

# One line at a time into the log: kernel and script never mix within a line.
vm_collect()
{
	if [ -n "$vm_verbose" ]; then
		sed -u 's/\r*$//' <"$1" | tee -a "$vm_log"
	else
		sed -u 's/\r*$//' <"$1" >>"$vm_log"
	fi
}

# timeout(1) kills just the process it started; what that one has started ends
# with it. No softer signal: a user-mode kernel would answer with complaints.
vm_attempt()
{
	local collectors=() rc=0

	: >"$vm_log"
	rm -f "$vm_run/out" "$vm_run/err"
	mkfifo "$vm_run/out" "$vm_run/err"
	vm_collect "$vm_run/out" &
	collectors+=($!)
	vm_collect "$vm_run/err" &
	collectors+=($!)
	timeout --foreground -s KILL -k 5 "$vm_timeout" "${vm_machine[@]}" \
		</dev/null >"$vm_run/out" 2>"$vm_run/err" &
	vm_pid=$!
	{ wait "$vm_pid"; } 2>/dev/null || rc=$?
	vm_pid=
	wait "${collectors[@]}" || true
	return "$rc"
}

vm_cleanup()
{
	if [ -n "${vm_pid:-}" ] && kill "$vm_pid" 2>/dev/null; then
		{ wait "$vm_pid"; } 2>/dev/null || true
	fi
	rm -rf "$vm_run"
}

vm_started()
{
	grep -q 'cotask-vm: start$' "$vm_log"
}

# timeout(1) ends with 137 when it had to kill.
vm_timed_out()
{
	[ "$1" -eq 124 ] || [ "$1" -eq 137 ]
}

vm_verdict()
{
	local rc=$1 status

	status=$(sed -n 's/^cotask-vm: status \([0-9]*\)$/\1/p' "$vm_log" | tail -n 1)
	if vm_timed_out "$rc"; then
		vm_say "no end after $vm_timeout s"
		"$vm_dir/scan.sh" "$vm_log" >&2 || true
		return 124
	fi
	"$vm_dir/scan.sh" "$vm_log" >&2 || return 97
	if [ -z "$status" ]; then
		vm_say "the kernel died before a status line"
		return 98
	fi
	return "$status"
}

# End of the log, without the boot if the script started.
vm_tail()
{
	if vm_started; then
		sed -n '/cotask-vm: start$/,$p' "$vm_log" | tail -n 60
	else
		tail -n 60 "$vm_log"
	fi
}

vm_report()
{
	local rc=$1

	if [ "$rc" -ne 0 ]; then
		vm_say "${vm_command[*]}: status $rc on $vm_flavour, end of the log:"
		[ -n "$vm_verbose" ] || vm_tail >&2
	fi
	exit "$rc"
}

# Caller has set vm_arch, and vm_flavour, vm_timeout and vm_memory to its
# defaults, and defines vm_prepare, which sets vm_machine=(the machine's command line).
vm_main()
{
	local rc=0

	vm_options "$@"
	vm_kernel=$("$vm_dir/kernel.sh" "$vm_flavour" | tail -n 1)
	if [ "$(cat "$vm_kernel/arch")" != "$vm_arch" ]; then
		vm_say "$vm_flavour does not run here"
		exit 2
	fi
	mkdir -p "$cotask_cache/run"
	vm_run=$(mktemp -d "$cotask_cache/run/XXXXXX")
	trap vm_cleanup EXIT
	trap 'exit 143' INT TERM
	: "${vm_log:=$vm_run/log}"
	mkdir -p "$(dirname "$vm_log")"
	vm_write_job
	vm_prepare
	vm_attempt || rc=$?
	if ! vm_started && ! vm_timed_out "$rc"; then
		vm_say "$vm_flavour died before the script started; once more"
		tail -n 20 "$vm_log" >&2
		rc=0
		vm_attempt || rc=$?
	fi
	vm_verdict "$rc" && rc=0 || rc=$?
	vm_report "$rc"
}
