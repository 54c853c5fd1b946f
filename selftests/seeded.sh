#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# "seeded.sh [NAME...]": applies each bug of seeded/ to a copy of the tree. The method that the
# patch names must find the bug: search (two minutes), races, model (20,000 programs), or proofs.
# Prints the first symptom of each bug.
set -uo pipefail

here=$(cd "$(dirname "$0")" && pwd)
top=$(dirname "$here")
work=$top/.build/seeded
failed=0

copy()
{
	rm -rf "$work"
	mkdir -p "$work/.build"
	git -C "$top" ls-files -z | (cd "$top" && cpio -0pdm --quiet "$work" 2>/dev/null)
	patch -s -d "$work" -p1 <"$1"
}

run()
{
	case $1 in
	search)	"$work/selftests/search.sh" 120 1 ;;
	races)	"$work/selftests/races.sh" 1 ;;
	model)	"$work/selftests/fuzz.sh" 20000 1 >"$work/.build/model.log" ;;
	proofs)	"$work/selftests/proofs.sh" >"$work/.build/proofs.log" ;;
	*)	echo "no machine $1"; return 2 ;;
	esac
}

# The first thing in the logs that says so.
evidence()
{
	find "$work/.build" -name '*.log' -not -name '*build*' -print0 |
		xargs -0 grep -hE 'BUG: |WARNING: |^--- seed|does not call|^ *not ok|refcount_t|unreferenced|Kernel panic' |
		grep -v 'suspicious RCU usage' | head -n 1
}

one()
{
	local name=$1 patch=$here/seeded/$1.patch machine begin=$SECONDS rc=0 seen

	machine=$(sed -n 's/^Machine: //p' "$patch")
	if ! copy "$patch"; then
		echo "not ok seeded: $name: the patch does not apply"
		failed=1
		return
	fi
	run "$machine" >"$work.log" 2>&1 || rc=$?
	seen=$(evidence)
	if [ $rc -eq 0 ] || [ -z "$seen" ]; then
		echo "not ok seeded: $name: $machine has not found it"
		failed=1
	else
		echo "ok seeded: $name: found by $machine after $((SECONDS - begin)) s: $seen"
	fi
}

names=("$@")
[ $# -gt 0 ] || mapfile -t names < <(basename -s .patch "$here"/seeded/*.patch)
for name in "${names[@]}"; do
	one "$name"
done
exit $failed
