# SPDX-License-Identifier: GPL-2.0
"""Sphinx extension: the directive "kernel-doc" of the kernel's documentation.

    .. kernel-doc:: FILE
       :export:         only what FILE exports
       :internal:       only what it does not export
       :tests:          only what it exports to tests and benchmarks
       :library:        FILE belongs to libcotask, whose names are those of the kernel API

The script "kernel-doc" of a kernel turns the comments of FILE, relative to the top of the
source tree, into reStructuredText.
"""
import pathlib
import re
import subprocess

from docutils import nodes
from docutils.parsers.rst import Directive, directives
from docutils.statemachine import ViewList
from sphinx.errors import ExtensionError
from sphinx.util.docutils import switch_source_input

TOP = pathlib.Path(__file__).resolve().parents[2]


class KernelDoc(Directive):
    required_arguments = 1
    option_spec = {"export": directives.flag, "internal": directives.flag,
                   "tests": directives.flag, "library": directives.flag}

    def flags(self, path):
        flags = ["-" + name for name in ("export", "internal") if name in self.options]
        if "tests" in self.options:
            for name in re.findall(r"^EXPORT_FOR_TESTS\((\w+)\);", path.read_text(), re.M):
                flags += ["-function", name]
        return flags

    def comments(self, script):
        """The comments of the file, as lines."""
        path = TOP / self.arguments[0]
        done = subprocess.run([script, "-rst", *self.flags(path), str(path)],
                              capture_output=True, text=True, check=False)
        if done.returncode or done.stderr:
            raise self.error(f"kernel-doc of {self.arguments[0]}: {done.stderr}")
        text = done.stdout.expandtabs().replace("__cotask_must_check ", "")
        for name in self.state.document.settings.env.config.kernel_doc_no_entry:
            text = text.replace(f".. c:struct:: {name}\n", f".. describe:: struct {name}\n")
        return text.split("\n")

    def run(self):
        env = self.state.document.settings.env
        env.note_dependency(str(TOP / self.arguments[0]))
        lines = self.comments(env.config.kernel_doc)
        if "library" in self.options:
            lines = [".. c:namespace:: libcotask", "", *lines, "", ".. c:namespace:: NULL"]
        text = ViewList()
        for number, line in enumerate(lines):
            text.append(line, self.arguments[0], number)
        node = nodes.section()
        with switch_source_input(self.state, text):
            self.state.nested_parse(text, 0, node, match_titles=1)
        return node.children


def check(app, config):
    if not pathlib.Path(config.kernel_doc).is_file():
        raise ExtensionError(f"no script kernel-doc in '{config.kernel_doc}'")


def setup(app):
    app.add_config_value("kernel_doc", "", "env")
    app.add_config_value("kernel_doc_no_entry", [], "env")
    app.add_directive("kernel-doc", KernelDoc)
    app.connect("config-inited", check)
    return {"parallel_read_safe": True}
