"""The study report's displays as pandoc can turn them into Word: words beside a figure around it, rows indented by blanks."""

from __future__ import annotations

import re
from typing import Any

from lxml import html

from trialbook.book.printing.nodes import classed

INDENT = "\u2003"
"""A blank as wide as the letters are high: pandoc knows no indent of a cell's paragraph."""
_LEVEL = re.compile(r"--level:\s*(\d+)")


def prepare_displays(node: Any) -> None:
    """Let displays keep in Word what their style says on a page: levels and headings of rows, title beside population.

    What stands in a figure beside its drawing goes before and after it, since pandoc puts several things into a table.
    """
    for population in classed(node, "book-display-population"):
        population.text = f"· {population.text_content()}"
    for figure in classed(node, "book-display", tag="figure"):
        for statement in classed(figure, "book-display-statement"):
            figure.addprevious(statement)
        for notes in classed(figure, "book-display-notes"):
            figure.addnext(notes)
        for frame in classed(figure, "book-scroll"):
            frame.drop_tag()
    for table in classed(node, "book-display-table"):
        for label in table.xpath("./tbody/tr/th"):
            _label(label)


def _label(label: Any) -> None:
    level = _LEVEL.search(label.get("style") or "")
    if level:
        label.text = INDENT * int(level[1]) + (label.text or "")
    if "book-group" in label.getparent().classes:
        strong = html.Element("strong")
        strong.text, label.text = label.text, None
        strong.extend(list(label))
        label.append(strong)
