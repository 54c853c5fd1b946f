#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# In a guest with pseudo-terminals, and whose kernel does not mind that mapped files shrink
# (UML does): "cotask top", and "cotask tree" of such files; TAP on the standard output.
# "top.sh OUT TOOL"
set -u
out=$1 tool=$2 programs=$(dirname "$2")
here=$(cd "$(dirname "$0")" && pwd)

mkdir -p /dev/pts
mount -t devpts devpts /dev/pts || exit 1
"$here/cotask.sh" load "$out" account=1 || exit 1
insmod "$out/module/samples/cotask_busy.ko" tasks=500 || exit 1
python3 -B "$here/../tool/top.py" "$tool" || exit 1
rmmod cotask_busy || exit 1

cp "$programs/waits" /tmp/shrinking
mkfifo /tmp/in /tmp/out
"$programs/shrinks" /tmp/shrinking </tmp/in >/tmp/out &
exec 5>/tmp/in
read -r pid </tmp/out || exit 1
died=0
for _ in {1..60}; do
	"$tool" tree --pid "$pid" >/dev/null || died=$((died + 1))
done
[ $died -eq 0 ] && echo "ok 100 files that shrink do no harm" ||
	echo "not ok 100 files that shrink do no harm: $died"
exec 5>&-
wait
"$here/cotask.sh" unload
