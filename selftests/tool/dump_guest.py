#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Writes a dump of a machine that qemu.sh runs: "dump_guest.py DIR FILE SECONDS".

DIR is the COTASK_MONITOR of qemu.sh.  The guest says that it is ready on its third serial port.  The
machine stands still during the dump, and is then told to go on.
"""
import json
import pathlib
import socket
import sys
import time


def connect(path, end):
    while True:
        try:
            s = socket.socket(socket.AF_UNIX)
            s.connect(str(path))
            return s
        except OSError:
            s.close()
            if time.monotonic() > end:
                sys.exit(f"{path}: no machine")
            time.sleep(0.1)


def command(monitor, name, **arguments):
    monitor.write(json.dumps({"execute": name, "arguments": arguments}) + "\n")
    monitor.flush()
    for line in monitor:
        answer = json.loads(line)
        if "error" in answer:
            sys.exit(f"{name}: {answer['error']['desc']}")
        if "return" in answer:
            return
    sys.exit(f"{name}: no answer")


def main():
    where, core = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]).absolute()
    end = time.monotonic() + float(sys.argv[3])
    port = connect(where / "serial", end)
    qmp = connect(where / "qmp", end)
    port.settimeout(max(end - time.monotonic(), 1))
    if not port.recv(1):
        sys.exit("the machine has ended")
    monitor = qmp.makefile("rw")
    command(monitor, "qmp_capabilities")
    command(monitor, "stop")
    command(monitor, "dump-guest-memory", paging=False, protocol=f"file:{core}")
    command(monitor, "cont")
    port.sendall(b"go on\n")


main()
