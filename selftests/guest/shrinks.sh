#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# In the guest: "cotask tree" of a process while the file of its program shrinks and grows; TAP on
# the standard output. "shrinks.sh OUT TOOL"
set -u
out=$1 tool=$2 programs=$(dirname "$2")
here=$(cd "$(dirname "$0")" && pwd)

"$here/cotask.sh" load "$out" || exit 1
cp "$programs/waits" /tmp/shrinking
mkfifo /tmp/in /tmp/out
"$programs/shrinks" /tmp/shrinking </tmp/in >/tmp/out &
exec 5>/tmp/in
read -r pid </tmp/out || exit 1
died=0
for _ in {1..60}; do
	"$tool" tree --pid "$pid" >/dev/null || died=$((died + 1))
done
[ $died -eq 0 ] && echo "ok 1 files that shrink do no harm" ||
	echo "not ok 1 files that shrink do no harm: $died"
exec 5>&-
wait
"$here/cotask.sh" unload || exit 1
[ $died -eq 0 ]
