#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""What the fuzzer has reached: "report.py LOG MODULE".

It fails if an operation has never succeeded: then the fuzzer makes it badly, and a search that
found nothing would say nothing.  A run of few operations, on a busy machine for example, may have
missed one.  A guest that has crashed has not said how they ended.
"""
import errno
import os
import re
import subprocess
import sys

UAPI = os.path.join(os.path.dirname(__file__), "..", "..", "uapi", "linux", "cotask.h")


ENOUGH = 2000000	# operations for each kind to succeed


def places(text):
    """Addresses that were run, as offsets into the sections of the module."""
    sections = {m[2]: int(m[3], 16) for m in
                re.finditer(r"^(section) (\S+) (0x[0-9a-f]+)$", text, re.M)}
    found = [int(p, 16) for p in re.findall(r"^place ([0-9a-f]+)$", text, re.M)]
    for address in found:
        below = [(a, s) for s, a in sections.items() if a <= address]
        if below:
            base, section = max(below)
            yield section, address - base


def functions(module):
    """Section, offset and name of each function."""
    out = subprocess.run(["objdump", "-t", module], check=True, capture_output=True, text=True)
    for line in out.stdout.splitlines():
        m = re.match(r"([0-9a-f]+) .{5}F\s*(\S+)\s+([0-9a-f]+)\s+(?:\.hidden )?(\S+)$", line) or \
            re.match(r"([0-9a-f]+) .....\.?F? ?F?\s+(\S+)\t([0-9a-f]+) (\S+)$", line)
        if m and m[2] in (".text", ".text.unlikely") and int(m[3], 16):
            yield m[2], int(m[1], 16), int(m[3], 16), m[4]


def operations():
    """Their names, in order."""
    with open(UAPI) as f:
        body = re.search(r"^enum cotask_opcode \{\n(.*?)\n\};", f.read(), re.M | re.S)[1]
    return re.findall(r"^\tCOTASK_OP_(\w+)", body, re.M)[:-1]


def results(text):
    """Prints how the operations have ended; those that have never succeeded."""
    failed = []
    lines = dict(re.findall(r"^results (\d+)(.*)$", text, re.M))
    for number, name in enumerate(operations()):
        counts = {int(e): int(n) for e, n in
                  (pair.split(":") for pair in lines.get(str(number), "").split())}
        if not counts.get(0):
            failed.append(name)
        if "-v" in sys.argv:
            errors = " ".join(f"{errno.errorcode.get(e, e)}:{n}" for e, n in counts.items() if e)
            print(f"search: {name}: {counts.get(0, 0)} succeeded; {errors}")
    return failed


def main():
    with open(sys.argv[1], errors="replace") as log:
        text = log.read()
    for line in re.findall(r"^(search: .*)$", text, re.M):
        print(line)
    reached = list(places(text))
    names = list(functions(sys.argv[2]))
    entered = {n for s, a, size, n in names
               if any(s == section and a <= p < a + size for section, p in reached)}
    if reached:
        print(f"search: {len(set(reached))} places, {len(entered)} of {len(names)} functions")
        never = sorted({n for *_, n in names if n not in entered and not n.startswith("__")})
        print("search: never entered:", *never)
    failed = results(text) if re.search("^results ", text, re.M) else []
    if failed:
        print("search: never succeeded:", *failed)
        made = re.search(r"^search: .* (\d+) operations in ", text, re.M)
        sys.exit(not made or int(made[1]) >= ENOUGH)


if __name__ == "__main__":
    main()
