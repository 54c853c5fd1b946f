#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Checks tools/drgn/cotask.py: "drgn_test.py COTASK.KO", a module that has debugging information.

The structures are those of the module; a loop, two groups and four tasks of them are made up in
memory.  Silent if what the script says of them is right.
"""
import importlib.util
import pathlib
import struct
import sys

import drgn
import hidden

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
BASE, SIZE = 0x100000, 0x10000
FORMATS = {1: "<B", 2: "<H", 4: "<I", 8: "<Q"}
EXPECTED = """\
loop 3 net: 4 tasks, runs task 14
  group 1: open, 3 children
    11 main: group 2, in 0x500000:40 < 0x600000:7
    12 Task-12: sleep until 2.500 s, in no coroutine
    14 x?: lock {lock:#x} held by task 11, cancelled by sibling 12, in no coroutine
  group 2: exiting, 1 children, of task 11
    13 Task-13: task main 11, in no coroutine
""".splitlines()


def load_script():
    spec = importlib.util.spec_from_file_location("cotask", TOP / "tools/drgn/cotask.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Memory:
    """Objects in the memory of a program that does not exist."""

    def __init__(self, prog):
        self.prog = prog
        self.bytes = bytearray(SIZE)
        self.end = BASE
        prog.add_memory_segment(BASE, SIZE, self.read)

    def read(self, address, count, _offset, _physical):
        return bytes(self.bytes[address - BASE:address - BASE + count])

    def new(self, type_name, **fields):
        at = self.end
        self.end += (drgn.sizeof(self.prog.type(type_name)) + 63) & ~63
        for path, value in fields.items():
            self.set(at, type_name, path.replace("__", "."), value)
        return at

    def text(self, value):
        at = self.end
        self.bytes[at - BASE:at - BASE + len(value)] = value
        self.end += 64
        return at

    def set(self, at, type_name, path, value):
        there = drgn.Object(self.prog, type_name, address=at)
        for part in path.split("."):
            there = there.member_(part)
        if isinstance(value, bytes):
            data = value
        else:
            data = struct.pack(FORMATS[drgn.sizeof(there)], value)
        self.bytes[there.address_ - BASE:there.address_ - BASE + len(data)] = data

    def field(self, at, type_name, path):
        there = drgn.Object(self.prog, type_name, address=at)
        for part in path.split("."):
            there = there.member_(part)
        return there.address_

    def chain(self, head, links):
        """A list; each is an address of a struct list_head."""
        ring = [head, *links]
        for i, link in enumerate(ring):
            self.set(link, "struct list_head", "next", ring[(i + 1) % len(ring)])
            self.set(link, "struct list_head", "prev", ring[i - 1])


def make_task(m, task_id, name=None, **fields):
    t = m.new("struct cotask", id=task_id, entry__level=0xFF, **fields)
    if name:
        m.set(t, "struct cotask", "name", m.new("struct cotask_name", text=name))
    return t


def make_loop(m):
    """As EXPECTED; returns the loop and the lock."""
    kinds = {k: m.new("struct cotask_awaitable_ops", name=m.text(k)) for k in
             (b"group", b"task", b"lock")}
    lock = m.new("struct cotask_sem", base__post__ops=kinds[b"lock"], holder=11)
    outer = m.new("struct cotask_frame", step=0x600000, at=7 << 8)
    inner = m.new("struct cotask_frame", step=0x500000, at=40 << 8, outer=outer)
    root = m.new("struct cotask_group", id=1, live=3)
    main = make_task(m, 11, b"main", frame=inner)
    entered = m.new("struct cotask_group", id=2, live=1, flags=1 << 11, scope__task=main,
                    base__post__ops=kinds[b"group"])
    group = m.field(entered, "struct cotask_group", "base")
    m.set(main, "struct cotask", "waits_on", group)
    m.set(main, "struct cotask", "base.post.ops", kinds[b"task"])
    sleeps = make_task(m, 12)
    m.set(sleeps, "struct cotask", "entry.level", 2)
    m.set(sleeps, "struct cotask", "entry.deadline", 2500000000)
    joins = make_task(m, 13, waits_on=m.field(main, "struct cotask", "base"))
    wants = make_task(m, 14, b"x\n", waits_on=m.field(lock, "struct cotask_sem", "base"),
                      reason__cause=3, reason__by=12, base__state__counter=1 << 9)
    done = make_task(m, 15, base__state__counter=3)
    loop = m.new("struct cotask_loop", id=3, tasks=4, name=b"net", current_task=wants)
    for g, members in ((root, (main, sleeps, wants, done)), (entered, (joins,))):
        m.chain(m.field(g, "struct cotask_group", "children"),
                [m.field(t, "struct cotask", "sibling") for t in members])
    m.chain(m.field(loop, "struct cotask_loop", "opened"),
            [m.field(root, "struct cotask_group", "all")])
    m.chain(m.field(loop, "struct cotask_loop", "groups"),
            [m.field(entered, "struct cotask_group", "all")])
    return loop, lock


def main():
    prog = drgn.Program(drgn.host_platform)
    prog.load_debug_info([sys.argv[1]])
    script = load_script()
    m = Memory(prog)
    address, lock = make_loop(m)
    loop = drgn.Object(prog, "struct cotask_loop *", value=address)
    # What else show() needs.
    if prog.variable("loops", "loops.c").type_.type_name() != "struct xarray":
        print("the table of loops is no xarray")
    script.loops = lambda _prog: [loop]
    got = []
    script.print = got.append
    script.show(prog)
    wanted = [line.format(lock=m.field(lock, "struct cotask_sem", "base")) for line in EXPECTED]
    if got != wanted:
        print("expected:", *wanted, "got:", *got, sep="\n")
    shown = script.printable("".join(hidden.characters())).strip("?")
    if shown or script.printable("caf\u00e9") != "caf\u00e9":
        print("shown as they are:", ascii(shown))
    return got != wanted or bool(shown)


sys.exit(main())
