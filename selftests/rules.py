#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Checks that each rule of Documentation/semantics.rst has a test that cites it.

A test cites rules in the comment above a case: "/* SC-3, SC-4: what it shows */",
be it a function or a SCENARIO().
Rules listed under "Not shown yet" in Documentation/semantics.rst are exempt, but
only as long as no test cites them.  With --table, prints the table of tests; with
--update, writes that list anew.
"""
import pathlib
import re
import sys
import textwrap

TOP = pathlib.Path(__file__).resolve().parent.parent
RULE = r"[A-Z]{2}-B?\d+"
PAGE = TOP / "Documentation/semantics.rst"
GAPS = "Not shown yet\n=============\n\nRules that no test cites so far:\n\n"


def rules_and_gaps():
    head, _, tail = PAGE.read_text().partition(GAPS)
    rules = re.findall(rf"^({RULE})\n(?=   \S)", head, re.M)
    return rules, set(re.findall(RULE, tail))


def citations():
    found = {}
    paths = sorted((TOP / "module/tests").glob("*/*_kunit.c"))
    paths += sorted((TOP / "selftests/uapi").glob("*_test.c"))
    for path in paths:
        case = (r"(?:static void (?=\w+\(struct kunit)|SCENARIO\(|TEST\(|TEST_F\(\w+, )"
                r"(\w+)")
        pattern = rf"/\*(?:\n \*)? ((?:{RULE}(?:, )?)+):[^/]*?\*/\s*{case}"
        for ids, name in re.findall(pattern, path.read_text(), re.S):
            suite = path.stem.removesuffix("_kunit").removesuffix("_test")
            for rule in re.findall(RULE, ids):
                found.setdefault(rule, []).append(f"{suite}.{name}")
    return found


def update(missing):
    head = PAGE.read_text().partition(GAPS)[0].rstrip()
    gaps = GAPS + textwrap.fill(" ".join(missing), 78) + "\n" if missing else ""
    PAGE.write_text(f"{head}\n\n{gaps}".rstrip() + "\n")


def main():
    rules, gaps = rules_and_gaps()
    cited = citations()
    if "--table" in sys.argv:
        for rule in rules:
            print(f"{rule:8} {', '.join(cited.get(rule, ['-']))}")
        return 0
    if "--update" in sys.argv:
        update([r for r in rules if r not in cited])
        return 0
    bad = [f"{r}: no test cites it" for r in rules if r not in cited and r not in gaps]
    bad += [f"{r}: listed as not shown, but cited by {cited[r][0]}"
            for r in sorted(gaps) if r in cited]
    bad += [f"{r}: cited, but not a rule" for r in sorted(cited) if r not in rules]
    if bad:
        print("\n".join(bad))
    return 1 if bad else 0


sys.exit(main())
