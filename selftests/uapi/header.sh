#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The header of the device compiles alone, in C and in C++, with the kernel headers of
# each compiler: "header.sh COMPILER..."
set -euo pipefail

top=$(cd "$(dirname "$0")/../.." && pwd)
flags=(-fsyntax-only -Wall -Wextra -Werror -I"$top/uapi")

# C++ where the compiler has it beside it.
for cc; do
	"$cc" -x c "${flags[@]}" - <<<'#include <linux/cotask.h>'
	cxx=${cc/gcc/g++}
	! command -v "$cxx" >/dev/null ||
		"$cxx" -x c++ "${flags[@]}" - <<<'#include <linux/cotask.h>'
done
