#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Where the instructions of an operation go: "profile.py SHORT LONG OPERATIONS PROGRAM...".

SHORT and LONG are prefixes of the results of two runs: PREFIX.count from the plugin, PREFIX.log
with the symbols of the kernel. The long run has done OPERATIONS more. PROGRAM: statically
linked programs that have run, whose symbols do not overlap with those of another one.
"""
import bisect
import collections
import re
import subprocess
import sys

KERNEL = 1 << 63
LEAST = 2       # instructions; what has fewer is in the sums only


def kernel_symbols(log):
    """Of the kernel and its modules, as the guest has printed them."""
    with open(log, encoding="utf-8", errors="replace") as lines:
        found = re.findall(r"^symbol ([0-9a-f]+) [tTwW] (\S+)\s*(\[\w+\])?", lines.read(), re.M)
    return sorted((int(address, 16), f"{name} {module}".strip()) for address, name, module in found)


def program_symbols(programs):
    table = []
    for program in programs:
        text = subprocess.run(["nm", program], capture_output=True, text=True, check=True).stdout
        table += [(int(a, 16), f"{name} (process)")
                  for a, name in re.findall(r"^([0-9a-f]+) [tTwWi] (\S+)$", text, re.M)]
    return sorted(table)


def counts(path):
    with open(path, encoding="utf-8") as lines:
        return collections.Counter({int(a, 16): int(n) for a, n in map(str.split, lines)})


def name_of(table, address):
    at = bisect.bisect_right(table, (address, "~")) - 1
    return table[at][1] if at >= 0 else "?"


def main():
    short, long, operations, *programs = sys.argv[1:]
    tables = kernel_symbols(long + ".log"), program_symbols(programs)
    more = counts(long + ".count")
    more.subtract(counts(short + ".count"))
    cost = collections.Counter()
    for address, n in more.items():
        cost[name_of(tables[address < KERNEL], address)] += n / float(operations)
    module = sum(n for name, n in cost.items() if name.endswith("[cotask]"))
    process = sum(n for name, n in cost.items() if name.endswith("(process)"))
    print(f"{sum(cost.values()):8.0f}  all")
    print(f"{module:8.0f}  the module")
    print(f"{process:8.0f}  the process")
    print(f"{sum(cost.values()) - module - process:8.0f}  the rest of the kernel")
    for name, n in cost.most_common():
        if n >= LEAST:
            print(f"{n:8.0f}  {name}")


if __name__ == "__main__":
    main()
