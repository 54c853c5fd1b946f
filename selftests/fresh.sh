#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# "make check-fresh": tests HEAD as a user finds it on a freshly installed machine. Runs
# the commands of README.md in pristine roots of Debian 12 and 13; builds the packages,
# and installs, uses and purges them in another pristine root. Then runs the targets that
# boot kernels, on this machine; fresh/targets lists all targets. Prints TAP. "fresh.sh
# quick" runs only the commands, on Debian 12; "fresh.sh SUITE..." runs all tests on these
# releases; "fresh.sh machine" runs the targets that boot kernels.
set -uo pipefail
unset MAKEFLAGS MFLAGS MAKELEVEL

here=$(cd "$(dirname "$0")" && pwd)
top=$(dirname "$here")
: "${cotask_cache:=${XDG_CACHE_HOME:-$HOME/.cache}/cotask}"
# shellcheck source-path=SCRIPTDIR source=fresh/steps.sh
. "$here/fresh/steps.sh"

# Runs a script of fresh/ in a root of its own: "pristine SUITE SCRIPT ARGUMENTS..."
pristine()
{
	local root

	root=$("$here/vm/root.sh" "$1" | tail -n 1) || { failed=1; return; }
	echo "# Debian $1: ${*:2}"
	"$here/vm/inroot.sh" "$root" -b "$tree" "$tree/selftests/fresh/$2.sh" "${@:3}" ||
		failed=1
}

# HEAD, and nothing that was built.
fresh_tree()
{
	find "$tree" -mindepth 1 -delete
	git -C "$top" archive HEAD | tar -x -C "$tree"
}

# What "make help" names is what fresh/targets has.
all_are_known()
{
	diff <(make -s -C "$top" help | sed -n '/^[a-z]/ { s/  .*//; p }' | tr -d ' ' |
			tr , '\n' | sort) \
		<(awk '/^[a-z]/ { print $1 }' "$here/fresh/targets" | sort)
}

on_machine()
{
	local target place words source

	echo "# this machine"
	source=$(cat "$("$here/vm/kernel.sh" source-7.3 | tail -n 1)/source")
	while read -r target place words; do
		[[ $target == [a-z]* && $place == machine ]] || continue
		fresh_tree
		read -ra args <<<"${words/@source/$source}"
		step "make $words" make -C "$tree" "${args[@]}"
	done <"$here/fresh/targets"
}

in_root()
{
	fresh_tree
	if [ -n "$quick" ]; then
		pristine "$1" user "$tree"
		return
	fi
	pristine "$1" user "$tree" demo
	pristine "$1" packages build "$tree"
	pristine "$1" packages use "$tree"
}

places=(bookworm trixie machine) quick=""
case ${1:-} in
quick)	places=(bookworm) quick=yes ;;
?*)	places=("$@") ;;
esac
"$here/vm/setup.sh" roots || exit 1
mkdir -p "$cotask_cache/run"
tree=$(mktemp -d "$cotask_cache/run/tree.XXXXXX")
trap 'rm -rf "$tree" "$step_log"' EXIT
step "make help and fresh/targets name the same" all_are_known
for place in "${places[@]}"; do
	case $place in
	machine)	on_machine ;;
	*)		in_root "$place" ;;
	esac
done
[ $failed -eq 0 ]
