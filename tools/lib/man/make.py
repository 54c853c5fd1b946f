#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
"""Manual pages of section 3 from the comments in the headers.

"make.py" writes them into the directory of this file; "make.py --check" lists those that are
out of date.  Their date is that of the version, as debian/changelog has it.
"""
import email.utils
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parents[2]
PAGES = {
    "cotask": "tasks, groups and timeouts",
    "cotask_co": "tasks without stacks",
    "cotask_file": "files on disk, accessed by other threads",
    "cotask_future": "futures, shields and callbacks",
    "cotask_gather": "gather, race, wait, as_completed",
    "cotask_io": "files, sockets and processes",
    "cotask_loop": "loops, and context variables",
    "cotask_net": "servers, and connections by name",
    "cotask_process": "child processes",
    "cotask_reader": "lines and exact amounts, through a buffer",
    "cotask_scope": "shielded sections and cancel scopes",
    "cotask_select": "wait for several choices at once, and take one of them",
    "cotask_share": "tasks and groups as file descriptors",
    "cotask_signal": "waiting for signals",
    "cotask_stackless": "coroutines that compile for the kernel and for a process",
    "cotask_stream": "sockets and pipes that the kernel reads for a task",
    "cotask_sync": "events, locks, semaphores, conditions and queues",
    "cotask_thread": "blocking work, and tasks that other threads start",
    "cotask_ticker": "periodic wake-ups",
    "cotask_wait": "await with a time limit, cancel and wait, wait until a child is ready",
}


def roff(text):
    """Plain text as roff: backslashes, leading dots, references, emphasis."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    text = re.sub(r"%(\w+)", r"\1", re.sub(r"&struct ", "struct ", text))
    text = re.sub(r"@(\w+)", r"\\fI\1\\fP", text)
    text = re.sub(r"(?<![\w*(])\*([a-z][a-z ]*)\*(?![\w*])", r"\\fI\1\\fP", text)
    text = re.sub(r"\b(cotask_\w+)\(\)", r"\\fB\1\\fP()", text)
    return "\n".join("\\&" + l if l[:1] in ".'" else l for l in text.split("\n"))


def date():
    """Of the newest version."""
    text = re.search(r"^ -- .*>  (.*)", (TOP / "debian/changelog").read_text(), re.M)[1]
    return email.utils.parsedate_to_datetime(text).strftime("%Y-%m-%d")


def tidy(lines):
    """Without paragraphs that have no text."""
    ends = (".PP", ".IP", ".TP", ".SH")
    for before, line, after in zip([""] + lines, lines, lines[1:] + [".SH"]):
        if line != ".PP" or not (before.startswith(".SH") or after.startswith(ends)):
            yield line


def sentence(text):
    """A title as a sentence; names in it keep their case."""
    return text[0].upper() + text[1:] + "."


def comments(source):
    """Each kernel-doc comment with the declaration behind it."""
    for match in re.finditer(r"/\*\*\n(.*?) \*/\n(.*?)(?=\n\n|\n/\*|\n#endif)", source, re.S):
        lines = [re.sub(r"^ \* ?", "", l) for l in match[1].rstrip("\n").split("\n")]
        yield lines, match[2].strip()


def parse(lines):
    """Title, arguments, paragraphs, what is returned."""
    title = lines[0]
    args, paragraphs, returns, rest = [], [], None, []
    for line in lines[1:]:
        arg = re.match(r"@(\w+): (.*)", line)
        if line.startswith("Return: "):
            returns = [line[8:]]
        elif returns is not None:
            returns.append(line.strip())
        elif arg and not paragraphs and not any(rest):
            args.append([arg[1], arg[2]])
        elif args and line.startswith("\t"):
            args[-1][1] += "\n" + line.strip()
        else:
            rest.append(line)
    paragraphs = [p for p in "\n".join(rest).strip().split("\n\n") if p]
    return title, args, paragraphs, "\n".join(returns).strip() if returns else None


def head(source):
    """The text at the top of the header."""
    text = re.search(r"/\*\n \* libcotask - .*?\n \*/", source, re.S)[0]
    lines = [re.sub(r"^ \* ?", "", l) for l in text.split("\n")[1:-1]]
    out, code = [], False
    for line in lines[1:]:
        is_code = line.startswith("\t")
        if is_code != code and line:
            out.append(".EX" if is_code else ".EE")
            code = is_code
        if not line and not code:
            out.append(".PP")
        elif line.startswith(" - "):
            out += [".IP \\(bu 2", roff(line[3:])]
        else:
            out.append(roff(line.strip() if not code else line[1:]))
    if code:
        out.append(".EE")
    return out


def page(name):
    """One page for one header."""
    source = (HERE.parent / "include" / (name + ".h")).read_text()
    out = ['.\\" SPDX-License-Identifier: LGPL-2.1-or-later OR MIT',
           '.\\" Made by make.py from the header.',
           '.TH %s 3 "%s" "libcotask" "cotask"' % (name.upper(), date()),
           ".SH NAME", "%s.h \\- %s" % (name, PAGES[name]),
           ".SH SYNOPSIS", ".nf", ".B #include <%s.h>" % name, ".PP",
           "Link with \\fI\\-lcotask\\fP.", ".fi", ".SH DESCRIPTION"]
    out += head(source)
    functions = []
    place = 2
    for lines, declaration in comments(source):
        title, args, paragraphs, returns = parse(lines)
        word = re.match(r"(?:struct |enum |typedef )?(\w+)", title)[1]
        out += [".SH %s" % word.upper(), ".nf"]
        out += [roff(l) for l in declaration.replace("__cotask_must_check ", "").split("\n")]
        out += [".fi", ".PP", roff(sentence(re.sub(r"^.*? - ", "", title)))]
        for arg, text in args:
            out += [".TP", ".I " + arg, roff(text)]
        for text in paragraphs:
            out += [".PP", roff(text)]
        if returns:
            out += [".PP", "\\fBReturns:\\fP " + roff(returns)]
        if "(" in declaration and not title.startswith(("struct", "enum", "typedef")):
            functions.append(word)
    out.insert(place, '.\\" Functions: ' + " ".join(functions))
    out += [".SH SEE ALSO", ".BR cotask (4),", ".BR cotask (7)"]
    return "\n".join(tidy(out)) + "\n"


def pages():
    """All files by name: a page per header."""
    return {name + ".h.3": page(name) for name in PAGES}


def main():
    """Write the pages, or check them."""
    files = pages()
    there = {f.name for f in HERE.glob("*.3")}
    if "--check" not in sys.argv:
        for name in there - set(files):
            (HERE / name).unlink()
        for name, text in files.items():
            (HERE / name).write_text(text)
        return 0
    old = [n for n in sorted(set(files) | there)
           if files.get(n) != ((HERE / n).read_text() if n in there else None)]
    for name in old:
        print("tools/lib/man/%s is out of date" % name)
    return bool(old)


sys.exit(main())
