#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Which lines and branches of the module have run: "coverage.py [-v] BUILD DATA LIST UNCOVERED".

BUILD is the directory of the objects; below DATA is a directory for each suite with what the
kernel has counted. Prints a table, and writes the lines that have not run to UNCOVERED. LIST
names, in columns, a file, a function of it, how many of its lines need not run, and why. It
fails if more lines of a function have not run than LIST permits, if LIST names a function that
there is not, and if less than 95 % of the lines have run.
"""
import collections
import json
import os
import re
import subprocess
import sys

WINGS = ("core", "await", "observe", "device")
LEAST = 95


def function_at(path, line):
    """gcov does not name one that was inlined early: the last definition in front of the line."""
    with open(path) as f:
        text = f.read().splitlines()[:line]
    for before in reversed(text):
        found = re.match(r"[a-z].*?\b(\w+)\(", before)
        if found:
            return found[1]
    return "-"


class Module:
    """Counts of lines and branches, of all suites and all files that include a header."""

    def __init__(self, build):
        self.build = build
        self.lines = collections.Counter()      # (file, line): how often it has run
        self.owner = {}                         # (file, line): function
        self.branches = collections.Counter()   # (file, line, number): how often it was taken

    def path(self, where, path):
        """Relative to the module; None for a header of the kernel."""
        path = os.path.relpath(os.path.normpath(os.path.join(where, path)), self.build)
        inside = path.split("/")[0] in WINGS + ("include", "main.c") and "/trace/" not in path
        return path if inside else None

    def add(self, report):
        for source in report["files"]:
            path = self.path(report["current_working_directory"], source["file"])
            if not path:
                continue
            for line in source["lines"]:
                place = path, line["line_number"]
                self.lines[place] += line["count"]
                self.owner.setdefault(place, line.get("function_name") or
                                      function_at(os.path.join(self.build, path), place[1]))
                for number, branch in enumerate(line["branches"]):
                    self.branches[place + (number,)] += branch["count"]

    def files(self):
        return sorted({path for path, _ in self.lines})

    def uncovered(self):
        return sorted(place for place, count in self.lines.items() if not count)


def reports(build, data):
    """What gcov says of each file of each suite; the notes of the compiler are in the build."""
    files = [os.path.join(where, name) for where, _, names in os.walk(data) for name in names]
    for path in sorted(files):
        suite, name = os.path.relpath(path, data).split("/", 1)
        notes = os.path.join(build, name[:-len("gcda")] + "gcno")
        if not os.path.exists(notes):
            sys.exit(f"coverage: {suite}: there are no notes of the compiler for {name}")
        link = path[:-len("gcda")] + "gcno"
        if not os.path.islink(link):
            os.symlink(os.path.abspath(notes), link)
        got = subprocess.run(["gcov-12", "--json-format", "--stdout", "--branch-probabilities",
                              path], cwd=build, check=True, capture_output=True, text=True)
        if "stamp mismatch" in got.stderr:
            print(f"coverage: {suite}: {name} has changed since, its counts are left out")
            continue
        for line in got.stdout.splitlines():
            yield json.loads(line)


def percent(part, whole):
    return f"{100 * part / whole:6.1f} %" if whole else "     - %"


def table(module):
    """A row for each file, for each wing and for all; the percentage of all lines."""
    rows = collections.defaultdict(lambda: [0, 0, 0, 0])
    for counts, column in ((module.lines, 0), (module.branches, 2)):
        for place, count in counts.items():
            path = place[0]
            for name in (path, path.split("/")[0] + "/" if "/" in path else None, "total"):
                rows[name][column] += 1
                rows[name][column + 1] += count > 0
    wings = sorted({path.split("/")[0] + "/" for path in module.files() if "/" in path})
    print(f"{'':<32}{'lines':>7}{'run':>7}{'':>9}{'branches':>10}{'taken':>7}")
    for name in module.files() + wings + ["total"]:
        lines, run, branches, taken = rows[name]
        print(f"{name:<32}{lines:>7}{run:>7} {percent(run, lines)}"
              f"{branches:>10}{taken:>7} {percent(taken, branches)}")
    return 100 * rows["total"][1] / rows["total"][0]


def permitted(path):
    """(file, function): how many lines of it need not run."""
    with open(path) as f:
        for number, line in enumerate(f, 1):
            if not line.strip() or line.startswith("#"):
                continue
            words = line.split(None, 3)
            if len(words) != 4 or not words[2].isdigit():
                sys.exit(f"{path}:{number}: a file, a function, a number and a reason are wanted")
            yield (words[0], words[1]), int(words[2])


def text_of(build, path, cache={}):
    if path not in cache:
        with open(os.path.join(build, path)) as f:
            cache[path] = f.read().splitlines()
    return cache[path]


def judge(module, names, functions):
    """Whether each function has run as far as it has to."""
    good = True
    missing = collections.defaultdict(list)
    for path, line in module.uncovered():
        missing[path, module.owner[path, line]].append(line)
    for key in sorted(missing):
        if len(missing[key]) > names.get(key, 0):
            print(f"coverage: {key[0]}: {key[1]}: has not run: "
                  f"{', '.join(map(str, missing[key]))}; {names.get(key, 0)} lines need not")
            good = False
    for path, function in sorted(set(names) - functions):
        print(f"coverage: {path}: there is no function {function}, but it is listed")
        good = False
    return good


def main():
    build, data, listed, uncovered = (a for a in sys.argv[1:] if a != "-v")
    module = Module(os.path.abspath(build))
    for report in reports(os.path.abspath(build), os.path.abspath(data)):
        module.add(report)
    if not module.lines:
        sys.exit("coverage: nothing was counted")
    names = dict(permitted(listed))
    share = table(module)
    text = "".join(f"{path}:{line}: {module.owner[path, line]}: "
                   f"{text_of(module.build, path)[line - 1].strip()}\n"
                   for path, line in module.uncovered())
    with open(uncovered, "w") as f:
        f.write(text)
    if "-v" in sys.argv:
        print(text, end="")
    owners = {(path, function) for (path, _), function in module.owner.items()}
    good = judge(module, names, owners)
    print(f"coverage: {len(module.uncovered())} of {len(module.lines)} lines have not run")
    if share < LEAST:
        print(f"coverage: less than {LEAST} % have run")
        good = False
    sys.exit(not good)


if __name__ == "__main__":
    main()
