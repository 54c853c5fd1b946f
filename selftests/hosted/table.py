#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Lines "ROW PEER VALUE UNIT [N]" as tables, JSON and SVG: "table.py LOG PREFIX [COUNTS]".

Where a nanosecond is an instruction (PREFIX ends with "icount") times are told as such. COUNTS is
what count.c has written: two lines for each line with N, in the same order. With it there are
tables of the instructions of processes, of those of the kernel, and of system calls, too.
"""
import json
import re
import sys

PEERS = ("cotask", "stackless", "device", "io_uring", "io_uring_nop", "epoll", "libuv", "threads",
         "tokio", "go", "asyncio")
COLOURS = dict(zip(PEERS, ("#2f6fde", "#5585e6", "#7fa6ec", "#888888", "#888888", "#b9b9b9",
                           "#8a6bbf", "#c0504d", "#b07d48", "#3aa675", "#d98a2b")))
LINE = re.compile(r"^([a-z0-9_]+) (%s) ([0-9.]+) (ns|us|bytes)(?: ([0-9]+))?\s*$"
                  % "|".join(PEERS))
NS = {"ns": 1, "us": 1000}
PARTS = {"value": "", "user": "of these, in processes", "kernel": "of these, in the kernel",
         "calls": "system calls"}


def read_counts(path):
    """(user, kernel, calls) for each pair of marks; a program that was stopped left no end."""
    begin = None
    with open(path) as marks:
        for line in marks:
            which, *numbers = line.split()
            numbers = [int(n) for n in numbers]
            if which == "b":
                begin = numbers
            elif begin:
                yield [end - first for first, end in zip(begin, numbers)]
                begin = None


def read(path, counted, counts):
    rows = {}
    with open(path, errors="replace") as log:
        for line in log:
            m = LINE.match(line)
            if not m:
                continue
            unit, value = m[4], float(m[3])
            if counted and unit in NS:
                unit, value = "insn", value * NS[unit]
            row = rows.setdefault(m[1], {"unit": unit, **{part: {} for part in PARTS}})
            peer = m[2].replace("_nop", "")
            row["value"][peer] = value
            if counts is not None and m[5]:
                for part, number in zip(("user", "kernel", "calls"), next(counts)):
                    row[part][peer] = round(number / int(m[5]), 2)
    if counts is not None and next(counts, None):
        sys.exit("table.py: there are more marks than rows")
    return rows


def table(rows, part):
    """A table, if there is anything to be told."""
    peers = [p for p in PEERS if any(p in r[part] for r in rows.values())]
    if not peers:
        return
    digits = 2 if part == "calls" else 0
    if PARTS[part]:
        print(f"\n{PARTS[part]}:\n")
    print(f"{'row':<16}{'unit':>6}" + "".join(f"{p:>10}" for p in peers))
    for name, row in rows.items():
        if not row[part]:
            continue
        cells = (f"{row[part][p]:.{digits}f}" if p in row[part] else "-" for p in peers)
        unit = "calls" if part == "calls" else row["unit"]
        print(f"{name:<16}{unit:>6}" + "".join(f"{c:>10}" for c in cells))


def rectangle(x, y, width, colour, opacity):
    return (f'<rect x="{x:.0f}" y="{y - 11}" width="{width:.0f}" height="13" fill="{colour}" '
            f'fill-opacity="{opacity}"/>')


def bars(name, row, y):
    """One bar for each peer, in proportion to the slowest; the kernel's part is pale."""
    most = max(row["value"].values()) or 1
    yield f'<text x="0" y="{y}" font-weight="bold">{name} ({row["unit"]})</text>'
    for peer, value in row["value"].items():
        y += 18
        width = max(1, 420 * value / most)
        parts = row["user"].get(peer, 1), row["kernel"].get(peer, 0)
        user = width * parts[0] / (sum(parts) or 1)
        calls = row["calls"].get(peer)
        yield f'<text x="80" y="{y}" text-anchor="end">{peer}</text>'
        yield rectangle(90, y, user, COLOURS[peer], 1)
        yield rectangle(90 + user, y, width - user, COLOURS[peer], 0.5)
        yield (f'<text x="{100 + width:.0f}" y="{y}">{value:.0f}'
               f'{"" if calls is None else f" ({calls:.2f} calls)"}</text>')


def plot(rows):
    body, y = [], 20
    for name, row in rows.items():
        body += bars(name, row, y)
        y += 18 * len(row["value"]) + 30
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="720" height="{y}" '
            f'font-family="sans-serif" font-size="12"><rect width="100%" height="100%" '
            f'fill="white"/><g transform="translate(10 0)">' + "".join(body) + "</g></svg>\n")


def main(log, prefix, counts=None):
    rows = read(log, prefix.endswith("icount"), read_counts(counts) if counts else None)
    for part in PARTS:
        table(rows, part)
    with open(prefix + ".json", "w") as f:
        json.dump(rows, f, indent=1)
    with open(prefix + ".svg", "w") as f:
        f.write(plot(rows))


main(*sys.argv[1:])
