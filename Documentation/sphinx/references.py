# SPDX-License-Identifier: GPL-2.0
"""Sphinx extension: names of functions and numbers of rules become links.

``cotask_spawn()`` links to the description of the function; on the pages and in the sections
("page#section") that are listed in "library_pages", to that of libcotask.  TG-33 links to the
rule.
"""
import re

from docutils import nodes
from sphinx import addnodes
from sphinx.transforms import SphinxTransform

RULES_PAGE = "semantics"
FUNCTION = re.compile(r"(cotask_\w+)\(\)")
RULE = re.compile(r"\b[A-Z]{2}-B?\d+\b")


def link(domain, kind, target, text, docname):
    node = addnodes.pending_xref("", text, refdomain=domain, reftype=kind, reftarget=target,
                                 refexplicit=True, refdoc=docname, refwarn=False)
    return node


class RuleTargets(SphinxTransform):
    """Each rule of the page of rules can be linked to."""
    default_priority = 700

    def apply(self):
        if self.env.docname != RULES_PAGE:
            return
        domain = self.env.get_domain("std")
        for term in self.document.findall(nodes.term):
            if not RULE.fullmatch(term.astext()):
                continue
            name = term.astext().lower()
            term["ids"].append(name)
            domain.anonlabels[name] = (self.env.docname, name)


class Links(SphinxTransform):
    default_priority = 710

    def of_library(self, node):
        """Whether the names in a node are those of libcotask."""
        page, pages = self.env.docname, self.config.library_pages
        places = [page]
        while node:
            if isinstance(node, nodes.section):
                places += [f"{page}#{name}" for name in node["ids"]]
            node = node.parent
        return any(place in pages for place in places)

    def functions(self):
        for node in list(self.document.findall(nodes.literal)):
            match = FUNCTION.fullmatch(node.astext())
            if match and not isinstance(node.parent, (nodes.reference, addnodes.pending_xref)):
                name = ("libcotask." if self.of_library(node) else "") + match[1]
                node.replace_self(link("c", "func", name, node.deepcopy(), self.env.docname))

    def rules(self):
        for node in list(self.document.findall(nodes.Text)):
            if isinstance(node.parent, (nodes.paragraph, nodes.list_item)):
                self.rules_in(node)

    def rules_in(self, node):
        text, at, pieces = node.astext(), 0, []
        for match in RULE.finditer(text):
            pieces.append(nodes.Text(text[at:match.start()]))
            pieces.append(link("std", "ref", match[0].lower(), nodes.inline("", match[0]),
                               self.env.docname))
            at = match.end()
        if pieces:
            node.parent.replace(node, [*pieces, nodes.Text(text[at:])])

    def apply(self):
        self.functions()
        self.rules()


def setup(app):
    app.add_config_value("library_pages", [], "env")
    app.add_transform(RuleTargets)
    app.add_transform(Links)
    return {"parallel_read_safe": True}
