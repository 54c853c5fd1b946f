#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Checks that no wing of the module uses one above it: "layers.py BUILD".

BUILD is where the module was built, see vm/build.sh.  An undefined symbol of an object file
that a higher wing defines is an error, and so is an #include of a higher wing's header.
What ties the wings together, main.c, is above all of them; its tables are how a wing calls
one above it.
"""
import pathlib
import re
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parent.parent
WINGS = ("core", "await", "observe", "device")
INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.M)


def symbols(path):
    """What an object file defines for others, and what it uses of others."""
    nm = subprocess.run(["nm", "-g", path], check=True, capture_output=True, text=True)
    rows = [line.split() for line in nm.stdout.splitlines()]
    return ({r[-1] for r in rows if r[-2] not in "Uwv"}, {r[-1] for r in rows if r[-2] == "U"})


def objects(build):
    """Object files of the wings, as the kernel's build lists them."""
    names = (build / "module/cotask.mod").read_text().split()
    found = [p for p in (build / "module" / n.partition("module/")[2] for n in names)
             if p.parent.name in WINGS]
    if {p.parent.name for p in found} != set(WINGS):
        sys.exit(f"{build}: no object files of each wing")
    return found


def rises(user, used):
    return WINGS.index(used) > WINGS.index(user)


def upward_symbols(build):
    home, uses = {}, []
    for path in objects(build):
        wing = path.parent.name
        defined, used = symbols(path)
        home.update((name, (wing, path.stem)) for name in defined)
        uses.append((wing, path.stem, used))
    for wing, stem, used in uses:
        for name in sorted(used & home.keys()):
            if rises(wing, home[name][0]):
                yield f"{wing}/{stem}.c uses {name}() of {'/'.join(home[name])}.c"


def upward_includes():
    for wing in WINGS:
        for path in sorted((TOP / "module" / wing).glob("*.[ch]")):
            for name in INCLUDE.findall(path.read_text()):
                used = (path.parent / name).resolve().parent.name
                if used in WINGS and rises(wing, used):
                    yield f"{wing}/{path.name} includes {name}"


def main():
    bad = [*upward_includes(), *upward_symbols(pathlib.Path(sys.argv[1]))]
    print(*bad, sep="\n", end="\n" if bad else "")
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())
