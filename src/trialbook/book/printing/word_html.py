"""The book's HTML as pandoc can turn it into Word: styles by name, marks as text, pictures, and marks where sections begin."""

from __future__ import annotations

import base64
import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml import html

from trialbook.book.printing.captions import drawing_name
from trialbook.book.printing.document import PrintedBook
from trialbook.book.printing.nodes import classed
from trialbook.book.printing.word_displays import prepare_displays
from trialbook.book.printing.word_measure import Measured, Picture, outermost

SECTION = "\u2063section:"
"""Begins a paragraph that stands where a section ends, with its kind: ``wide`` or ``tall``, ``synthetic`` or ``plain``."""

_STYLES = {
    "book-note": "Note",
    "book-provenance": "Provenance",
    "unfolded-title": "Folded Title",
    "tb-headline": "Folded Title",
    "tb-print-note": "Note",
    "book-display-notes": "Note",
}
_EPUB_TYPE = "data-epub-type"
"""Stands for ``epub:type``, a name that lxml takes for none of HTML."""
_HIDDEN = ("tb-visually-hidden", "tb-on-paper")
_NOT_BOOKMARKED = frozenset(
    ("table", "tbody", "tr", "td", "th", "ul", "ol", "li", "p", "dt", "dd", "figure", "section", "article", "aside", "a", "code")
)


@dataclass(frozen=True)
class TableLook:
    """How a table, by its place in the document, is to look; ``columns`` are in CSS pixels."""

    columns: tuple[int, ...]
    facts: bool
    upright: bool
    header_rows: int


def word_html(book: PrintedBook, measured: Measured) -> tuple[str, list[TableLook]]:
    """The page for pandoc, and its tables in their order."""
    body = html.Element("body")
    looks: list[TableLook] = []
    part, section = "", ""
    for chapter in book.chapters:
        node = copy.deepcopy(chapter.node)
        level = "synthetic" if chapter.synthetic else "plain"
        if section and section != level:
            body.append(_section_end("tall", section))
        section = level
        if chapter.part and chapter.part != part:
            part = chapter.part
            body.append(_styled("Part Title", part))
        looks += _prepare(node, measured, section)
        body.append(node)
    body.append(_section_end("tall", section))
    text = html.tostring(body, encoding="unicode").replace(f" {_EPUB_TYPE}=", " epub:type=")
    return f'<!DOCTYPE html><html><head><meta charset="utf-8"></head>{text}</html>', looks


def _prepare(node: Any, measured: Measured, section: str) -> Iterator[TableLook]:
    for one in classed(node, *_HIDDEN):
        if not any(above.tag == "caption" for above in (one, *one.iterancestors())):
            one.drop_tree()
    _mark_notes(node)
    prepare_displays(node)
    for one in outermost(node, "svg"):
        _picture(one, measured.pictures.get(one.get("data-word") or ""))
    for one in classed(node, "book-source"):
        one.text, one.attrib["data-custom-style"] = f"[{one.text_content()}]", "Source Mark"
        for inner in list(one):
            one.remove(inner)
    for name, style in _STYLES.items():
        for one in classed(node, name):
            _style(one, style)
    for plain in classed(node, "book-plain", "book-references"):
        _unlist(plain)
    _place_bookmarks(node)
    tables = outermost(node, "table")
    looks = [_look(table, measured) for table in tables]
    for one in classed(node, "wide"):
        one.addprevious(_section_end("tall", section))
        one.append(_section_end("wide", section))
    return iter(looks)


def _mark_notes(node: Any) -> None:
    """Footnotes by the words of EPUB, which pandoc knows; without their numbers, as Word numbers them itself."""
    for kind in ("footnote", "noteref"):
        for one in node.xpath(f".//*[@role='doc-{kind}']"):
            del one.attrib["role"]
            one.set(_EPUB_TYPE, kind)
            for label in classed(one, "label", tag="span"):
                label.drop_tree()


def _picture(drawing: Any, picture: Picture | None) -> None:
    if picture is None or not picture.width:
        drawing.drop_tree()
        return
    image = html.Element("img")
    image.set("src", f"data:image/png;base64,{base64.b64encode(picture.png).decode()}")
    image.set("alt", drawing_name(drawing))
    image.set("style", f"width:{picture.width / 96:.3f}in;height:{picture.height / 96:.3f}in")
    image.tail = drawing.tail
    drawing.getparent().replace(drawing, image)


def _look(table: Any, measured: Measured) -> TableLook:
    head = table.find("thead")
    return TableLook(
        columns=tuple(measured.columns.get(table.get("data-word") or "", ())),
        facts="book-facts" in table.classes,
        upright=bool(classed(table, "book-upright")),
        header_rows=0 if head is None else len(head.findall("tr")),
    )


def _style(node: Any, style: str) -> None:
    """Let a node have a style of Word; a paragraph gets it from a block around it, as pandoc reads no attribute of its own."""
    if node.tag in ("div", "span"):
        node.set("data-custom-style", style if node.tag == "div" else f"{style} Char")
        return
    around = html.Element("div")
    around.set("data-custom-style", style)
    node.addprevious(around)
    around.tail, node.tail = node.tail, None
    around.append(node)


def _unlist(node: Any) -> None:
    """A list whose items bring their own keys, or need none, becomes paragraphs."""
    for one in [found for found in node.iter("ul") if found.getparent() is not None]:
        one.tag = "div"
        for item in one.iterchildren("li"):
            item.tag = "p" if not any(child.tag in ("p", "div", "ul", "ol", "table") for child in item) else "div"
            for key in classed(item, "book-key"):
                key.tail = f"\u2002{(key.tail or '').lstrip()}"


def _place_bookmarks(node: Any) -> None:
    """Ids that links lead to stand on a ``span``: pandoc loses those of rows, cells and paragraphs."""
    for one in [found for found in node.iter() if isinstance(found.tag, str) and found.get("id")]:
        if one.tag in _NOT_BOOKMARKED and one.get(_EPUB_TYPE) is None:
            place = one
            while place.tag in ("table", "tbody", "tr", "ul", "ol", "section", "figure") and len(place):
                place = next((child for child in place if child.tag not in ("caption", "thead", "colgroup")), place[0])
            mark = html.Element("span")
            mark.set("id", one.attrib.pop("id"))
            mark.tail, place.text = place.text, None
            place.insert(0, mark)


def _section_end(shape: str, level: str) -> Any:
    made = html.Element("p")
    made.text = f"{SECTION}{shape}:{level}"
    return made


def _styled(style: str, text: str) -> Any:
    made = html.Element("div")
    made.set("data-custom-style", style)
    inner = html.Element("p")
    inner.text = text
    made.append(inner)
    return made
