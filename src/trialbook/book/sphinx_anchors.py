"""Places by number: links lead to ``section-2.1`` without knowing how Sphinx made an id of the heading's words."""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx


def add_anchors(app: Sphinx) -> None:
    """Give each numbered section a second id, when its page is written."""
    app.connect("doctree-resolved", _anchor)


def _anchor(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    numbers = app.env.toc_secnumbers.get(docname, {})
    for section in doctree.findall(nodes.section):
        is_first = isinstance(section.parent, nodes.document)
        found = [numbers[f"#{name}"] for name in section["ids"] if f"#{name}" in numbers]
        number = numbers.get("") if is_first else next(iter(found), None)
        if number:
            section["ids"].append(f"section-{'.'.join(map(str, number))}")
