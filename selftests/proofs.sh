#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Proofs of small protocols: spin visits all states of each model in proofs/. The model itself has
# no error; each variant "BAD=n" that its first comment lists has an error. The code that a model
# describes must exist: each "file.c, function()" that it names is a function of module/ or of a
# header. A line "file.c, function(): primitive()" in the first comment also says what that function
# must call, because the model assumes the order that the primitive gives. "proofs.sh [MODEL...]"
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
top=$(dirname "$here")
out=$top/.build/proofs
megabytes=1024 depth=10000 rc=0

say()
{
	local verdict=ok

	if [ "$1" -ne 0 ]; then
		verdict="not ok"
		rc=1
	fi
	echo "$verdict proofs: $2"
}

# The code of a function: "body FILE NAME"
body()
{
	find "$top/module" -name "$1" -exec cat {} + |
		awk -v start="^[a-z][^;=]*[ *]$2[(][^;]*\$" \
			'$0 ~ start { inside = 1 } inside; /^}/ { inside = 0 }'
}

# Functions that the model names, and module/ does not have, one a line.
unknown()
{
	local file name names

	grep -oE '[a-z_]+\.[ch], [a-z_0-9]+\(\)(, [a-z_0-9]+\(\))*' "$1" | tr -d '(),' | sort -u |
		while read -r file names; do
			for name in $names; do
				[ -n "$(body "$file" "$name")" ] ||
					echo "$file has no function $name()"
			done
		done
}

# Functions that do not call what the model assumes, one a line.
unordered()
{
	local file name primitives primitive

	sed -n 's/^ \* \([a-z_]*\.[ch]\), \([a-z_0-9]*\)(): /\1 \2 /p' "$1" | tr -d '(),' |
		while read -r file name primitives; do
			for primitive in $primitives; do
				body "$file" "$name" | grep -qE "\b$primitive\(" ||
					echo "$file, $name() does not call $primitive()"
			done
		done
}

# All states of a model, or of a variant of it: "explore MODEL [-DBAD=n]"; 0: there is no error.
explore()
{
	rm -rf "$out"
	mkdir -p "$out"
	cd "$out"
	spin -a ${2:+"$2"} "$here/proofs/$1.pml" >log 2>&1 || return 2
	# Not optimised: most of the time it is the compiler that runs.
	gcc -O0 -w -DSAFETY -DMEMLIM=$megabytes -o pan pan.c >>log 2>&1 || return 2
	./pan -m$depth >>log 2>&1 || return 2
	# It says so, and nothing else tells, if it has not visited all.
	! grep -qE 'max search depth too small|memory limit|Search not completed|errors: [^0]' log
}

# It has found an error of the protocol, and not one in the model's syntax.
found()
{
	grep -qE '^pan:1: (assertion violated|invalid end state)' "$out/log"
}

check()
{
	local bad variants missing

	mapfile -t variants < <(sed -n 's/^ \* \(BAD=[0-9]*\)  .*/\1/p' "$here/proofs/$1.pml")
	missing=$(unknown "$here/proofs/$1.pml")
	if [ -n "$missing" ]; then
		echo "$missing"
		say 1 "$1 names functions"
	fi
	missing=$(unordered "$here/proofs/$1.pml")
	if [ -n "$missing" ]; then
		echo "$missing"
		say 1 "$1 has the orders"
	fi
	if (explore "$1") && grep -q 'errors: 0' "$out/log"; then
		say 0 "$1 ($(sed -n 's/^ *\([0-9]*\) states, stored.*/\1/p' "$out/log") states)"
	else
		tail -n 20 "$out/log"
		say 1 "$1"
	fi
	for bad in "${variants[@]}"; do
		if (explore "$1" "-D$bad") || ! found; then
			say 1 "$1 finds $bad"
		else
			say 0 "$1 finds $bad"
		fi
	done
}

"$here/vm/setup.sh" proofs
if [ $# -eq 0 ]; then
	for model in "$here"/proofs/*.pml; do
		set -- "$@" "$(basename "$model" .pml)"
	done
fi
for model in "$@"; do
	check "$model"
done
exit $rc
