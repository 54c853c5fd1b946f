#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Makes what has broken the kernel small: "minimise.py OUTDIR LOG".

LOG is of a search with VERBOSE=1; OUTDIR is where it was built. The last programs of the log are
run again in a guest, then fewer of them, with fewer calls and operations, as long as the kernel
breaks. Prints the programs that are left, and what they do, and writes OUTDIR/crash.c, which
does the same and stands alone.
"""
import os
import re
import subprocess
import sys

import alone
import report

HERE = os.path.dirname(os.path.abspath(__file__))
FLAVOUR = os.environ.get("FLAVOUR", "uml-6.1-cover")
LAST = 8	# programs of the log
MOST = 80	# guests
CALL = 2 * (4 + 6 * 8)	# digits of a call, see program.h


class Guest:
    def __init__(self, out):
        self.out, self.runs, self.log = out, 0, os.path.join(out, "minimise.log")

    def run(self, how, programs):
        self.runs += 1
        command = [f"{HERE}/../vm/uml.sh", "-k", FLAVOUR, "-t", "120", "-o", self.log,
                   f"{HERE}/../guest/program.sh", self.out, how, *programs]
        return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL, check=False).returncode

    def breaks(self, programs):
        return bool(programs) and self.runs < MOST and self.run("-r", programs) != 0


def calls(program):
    return [program[i:i + CALL] for i in range(0, len(program), CALL)]


def fewer(items):
    """Without a half, a quarter ... of them, the later ones first."""
    size = len(items) // 2
    while size:
        for start in range(len(items) - size, -1, -size):
            yield items[:start] + items[start + size:]
        size //= 2


def smaller(programs):
    """Programs with less in them."""
    yield from fewer(programs)
    for i, program in enumerate(programs):
        for left in fewer(calls(program)):
            yield programs[:i] + ["".join(left)] + programs[i + 1:]
    for i, program in enumerate(programs):
        for j, call in enumerate(calls(program)):
            n_ops = int(call[4:6], 16) % 7
            if n_ops > 1:
                less = call[:4] + f"{n_ops - 1:02x}" + call[6:]
                yield programs[:i] + [program[:j * CALL] + less + program[(j + 1) * CALL:]] + \
                    programs[i + 1:]


def minimise(guest, programs):
    again = True
    while again:
        again = False
        for candidate in smaller(programs):
            if guest.breaks(candidate):
                programs, again = candidate, True
                break
    return programs


def show(guest, programs):
    guest.run("-t", programs)
    names = report.operations()
    with open(guest.log, errors="replace") as log:
        for line in re.findall(r"^trace (.*)$", log.read(), re.M):
            print(re.sub(r"\bop (\d+)", lambda m: names[int(m[1])] if int(m[1]) < len(names)
                         else m[0], line))


def main():
    out, log = sys.argv[1:]
    with open(log, errors="replace") as f:
        programs = re.findall(r"^run ([0-9a-f]+)$", f.read(), re.M)[-LAST:]
    guest = Guest(os.path.abspath(out))
    if not guest.breaks(programs):
        sys.exit("minimise: the last programs of the log do not break the kernel again")
    programs = minimise(guest, programs)
    print(f"minimise: {guest.runs} guests; {len(programs)} programs, "
          f"{sum(len(calls(p)) for p in programs)} calls")
    for program in programs:
        print(program)
    show(guest, programs)
    path = os.path.join(guest.out, "crash.c")
    with open(path, "w") as f:
        f.write(alone.alone(programs))
    print(f"minimise: {path} stands alone")


if __name__ == "__main__":
    main()
