#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The header of the device compiles alone, in C and in C++, with the kernel headers of
# each compiler: "header.sh COMPILER..."
set -euo pipefail

top=$(cd "$(dirname "$0")/../.." && pwd)
flags=(-fsyntax-only -Wall -Wextra -Werror -I"$top/uapi")

for cc; do
	for language in c c++; do
		command -v "${cc/gcc/g++}" >/dev/null || [ $language = c ] || continue
		[ $language = c ] || cc=${cc/gcc/g++}
		"$cc" -x $language "${flags[@]}" - <<<'#include <linux/cotask.h>'
	done
done
