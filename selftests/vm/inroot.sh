#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Runs a command in a root that root.sh has made: "inroot.sh ROOT [-b DIR]...
# COMMAND...". What it writes goes to an overlay that ends with it, except below the
# directories DIR of the machine, which are seen under their own names. It has
# processes and mounts of its own, and cannot load a module.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
: "${cotask_cache:=${XDG_CACHE_HOME:-$HOME/.cache}/cotask}"

usage()
{
	echo "usage: inroot.sh ROOT [-b DIR]... COMMAND..." >&2
	exit 2
}

# Inside of the namespaces: "enter ROOT SCRATCH COUNT DIR... COMMAND..."
enter()
{
	local root=$1 scratch=$2 count=$3 dir

	shift 3
	mount -t overlay overlay "$scratch/root" \
		-o "lowerdir=$root,upperdir=$scratch/upper,workdir=$scratch/work"
	for dir in "${@:1:count}"; do
		mkdir -p "$scratch/root$dir"
		mount --bind "$dir" "$scratch/root$dir"
	done
	shift "$count"
	mount -t proc proc "$scratch/root/proc"
	mount -t sysfs -o ro sysfs "$scratch/root/sys"
	mount --rbind /dev "$scratch/root/dev"
	cat /etc/resolv.conf >"$scratch/root/etc/resolv.conf"
	exec setpriv --bounding-set -sys_module,-sys_boot,-sys_time \
		chroot "$scratch/root" /usr/bin/env -i HOME=/root TERM=dumb LC_ALL=C.UTF-8 \
		PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@"
}

as_root()
{
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	else
		sudo "$@"
	fi
}

main()
{
	local root dirs=() rc=0

	[ $# -ge 2 ] || usage
	root=$1
	shift
	while [ "$1" = -b ]; do
		dirs+=("$2")
		shift 2
	done
	mkdir -p "$cotask_cache/run"
	scratch=$(mktemp -d "$cotask_cache/run/root.XXXXXX")
	trap 'as_root rm -rf "$scratch"' EXIT
	mkdir "$scratch/root" "$scratch/upper" "$scratch/work"
	as_root unshare --mount --pid --fork --kill-child "$here/inroot.sh" --enter \
		"$root" "$scratch" "${#dirs[@]}" "${dirs[@]}" "$@" || rc=$?
	return "$rc"
}

if [ "${1:-}" = --enter ]; then
	shift
	enter "$@"
fi
main "$@"
