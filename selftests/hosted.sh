#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# "make bench-hosted": compares hosted tasks, with libcotask ("stackless": without stacks) and with
# the ioctls alone ("device"), with io_uring, epoll, libuv, threads, tokio, Go and asyncio, in QEMU
# with the stock kernel.
# on=icount: one CPU, on which each instruction takes a nanosecond. The rows are numbers of
# instructions, the same in each run; a plugin of QEMU separates instructions of processes and of
# the kernel, and counts system calls. on=qemu: two CPUs, where all code is equally slow. on=uml:
# UML 7.3 on one CPU, at native speed, where a system call costs ten microseconds. Prints tables;
# .build/hosted-*.json and .svg contain the same data. Omits peers whose Debian packages
# (liburing-dev, libuv1-dev, golang-go, librust-tokio-dev, python3) are not installed. "ours": only
# libcotask and the device. "profile": the instructions of each row by function, in
# .build/hosted-profile. Arguments: on=icount|qemu|uml kernel=FLAVOUR sleepers=N ours profile.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
top=$(dirname "$here")
on=icount sleepers=10000 ours="" kernel=stock-6.1
for arg in "$@"; do
	case $arg in
	on=icount | on=qemu | on=uml) on=${arg#on=} ;;
	kernel=stock-*) kernel=${arg#kernel=} ;;
	sleepers=*) sleepers=${arg#sleepers=} ;;
	ours | profile) ours=$arg ;;
	*) echo "hosted.sh: $arg?" >&2; exit 2 ;;
	esac
done
machine=qemu
case $on in
icount) export COTASK_ICOUNT=1 ;;
# Emulated, "rep movsb" goes byte by byte, so the kernel is told not to prefer it.
qemu) export COTASK_CPU=max,-erms,-fsrm ;;
uml) kernel=uml-7.3 machine=uml ;;
esac
out=$top/.build/$kernel
result=$top/.build/hosted-${ours:+ours-}$on
log=$result.log

# With what Debian packages of Rust libraries install, and nothing from the network.
tokio()
{
	rm -rf "$out/tokio"
	cp -r "$here/hosted/tokio" "$out/tokio"
	CARGO_HOME=$out/cargo cargo build -q --release --offline \
		--manifest-path "$out/tokio/Cargo.toml" --target-dir "$out/cargo" \
		--config 'source.crates-io.replace-with="debian"' \
		--config 'source.debian.directory="/usr/share/cargo/registry"' &&
		install "$out/cargo/release/tokio_bench" "$out/hosted"
}

flags=(-O2 -Wall -Wextra -Wno-unused-parameter -D_GNU_SOURCE)

programs()
{
	local name

	mkdir -p "$out/hosted"
	make -s -C "$top/tools/lib" CC=gcc-12 CFLAGS="-O2 -g" OUT="$out/lib"
	for name in cotask_bench stackless_bench; do
		gcc-12 "${flags[@]}" -static -pthread -I"$top/tools/lib/include" \
			-o "$out/hosted/$name" "$here/hosted/$name.c" "$out/lib/libcotask.a"
	done
	gcc-12 "${flags[@]}" -static -pthread -I"$top/uapi" -o "$out/hosted/device_bench" \
		"$here/hosted/device_bench.c"
	gcc-12 "${flags[@]}" -static -o "$out/hosted/echo_load" "$here/hosted/echo_load.c"
}

peers()
{
	local name

	for name in epoll_bench thread_bench; do
		gcc-12 "${flags[@]}" -static -pthread -o "$out/hosted/$name" "$here/hosted/$name.c"
	done
	gcc-12 "${flags[@]}" -pthread -o "$out/hosted/uv_bench" "$here/hosted/uv_bench.c" -luv \
		2>>"$log" || echo "no libuv1-dev: without libuv"
	gcc-12 "${flags[@]}" -pthread -o "$out/hosted/uring_bench" "$here/hosted/uring_bench.c" -luring \
		2>>"$log" || echo "no liburing-dev: without io_uring"
	if command -v go >/dev/null; then
		(cd "$here/hosted/go" && CGO_ENABLED=0 GO111MODULE=off GOCACHE="$out/go" \
			go build -o "$out/hosted/go_bench" .)
	else
		echo "no golang-go: without Go"
	fi
	tokio 2>>"$log" || echo "no librust-tokio-dev and cargo: without tokio"
	install -m 755 "$here/hosted/asyncio_bench.py" "$out/hosted"
}

# Tells processes from the kernel, and counts system calls: for QEMU 4.2 to 8.2.
counter()
{
	local plugin=$out/hosted/count.so

	gcc-12 "${flags[@]}" -shared -fPIC -o "$plugin" "$here/hosted/count.c"
	if qemu-system-x86_64 -M none -nographic -plugin "$plugin,out=/dev/null" \
		-monitor stdio <<<quit >>"$log" 2>&1; then
		counts=("$result.counts")
		export COTASK_PLUGIN="$plugin,out=$result.counts"
		[ "$ours" != profile ] || COTASK_PLUGIN+=",blocks=$result.blocks"
	else
		echo "QEMU has no plugins of version 1: without parts and system calls"
	fi
}

mkdir -p "$top/.build"
"$here/vm/setup.sh"
"$here/vm/build.sh" "$kernel" "$out" W=1 >"$log" 2>&1 || { tail -n 40 "$log" >&2; exit 1; }
programs
[ -n "$ours" ] || peers
counts=()
[ "$on" != icount ] || counter
boot=()
[ "$ours" != profile ] || boot=(-a nokaslr)
"$here/vm/$machine.sh" -k "$kernel" -m $((2 + sleepers / 100000))G -t 1800 -o "$log" \
	${boot[@]+"${boot[@]}"} "$here/guest/hosted.sh" "$out" "$ours" "$sleepers"
"$here/hosted/table.py" "$log" "$result" ${counts[@]+"${counts[@]}"}
[ "$ours" != profile ] || "$here/hosted/profile.py" "$log" "$result.blocks" "$out/hosted" \
	"$top/.build/hosted-profile"
