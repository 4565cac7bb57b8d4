"""Tables and figures with numbered captions, counted through the whole document."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lxml import html

SHORT_ROWS = 8
"""A table of so few rows is printed on one page where it fits (class ``short``)."""
_NO_TABLE = "book-facts"
"""Tables that name facts one under the other: they are read as lines, and bear no number."""
_OWN_NUMBER = "book-display"
"""Tables and figures of the study report: they have the number by which the report cites them."""


def caption_all(pages: Iterable[Any]) -> None:
    """Take tables out of their scrolling frames and number those that have a name, in order; likewise drawings and pictures.

    Those of the study report keep the number that they have. A table's name is its caption, or what its frame says to who can't
    see it; a figure's is its ``figcaption``, or its title.
    """
    tables = figures = 0
    for page in pages:
        for node in list(page.iter("table", "svg", "img")):
            if any(_OWN_NUMBER in one.classes for one in node.iterancestors()):
                if node.tag == "table":
                    _mark_short(node)
            elif node.tag == "table":
                tables += _caption_table(node, tables + 1)
            elif _is_figure(node):
                figures += _caption_figure(node, figures + 1)


def _caption_table(table: Any, number: int) -> int:
    name = " ".join("".join(one.text_content() for one in table.iterchildren("caption")).split())
    frame = table.getparent()
    while frame is not None and not name and frame.tag == "div" and len(frame) == 1:
        name, frame = frame.get("aria-label") or "", frame.getparent()
    _mark_short(table)
    for old in table.findall("caption"):
        old.drop_tree()
    if not name or _NO_TABLE in table.classes or any(one.tag == "table" for one in table.iterancestors()):
        return 0
    table.insert(0, _caption("caption", "Table", number, name))
    return 1


def _mark_short(table: Any) -> None:
    if sum(1 for _ in table.iter("tr")) <= SHORT_ROWS:
        table.classes.add("short")


def _is_figure(node: Any) -> bool:
    if node.tag == "img":
        return any(one.tag == "figure" for one in node.iterancestors())
    return node.get("role") == "img" and not any(one.tag in ("svg", "table", "p", "span") for one in node.iterancestors())


def _caption_figure(node: Any, number: int) -> int:
    figure = next(node.iterancestors("figure"), None)
    told = next(figure.iter("figcaption"), None) if figure is not None else None
    name = " ".join(told.text_content().split()) if told is not None else drawing_name(node)
    if not name:
        return 0
    if figure is None:
        figure = html.Element("figure")
        node.addprevious(figure)
        figure.tail, node.tail = node.tail, None
        figure.append(node)
    if told is not None:
        told.drop_tree()
    figure.append(_caption("figcaption", "Figure", number, name))
    return 1


def drawing_name(node: Any) -> str:
    """What a drawing or a picture says it is: its label, title or alternative text."""
    title = next((one.text_content() for one in node.iterchildren("title")), "")
    return " ".join((node.get("aria-label") or title or node.get("alt") or "").split())


def _caption(tag: str, kind: str, number: int, name: str) -> Any:
    caption = html.Element(tag)
    label = html.Element("span")
    label.set("class", "caption-number")
    label.text = f"{kind} {number}"
    label.tail = f". {name}"
    caption.append(label)
    return caption
