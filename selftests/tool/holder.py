#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""A process with tasks: "holder.py N [NAME]" makes them, prints its pid, and waits to be ended."""
import ctypes
import fcntl
import os
import struct
import sys

SPAWN = 1
ENTER = 0xC7 << 8 | 1
OP = struct.Struct("<HHIIIqQQIIqQ")
CALL = struct.Struct("<IIQIIQIIqII")


def main():
    count = int(sys.argv[1])
    fd = os.open("/dev/cotask", os.O_RDWR)
    name = sys.argv[2] if len(sys.argv) > 2 else "worker"
    names = [ctypes.create_string_buffer(f"{name} {i}".encode()) for i in range(count)]
    ops = b"".join(OP.pack(SPAWN, 0, 0, i + 1, 0, 0, 0, ctypes.addressof(name),
                           len(name) - 1, 0, 0, 0) for i, name in enumerate(names))
    ops = ctypes.create_string_buffer(ops, len(ops))
    call = bytearray(CALL.pack(CALL.size, 0, ctypes.addressof(ops), count, 0, 0, 0, 0, 0, 0, 0))
    fcntl.ioctl(fd, ENTER, call)
    for i in range(count):
        result = OP.unpack_from(ops, i * OP.size)[10]
        if result:
            sys.exit(f"spawn: {result}")
    print(os.getpid(), flush=True)
    sys.stdin.read()


main()
