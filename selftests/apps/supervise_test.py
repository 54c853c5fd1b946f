#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The supervisor of child processes: "supervise_test.py EXAMPLES LIBRARY"."""
import os
import signal

from harness import Program, expect, run, wait_until, work


def said(program, status=0):
    program.wait(status)
    return program.lines


def gone(pid):
    wait_until(lambda: not os.path.exists(f"/proc/{pid}"), f"the end of {pid}")


def pid_of(program, number):
    wait_until(lambda: any(line.startswith(f"{number}: pid ") for line in program.lines), "pid")
    return next(int(line.split()[-1]) for line in program.lines if line.startswith(f"{number}: pid "))


def passes_output_on():
    program = Program("supervise", "echo out; echo err >&2; printf 'no newline'", "sleep 0.3; echo second")
    expect(sorted(said(program)), ["1: err", "1: no newline", "1: out", "1: status 0, done",
                                   "2: second", "2: status 0, done"], "output")


def long_lines():
    program = Program("supervise", "head -c 10000 /dev/zero | tr '\\0' x; echo; echo end")
    lines = said(program)
    expect(sum(line.count("x") for line in lines), 10000, "all of it")
    expect(max(map(len, lines)) <= 4096, True, "in parts")
    expect(lines[-2:], ["1: end", "1: status 0, done"], "the end")


def restarts():
    program = Program("supervise", "-r", 2, "echo begin; exit 3", "kill -9 $$")
    lines = said(program, 1)
    expect([line for line in lines if line[0] == "1"],
           ["1: begin", "1: status 3, again"] * 2 + ["1: begin", "1: status 3, failed"], "the first")
    expect([line for line in lines if line[0] == "2"],
           ["2: signal 9, again"] * 2 + ["2: signal 9, failed"], "the second")


def recovers():
    """A command that fails twice."""
    path = work + "/tries"
    program = Program("supervise", f"echo x >>{path}; [ $(wc -l <{path}) = 3 ]")
    expect(said(program), ["1: status 1, again"] * 2 + ["1: status 0, done"], "output")


def not_there():
    expect(said(Program("supervise", "-r", 0, "/no/such/program"), 1)[-1], "1: status 127, failed", "output")


def one_that_leaves_another():
    """What a command has started holds the pipe, and does not keep the supervisor."""
    program = Program("supervise", "sleep 1000 & echo pid $!")
    pid = pid_of(program, 1)
    expect(said(program)[-1], "1: status 0, done", "output")
    os.kill(pid, signal.SIGKILL)


def terminates():
    """SIGTERM, and the last words of a command."""
    program = Program("supervise", "trap 'echo bye; exit 0' TERM; echo pid $$; while :; do sleep 0.1; done",
                      "echo pid $$; exec sleep 1000")
    pids = [pid_of(program, 1), pid_of(program, 2)]
    program.stop()
    expect("1: bye" in program.lines, True, "last words")
    for pid in pids:
        gone(pid)


def kills():
    """One that does not obey, nor does its child."""
    program = Program("supervise", "-g", 0.5, "trap '' TERM; sh -c 'echo pid $$; exec sleep 1000'; sleep 1000")
    pid = pid_of(program, 1)
    program.stop()
    gone(pid)


def terminates_in_a_pause():
    program = Program("supervise", "-r", 100, "false")
    program.line("1: status 1, again", 3)
    program.stop()


def many():
    program = Program("supervise", *(f"echo {i}" for i in range(100)))
    expect(len([line for line in said(program) if line.endswith(", done")]), 100, "commands")


def killed():
    """Its commands see the end of their pipe."""
    program = Program("supervise", "echo pid $$; while echo x; do sleep 0.1; done")
    pid = pid_of(program, 1)
    program.kill()
    gone(pid)


def wrong_arguments():
    expect(said(Program("supervise"), 2)[0].split()[:2], ["usage:", "supervise"], "usage")


run([passes_output_on, long_lines, restarts, recovers, not_there, one_that_leaves_another, terminates,
     kills, terminates_in_a_pause, many, killed, wrong_arguments])
