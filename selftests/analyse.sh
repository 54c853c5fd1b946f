#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# "make analyse": runs the kernel's scripts for Coccinelle, and clang's analyser, on the module.
# analyse.txt lists the false reports, with reasons.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
top=$(dirname "$here")
out=$top/.build/clang-7.3 log=$top/.build/analyse.log rc=0

mkdir -p "$top/.build"
"$here/vm/setup.sh" clang
"$here/vm/setup.sh" analysers
source=$(cat "$("$here/vm/kernel.sh" clang-7.3 | tail -n 1)/source")
"$here/analyse.py" cocci "$source" || rc=1
"$here/vm/build.sh" clang-7.3 "$out" W=1 >"$log" 2>&1 || { tail -n 20 "$log"; exit 1; }
"$here/analyse.py" clang "$out" || rc=1
exit $rc
