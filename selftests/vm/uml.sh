#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Boots a user-mode kernel and runs one script in it; see vm.sh for options and
# exit status. The guest's root is the host's, read-only (hostfs). The kernel's
# messages go to tty0, which is our output; the script's to tty1, our errors.
set -euo pipefail

# shellcheck source-path=SCRIPTDIR source=vm.sh
. "$(dirname "${BASH_SOURCE[0]}")/vm.sh"

vm_arch=um
vm_flavour=uml-7.3-smp
vm_timeout=120
vm_memory=512M

# A one-CPU kernel stays on one of the CPUs that we may use, where no other one is if there is
# such a CPU: its number in $uml_cpu. The lock ends with this process.
uml_pin()
{
	local cpus lock

	mapfile -t cpus < <(python3 -c \
		'import os; print(*sorted(os.sched_getaffinity(0)), sep="\n")')
	for uml_cpu in "${cpus[@]}"; do
		exec {lock}>"$cotask_cache/run/cpu.$uml_cpu"
		! flock -n "$lock" || return 0
		exec {lock}>&-
	done
	uml_cpu=${cpus[$$ % ${#cpus[@]}]}
}

vm_prepare()
{
	local extra

	vm_machine=()
	extra=""
	case $vm_flavour in
	*-smp)	extra="ncpus=2 seccomp=on" ;;
	*-tt)	extra="time-travel=inf-cpu" ;;
	esac
	case $vm_flavour in
	*-smp)	;;
	*)	uml_pin
		vm_machine=(taskset -c "$uml_cpu") ;;
	esac
	# shellcheck disable=SC2206,SC2054 # blanks separate, commas do not
	vm_machine+=("$vm_kernel/kernel" "mem=$vm_memory" "uml_dir=$vm_run/uml"
		root=hostfs rootfstype=hostfs rootflags=/ ro "init=$vm_dir/init.sh"
		con=null con0=null,fd:1 con1=null,fd:2 loglevel=8
		kunit.enable=1 kunit.autorun=1 "cotask_job=$vm_run/job"
		cotask_out=/dev/tty1 $extra $vm_append)
}

vm_main "$@"
