#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Compiles the tests of the uapi for KERNEL-SOURCE, whose harness they use:
# "build.sh KERNEL-SOURCE OUTDIR [-m32]". Static, so that they run in any guest.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
top=$(dirname "$(dirname "$here")")
# <asm/...> for -m32 is where the compiler's own is.
flags=(-O2 -g -Wall -Wextra -Wno-unused-parameter -Wno-sign-compare
	-Wno-missing-field-initializers -Wno-pointer-to-int-cast -Werror -D_GNU_SOURCE
	-static -pthread -I"$top/uapi" -I"$1/tools/testing/selftests"
	-idirafter "/usr/include/$(gcc-12 -print-multiarch)")
mkdir -p "$2"
for test in "$here"/*_test.c; do
	gcc-12 "${flags[@]}" "${@:3}" -o "$2/$(basename "$test" .c)" "$test"
done
