# SPDX-License-Identifier: GPL-2.0
"""Configuration of Sphinx; "make docs" runs it."""
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "sphinx"))

project = "cotask"
version = release = (HERE.parent / "VERSION").read_text().strip()
extensions = ["kernel_doc", "references"]
library_pages = ["library", "library-reference", "quickstart#an-application-in-five-minutes"]
master_doc = "index"
primary_domain = "c"
highlight_language = "none"
html_theme = "alabaster"
html_theme_options = {"page_width": "68em", "fixed_sidebar": True}
# The C domain has one name space, C has another one for tags: these structs have no entry of
# their own in the index.
kernel_doc_no_entry = [
    "cotask_as_completed", "cotask_await", "cotask_cond_wait", "cotask_import", "cotask_shield",
    "cotask_wait", "cotask_wait_for",
]
