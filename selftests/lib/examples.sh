#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# In the guest: runs the examples, beside which it was installed. TAP on the standard
# output.
#
# shellcheck disable=SC2317 # functions are called by their names
set -u
here=$(cd "$(dirname "$0")" && pwd)
examples=$here/examples
work=$(mktemp -d)
n=0 failed=0

# A test: a function that prints what is wrong, or nothing.
try()
{
	local said

	n=$((n + 1))
	said=$("$@" 2>&1)
	if [ -z "$said" ]; then
		echo "ok $n examples.$1"
	else
		printf '%s\n' "$said" | sed 's/^/# /'
		echo "not ok $n examples.$1"
		failed=1
	fi
}

# It listens once the socket is there.
wait_for_socket()
{
	local i

	for ((i = 0; i < 600; i++)); do
		[ -S "$1" ] && return
		sleep 0.1
	done
	echo "no $1"
}

# Once more if it took longer, as it does on a machine that is busy; not for ever.
hello()
{
	local said

	for _ in {1..5}; do
		said=$("$1" 2>&1 || echo "status $?")
		said=${said//.[0-9] s/ s}
		[ "$said" = "$(printf '%s\n' hello world 'one after the other: 3 s' \
			hello world 'two tasks: 2 s' hello world 'a group: 2 s' \
			'100 sleepers: timed out' 'a timeout: 1 s')" ] && return
	done
	echo "$said"
}

tutorial() { hello "$examples/hello"; }
installed_library() { hello "$here/hello_shared"; }

echo_server()
{
	local pid

	"$examples/echo" "unix:$work/echo" &
	pid=$!
	wait_for_socket "$work/echo"
	python3 - "$work/echo" <<-'END'
	import socket, sys
	peers = []
	for i in range(50):
	    s = socket.socket(socket.AF_UNIX)
	    s.settimeout(60)
	    s.connect(sys.argv[1])
	    peers.append(s)
	for i in range(3):
	    for k, s in enumerate(peers):
	        s.sendall(b"%d:%d" % (i, k) * 500)
	    for k, s in enumerate(peers):
	        want = b"%d:%d" % (i, k) * 500
	        got = b""
	        while len(got) < len(want):
	            part = s.recv(65536)
	            if not part:
	                break
	            got += part
	        if got != want:
	            print("got something else")
	END
	kill -TERM "$pid"
	wait "$pid" || echo "status $?"
}

http_server()
{
	local pid

	mkdir "$work/www"
	echo index >"$work/www/index.html"
	head -c 3000000 /dev/zero >"$work/www/big"
	"$examples/httpd" "unix:$work/http" "$work/www" &
	pid=$!
	wait_for_socket "$work/http"
	python3 - "$work/http" "$pid" <<-'END'
	import fcntl, http.client, os, signal, socket, struct, sys, termios, time

	class Unix(http.client.HTTPConnection):
	    def connect(self):
	        self.sock = socket.socket(socket.AF_UNIX)
	        self.sock.settimeout(60)
	        self.sock.connect(sys.argv[1])

	def get(c, path, method="GET"):
	    c.request(method, path)
	    r = c.getresponse()
	    return r.status, r.read()

	def expect(is_, want, what):
	    if is_ != want:
	        print(what, "is", str(is_)[:80])

	c = Unix("localhost")
	expect(get(c, "/"), (200, b"index\n"), "/")
	expect(get(c, "/big"), (200, b"\0" * 3000000), "/big")
	expect(get(c, "/none"), (404, b""), "/none")
	expect(get(c, "/../etc/passwd"), (404, b""), "/..")
	expect(get(c, "/index.html", "HEAD"), (200, b""), "HEAD")
	expect(get(c, "/", "POST")[0], 405, "POST")
	c.close()
	# One request is under way when the signal comes: it is answered.
	slow = socket.socket(socket.AF_UNIX)
	slow.settimeout(60)
	slow.connect(sys.argv[1])
	slow.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
	while struct.unpack("i", fcntl.ioctl(slow, termios.TIOCOUTQ, b"1234"))[0]:
	    time.sleep(0.01)
	os.kill(int(sys.argv[2]), signal.SIGTERM)
	try:
	    while True:
	        Unix("localhost").connect()
	        time.sleep(0.01)
	except ConnectionRefusedError:
	    pass
	slow.sendall(b"\r\n")
	expect(slow.recv(1000).split(b"\r\n")[0], b"HTTP/1.1 200 OK", "the last answer")
	END
	wait "$pid" || echo "status $?"
}

job_runner()
{
	local said

	mkfifo "$work/a" "$work/b"
	# At the same time: each of two would wait for ever if the other one did not run.
	said=$(timeout 100 "$examples/jobs" "echo x >$work/a; read -r x <$work/b" \
		"read -r x <$work/a; echo x >$work/b" 2>&1) || echo "status $?"
	[ "$(echo "$said" | grep -c '^done: ')" = 2 ] || echo "$said"
	# One fails twice, and that ends the other one.
	said=$("$examples/jobs" -r 2 false 'sleep 100' 2>&1) && echo "no error"
	[ "$said" = "$(printf '%s\n' 'again: false' 'failed: false' 'ended: sleep 100' \
		'jobs: a command has failed')" ] || echo "$said"
	# The deadline comes, and one does not obey.
	said=$("$examples/jobs" -d 0.5 "trap '' TERM; while :; do sleep 1; done" 2>&1) &&
		echo "no error"
	[ "${said##*$'\n'}" = "jobs: timed out" ] || echo "$said"
}

shared_group()
{
	local said

	# A cancelled group does not wait for a child in another process: the last two lines
	# come in any order.
	said=$("$examples/share" 2>&1) || echo "status $?"
	[ "$(sort <<<"$said")" = "$(printf '%s\n' 'child: the long task was cancelled' \
		'child: the short task has ended' 'parent: cancels the group' \
		'parent: has left the group: 0')" ] || echo "$said"
}

# Some files, one that is not there, and one that gives nothing for ever.
words()
{
	local said fifo=$work/fifo

	echo 'one two  three' >"$work/three"
	: >"$work/none"
	said=$("$examples/words" "$work/three" "$work/gone" "$work/none" 2>&1) && echo "no error"
	[ "$(sort <<<"$said")" = "$(printf '%s\n' "$work/gone: No such file or directory" \
		"0 $work/none" "3 $work/three" | sort)" ] || echo "$said"
	mkfifo "$fifo"
	said=$("$examples/words" -t 1 "$fifo" 3<>"$fifo" 2>&1) && echo "no error"
	[ "$said" = "words: Connection timed out" ] || echo "$said"
}

try tutorial
try installed_library
try echo_server
try http_server
try job_runner
try shared_group
try words
echo "1..$n"
rm -rf "$work"
exit $failed
