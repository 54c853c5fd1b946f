#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Parts of the tool, in a program of their own that does what needs root, a hostile process or
# much time in the tool: "parts.sh". Silent if all is well.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
top=$(dirname "$(dirname "$here")")
packages=(jansson ncursesw libdw libtracefs)
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

mapfile -t sources < <(find "$top/tools/cotask" -name '*.c' ! -name cotask.c)
mapfile -t flags < <(pkg-config --cflags --libs "${packages[@]}" | xargs -n 1)
gcc-12 -std=gnu11 -O1 -g -Wall -Wextra -Wno-missing-field-initializers -Werror -D_GNU_SOURCE \
	-DVERSION='"0"' -I"$top/tools/cotask" -I"$top/uapi" -I"$top/tools/lib/include" \
	-Wl,--wrap={fopen,now_ns,kill,poll,frames_open,frames_look} -o "$tmp/parts" \
	"$here/parts.c" "${sources[@]}" "${flags[@]}"
LC_ALL=C.UTF-8 python3 -B "$here/parts.py" "$tmp/parts"
