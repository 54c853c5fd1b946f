#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# In the guest: the benchmark of hosted tasks beside its peers; "hosted.sh OUTDIR ours SLEEPERS..."
# leaves out the peers, and what needs two processes; otherwise the second argument is empty.
set -u
out=$1 ours=$2
here=$(cd "$(dirname "$0")" && pwd)
shift 2

ulimit -l unlimited
# A stack and its guard are a mapping each, before 6.13.
echo 4000000 >/proc/sys/vm/max_map_count
# The clock of icount jumps to the next timer while nothing runs, as it does when a program is read
# from the host: all that is read is in memory before a timeout is set.
read_programs()
{
	local libraries

	libraries=$(ldd "$out"/hosted/* 2>/dev/null | awk '$2 == "=>" { print $3 }' | sort -u)
	# shellcheck disable=SC2086 # words
	cat "$out"/hosted/* "$out"/examples/echo $libraries >/dev/null
	python3 -B -c 'import asyncio' 2>/dev/null
	timeout 1 true
}

[ -n "$ours" ] || read_programs
"$here/cotask.sh" load "$out" max_objects=4000000 max_user_objects=4000000 || exit 1
"$out/hosted/cotask_bench" "$@"
"$out/hosted/stackless_bench" "$@"
"$out/hosted/device_bench" "$@"
if [ -n "$ours" ]; then
	"$here/cotask.sh" unload
	exit
fi
for peer in uring_bench epoll_bench uv_bench thread_bench tokio_bench go_bench asyncio_bench.py; do
	[ -x "$out/hosted/$peer" ] || { echo "# no $peer"; continue; }
	timeout 300 "$out/hosted/$peer" "$@" || echo "# $peer: $?"
done

# An echo server and its load: "echo ROW NAME COMMAND...".
echo_server()
{
	local socket=/tmp/echo-$2-$1 server

	timeout 60 "${@:3}" "unix:$socket" &
	server=$!
	timeout 30 "$out/hosted/echo_load" "unix:$socket" "$1" "$2" || echo "# $1 $2: $?"
	kill $server
	wait $server
}
echo_server echo_100 cotask "$out/hosted/cotask_bench" echo
echo_server echo_deadline cotask "$out/examples/echo"
echo_server echo_100 epoll "$out/hosted/epoll_bench" echo
[ ! -x "$out/hosted/tokio_bench" ] || echo_server echo_100 tokio "$out/hosted/tokio_bench" echo
[ ! -x "$out/hosted/go_bench" ] || echo_server echo_100 go "$out/hosted/go_bench" echo
echo_server echo_100 asyncio "$out/hosted/asyncio_bench.py" echo
"$here/cotask.sh" unload
