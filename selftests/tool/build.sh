#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Builds the programs that the tool is to look into: "build.sh OUTDIR".
set -euo pipefail
unset MAKEFLAGS MFLAGS MAKELEVEL

here=$(cd "$(dirname "$0")" && pwd)
top=$(dirname "$(dirname "$here")")
out=$(realpath -m "$1")
# Each call has a frame.
flags=(-std=gnu11 -O1 -g -fno-inline -fno-optimize-sibling-calls -Wall -Wextra -Werror
	-D_GNU_SOURCE -pthread -I"$top/tools/lib/include" -I"$top/uapi")

make -s -C "$top/tools/lib" CC=gcc-12 CFLAGS="-O2 -g -Werror" OUT="$out/lib"
gcc-12 "${flags[@]}" -o "$out/waits" "$here/waits.c" "$out/lib/libcotask.a"
gcc-12 "${flags[@]}" -o "$out/objects" "$here/objects.c" "$out/lib/libcotask.a"
gcc-12 "${flags[@]}" -o "$out/waits_shared" "$here/waits.c" -L"$out/lib" -lcotask
# Nothing is inlined: the library's own functions have frames too.
make -s -C "$top/tools/lib" CC=gcc-12 CFLAGS="-O0 -g -Werror" OUT="$out/lib0"
gcc-12 "${flags[@]}" -O0 -o "$out/waits_plain" "$here/waits.c" "$out/lib0/libcotask.a"
gcc-12 "${flags[@]}" -o "$out/stacks" "$here/stacks.c" "$out/lib/libcotask.a"
gcc-12 "${flags[@]}" -o "$out/stacks_shared" "$here/stacks.c" -L"$out/lib" -lcotask
gcc-12 "${flags[@]}" -O0 -o "$out/stacks_plain" "$here/stacks.c" "$out/lib0/libcotask.a"
strip -o "$out/stacks_stripped" "$out/stacks"
strip -o "$out/waits_stripped" "$out/waits"
# It names a file for debuggers, beside it; in the guest that is a pipe.
: >"$out/pipe"
objcopy --add-gnu-debuglink="$out/pipe" "$out/waits_stripped" "$out/waits_linked"
rm "$out/pipe"
gcc-12 "${flags[@]}" -o "$out/liar" "$here/liar.c"
gcc-12 "${flags[@]}" -o "$out/shrinks" "$here/shrinks.c"
gcc-12 "${flags[@]}" -o "$out/clings" "$here/clings.c"
