#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The project as part of a kernel's tree: "overlay.sh KERNEL-SOURCE [arguments]"
# makes a copy of the tree in .build/kunit that consists of links, puts the project
# into its lib/ and runs the kernel's own "kunit.py run" there. The tree itself is
# only read. The copy and the built kernel stay for the next time; trees of different
# names have one each.
set -euo pipefail
unset MAKEFLAGS MFLAGS MAKELEVEL KBUILD_OUTPUT	# of a make that calls us

top=$(cd "$(dirname "$0")/../.." && pwd)
source=$(realpath -m "${1:-.}")
work=$top/.build/kunit/$(basename "$source")
copy=$work/tree
shift || true

if [ ! -e "$source/tools/testing/kunit/kunit.py" ]; then
	echo "kunit: $source is no kernel source (headers are not enough); use KDIR=" >&2
	exit 2
fi

# A real file in place of the link, and a line more at its end.
append()
{
	cp --remove-destination "$source/$1" "$copy/$1"
	echo "$2" >>"$copy/$1"
}

# kunit.py finds the tree by its own real path.
make_copy()
{
	rm -rf "$work"
	mkdir -p "$copy"
	cp -as "$source/." "$copy"
	rm -rf "$copy/tools/testing/kunit"
	cp -r "$source/tools/testing/kunit" "$copy/tools/testing/kunit"
	append lib/Kconfig 'source "lib/cotask/Kconfig"'
	append lib/Makefile 'obj-y += cotask/'
	echo "$source" >"$work/source"
}

[ "$(cat "$work/source" 2>/dev/null)" = "$source" ] || make_copy
rsync -rlpc --delete --exclude '*.o' --exclude '*.ko' --exclude '*.mod*' \
	--exclude '.*.cmd' --exclude '*.order' --include '/Kbuild' --include '/Kconfig' --include '/VERSION' \
	--include '/uapi/***' --include '/module/***' \
	--exclude '*' "$top/" "$copy/lib/cotask/"
cd "$copy"
exec python3 tools/testing/kunit/kunit.py run --build_dir="$work/build" \
	--kunitconfig=lib/cotask/module/tests/.kunitconfig "$@"
