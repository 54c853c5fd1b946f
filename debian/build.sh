#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# "make deb": builds the packages from a copy of the tree, in .build/deb.
set -euo pipefail
unset MAKEFLAGS MFLAGS MAKELEVEL

top=$(cd "$(dirname "$0")/.." && pwd)
out=$top/.build/deb
copy=$out/cotask-$(cat "$top/VERSION")

cd "$top"
if ! dpkg-checkbuilddeps 2>/dev/null; then
	echo "deb: packages are missing: apt-get install dpkg-dev; apt-get build-dep ." >&2
	exit 1
fi
rm -rf "$out"
mkdir -p "$copy"
tar -c --exclude=./.build --exclude=./.git --exclude='*.o' --exclude='*.ko' . | tar -x -C "$copy"
cd "$copy"
dpkg-buildpackage -us -uc -b >"$out/log" 2>&1 || { tail -n 40 "$out/log" >&2; exit 1; }
ls "$out"/*.deb
