#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Random programs, on the core and on the model of its semantics.

Runs in a test kernel, with cotask_play loaded, or where waiting takes no time with --player: a
program whose tasks are those of a process. A difference is shrunk and printed with its seed and
number; "SEED --only NUMBER" plays that program again.
"""
import argparse
import itertools
import os
import re
import subprocess
import sys
import threading
import time

import generate
import machine
import model

DEVICE = "/sys/kernel/debug/cotask_play"


class Core:
    loops, in_process = 2, False

    def __init__(self, path):
        self.file = os.open(path, os.O_RDWR)
        self.text = None
        threading.Thread(target=self.watch, daemon=True).start()

    def run(self, text):
        data = text.encode()
        self.text = text
        if os.pwrite(self.file, data, 0) != len(data):
            raise OSError("the program was not taken")
        self.text = None
        return os.pread(self.file, 1 << 16, 0).decode().split()

    def watch(self):
        """A kernel that hangs cannot say for which program; another CPU can."""
        while True:
            text = self.text
            time.sleep(5)
            if text and text is self.text:
                print("fuzz: this does not end:\n" + text, flush=True)
                return


class Player:
    """Tasks of a process, which see some things later than those of the kernel, or not at all."""
    loops, in_process = 1, True

    def __init__(self, path):
        self.path = path
        self.start()

    def start(self):
        self.process = subprocess.Popen([self.path], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE)
        # What is done for the first time may let time pass.
        self.run("tasks 1\nscript 0\nsleep 1\nend\n")

    def run(self, text):
        data = text.encode()
        self.process.stdin.write(b"%d\n" % len(data) + data)
        self.process.stdin.flush()
        words = self.process.stdout.readline().decode().split()
        if not words or words[-1] == "stuck":
            self.process.communicate()
            self.start()
        return words


def as_in_process(words):
    """The part of a trace that is the same for tasks of the kernel and of a process.

    An error that was never retrieved is reported by an event, so later than the line that has
    dropped it, and maybe after its number has gone to another task.  The results of the members
    of a set are known once the set was awaited.  A task without a handle has no number.
    """
    words = re.sub(r"\[ [^]]*\]", "[ ]", " ".join(words))
    reports = re.findall(r"report (?:t\S+ )?(\S+)", words)
    words = re.sub(r"report (?:t\S+ )?\S+ ?", "", words).replace("t-1:", "body:")
    return words.split() + sorted(reports)


def both(core, program):
    text = program.text()
    answers = core.run(text), machine.run(program, core.in_process)
    return tuple(map(as_in_process, answers)) if core.in_process else answers


def differs(core, program):
    happened, expected = both(core, program)
    return happened != expected


def shrink(core, program, seconds):
    """As small as can be had in some time, and still different."""
    end = time.monotonic() + seconds
    again = True
    while again:
        again = False
        for smaller in generate.smaller(program):
            if time.monotonic() > end:
                return program
            if differs(core, smaller):
                program, again = smaller, True
                break
    return program


def show(words, at):
    return " ".join(words[:at]) + " >>> " + " ".join(words[at:])


def report(core, program, seed, number, seconds, first):
    print("--- seed %s, program %d" % (seed, number))
    program = shrink(core, program, seconds)
    happened, expected = both(core, program)
    if happened == expected:
        print("it has differed once, and does not do so again; what it did then:")
        happened, expected = first
    pairs = itertools.zip_longest(happened, expected)
    at = next((i for i, (h, e) in enumerate(pairs) if h != e), 0)
    print(program.pretty())
    print("core:  " + show(happened, at))
    print("model: " + show(expected, at), flush=True)


def fuzz(core, seed, numbers, args):
    found, played, begin = 0, 0, time.monotonic()
    for number in numbers:
        program = generate.program("%s/%d" % (seed, number), core.loops)
        played += 1
        first = both(core, program)
        if first[0] != first[1]:
            report(core, program, seed, number, args.shrink, first)
            found += 1
            if found == args.most:
                break
    took = time.monotonic() - begin
    print("fuzz: seed %s: %d programs, %d differences, %d programs per second" %
          (seed, played, found, played / max(took, 0.001)), flush=True)
    return played and not found


def print_reached(verbose):
    """Products of an option, a wait and what has come between it and its outcome."""
    axes = [sorted(set(axis)) for axis in zip(*model.reached)]
    print("fuzz: %d products of %d options, %d waits and %d interruptions" %
          (len(model.reached), *map(len, axes)))
    for wait in axes[1] if verbose else ():
        for how in axes[2]:
            counts = [model.reached[option, wait, how] for option in axes[0]]
            if any(counts):
                print("fuzz: %s: %s:" % (wait, how), *map("%s %d".__mod__, zip(axes[0], counts)))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("seeds", nargs="+", metavar="SEED")
    parser.add_argument("--programs", type=int, default=1000, help="for each seed")
    parser.add_argument("--only", type=int, metavar="NUMBER", help="one program of them")
    parser.add_argument("--most", type=int, default=3, help="stop after so many differences")
    parser.add_argument("--products", action="store_true", help="list those that were reached")
    parser.add_argument("--player", metavar="PROGRAM", help="plays programs in a process")
    parser.add_argument("--shrink", type=float, default=20, help="seconds for each of them")
    args = parser.parse_args()
    numbers = range(args.programs) if args.only is None else [args.only]
    core = Player(args.player) if args.player else Core(DEVICE)
    good = [fuzz(core, seed, numbers, args) for seed in args.seeds]
    print_reached(args.products)
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
