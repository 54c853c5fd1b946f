#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Runs analysers over the module: "analyse.py clang BUILD" or "analyse.py cocci KERNEL-SOURCE".

BUILD is a build of the module with clang, whose commands are run again with --analyze.
Coccinelle runs the kernel's own scripts.  Reports that selftests/analyse.txt does not list are
printed, and so are lines of it that match nothing; the status is then 1.
"""
import concurrent.futures
import os
import pathlib
import re
import shlex
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parent
# These need a compiler of OCaml, or are about one driver.
NOT_HERE = ("badzero.cocci", "check_bq27xxx_data.cocci")


def output(command, where):
    done = subprocess.run(command, cwd=where, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def clang_commands(build):
    """What has compiled each file of the module, as an analysis."""
    for cmd in sorted(build.glob("module/**/.*.o.cmd")):
        match = re.match(r"\S+ := (\S*clang\S*) (.*?) -c -o \S+ (\S+\.c)\b",
                         cmd.read_text().split("\n")[0])
        if not match or match[3].endswith(".mod.c"):
            continue
        flags = [f for f in shlex.split(match[2]) if not f.startswith("-W") or f.startswith("-Wp,")]
        yield [match[1], "--analyze", "-Xclang", "-analyzer-output=text", "-w", "-Xclang",
               "-analyzer-disable-checker=deadcode", *flags, match[3]]


def cocci_commands(source):
    for script in sorted((source / "scripts/coccinelle").rglob("*.cocci")):
        text = script.read_text()
        if script.name in NOT_HERE or not re.search(r"^virtual.*\breport\b", text, re.M):
            continue
        options = re.search(r"^//+ *Options: (.*)", text, re.M)
        yield ["spatch", "-D", "report", "--no-show-diff", "--very-quiet",
               *(options[1].split() if options else []), "--cocci-file", str(script),
               "-I", "module/include", "-I", "uapi", "--dir", "module"]


def reports(analyser, text):
    """File and words of each report."""
    pattern = {"clang": r"^(\S+?):\d+:\d+: (?:warning|error): (.*)$",
               "cocci": r"^(\S+?):\d+:\d+-\d+: (.*)$"}[analyser]
    for match in re.finditer(pattern, text, re.M):
        yield match[1], match[2], match[0]


def known(analyser):
    for line in (HERE / "analyse.txt").read_text().split("\n"):
        fields = line.split("\t")
        if fields[0] == analyser:
            yield fields[1], fields[2]


def main():
    analyser, place = sys.argv[1], pathlib.Path(sys.argv[2])
    commands, where = {"clang": (clang_commands, place), "cocci": (cocci_commands, TOP)}[analyser]
    todo, found, used = list(commands(place)), set(), set()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for text in pool.map(lambda command: output(command, where), todo):
            found.update(reports(analyser, text))
    listed, bad = list(known(analyser)), []
    for path, words, line in sorted(found):
        match = [k for k in listed if path.endswith(k[0]) and k[1] in words]
        used.update(match)
        if not match:
            bad.append(line)
    bad += [f"analyse.txt: matches nothing: {analyser} {' '.join(k)}"
            for k in listed if k not in used]
    print(*bad, sep="\n", end="\n" if bad else "")
    print(f"{analyser}: {len(todo)} analyses, {len(found)} reports, {len(bad)} of them new")
    return bool(bad) or not todo


if __name__ == "__main__":
    sys.exit(main())
