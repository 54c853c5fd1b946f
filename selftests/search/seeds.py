#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Prints programs of the fuzzer that reach deep states on purpose, as lines of a corpus.

A program is a list of calls, a call a list of operations.  A number chooses among the objects
that fit, as ops.c describes: 0 is the first one.  Each task runs in the call behind the one that
has made it able to.
"""
import os
import re

from report import UAPI, operations

HERE = os.path.dirname(os.path.abspath(__file__))
OPS = 6			# of a call, see program.h
ALL_BEGUN = 3 | 1 << 4	# of ENTER: all tasks of the last call run, and it waits for an event
EIO = 6			# see value_of()


def numbers(prefix):
    """The enumeration with this prefix: names without it, and their numbers."""
    with open(UAPI, encoding="utf-8") as f:
        names = re.findall(rf"^\t{prefix}_(\w+)[,\n]", f.read(), re.M)
    return {name: i for i, name in enumerate(names)}


def calls():
    """Names and numbers of calls."""
    with open(f"{HERE}/program.h", encoding="utf-8") as f:
        body = re.search(r"^enum search_what \{(.*?)\}", f.read(), re.M | re.S)[1]
    return {name: i for i, name in enumerate(re.findall(r"DO_(\w+)", body))}


OP = {name: i for i, name in enumerate(operations())}
KIND, READ, CALL = numbers("COTASK_KIND"), numbers("COTASK_READ"), calls()


def op(name, flags=0, task=0, handle=0, other=0, value=0, length=0, arg=0):
    return bytes([OP[name], flags, task, handle, other, value, length, arg])


def call(what, *ops, file=0, a=0):
    assert len(ops) <= OPS
    body = b"".join(ops).ljust(OPS * 8, b"\0")
    return bytes([CALL[what], file, len(ops), a]) + body


def enter(*ops, file=0):
    return call("ENTER", *ops, file=file, a=ALL_BEGUN)


def make(kind, **fields):
    return op("MAKE", arg=KIND[kind] - 1, **fields)


def scope(kind, **fields):
    return op("ENTER", arg=KIND[kind] - KIND["GROUP"], **fields)


def read(what, **fields):
    return op("READ", arg=READ[what], **fields)


def many(name, count, **fields):
    """An operation for many handles."""
    return call("ENTER_MANY", op(name, **fields), op("NOP", arg=ALL_BEGUN), a=count - 1)


ROOT = enter(op("SUBMIT"))
IN_GROUP = dict(other=1)
FAILS = op("EXIT", value=EIO)
LEAVE = op("LEAVE")
A_CHILD = op("SPAWN", **IN_GROUP)
READ_ERRORS = [read("ERRORS"), read("ERROR"), read("ERROR", value=1), read("ERROR_TASK"),
               read("ERROR_TASK", value=1)]
TWO_FAIL = [ROOT, enter(scope("GROUP"), A_CHILD, A_CHILD, LEAVE), enter(FAILS, FAILS)]

PROGRAMS = [
    # errors of a group: read, forgotten, left to the end of the file
    [*TWO_FAIL, enter(*READ_ERRORS), enter(op("FORGET"), op("EXIT"))],
    [*TWO_FAIL, enter(op("FORGET"), op("FORGET"), op("FORGET"), op("FORGET")), enter(op("EXIT"))],
    [*TWO_FAIL, call("OPEN")],
    [*TWO_FAIL, call("DUP"), call("CLOSE")],
    # the body's own error; a child that fails later
    [ROOT, enter(scope("GROUP"), A_CHILD, op("LEAVE", value=EIO)), enter(FAILS),
     enter(*READ_ERRORS, op("EXIT"))],
    [ROOT, enter(scope("GROUP"), A_CHILD, A_CHILD, op("EXIT", value=EIO)), enter(FAILS),
     call("OPEN")],
    # errors that are never retrieved
    [ROOT, enter(op("SPAWN"), op("SLEEP", value=9)), enter(FAILS), call("OPEN")],
    [ROOT, enter(op("SPAWN"), op("SLEEP", value=9)), enter(FAILS),
     enter(op("FORGET", handle=1), op("EXIT"))],
    # retrieved by RESULT, by AWAIT, by WAIT_FOR
    [ROOT, enter(op("SPAWN"), op("AWAIT", handle=1)), enter(FAILS),
     enter(op("RESULT", handle=2), read("STATE", handle=2), op("EXIT"))],
    [ROOT, enter(op("SPAWN"), op("WAIT_FOR", handle=1, value=1)), enter(op("SLEEP", value=199)),
     enter(op("CANCEL_WAIT", handle=1)), enter(FAILS), enter(op("EXIT"))],
    # many children, which are cancelled at once
    [ROOT, enter(scope("GROUP")), many("SPAWN", 200, **IN_GROUP), enter(LEAVE),
     enter(op("CANCEL", handle=0)), call("OPEN")],
    [ROOT, many("SPAWN", 256), enter(op("CANCEL_ALL")), enter(),
     enter(op("EXIT")), call("CLOSE")],
    # many waiters of a future, of an event, of a lock
    [ROOT, enter(make("FUTURE")), many("SHIELD", 200), enter(op("COMPLETE")), enter(op("EXIT"))],
    [ROOT, enter(make("FUTURE")), many("GATHER", 120, length=1), enter(op("CANCEL")),
     enter(op("EXIT"))],
    # nets: a gather of gathers of a shield, awaited, cancelled
    [ROOT, enter(make("FUTURE"), op("SHIELD"), op("GATHER", length=2), op("GATHER", length=3),
                 op("GATHER", length=4, arg=3), op("AWAIT", handle=4)),
     enter(op("CANCEL_ALL")), enter(op("COMPLETE")), enter(op("EXIT"))],
    # a group and a task of another file, awaited and cancelled
    [ROOT, enter(scope("GROUP"), A_CHILD, op("EXPORT"), op("EXPORT", handle=1), LEAVE),
     call("ENTER", op("SUBMIT"), file=1, a=ALL_BEGUN), enter(op("IMPORT"), op("AWAIT", handle=1), file=1),
     call("STOP"), enter(FAILS), call("STATUS"), enter(file=1), call("OPEN", file=1)],
    # listings while there is something to list
    [*TWO_FAIL, enter(op("SPAWN"), make("EVENT"), op("EVENT_WAIT")), call("LIST", a=2),
     call("INSPECT"), call("READ_INSPECT", op("NOP", length=200)), call("INSPECT", a=3),
     call("LIST", a=3)],
    # twenty scopes, each inside of the one before
    [ROOT, *[enter(*[scope(kind) for kind in ("TIMEOUT", "SCOPE", "SECTION", "TIMEOUT", "SCOPE")])
             for _ in range(4)], enter(op("CANCEL", handle=3)), enter(op("SLEEP", value=1)),
     enter(*[LEAVE] * 6), enter(*[LEAVE] * 6)],
]


def main():
    for program in PROGRAMS:
        print(b"".join(program).hex())


if __name__ == "__main__":
    main()
