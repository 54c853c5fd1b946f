#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Tests tools/drgn/cotask.py with a small kernel in QEMU: on the running kernel, and on a dump of
# the machine's memory. Uses drgn of Debian 13, in a root of its own, because drgn of Debian 12
# reads modules of 7.3 at wrong addresses. Prints TAP.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
top=$(dirname "$here")
: "${cotask_cache:=${XDG_CACHE_HOME:-$HOME/.cache}/cotask}"
flavour=x86-7.3-dwarf
out=$top/.build/$flavour programs=$out/programs core=$out/vmcore
log=$top/.build/logs/drgn.log

# shellcheck source-path=SCRIPTDIR
. "$here/guest/tap.sh"

build()
{
	local make=(make -s CC=gcc-12 CFLAGS="-O2 -g -Werror") program

	"$here/vm/build.sh" $flavour "$out" -s W=1
	mkdir -p "$programs"
	"${make[@]}" -C "$top/tools/lib" OUT="$programs/lib"
	"${make[@]}" -C "$top/tools/cotask" O="$programs"
	for program in waits objects; do
		gcc-12 -std=gnu11 -O1 -g -D_GNU_SOURCE -pthread -I"$top/tools/lib/include" \
			-I"$top/uapi" -o "$programs/$program" "$here/tool/$program.c" \
			"$programs/lib/libcotask.a"
	done
}

# How many lines there are of each kind.
kinds()
{
	sed -E 's/:[0-9]+/:L/g; s/pid-[0-9]+/pid-N/; s/at [0-9.]+ s/at T s/; s/\b[0-9]+\b/N/g
		s/nvme[0-9]/nvmeN/g; s/\.(q|io)[0-9]/.\1N/g; s/^ +//' | LC_ALL=C sort |
		uniq -c | sed 's/^ *//'
}

# The tasks, by number and name: of the script, and of the tool.
tasks()
{
	sed -nE 's/^    ([0-9]+ [^:]+): .*/\1/p' | LC_ALL=C sort
}

expected="1 N child: sleep forever, in hosted_step:L
1 N deep: sleep forever, in hosted_step:L
1 N gets: queue #N, in get_step:L < hosted_step:L
1 N holds: sleep forever, in hosted_step:L
1 N in_group: group N, in group_exit:L < hosted_step:L
1 N late: ready, in hosted_step, not started
2 N main: in its process, in hosted_step:L
1 N naps: sleep forever, in hosted_step:L
40 N nvmeN.ioN: sleep forever, in poll_register:L < request:L
20 N nvmeN.qN: group N, in group_exit:L < queue:L
4 N nvmeN: task nvmeN.qN N, in supervise:L
1 N outer: sleep forever, in hosted_step:L
1 N reads: file of fd N, in hosted_step:L
1 N wait_here: future #N, in hosted_step:L
1 N wants é: lock #N held by task N, timeout at T s, in hosted_step:L
1 N works: sleep forever, in hosted_step:L
21 group N: exiting, N children, of task N
7 group N: open, N children
4 group N: open, N children, of task N
2 loop N pid-N: N tasks
1 loop N storage: N tasks"

mkdir -p "$(dirname "$log")"
kernel=$("$here/vm/kernel.sh" $flavour | tail -n 1)
root=$("$here/vm/root.sh" trixie python3-drgn | tail -n 1)
build
monitor=$(mktemp -d)
trap 'rm -rf "$monitor" "$core"' EXIT
rm -f "$core"
"$here/tool/dump_guest.py" "$monitor" "$core" 800 &
dumper=$! rc=0
COTASK_MONITOR=$monitor "$here/vm/qemu.sh" -k $flavour -m 384M -t 900 -o "$log" \
	"$here/guest/drgn.sh" "$out" "$programs" "$root" "$kernel/build/vmlinux" || rc=$?
is "the guest ends without a complaint" 0 $rc
kill $dumper 2>/dev/null || true
rc=0
wait $dumper || rc=$?
is "the machine was dumped" 0 $rc
"$here/vm/inroot.sh" "$root" -b "$top" -b "$cotask_cache" /usr/bin/drgn -q -c "$core" \
	-s "$kernel/build/vmlinux" -s "$out/module/cotask.ko" \
	-s "$out/module/samples/cotask_busy.ko" "$top/tools/drgn/cotask.py" >"$out/dump.txt" || true
sed -n 's/^live: //p' "$log" >"$out/live.txt"
is "the dump" "$expected" "$(kinds <"$out/dump.txt")"
is "the running kernel" "$expected" "$(kinds <"$out/live.txt")"
is "the tool lists the same tasks" "$(sed -n 's/^ps: //p' "$log" | LC_ALL=C sort)" \
	"$(tasks <"$out/dump.txt")"
echo "1..$n"
[ $failed -eq 0 ]
