#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Instructions of hosted rows against their budget: "budget.py BUDGET RESULT.json...".

One line of TAP per row of the budget. A row may not cost more than its budget and 2 percent of
it. One that costs that much less says so: the budget is to be lowered, in the same commit. Of
several results the smallest number counts: interrupts of the guest only add to it.
"""
import json
import sys

MARGIN = 0.02


def rows(path):
    with open(path) as budget:
        for line in budget:
            if line.strip() and not line.startswith("#"):
                row, program, instructions = line.split()
                yield row, program, int(instructions)


def judge(used, budget):
    if used is None:
        return False, "was not measured"
    share = f"{used:.0f} instructions, the budget is {budget} ({used / budget - 1:+.1%})"
    if used < budget * (1 - MARGIN):
        share += ": lower the budget"
    return used <= budget * (1 + MARGIN), share


def load(path):
    with open(path) as f:
        return json.load(f)


def main(budget, *results):
    measured = [load(path) for path in results]
    failed = 0
    for n, (row, program, instructions) in enumerate(rows(budget), 1):
        used = [m.get(row, {}).get("value", {}).get(program) for m in measured]
        good, text = judge(None if None in used else min(used), instructions)
        failed += not good
        print(f"{'ok' if good else 'not ok'} {n} {row} of {program}: {text}")
    return failed > 0


sys.exit(main(*sys.argv[1:]))
