#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# First process of a test machine: mounts what a script needs on the read-only
# root, runs the script of the job, says its status and switches off.
# From the kernel's command line: cotask_job (file), cotask_out (tty).
# shellcheck disable=SC2154 # variables of the environment and of the job

mount_all()
{
	mount -n -t proc proc /proc
	mount -t sysfs sysfs /sys
	mountpoint -q /dev || mount -t devtmpfs devtmpfs /dev
	mkdir -p /dev/shm
	ln -sf /proc/self/fd /dev/fd
	mount -t tmpfs tmpfs /dev/shm
	mount -t debugfs debugfs /sys/kernel/debug
	mount -t tracefs tracefs /sys/kernel/tracing
	mount -t cgroup2 cgroup2 /sys/fs/cgroup
	busybox ip link set lo up 2>/dev/null
}

# Fresh /tmp and /run, but what the job needs stays visible inside them.
cover_writable()
{
	local dir

	mount --bind / /mnt
	mount -t tmpfs tmpfs /tmp
	mount -t tmpfs tmpfs /run
	for dir in "${job_keep[@]}"; do
		case $dir in
		/tmp/*|/run/*)
			mkdir -p "$dir"
			mount --bind "/mnt$dir" "$dir"
			;;
		esac
	done
	umount /mnt
}

run_job()
{
	cd "$job_cwd" || cd /
	echo "cotask-vm: start" >/dev/kmsg
	"${job_command[@]}" </dev/null
	echo "cotask-vm: status $?"
}

export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export HOME=/tmp LC_ALL=C.UTF-8 TERM=dumb
job=$cotask_job out=$cotask_out
unset cotask_job cotask_out
mount_all
exec <>"$out" >&0 2>&0
stty raw -echo
# shellcheck source=/dev/null
. "$job"
cover_writable
dmesg -n 8
run_job
stty raw -echo	# waits until all output is written
sync
busybox poweroff -f
