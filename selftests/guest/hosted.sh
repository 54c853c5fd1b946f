#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# In the guest: the benchmark of hosted tasks beside its peers; "hosted.sh OUTDIR ours SLEEPERS..."
# leaves out the peers, and is shorter; "profile" in its place also prints the kernel's symbols;
# otherwise the second argument is empty.
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
	cat "$out"/hosted/* $libraries >/dev/null
	python3 -B -c 'import asyncio' 2>/dev/null
	timeout 1 true
}

# The benchmarks that need no other process: "alone SLEEPERS...".
alone()
{
	local program programs=(cotask_bench stackless_bench device_bench)

	[ -n "$ours" ] || programs+=(uring_bench epoll_bench uv_bench thread_bench tokio_bench
		go_bench asyncio_bench.py)
	for program in "${programs[@]}"; do
		[ -x "$out/hosted/$program" ] || { echo "# no $program"; continue; }
		timeout 300 "$out/hosted/$program" "$@" || echo "# $program: $?"
	done
}

# An echo server and its load: "echo_server ROW PEER PROGRAM MODE".
echo_server()
{
	local socket=/tmp/echo-$2-$1 seconds=3 server

	[ -x "$out/hosted/$3" ] || return
	[ -z "$ours" ] || seconds=1
	timeout 60 "$out/hosted/$3" "$4" "unix:$socket" &
	server=$!
	timeout 30 "$out/hosted/echo_load" "unix:$socket" "$1" "$2" $seconds || echo "# $1 $2: $?"
	kill $server
	wait $server
}

read_programs
"$here/cotask.sh" load "$out" max_objects=4000000 max_user_objects=4000000 || exit 1
alone "$@"
while read -r peer program; do
	[ -z "$ours" ] || [[ $program = cotask_bench || $program = stackless_bench ]] || continue
	echo_server echo_100 "$peer" "$program" echo
	echo_server echo_deadline "$peer" "$program" deadline
done <<-END
cotask cotask_bench
stackless stackless_bench
io_uring uring_bench
epoll epoll_bench
libuv uv_bench
tokio tokio_bench
go go_bench
asyncio asyncio_bench.py
END
[ "$ours" != profile ] || sed -n 's/^\([0-9a-f]*\) [tT] /symbol \1 /p' /proc/kallsyms
"$here/cotask.sh" unload
