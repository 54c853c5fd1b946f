#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""One event loop inside of another one: "embed_test.py EXAMPLES LIBRARY"."""
import os
import subprocess
import sys

from harness import LONG, Program, Skip, expect, library, run

TICKS = ["task: tick 1", "task: tick 2", "task: tick 3"]
sources = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../tools/examples")


def ticks(name):
    program = Program(name)
    program.wait()
    expect(program.lines, TICKS, "output")


def embed_epoll():
    ticks("embed_epoll")


def embed_glib():
    ticks("embed_glib")


def embed_uv():
    ticks("embed_uv")


def embed_asyncio():
    if not any(name.startswith("libcotask.so") for name in os.listdir(library)):
        raise Skip("the shared library was not built")
    said = subprocess.run([sys.executable, "-B", sources + "/embed_asyncio.py"], text=True, timeout=LONG,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          env=dict(os.environ, LD_LIBRARY_PATH=library))
    expect((said.returncode, said.stdout), (0, "hello\nworld\ntimed out\n"), "output")


def foreign_loop():
    program = Program("foreign_loop")
    program.wait()
    expect(sorted(program.lines), [f"other loop: has read {c}" for c in "abc"] +
           [f"other loop: tick {i}" for i in (1, 2, 3)], "output")


run([embed_epoll, embed_glib, embed_uv, embed_asyncio, foreign_loop])
