#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Builds the project's modules for one kernel of the test bed in a directory of
# its own: "build.sh FLAVOUR OUTDIR [make arguments]". The sources are copied
# there, because a module build writes beside them; unchanged files are not
# built again. Compiler warnings are errors of the build.
set -euo pipefail
unset MAKEFLAGS MFLAGS MAKELEVEL KBUILD_OUTPUT	# of a make that calls us

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$here/../.." && pwd)
: "${cotask_cache:=${XDG_CACHE_HOME:-$HOME/.cache}/cotask}"

usage()
{
	echo "usage: build.sh FLAVOUR OUTDIR [make arguments]" >&2
	exit 2
}

# What a module build reads. Objects made here earlier stay, sources that are
# gone go; -c leaves alone what only has a new time.
copy_sources()
{
	local source=${COTASK_SOURCE:-$top}

	mkdir -p "$1"
	rsync -rlpc --delete --prune-empty-dirs \
		--exclude '*.o' --exclude '*.ko' --exclude '*.mod' \
		--exclude '*.mod.c' --exclude '.*.cmd' --exclude '*.order' \
		--exclude '*.symvers' --exclude '*.gcno' --exclude '/.lock' \
		--include '/Kbuild' --include '/VERSION' \
		--include '/module/***' --include '/uapi/***' \
		--include '/selftests/' --include '/selftests/kapi/***' \
		--exclude '*' "$source/" "$1/"
}

# Objects made for another kernel are worth nothing.
drop_foreign_objects()
{
	local out=$1 kernel=$2

	if [ "$(cat "$out/.kernel" 2>/dev/null)" != "$kernel" ]; then
		rm -rf "$out/module" "$out/selftests" "$out/Module.symvers"
		mkdir -p "$out"
		echo "$kernel" >"$out/.kernel"
	fi
}

# What a kernel build of Debian 13 needs.
kbuild_packages=(bc gcc-14 kmod libelf1t64 make pahole perl python3)

# The command that the compiler runs by: none, or one that runs it in a root.
place()
{
	local suite root

	suite=$(cat "$1/suite")
	[ -n "$suite" ] || return 0
	root=$("$here/root.sh" "$suite" "${kbuild_packages[@]}" | tail -n 1)
	printf '%s\n' "$here/inroot.sh" "$root" -b "$cotask_cache" -b "$2"
}

main()
{
	local flavour out kernel log where arch cc rc=0

	[ $# -ge 2 ] || usage
	flavour=$1
	out=$(realpath -m "$2")
	shift 2
	mkdir -p "$out"
	exec 9>"$out/.lock"
	flock 9
	kernel=$("$here/kernel.sh" "$flavour" | tail -n 1)
	drop_foreign_objects "$out" "$kernel"
	copy_sources "$out"
	log=$out/build.log
	arch=$(cat "$kernel/arch") cc=$(cat "$kernel/cc")
	[ "$arch" != arm64 ] || set -- CROSS_COMPILE=aarch64-linux-gnu- "$@"
	[[ $cc != clang-* ]] || set -- LLVM="${cc#clang}" "$@"
	mapfile -t where < <(place "$kernel" "$out")
	"${where[@]}" make -C "$kernel/build" ARCH="$arch" M="$out" \
		CC="$cc" CONFIG_COTASK_SAMPLES=m -j"$(nproc)" "$@" modules \
		>"$log" 2>&1 || rc=$?
	grep -vE '^make(\[[0-9]+\])?: (Entering|Leaving)|^Skipping BTF' "$log" >&2 || true
	if [ "$rc" -eq 0 ] && grep -q 'warning:' "$log"; then
		echo "build: the compiler warns" >&2
		find "$out" -name '*.o' -delete	# to be seen again next time
		rc=1
	fi
	return "$rc"
}

main "$@"
