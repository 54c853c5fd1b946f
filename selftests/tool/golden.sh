#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What the tool shows of a saved snapshot: "golden.sh TOOL" compares with golden/*.txt, which
# begin with the arguments, see show(). It is silent if all is as it was; with --update as second
# argument it writes them anew.
set -uo pipefail

here=$(cd "$(dirname "$0")" && pwd)
tool=$(realpath "$1") update=${2:-}
rc=0
export LC_ALL=C.UTF-8 TERM=dumb

# "[COLUMNS=N] ARGUMENT...", or "SCREEN=COLUMNS[,KEYS] ARGUMENT..." of a full-screen command
show()
{
	local args size

	read -ra args <<< "$1"
	echo "$1"
	cd "$here/golden" || return
	case ${args[0]} in
	SCREEN=*)
		size=${args[0]#SCREEN=}
		[[ $size == *,* ]] || size=$size,
		python3 -B "$here/screen.py" "${size%%,*}" "${size#*,}" "$tool" "${args[@]:1}" 2>&1 ;;
	COLUMNS=*)
		env "${args[0]}" "$tool" "${args[@]:1}" 2>&1 ;;
	*)
		"$tool" "${args[@]}" 2>&1 ;;
	esac
	echo "status $?"
}

for golden in "$here"/golden/*.txt; do
	got=$(show "$(head -n 1 "$golden")")
	if [ "$update" = --update ]; then
		echo "$got" >"$golden"
	elif [ "$got" != "$(cat "$golden")" ]; then
		echo "${golden##*/} differs:"
		diff "$golden" <(echo "$got")
		rc=1
	fi
done
exit $rc
