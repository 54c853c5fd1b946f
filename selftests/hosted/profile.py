#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Where the instructions of each row go, by function: "profile.py LOG BLOCKS PROGRAMS DIRECTORY".

LOG: what the guest has printed, with the kernel's symbols.  BLOCKS: from count.c.  PROGRAMS: the
directory of the benchmarks.  Writes DIRECTORY/ROW-PEER.txt.  In rows of two programs, whose
addresses are the same, what runs in processes is not told apart.
"""
import bisect
import collections
import pathlib
import re
import subprocess
import sys

KERNEL = 1 << 63
LEAST = 1       # instructions; what has fewer is in the sums only


def kernel_symbols(text):
    found = re.findall(r"^symbol ([0-9a-f]+) (\S+)\s*(\[\w+\])?", text, re.M)
    return sorted((int(address, 16), f"{name} {module}".strip()) for address, name, module in found)


def program_symbols(program):
    text = subprocess.run(["nm", program], capture_output=True, text=True, check=True).stdout
    return sorted((int(address, 16), f"{name} (process)")
                  for address, name in re.findall(r"^([0-9a-f]+) [tTwWi] (\S+)$", text, re.M))


def name_of(table, address):
    at = bisect.bisect_right(table, (address, "~")) - 1
    return table[at][1] if at >= 0 else "(process)"


def rows_of(path):
    """For each row: [(address, instructions)]."""
    rows = []
    for line in path.read_text().splitlines():
        if line == "row":
            rows.append([])
        else:
            address, n = line.split()
            rows[-1].append((int(address, 16), int(n)))
    return rows


def write(path, cost):
    parts = collections.Counter()
    for name, n in cost.items():
        module = name.endswith("[cotask]")
        process = name.endswith("(process)")
        parts["the module" if module else "processes" if process else "the rest of the kernel"] += n
    lines = [f"{sum(cost.values()):8.0f}  all"]
    lines += [f"{n:8.0f}  {part}" for part, n in parts.most_common()]
    lines += [f"{n:8.0f}  {name}" for name, n in cost.most_common() if n >= LEAST]
    path.write_text("\n".join(lines) + "\n")


def main():
    log, blocks, programs, directory = map(pathlib.Path, sys.argv[1:])
    text = log.read_text(errors="replace")
    kernel = kernel_symbols(text)
    directory.mkdir(exist_ok=True)
    named = re.findall(r"^(\w+) (\w+) [0-9.]+ ns (\d+)\s*$", text, re.M)
    for (row, peer, operations), executed in zip(named, rows_of(blocks)):
        alone = not row.startswith("echo")
        process = program_symbols(programs / f"{peer}_bench") if alone else []
        cost = collections.Counter()
        for address, n in executed:
            table = kernel if address & KERNEL else process
            cost[name_of(table, address)] += n / int(operations)
        write(directory / f"{row}-{peer}.txt", cost)
    print(f"by function: {directory}")


if __name__ == "__main__":
    main()
