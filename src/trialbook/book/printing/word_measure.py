"""What only a browser can tell of a page, for Word: how wide a table's columns are, and a picture of each drawing."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import html

from trialbook.book.printing.chromium import run_page
from trialbook.book.printing.document import DocumentInfo, PrintedBook
from trialbook.book.printing.pdf_fit import LANDSCAPE, PORTRAIT
from trialbook.book.printing.pdf_page import whole_page
from trialbook.errors import TrialbookError

_SCALE = 3
"""A picture has three pixels for each of a screen's: 288 a inch."""

_MEASURE = """
const style = document.head.appendChild(document.createElement("style"));
style.textContent = "body { width: PORTRAITpx; } .wide { width: LANDSCAPEpx; }";
const columns = table => {
  const box = table.getBoundingClientRect(), edges = new Set([Math.round(box.right)]);
  for (const cell of table.querySelectorAll("th, td")) edges.add(Math.round(cell.getBoundingClientRect().left));
  const sorted = [...edges].sort((one, other) => one - other);
  return sorted.slice(1).map((edge, at) => edge - sorted[at]);
};
const kept = ["fill", "fill-opacity", "stroke", "stroke-width", "stroke-opacity", "stroke-dasharray", "stroke-linecap",
  "stroke-linejoin", "opacity", "font-family", "font-size", "font-weight", "font-style", "text-anchor", "dominant-baseline",
  "letter-spacing", "color", "display", "visibility", "marker-start", "marker-mid", "marker-end", "paint-order"];
const picture = async drawing => {
  const box = drawing.getBoundingClientRect(), copy = drawing.cloneNode(true);
  const pairs = [[drawing, copy], ...[...drawing.querySelectorAll("*")].map((one, at) => [one, copy.querySelectorAll("*")[at]])];
  for (const [from, to] of pairs) {
    const computed = getComputedStyle(from);
    for (const name of kept) to.style.setProperty(name, computed.getPropertyValue(name));
  }
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("width", box.width); copy.setAttribute("height", box.height);
  const image = new Image();
  image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(new XMLSerializer().serializeToString(copy));
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = Math.ceil(box.width * SCALE); canvas.height = Math.ceil(box.height * SCALE);
  const context = canvas.getContext("2d");
  context.fillStyle = "white"; context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return [canvas.toDataURL("image/png"), box.width, box.height];
};
(async () => {
  const measured = {columns: {}, pictures: {}, failed: ""};
  try {
    for (const one of document.querySelectorAll("table[data-word]")) measured.columns[one.dataset.word] = columns(one);
    for (const one of document.querySelectorAll("svg[data-word]")) measured.pictures[one.dataset.word] = await picture(one);
  } catch (error) { measured.failed = `${error}`; }
  document.documentElement.innerHTML = "";
  document.documentElement.append(JSON.stringify(measured));
})();
"""


@dataclass(frozen=True)
class Picture:
    """A drawing as PNG; its size is in CSS pixels, 96 an inch."""

    png: bytes
    width: float
    height: float


@dataclass(frozen=True)
class Measured:
    """By the node's ``data-word``: the widths of a table's columns in CSS pixels, and pictures of drawings."""

    columns: dict[str, list[int]]
    pictures: dict[str, Picture]


def measure(chromium: Path, book: PrintedBook, about: DocumentInfo, page: Path) -> Measured:
    """Measure the tables and draw the drawings of a book that ``fit_tables`` has fitted; ``page`` is a file to write to.

    Gives them ``data-word``, their number in the document. Raises TrialbookError where Chromium fails.
    """
    for kind in ("table", "svg"):
        for number, node in enumerate(one for chapter in book.chapters for one in outermost(chapter.node, kind)):
            node.set("data-word", f"{number}")
    script = (
        _MEASURE.replace("PORTRAIT", f"{PORTRAIT:.2f}").replace("LANDSCAPE", f"{LANDSCAPE:.2f}").replace("SCALE", f"{_SCALE}")
    )
    text = whole_page(book, about, {}).replace("</body>", f"<script>{script}</script></body>")
    page.write_text(text, encoding="utf-8")
    found = json.loads(html.fromstring(run_page(chromium, page)).text_content())
    if found["failed"]:
        raise TrialbookError(
            f"Chromium could not draw a figure: {found['failed']}", file="the book", remedy="Look at the site's figures."
        )
    pictures = {
        name: Picture(base64.b64decode(address.partition(",")[2]), width, height)
        for name, (address, width, height) in found["pictures"].items()
    }
    return Measured(found["columns"], pictures)


def outermost(chapter: Any, tag: str) -> list[Any]:
    """The elements of a tag that stand in none of their own kind."""
    return [node for node in chapter.iter(tag) if not any(one.tag == tag for one in node.iterancestors())]
