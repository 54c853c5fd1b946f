#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Diagnostics of the compiler for coroutines: "compile.sh CASE [FLAVOUR]" compiles
# compile/CASE.c, or the output of compile/CASE.sh, as part of a module. The second
# line of the case contains the expected error or warning; without such a line, the
# compiler must not print anything.
set -euo pipefail
unset MAKEFLAGS MFLAGS MAKELEVEL KBUILD_OUTPUT	# of a make that calls us

here=$(cd "$(dirname "$0")" && pwd)
top=$(dirname "$here")
flavour=${2:-uml-7.3}
kernel=$("$here/vm/kernel.sh" "$flavour" | tail -n 1)
out=$top/.build/compile/$flavour/$1

rm -rf "$out"
mkdir -p "$out"
if [ -x "$here/compile/$1.sh" ]; then
	"$here/compile/$1.sh" >"$out/$1.c"
else
	cp "$here/compile/$1.c" "$here/compile/case.h" "$out"
fi
expected=$(sed -n '2s|^/\* expect: \(.*\) \*/$|\1|p' "$out/$1.c")
cat >"$out/Kbuild" <<EOF
obj-m := $1.o
ccflags-y += -Wjump-misses-init -Wmaybe-uninitialized
EOF
rc=0
make -s -C "$kernel/build" ARCH="$(cat "$kernel/arch")" M="$out" CC="$(cat "$kernel/cc")" \
	KCFLAGS="-Werror -I$top/module/include" "$1.o" >"$out/log" 2>&1 || rc=$?

if [ -n "$expected" ]; then
	grep -q "$expected" "$out/log" && exit
	echo "expected \"$expected\", but the compiler says:"
elif [ $rc -eq 0 ] && [ ! -s "$out/log" ]; then
	exit
fi
cat "$out/log"
exit 1
