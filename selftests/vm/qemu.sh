#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Boots a distribution's kernel in QEMU and runs one script in it; see vm.sh
# for options and exit status. The guest's root is the host's, read-only (9p).
# The kernel's messages go to the first serial port, the script's output to the
# second. Emulation by default; COTASK_KVM=1 asks for KVM. COTASK_CPU is the emulated CPU.
# COTASK_TCG=single emulates both CPUs in one thread: with two a CPU can run into a
# breakpoint that the kernel has taken away again when it patched a tracepoint in or out
# ("Oops: int3"). COTASK_ICOUNT=1: one CPU, on which an instruction takes a nanosecond, and
# waiting takes nothing. COTASK_PLUGIN=FILE[,ARGUMENT=VALUE] is a plugin of QEMU.
# COTASK_MONITOR=DIR: QEMU's monitor and the third serial port are the sockets DIR/qmp and
# DIR/serial, and the guest can leave notes for a dump of its memory.
set -euo pipefail

# shellcheck source-path=SCRIPTDIR source=vm.sh
. "$(dirname "${BASH_SOURCE[0]}")/vm.sh"

vm_arch=x86_64
vm_flavour=stock-6.1
vm_timeout=300
vm_memory=1G

# Paths of the modules that the root file system needs, in order of loading. Some
# kernels have one of them built in, and modprobe would complain; or all.
qemu_modules()
{
	[ -d "$vm_kernel/modules" ] || return 0
	modprobe -q -d "$vm_kernel/modules" -S "$(cat "$vm_kernel/version")" \
		--show-depends -a virtio_pci 9pnet_virtio 9p |
		awk '$1 == "insmod" && !seen[$2]++ { print $2 }'
}

# An initrd of busybox, those modules and a script that mounts the root.
qemu_initrd()
{
	local dir=$vm_run/initrd module

	mkdir -p "$dir/bin" "$dir/proc" "$dir/dev" "$dir/root" "$dir/modules"
	cp /bin/busybox "$dir/bin/"
	cat >"$dir/init" <<-'END'
	#!/bin/busybox sh
	busybox mount -t devtmpfs devtmpfs /dev
	while read -r module; do
		busybox insmod "/modules/$module"
	done </modules/order
	busybox mount -t 9p -o ro,trans=virtio,version=9p2000.L,cache=loose,msize=262144 root /root
	busybox mount -o move /dev /root/dev
	exec busybox switch_root /root "$cotask_init"
	END
	chmod +x "$dir/init"
	: >"$dir/modules/order"
	while read -r module; do
		cp "$module" "$dir/modules/"
		basename "$module" >>"$dir/modules/order"
	done < <(qemu_modules)
	(cd "$dir" && find . | cpio --quiet -o -H newc) | gzip -1 >"$vm_run/initrd.gz"
}

vm_prepare()
{
	local accel="tcg,thread=${COTASK_TCG:-multi}" cpu=${COTASK_CPU:-max} append
	local clock=(-smp 2) plugin=() monitor=()

	if [ "${COTASK_KVM:-0}" = 1 ]; then
		accel=kvm cpu=host
	fi
	if [ "${COTASK_ICOUNT:-0}" = 1 ]; then
		accel=tcg,thread=single cpu+=,-erms,-fsrm
		clock=(-smp 1 -icount "shift=0,sleep=off,align=off")
	fi
	[ -z "${COTASK_PLUGIN:-}" ] || plugin=(-plugin "$COTASK_PLUGIN")
	[ -z "${COTASK_MONITOR:-}" ] || monitor=(-device vmcoreinfo
		-qmp "unix:$COTASK_MONITOR/qmp,server=on,wait=off"
		-serial "unix:$COTASK_MONITOR/serial,server=on,wait=off")
	qemu_initrd
	append="console=ttyS0 loglevel=8 panic=-1 printk.time=1"
	append+=" cotask_init=$vm_dir/init.sh cotask_job=$vm_run/job"
	append+=" cotask_out=/dev/ttyS1 $vm_append"
	vm_machine=(qemu-system-x86_64 -accel "$accel" -cpu "$cpu" "${clock[@]}" "${plugin[@]}"
		-m "$vm_memory" -nographic -monitor none -no-reboot -nodefaults
		-kernel "$vm_kernel/kernel" -initrd "$vm_run/initrd.gz"
		-append "$append" -device edu
		-virtfs "local,path=/,mount_tag=root,security_model=none,readonly=on,multidevs=remap"
		-serial stdio -serial file:/dev/fd/2 "${monitor[@]}")
}

vm_main "$@"
