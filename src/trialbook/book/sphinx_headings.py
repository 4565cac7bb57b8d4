"""Headings that cells show become sections of the page: in its contents, numbered, found by search, and real in Word.

A cell shows raw HTML, of which Sphinx knows nothing. Where it has the headings of :func:`trialbook.pages.html.heading`, the
output is parted at them, and what stands under one becomes a section in that where the cell stands (verified with sphinx 7.4 and
myst-nb 1.4).
"""

from __future__ import annotations

import re
from html import unescape

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

HEADING = re.compile(r'<h([2-6]) class="book-heading" id="([^"]+)">(.*?)</h\1>', re.DOTALL)
_TAG = re.compile(r"<[^>]+>")


def add_headings(app: Sphinx) -> None:
    """Register the transform."""
    app.add_transform(CellHeadings)


class CellHeadings(SphinxTransform):
    """Parts outputs at their headings while a page is read, before its contents are collected."""

    default_priority = 400

    def apply(self, **kwargs: object) -> None:
        """Part every output of the page that has such headings."""
        for raw in list(self.document.findall(nodes.raw)):
            if "html" in raw.get("format", "").split() and HEADING.search(raw.astext()):
                self._part(raw)

    def _part(self, raw: nodes.raw) -> None:
        cell = _cell(raw)
        if cell is None:
            return
        html = raw.astext()
        found = list(HEADING.finditer(html))
        ends = [*(one.start() for one in found[1:]), len(html)]
        made = self._sections(
            [(int(one[1]), one[2], one[3], html[one.end() : end]) for one, end in zip(found, ends, strict=True)]
        )
        before = html[: found[0].start()]
        parent = cell.parent
        at = parent.index(cell)
        parent[at + 1 : at + 1] = made
        # The cell stays, with what else it shows: the mark of invented data may be among it.
        raw.parent.replace(raw, nodes.raw(before, before, format="html") if before.strip() else [])

    def _sections(self, parts: list[tuple[int, str, str, str]]) -> list[nodes.Node]:
        """The sections, those of a deeper heading in the one before it."""
        made: list[nodes.Node] = []
        open_ones: list[tuple[int, nodes.section]] = []
        for level, name, title, html in parts:
            while open_ones and open_ones[-1][0] >= level:
                open_ones.pop()
            section = nodes.section(ids=[name])
            section += nodes.title("", "", nodes.Text(" ".join(unescape(_TAG.sub("", title)).split())))
            if html.strip():
                section += _shown(html)
            self.document.ids[name] = section
            if open_ones:
                open_ones[-1][1].append(section)
            else:
                made.append(section)
            open_ones.append((level, section))
        return made


def _cell(raw: nodes.raw) -> nodes.Element | None:
    """The cell that shows it; None where it is not the output of a cell."""
    node = raw.parent
    while node is not None and "cell" not in node.get("classes", []):
        node = node.parent
    return node


def _shown(html: str) -> nodes.Element:
    """HTML as MyST-NB lays it out, so that the same rules of style hold."""
    inner = nodes.container("", nodes.raw(html, html, format="html"), classes=["output", "text_html"])
    return nodes.container("", inner, classes=["cell_output"])
