#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# In the guest: the examples, with clients that behave and clients that do not; TAP on the
# standard output. "apps.sh OUTDIR APPS [COUNT [SUITE[/TEST]...]]": APPS has the examples and the
# library, COUNT is how many connections "many" is. 10,000 need memory, see uml.sh -m.
set -u
out=$1 apps=$2 rc=0
export COUNT=${3:-200}
shift $(($# > 3 ? 3 : $#))
here=$(cd "$(dirname "$0")" && pwd)

"$here/../vm/kmemleak.sh" clear
# A connection that the proxy sets up has seven objects, later it has four.
"$here/cotask.sh" load "$out" max_objects=1000000 || exit 1
export LD_LIBRARY_PATH=$apps/lib
ulimit -n $((4 * COUNT + 1000))
[ $# -gt 0 ] || set -- proxy fetch chat supervise embed
for test; do
	suite=${test%%/*} only=()
	[ "$suite" = "$test" ] || only=("${test#*/}")
	python3 -B "$here/../apps/${suite}_test.py" "$apps/examples" "$apps/lib" \
		${only[@]+"${only[@]}"} || { echo "not ok 0 apps.$test: status $?"; rc=1; }
done
# Servers were killed, and nothing holds the device any more.
"$here/cotask.sh" unload || exit 1
"$here/../vm/kmemleak.sh" check || rc=1
exit $rc
