#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Compiles the tests of the uapi for KERNEL-SOURCE, whose harness they use:
# "build.sh KERNEL-SOURCE OUTDIR". Static, so that they run in any guest.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
top=$(dirname "$(dirname "$here")")
mkdir -p "$2"
for test in "$here"/*_test.c; do
	gcc-12 -O2 -g -Wall -Wextra -Wno-unused-parameter -Wno-sign-compare \
		-Wno-missing-field-initializers -Werror -D_GNU_SOURCE -static -pthread \
		-I"$top/uapi" -I"$1/tools/testing/selftests" \
		-o "$2/$(basename "$test" .c)" "$test"
done
