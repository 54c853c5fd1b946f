#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Runs the parts of the tool that need no module: "parts.py PROGRAM". Silent if all is well."""
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

import hidden

FAILED = []


def expect(what, wanted, got):
    if wanted != got:
        FAILED.append(f"{what}: expected {wanted!r}, got {got!r}")


def output(*command, **how):
    return subprocess.run(command, text=True, stdout=subprocess.PIPE, check=True,
                          **how).stdout.splitlines()


def is_complete(parse, path):
    try:
        return bool(parse(path))
    except (ValueError, xml.etree.ElementTree.ParseError) as error:
        return str(error)


def read_json(path):
    with open(path, encoding="utf-8") as f:
        return json.load(f)


def traces(program):
    """Long names are cut between characters, in any locale."""
    with tempfile.TemporaryDirectory() as tmp:
        name = os.path.join(tmp, "trace")
        for locale in ("C.UTF-8", "C"):
            output(program, "trace", name, env=dict(os.environ, LC_ALL=locale))
            expect(f"JSON in {locale}", True, is_complete(read_json, name + ".json"))
            expect(f"SVG in {locale}", True,
                   is_complete(xml.etree.ElementTree.parse, name + ".svg"))


def files(program):
    """A connection and a socket that listens are named, once they are read; in time only."""
    with socket.create_server(("127.0.0.1", 0)) as one:
        here = "127.0.0.1:%d" % one.getsockname()[1]
        with socket.create_connection(one.getsockname()) as other:
            children = [subprocess.Popen(["sleep", "100"], stdin=s) for s in (one, other)]
    pids = [str(child.pid) for child in children]
    # The lists of the namespace of both are read once.
    expect("sockets", [f"tcp at {here}", f"tcp {here}", "1 lists"],
           output(program, "files", *pids))
    expect("sockets, late", ["socket", "socket", "0 lists"], output(program, "late", *pids))
    for child in children:
        child.kill()
        child.wait()


def stuck(program):
    """Children that do not end are not waited for, and few; nor does a reader wait for them."""
    with tempfile.NamedTemporaryFile("r") as started:
        try:
            got = subprocess.run([program, "stuck", started.name], text=True, timeout=60,
                                 capture_output=True, check=False)
            expect("children that do not end",
                   "1 at first\n0 in all\n0 once more\n1 then\n0 of one more\n", got.stdout)
            expect("what is said of them", 1, got.stderr.count("places in processes are missing"))
        except subprocess.TimeoutExpired:
            FAILED.append("children that do not end are waited for")
        pids = [int(pid) for pid in started.read().split()]
    expect("so many were started", 5, len(pids))
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


def names(program):
    """The tool and the kernel agree on what is invisible."""
    characters = list(hidden.characters())
    expect("invisible characters", ["?" * len(characters)],
           output(program, "clean", "".join(characters)))
    expect("visible characters", ["caf\u00e9 ?? \U0001f680"],
           output(program, "clean", "caf\u00e9 \u202e\u3164 \U0001f680"))


def main():
    for test in (traces, files, stuck, names):
        test(sys.argv[1])
    for line in FAILED:
        print(line)
    return bool(FAILED)


sys.exit(main())
