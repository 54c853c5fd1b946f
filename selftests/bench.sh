#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# "make bench": runs the benchmark in a UML kernel without debugging, on one CPU, and
# the rows that need two CPUs in QEMU with the stock kernel. Prints a table and writes
# .build/bench.json. Values are nanoseconds per operation. Arguments are parameters of
# the module: rows=SUBSTRING repeat=N.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
top=$(dirname "$here")

# run NAME MACHINE KERNEL MEMORY [module parameters]
run()
{
	local log=$top/.build/bench-$1.log out=$top/.build/$3

	"$here/vm/build.sh" "$3" "$out" CONFIG_COTASK_BENCH=m >"$log" 2>&1 ||
		{ tail -n 40 "$log" >&2; return 1; }
	"$here/vm/$2.sh" -k "$3" -m "$4" -t 900 -o "$log" \
		"$here/guest/bench.sh" "$out" "${@:5}"
}

# Lines of the module: row, ns, target, and pairs of a row to compare with and a limit.
table()
{
	sed -nE 's/^.*bench: ([a-z]+\.[a-z0-9_]+ [0-9.]+ [0-9]+.*)$/\1/p' "$@" |
		awk -v json="$top/.build/bench.json" '
	!($1 in ns) { order[++n] = $1; ns[$1] = 0 }
	$2 > 0 { ns[$1] = $2 }
	{
		target[$1] = $3
		for (i = 4; i < NF; i += 2) {
			beside[$1, (i - 2) / 2] = $i
			limit[$1, (i - 2) / 2] = $(i + 1)
			compared[$i] = 1
		}
	}
	function number(x) { return (x > 0) ? sprintf("%.1f", x) : "-" }
	function print_beside(row, b,    other, ratio, most)
	{
		other = beside[row, b]
		ratio = (ns[row] > 0 && ns[other] > 0) ? sprintf("%.3f", ns[row] / ns[other]) : "-"
		most = limit[row, b]
		printf "  %-28s %9s %8s %6s", other, number(ns[other]), ratio, most
		body = body sprintf(", \"%s\": %s", other, ratio == "-" ? "null" : ratio)
	}
	END {
		printf "%-28s %9s %7s  %-28s %9s %8s %6s\n", "row", "ns", "target",
		       "beside", "ns", "ratio", "limit"
		for (i = 1; i <= n; i++) {
			row = order[i]
			body = body sprintf("%s  \"%s\": { \"ns\": %s, \"target\": %s",
					    i > 1 ? ",\n" : "", row, ns[row], target[row])
			if (!(row in compared) || (row, 1) in beside) {
				printf "%-28s %9s %7s", row, number(ns[row]),
				       (target[row] > 0 ? target[row] : "-")
				for (b = 1; (row, b) in beside; b++) {
					if (b > 1)
						printf "\n%46s", ""
					print_beside(row, b)
				}
				printf "\n"
			}
			body = body " }"
		}
		print "{\n" body "\n}" > json
	}'
}

mkdir -p "$top/.build"
"$here/vm/setup.sh"
logs=("$top/.build/bench-one.log")
run one uml uml-7.3 2048M "$@"
# Only the rows that have not been possible on one CPU.
if grep -qE 'bench: [a-z0-9_.]+_other_cpu 0\.0' "${logs[0]}"; then
	run two qemu stock-6.1 1G rows=other_cpu
	logs+=("$top/.build/bench-two.log")
fi
table "${logs[@]}"
