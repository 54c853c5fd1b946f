#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# "make bench": runs the benchmark in a UML kernel without debugging, on one CPU;
# prints a table and writes .build/bench.json. Nanoseconds per operation.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
top=$(dirname "$here")
out=$top/.build/uml-7.3
log=$top/.build/bench.log

"$here/vm/setup.sh"
"$here/vm/build.sh" uml-7.3 "$out" CONFIG_COTASK_BENCH=m >"$top/.build/bench-build.log" 2>&1 ||
	{ tail -n 40 "$top/.build/bench-build.log"; exit 1; }
"$here/vm/uml.sh" -k uml-7.3 -m 2048M -t 600 -o "$log" "$here/guest/bench.sh" "$out"
sed -nE 's/^.*bench: ([a-z0-9_.]+) ([0-9.]+)$/\1 \2/p' "$log" |
	awk -v json="$top/.build/bench.json" '
	{ printf "%-32s %10.1f\n", $1, $2
	  body = body sprintf("%s  \"%s\": %s", NR > 1 ? ",\n" : "", $1, $2) }
	END { print "{\n" body "\n}" > json }'
