#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Which pairs of race points the logs show: "races.py [-v] LOG...".

A pair is two points that two threads have reached at one object shortly after each other. "-v"
lists the pairs that were seen in one order only.
"""
import collections
import re
import sys


def pairs(path):
    """How often each ordered pair was seen."""
    with open(path, errors="replace") as log:
        for count, first, second in re.findall(r"^race\t(\d+)\t(.+)\t(.+)$", log.read(), re.M):
            yield (first, second), int(count)


def main():
    verbose = "-v" in sys.argv
    seen = collections.Counter()
    for path in sys.argv[1:]:
        if path != "-v":
            for pair, count in pairs(path):
                seen[pair] += count
    both = {frozenset(p) for p in seen if p[::-1] in seen}
    one = sorted(p for p in seen if p[::-1] not in seen)
    print(f"races: {len(seen)} ordered pairs of points, {sum(seen.values())} times; "
          f"{len(both)} pairs in both orders, {len(one)} in one order only")
    if verbose:
        for first, second in one:
            print(f"races: only {first} < {second}: {seen[first, second]}")


if __name__ == "__main__":
    main()
