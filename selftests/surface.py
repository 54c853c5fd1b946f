#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Checks the kernel API as a whole: how large it is, and from where it may be called.

Each exported function, and each inline function of the public headers, has kernel-doc with a
"Context:".  The table behind ".. contexts" in Documentation/reference.rst says the same in
columns, and names the namespace; with --update it is written anew.  Its pages of the reference
are those of all files that export something.  More exports of a namespace than its LIMIT are an
error.
"""
import pathlib
import re
import sys

TOP = pathlib.Path(__file__).resolve().parent.parent
PAGE = TOP / "Documentation/reference.rst"
WINGS = ("core", "await", "observe", "device")
LIMIT = {"COTASK": 63, "COTASK_AWAIT": 45}
MARK = ".. contexts\n"
DOC = re.compile(r"/\*\*\n \* (cotask_\w+) - .*?\*/\n(.*?)(?=[;{])", re.S)
EXPORT = re.compile(r"^EXPORT_SYMBOL_GPL\((\w+)\);", re.M)
CONTEXT = re.compile(r"^ \* Context: (.*?)(?=\n \* \w+:|\n \*/)", re.M | re.S)
# What a context says, and the columns that this means: step, owner, thread, any.
MEANS = ((r"^Any\b(?! thread)|or an interrupt", "1111"), (r"\bowner\b|The loop", "1100"),
         (r"\b[Aa] step of", "1000"), (r"[Pp]rocess context|\bAny thread", "0010"))
HEADERS = ("", "_time", "_group", "_loop", "_scope", "_wait", "_gather", "_sync", "_thread",
           "_inspect", "_body")


def documented():
    """Kernel-doc of each function: its context."""
    found, same = {}, {}
    paths = [p for w in WINGS for p in (TOP / "module" / w).glob("*.c")]
    paths += (TOP / "module/include/linux").glob("*.h")
    for path in paths:
        for m in DOC.finditer(path.read_text()):
            context = CONTEXT.search(m[0])
            found[m[1]] = " ".join(context[1].replace(" * ", " ").split()) if context else ""
            same[m[1]] = re.match(r"As (cotask_\w+)\(\)", found[m[1]])
    for name, other in same.items():
        if other:
            found[name] = found[other[1]]
    return found


def exported():
    """Exported functions: the namespace of each, which module/Kbuild chooses by its wing."""
    return {name: "COTASK_AWAIT" if w == "await" else "COTASK"
            for w in WINGS for p in (TOP / "module" / w).glob("*.c")
            for name in EXPORT.findall(p.read_text())}


def missing_files(page):
    """Files that export something, and that the page does not include."""
    for path in (p for w in WINGS for p in sorted((TOP / "module" / w).glob("*.c"))):
        name = path.relative_to(TOP)
        if EXPORT.search(path.read_text()) and f".. kernel-doc:: {name}\n   :export:" not in page:
            yield f"Documentation/reference.rst: no kernel-doc of {name}"


def public():
    """Functions of each public header that drivers can call, in order."""
    names, docs = exported(), documented()
    for suffix in HEADERS:
        text = (TOP / f"module/include/linux/cotask{suffix}.h").read_text()
        code = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
        code = re.sub(r"^{.*?^}", ";", code, flags=re.S | re.M)
        found = re.findall(r"^(static inline )?[\w* ]*?[\n ]\**(cotask_\w+)\(", code, re.M)
        yield f"cotask{suffix}.h", [n for inline, n in found
                                    if n in names or (inline and n in docs)]


def row(name, context, namespace):
    on = [any(re.search(pattern, context) and columns[i] == "1" for pattern, columns in MEANS)
          for i in range(4)]
    cells = ["x" if x else "" for x in on]
    columns = f"{cells[0]:<5}  {cells[1]:<5}  {cells[2]:<6}  {cells[3]:<3}  {namespace}"
    return f"{name:<36}  {columns}".rstrip()


def table():
    rule = f"{'=' * 36}  =====  =====  ======  ===  ============"
    lines = [rule, f"{'function':<36}  step   owner  thread  any  namespace", rule]
    docs, spaces = documented(), exported()
    for header, names in public():
        lines.append(f"**<linux/{header}>**")
        lines += [row(n, docs[n] or "", spaces.get(n, "")) for n in names]
    return "\n".join([*lines, rule]) + "\n"


def main():
    before, mark, rest = PAGE.read_text().partition(MARK)
    old = rest.lstrip("\n").partition("\n\n")[0] + "\n"
    docs, names, new = documented(), exported(), table()
    if "--update" in sys.argv:
        PAGE.write_text(before + mark + "\n" + new + rest.lstrip("\n")[len(old):])
        return 0
    bad = [f"{n}: no kernel-doc, or no Context:" for n in sorted(names) if not docs.get(n)]
    for space, limit in LIMIT.items():
        n = list(names.values()).count(space)
        if n > limit:
            bad.append(f"{space}: {n} symbols are exported to drivers, at most {limit} may be")
    bad += missing_files(rest)
    if old != new:
        bad.append("Documentation/reference.rst: the table of contexts is old; use --update")
    print(*bad, sep="\n", end="\n" if bad else "")
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())
