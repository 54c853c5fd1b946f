# SPDX-License-Identifier: GPL-2.0
"""The characters that no listing shows as they are, from module/core/name.c."""
import pathlib
import re

SOURCE = pathlib.Path(__file__).resolve().parent.parent.parent / "module/core/name.c"


def characters():
    """All of them, but the control characters."""
    table = SOURCE.read_text().split("hidden[] = {", 1)[1].split("};", 1)[0]
    for first, last in re.findall(r"{ (0x\w+), (0x\w+) }", table):
        yield from map(chr, range(int(first, 16), int(last, 16) + 1))
