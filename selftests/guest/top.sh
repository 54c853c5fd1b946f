#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# In a guest with pseudo-terminals: "cotask top"; TAP on the standard output. "top.sh OUT TOOL"
set -u
out=$1 tool=$2
here=$(cd "$(dirname "$0")" && pwd)

mkdir -p /dev/pts
mount -t devpts devpts /dev/pts || exit 1
"$here/cotask.sh" load "$out" account=1 || exit 1
insmod "$out/module/samples/cotask_busy.ko" tasks=500 || exit 1
python3 -B "$here/../tool/top.py" "$tool" || exit 1
rmmod cotask_busy || exit 1
"$here/cotask.sh" unload
