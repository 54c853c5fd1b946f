#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# "make demo": builds the module against the stock kernel's headers, boots that
# kernel in QEMU and runs the tutorial in it. The kernel of the host is not changed.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
top=$(dirname "$here")
out=$top/.build/stock-6.1
log=$(mktemp)
trap 'rm -f "$log"' EXIT

"$here/vm/setup.sh"
echo "building for $("$here/vm/kernel.sh" stock-6.1 | tail -n 1 | xargs -I{} cat {}/version)"
"$here/vm/build.sh" stock-6.1 "$out" W=1 >"$log" 2>&1 || { cat "$log"; exit 1; }
make -s -C "$top/tools/examples" CC=gcc-12 OUT="$out/examples" LIB="$out/lib" >"$log" 2>&1 ||
	{ cat "$log"; exit 1; }
echo "booting it in QEMU with 2 CPUs"
"$here/vm/qemu.sh" -k stock-6.1 -t 900 -o "$log" "$here/guest/demo.sh" "$out"
sed -n '/^tutorial:/p; /^in a process:/p; /^unloaded/p' "$log"
