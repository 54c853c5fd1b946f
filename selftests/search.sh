#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# "search.sh [SECONDS [SEED]]": runs the coverage-guided fuzzer of /dev/cotask in a kernel with
# KASAN, lockdep, kmemleak and KCOV. Keeps programs that reach new edges in the cache, and runs
# the programs of search/corpus and search/seeds.py first. With 0 seconds, runs only the corpus, and removes programs
# from the cache that add no edges to those of shorter programs. Prints the number of programs and
# edges, and the functions of the module that were never entered. Fails if an operation has never
# succeeded. FLAVOUR= selects another kernel; without KCOV no new program is kept. APPEND= is
# appended to the kernel's command line, as in "cotask.race_rate=64".
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
top=$(dirname "$here")
seconds=${1:-60} seed=${2:-$RANDOM$RANDOM}
flavour=${FLAVOUR:-uml-6.1-cover}
out=$top/.build/search-$flavour log=$top/.build/search.log
cache=${XDG_CACHE_HOME:-$HOME/.cache}/cotask
known=$cache/corpus

mkdir -p "$top/.build"
"$here/vm/kernel.sh" "$flavour" >/dev/null
"$here/vm/build.sh" "$flavour" "$out" W=1 CONFIG_COTASK_COVER=y CONFIG_COTASK_DEBUG=y \
	>"$log" 2>&1 || { tail -n 20 "$log"; exit 1; }
gcc-12 -std=gnu11 -O1 -g -Wall -Wextra -Werror -Wno-missing-field-initializers -D_GNU_SOURCE \
	-pthread -static -I"$top/uapi" -o "$out/search" "$here"/search/*.c
touch "$known"
# Short ones first: then a longer one is kept only for what it adds.
sort -u "$here/search/corpus" "$known" <("$here/search/seeds.py") | awk '{ print length(), $0 }' | sort -n |
	cut -d' ' -f2 >"$out/corpus"
rc=0
"$here/vm/uml.sh" -k "$flavour" -a "kasan.fault=panic ${APPEND:-}" -t $((seconds + 300)) -o "$log" \
	"$here/guest/search.sh" "$out" "$seconds" "$seed" "$out/corpus" ${VERBOSE:+-v} \
	</dev/null || rc=$?
sed -n 's/^corpus [0-9]* \([0-9a-f]*\)$/\1/p' "$log" | sort -u >"$known.new"
# A run that has died has not come to all of those that were known.
[ $rc -eq 0 ] || sort -u -o "$known.new" "$known.new" "$known"
mv "$known.new" "$known"
echo "search: seed $seed"
"$here/search/report.py" "$log" "$out/module/cotask.ko"
[ $rc -eq 0 ] || echo "search: it has found something: $log; VERBOSE=1 says each program first"
exit $rc
