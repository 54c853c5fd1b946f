#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Lines "ROW PEER VALUE UNIT" as a table, JSON and SVG: "table.py LOG PREFIX".

Where a nanosecond is an instruction (PREFIX ends with "icount") times are told as such.
"""
import json
import re
import sys

PEERS = ("cotask", "stackless", "device", "io_uring", "io_uring_nop", "epoll", "libuv", "threads",
         "tokio", "go", "asyncio")
COLOURS = dict(zip(PEERS, ("#2f6fde", "#5585e6", "#7fa6ec", "#888888", "#888888", "#b9b9b9",
                           "#8a6bbf", "#c0504d", "#b07d48", "#3aa675", "#d98a2b")))
LINE = re.compile(r"^([a-z0-9_]+) (%s) ([0-9.]+) (ns|us|bytes)\s*$" % "|".join(PEERS))


NS = {"ns": 1, "us": 1000}


def read(path, counted):
    rows = {}
    with open(path, errors="replace") as log:
        for line in log:
            m = LINE.match(line)
            if not m:
                continue
            unit, value = m[4], float(m[3])
            if counted and unit in NS:
                unit, value = "insn", value * NS[unit]
            row = rows.setdefault(m[1], {"unit": unit, "value": {}})
            row["value"][m[2].replace("_nop", "")] = value
    return rows


def table(rows):
    peers = [p for p in PEERS if any(p in r["value"] for r in rows.values())]
    print(f"{'row':<16}{'unit':>6}" + "".join(f"{p:>10}" for p in peers))
    for name, row in rows.items():
        cells = (f"{row['value'][p]:.0f}" if p in row["value"] else "-" for p in peers)
        print(f"{name:<16}{row['unit']:>6}" + "".join(f"{c:>10}" for c in cells))


def bars(name, row, y):
    """One bar for each peer, in proportion to the slowest."""
    most = max(row["value"].values()) or 1
    yield f'<text x="0" y="{y}" font-weight="bold">{name} ({row["unit"]})</text>'
    for peer, value in row["value"].items():
        y += 18
        width = max(1, 420 * value / most)
        yield f'<text x="80" y="{y}" text-anchor="end">{peer}</text>'
        yield (f'<rect x="90" y="{y - 11}" width="{width:.0f}" height="13" '
               f'fill="{COLOURS[peer]}"/>')
        yield f'<text x="{100 + width:.0f}" y="{y}">{value:.0f}</text>'


def plot(rows):
    body, y = [], 20
    for name, row in rows.items():
        body += bars(name, row, y)
        y += 18 * len(row["value"]) + 30
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="640" height="{y}" '
            f'font-family="sans-serif" font-size="12"><rect width="100%" height="100%" '
            f'fill="white"/><g transform="translate(10 0)">' + "".join(body) + "</g></svg>\n")


def main(log, prefix):
    rows = read(log, prefix.endswith("icount"))
    table(rows)
    with open(prefix + ".json", "w") as f:
        json.dump(rows, f, indent=1)
    with open(prefix + ".svg", "w") as f:
        f.write(plot(rows))


main(*sys.argv[1:])
