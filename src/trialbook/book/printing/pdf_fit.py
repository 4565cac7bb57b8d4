"""Which tables need a page in landscape, and which are wider than even that: measured in Chromium, never guessed."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from lxml import html

from trialbook.book.printing.chromium import run_page
from trialbook.book.printing.document import DocumentInfo, PrintedBook
from trialbook.book.printing.pdf_page import whole_page
from trialbook.errors import TrialbookError

PORTRAIT, LANDSCAPE = 170 / 25.4 * 96, 257 / 25.4 * 96
"""Widths of what is printed on A4, in CSS pixels: print.css has the margins."""
LEAST_ZOOM = 0.5
"""Below it nobody can read the print."""

TOO_TALL = 2.0
"""A table that is so many times taller in portrait than in landscape is cramped there; plain text gets 1.5 times taller."""
MANY_COLUMNS = 10

_MEASURE = """
const nodes = [...document.querySelectorAll("[data-fit]")];
const heights = width => { document.body.style.width = `${width}px`; return nodes.map(node => node.offsetHeight); };
const tall = heights(PORTRAIT), flat = heights(LANDSCAPE);
document.head.appendChild(document.createElement("style")).textContent = "[data-fit] { width: min-content !important; }";
const least = nodes.map(node => Math.max(node.offsetWidth, node.scrollWidth));
const sizes = nodes.map((node, at) => [node.dataset.fit, least[at], tall[at], flat[at]]);
document.documentElement.innerHTML = "";
document.documentElement.append(JSON.stringify(sizes));
""".replace("PORTRAIT", f"{PORTRAIT:.2f}").replace("LANDSCAPE", f"{LANDSCAPE:.2f}")


def fit_tables(chromium: Path, book: PrintedBook, about: DocumentInfo, page: Path) -> None:
    """Give what is too wide for a page in portrait the class ``wide``, and a smaller print where landscape is too narrow too.

    ``page`` is a file to write to. Raises TrialbookError for a table that could not be read in the print it needs.
    """
    nodes = [node for chapter in book.chapters for node in _outermost(chapter.node)]
    for number, node in enumerate(nodes):
        node.set("data-fit", f"{number}")
    text = whole_page(book, about, {}).replace("</body>", f"<script>{_MEASURE}</script></body>")
    page.write_text(text, encoding="utf-8")
    shown = html.fromstring(run_page(chromium, page)).text_content()
    for name, least, tall, flat in json.loads(shown):
        node = nodes[int(name)]
        del node.attrib["data-fit"]
        if least > PORTRAIT or tall > TOO_TALL * flat or _columns(node) >= MANY_COLUMNS:
            _widen(node)
            if least > LANDSCAPE:
                _shrink(node, LANDSCAPE / least)


def _outermost(chapter: Any) -> Iterable[Any]:
    for node in chapter.iter("table", "pre"):
        if not any(one.tag in ("table", "pre") for one in node.iterancestors()):
            yield node


def _columns(node: Any) -> int:
    row = next(node.iter("tr"), None)
    return 0 if row is None else sum(int(cell.get("colspan") or 1) for cell in row.iterchildren("th", "td"))


def _widen(node: Any) -> None:
    """Turn the page of a table: of the whole section where it is all that the section has, so that its heading goes with it."""
    section = next((one for one in node.iterancestors("section") if one.get("data-page") is None), None)
    alone = section is not None and sum(1 for _ in _outermost(section)) == 1
    if alone and section is not None and len(section.text_content()) < 2 * len(node.text_content()):
        section.classes.add("wide")
        return
    frame = html.Element("div")
    frame.set("class", "wide")
    node.addprevious(frame)
    frame.tail, node.tail = node.tail, None
    frame.append(node)


def _shrink(node: Any, zoom: float) -> None:
    if zoom < LEAST_ZOOM:
        name = " ".join("".join(one.text_content() for one in node.iterchildren("caption")).split()) or node.text_content()[:60]
        what = f"is too wide for any page: {name} would have to be printed at {zoom:.0%} of its size"
        raise TrialbookError(what, file="the book", remedy="Give it fewer columns, or shorter words.")
    node.set("style", f"{node.get('style') or ''};zoom:{zoom:.3f}".lstrip(";"))
