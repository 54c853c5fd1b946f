#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Uses "cotask top" at a terminal: "top.py TOOL"; TAP on stdout."""
import fcntl
import os
import pty
import select
import struct
import sys
import termios
import time

ROWS, COLUMNS = 30, 160
results = []


def ok(name, good):
    results.append(good)
    print(f"{'ok' if good else 'not ok'} {len(results)} {name}", flush=True)


def start(tool):
    pid, fd = pty.fork()
    if not pid:
        os.environ["TERM"] = "xterm"
        os.execv(tool, [tool, "top", "0.5"])
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    return pid, fd


def shown(fd, text, seconds=60):
    """Whether it shows a text before it ends, within a time that is enough for that."""
    seen = b""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if select.select([fd], [], [], 0.1)[0]:
            try:
                seen += os.read(fd, 65536)
            except OSError:
                return False
        if text in seen:
            return True
    return False


def main():
    pid, fd = start(sys.argv[1])
    ok("shows loops", shown(fd, b"storage"))
    ok("shows tasks and places", shown(fd, b"request:"))
    os.write(fd, b"w")
    ok("sorts by time of waiting", shown(fd, b"supervise:"))
    os.write(fd, b"/io37\n")
    ok("looks for a name", shown(fd, b"io37"))
    os.write(fd, b"c")
    ok("asks before it cancels", shown(fd, b"(y/n)"))
    os.write(fd, b"y")
    ok("cancels", shown(fd, b"cancel requested"))
    os.write(fd, b"p")
    ok("pauses", shown(fd, b"PAUSED"))
    os.write(fd, b"q")
    # It may have to get rid of a picture before it sees the key.
    shown(fd, b"\0")
    # 4: on a busy machine a loop has not answered in time.
    ok("quits", os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) in (0, 4))
    return not all(results)


sys.exit(main())
