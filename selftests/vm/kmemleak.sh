#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# For scripts inside a test machine. "kmemleak.sh clear" forgets what is known
# so far; "kmemleak.sh check" scans twice, prints leaks and fails if there are
# any. Silent on a kernel without kmemleak.
set -euo pipefail

file=/sys/kernel/debug/kmemleak

usage()
{
	echo "usage: kmemleak.sh clear|check" >&2
	exit 2
}

# An object counts only when it is five seconds old.
check()
{
	local leaks

	sleep 6
	echo scan >"$file"
	echo scan >"$file"
	leaks=$(cat "$file")
	[ -n "$leaks" ] || return 0
	echo "$leaks"
	return 1
}

[ $# -eq 1 ] || usage
[ -e "$file" ] && ! grep -qw kmemleak=off /proc/cmdline || exit 0
case $1 in
clear)	echo scan >"$file"
	echo clear >"$file" ;;
check)	check ;;
*)	usage ;;
esac
