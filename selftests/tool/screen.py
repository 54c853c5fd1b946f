#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Runs a full-screen program, and prints its screen: "screen.py COLUMNS KEYS COMMAND..."

The keys are typed one after the other, then ^L, which draws all anew, and then q. The screen is
that before the q. Knows of a vt100 what a new picture without colours needs.
"""
import fcntl
import os
import pty
import re
import select
import struct
import sys
import termios
import unicodedata

ROWS = 22
SEQUENCE = re.compile(r"\x1b(\[([?0-9;]*)([A-Za-z])|[()][A-Z0-9]|[=>78DM])|[\x00-\x1f]|"
                      r"[^\x00-\x1f\x1b]")


class Screen:
    """Characters in rows and columns; a wide character has an empty one behind it."""

    def __init__(self, columns):
        self.columns = columns
        self.y = self.x = 0
        self.cells = [[" "] * columns for _ in range(ROWS)]

    def put(self, char):
        if self.x >= self.columns:
            self.x, self.y = 0, min(self.y + 1, ROWS - 1)
        wide = unicodedata.east_asian_width(char) in "WF"
        self.cells[self.y][self.x] = char
        if wide and self.x + 1 < self.columns:
            self.cells[self.y][self.x + 1] = ""
        self.x += 1 + wide

    def control(self, char):
        if char == "\r":
            self.x = 0
        elif char == "\n":
            self.y = min(self.y + 1, ROWS - 1)
        elif char == "\b":
            self.x = max(self.x - 1, 0)

    def clear(self, to_the_end):
        x = min(self.x, self.columns - 1)
        self.cells[self.y][x:] = [" "] * (self.columns - x)
        for y in range(self.y + 1, ROWS if to_the_end else 0):
            self.cells[y] = [" "] * self.columns

    def command(self, final, numbers):
        n = [int(i) if i.isdigit() else 0 for i in numbers.split(";")]
        if final == "H":
            self.y = min(max(n[0], 1), ROWS) - 1
            self.x = max(n[1] if len(n) > 1 else 1, 1) - 1
        elif final in "ABCD":
            self.y += {"A": -1, "B": 1}.get(final, 0) * max(n[0], 1)
            self.x += {"C": 1, "D": -1}.get(final, 0) * max(n[0], 1)
        elif final in "JK":
            self.clear(final == "J")

    def feed(self, text):
        """Draw; returns what is not complete yet."""
        end = 0
        for m in SEQUENCE.finditer(text):
            if m.start() != end:
                break
            end = m.end()
            if m[3]:
                self.command(m[3], m[2])
            elif m[0] in ("\x1bD", "\x1bM"):
                self.y += 1 if m[0][1] == "D" else -1
            elif m[0] < " " and len(m[0]) == 1:
                self.control(m[0])
            elif m[0][0] != "\x1b":
                self.put(m[0])
        return text[end:]

    def __str__(self):
        return "\n".join("".join(row).rstrip() for row in self.cells).rstrip("\n")


def start(columns, command):
    pid, fd = pty.fork()
    if not pid:
        os.environ.update(TERM="vt100", LINES=str(ROWS), COLUMNS=str(columns))
        os.execv(command[0], command)
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, columns, 0, 0))
    return pid, fd


def draw(fd, screen, rest, seconds):
    """Until nothing comes any more."""
    while select.select([fd], [], [], seconds)[0]:
        data = rest + os.read(fd, 65536)
        text = data.decode(errors="ignore")
        rest = screen.feed(text).encode()
    return rest


def main():
    columns, keys, command = int(sys.argv[1]), sys.argv[2], sys.argv[3:]
    pid, fd = start(columns, command)
    screen = Screen(columns)
    rest = draw(fd, screen, b"", 1)
    for key in keys + "\f":
        os.write(fd, key.encode())
        rest = draw(fd, screen, rest, 0.5)
    print(screen)
    os.write(fd, b"q")
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


sys.exit(main())
