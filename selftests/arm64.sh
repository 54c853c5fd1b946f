#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# arm64 without an arm64 machine: "arm64.sh KERNEL-SOURCE OUTDIR" compiles the header of
# the device with the headers of Debian's cross compiler, builds libcotask and its
# examples with that compiler, and runs the tests that need no device under qemu-user.
# Prints TAP.
set -euo pipefail
unset MAKEFLAGS MFLAGS MAKELEVEL

here=$(cd "$(dirname "$0")" && pwd)
top=$(dirname "$here")
source=$1 out=$(realpath -m "$2")
triplet=aarch64-linux-gnu
cc=$triplet-gcc-12
flags=(-std=gnu11 -O2 -g -Wall -Wextra -Wno-unused-parameter -Wno-sign-compare
	-Wno-missing-field-initializers -Werror -D_GNU_SOURCE -pthread)

"$here/vm/setup.sh" arm64
mkdir -p "$out"
"$here/uapi/header.sh" gcc-12 "$cc"
make -s -C "$top/tools/lib" CC=$cc AR=$triplet-ar CFLAGS="-O2 -g -Werror" OUT="$out/lib"
make -s -C "$top/tools/examples" CC=$cc CXX=$triplet-g++-12 OUT="$out/examples" LIB="$out/lib" \
	PKG_CONFIG=false
# Names are looked up by the shared C library.
mapfile -t objects < <(find "$out/lib" -maxdepth 1 -name '*.o' ! -name resolve.o)
$cc "${flags[@]}" -static -I"$top/tools/lib" -I"$top/tools/lib/include" -I"$top/uapi" \
	-I"$source/tools/testing/selftests" -o "$out/switch_test" \
	"$here/lib/switch_test.c" "${objects[@]}" -lm
ulimit -c 0
qemu-aarch64-static "$out/switch_test"
