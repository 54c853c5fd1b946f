#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Checks that each allocation in module/ has a payer.

The table behind ".. allocations" in Documentation/security.rst names each function that
allocates, as "file.c function", with what pays for it and what frees it.  A call that has no
row, and a row without a call, is an error.
"""
import pathlib
import re
import sys

TOP = pathlib.Path(__file__).resolve().parent.parent
PAGE = TOP / "Documentation/security.rst"
WINGS = ("core", "await", "observe", "device")
CALL = re.compile(r"\b(k[mzc]?v?[mzc]?alloc\w*|kv[mzc]?alloc\w*|kvcalloc|kmem_cache_z?alloc|"
                  r"k?memdup\w*|kstrn?dup\w*|strndup_user|xa_store|xa_insert|xa_alloc\w*|"
                  r"__seq_open_private)\(")
FUNCTION = re.compile(r"^(?!\s)(?:[\w*]+[\s*]+)+(\w+)\(", re.M)


def calls():
    """Functions that allocate, as in the table, and the text of the calls."""
    found = {}
    for path in sorted(p for wing in WINGS for p in (TOP / "module" / wing).glob("*.c")):
        text = re.sub(r"/\*.*?\*/", lambda m: re.sub(r"\S", " ", m[0]), path.read_text(),
                      flags=re.S)
        for m in CALL.finditer(text):
            if text.rfind("\n", 0, m.start()) + 1 == m.start():
                continue
            before = [f for f in FUNCTION.finditer(text, 0, m.start())]
            where = f"{path.name} {before[-1][1]}" if before else path.name
            found.setdefault(where, []).append(text[m.start():text.index(";", m.start())])
    return found


def rows():
    """First cells of the table, which may go on in the next line."""
    table = PAGE.read_text().partition(".. allocations\n")[2]
    lines = table.split("\n")
    rules = [i for i, line in enumerate(lines) if line.startswith("====")]
    width = lines[rules[0]].index(" ")
    cells = []
    for line in lines[rules[1] + 1:rules[2]]:
        cell = line[:width].strip()
        if cell.split(" ")[0].endswith(".c"):
            cells.append(cell)
        elif cell:
            cells[-1] += " " + cell
    return cells


def main():
    found, listed = calls(), rows()
    bad = [f"{where}: allocates, and has no row" for where in found if where not in listed]
    bad += [f"{row}: has a row, and allocates nothing" for row in listed if row not in found]
    print(*bad, sep="\n", end="\n" if bad else "")
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())
