#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# "make check-fresh": HEAD as a user has it on a machine that has nothing. In pristine
# roots of Debian 12 and 13: the commands of README.md; the packages are built, and
# installed, used and purged in another such root. Prints TAP. "fresh.sh quick" does the
# commands on Debian 12 only; "fresh.sh SUITE..." all on these.
set -uo pipefail
unset MAKEFLAGS MFLAGS MAKELEVEL

here=$(cd "$(dirname "$0")" && pwd)
top=$(dirname "$here")
: "${cotask_cache:=${XDG_CACHE_HOME:-$HOME/.cache}/cotask}"
failed=0

# Runs a script of fresh/ in a root of its own: "pristine SUITE SCRIPT ARGUMENTS..."
pristine()
{
	local root

	root=$("$here/vm/root.sh" "$1" | tail -n 1) || { failed=1; return; }
	echo "# Debian $1: ${*:2}"
	"$here/vm/inroot.sh" "$root" -b "$tree" "$tree/selftests/fresh/$2.sh" "${@:3}" ||
		failed=1
}

suites=(bookworm trixie) packages=yes
case ${1:-} in
quick)	suites=(bookworm) packages="" ;;
?*)	suites=("$@") ;;
esac
"$here/vm/setup.sh" roots || exit 1
mkdir -p "$cotask_cache/run"
tree=$(mktemp -d "$cotask_cache/run/tree.XXXXXX")
trap 'rm -rf "$tree"' EXIT
for suite in "${suites[@]}"; do
	find "$tree" -mindepth 1 -delete
	git -C "$top" archive HEAD | tar -x -C "$tree"
	pristine "$suite" user "$tree"
	[ -n "$packages" ] || continue
	pristine "$suite" packages build "$tree"
	pristine "$suite" packages use "$tree"
done
exit $failed
