"""The book as one document, clean of what only a screen can use: what a PDF and a Word file are made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from lxml import html

from trialbook.book.printing.captions import caption_all
from trialbook.book.printing.cutting import cut_pages, level_headings, part_captions
from trialbook.book.printing.images import embed_images
from trialbook.book.printing.links import join_links
from trialbook.book.printing.nodes import classed
from trialbook.errors import TrialbookError
from trialbook.protocol import Protocol

_DROPPED_TAGS = ("script", "noscript", "button", "input", "select", "textarea", "dialog", "template", "iframe")
_DROPPED_CLASSES = (
    "headerlink", "d-print-none", "book-screen-only", "book-synthetic-strip", "book-synthetic-watermark",
    "tb-controls", "tb-pager", "screening-tools", "screening-without",
)  # fmt: skip
MOST_FOLDED_ROWS = 400
"""A list that is folded on the site and longer than this, such as that of all rules that passed, is left to the site."""
FORM_LEFT = "A form to fill in stands here on the book's site; this document shows what the site shows before it is filled in."
MARK = "SYNTHETIC DATA"
SYNTHETIC_NOTE = "Some results in this document come from invented data. Every page of such a chapter bears this mark."


@dataclass(frozen=True)
class DocumentInfo:
    """What the title page and the footers say.

    ``version`` is the protocol's and ``dated`` the day it was made (None: not stated), ``built`` the day of the build, ``commit``
    the state in git (empty: not in git), ``status`` the study's, ``sponsor`` its sponsor.
    """

    study: str
    title: str
    version: str
    built: date
    dated: date | None = None
    commit: str = ""
    status: str = ""
    sponsor: str = ""
    language: str = "en"

    @property
    def document_title(self) -> str:
        """The title that a reader's window shows."""
        return f"{self.title} ({self.name})"

    @property
    def name(self) -> str:
        """The document's name in its footer."""
        return f"{self.study} · protocol version {self.version}"


@dataclass(frozen=True)
class Heading:
    """A heading and the id that leads to it; ``level`` 1 is a page's title, ``number`` is as Sphinx counts it, or empty."""

    id: str
    level: int
    number: str
    title: str


@dataclass(frozen=True)
class Chapter:
    """A page of the book: ``node`` is its section, ``part`` the caption above it in the table of contents, or empty.

    ``synthetic``: it shows results on invented data.
    """

    key: str
    part: str
    node: Any
    headings: tuple[Heading, ...]
    synthetic: bool

    @property
    def title(self) -> str:
        """The title with its number."""
        return f"{self.headings[0].number} {self.headings[0].title}".strip() if self.headings else self.key


@dataclass(frozen=True)
class PrintedBook:
    """All pages in their order; ``styles`` are those that cells brought along, each once."""

    chapters: tuple[Chapter, ...]
    styles: tuple[str, ...]

    @property
    def synthetic(self) -> bool:
        """Whether a page shows results on invented data."""
        return any(one.synthetic for one in self.chapters)


def document_info(protocol: Protocol, built: date, commit: str = "") -> DocumentInfo:
    """What a study's protocol says of itself, for the document's title page and footers."""
    study, amendments = protocol.study, protocol.amendments
    last = amendments.amendments[-1] if amendments.amendments else None
    return DocumentInfo(
        study=study.id,
        title=study.title,
        version=amendments.versions[-1],
        built=built,
        dated=last.date if last else None,
        commit=commit,
        status=study.status,
        sponsor=study.sponsor,
    )


def title_facts(about: DocumentInfo) -> list[tuple[str, str]]:
    """The lines of the title page: what is not stated is left out."""
    lines = [
        ("Study identifier", about.study),
        ("Sponsor", about.sponsor),
        ("Protocol version", about.version),
        ("Version date", about.dated.isoformat() if about.dated else ""),
        ("Study status", about.status),
        ("Document built", about.built.isoformat()),
        ("State in git", about.commit),
    ]
    return [(name, value) for name, value in lines if value]


def read_printed(single: Path) -> PrintedBook:
    """The book in the folder ``single``, which Sphinx's ``singlehtml`` has built.

    Ids are unique in the whole, links between pages lead within the document, what is folded is open, tables and figures are
    numbered, pictures stand in the page itself. Raises TrialbookError where the folder holds no page of a book.
    """
    page = _page(single)
    root = html.parse(str(page), html.HTMLParser(encoding="utf-8")).getroot()
    article = next(root.iter("article"), None) if root is not None else None
    if article is None:
        raise TrialbookError("is no page of a book: it has no article", file=page, remedy="Build the book again.")
    parts = part_captions(root)
    styles = _take_styles(article)
    pages = cut_pages(article, page.stem)
    shows_synthetic = {key: bool(classed(node, "book-synthetic")) for key, node in pages.items()}
    for key, node in pages.items():
        _clean(node)
        level_headings(node, is_first=key == page.stem)
    join_links(pages)
    embed_images(pages.values(), page.parent)
    caption_all(pages.values())
    return PrintedBook(
        tuple(Chapter(key, parts.get(key, ""), node, _headings(node), shows_synthetic[key]) for key, node in pages.items()),
        tuple(styles),
    )


def _page(single: Path) -> Path:
    found = sorted(path for path in single.glob("*/index.html") if not path.parent.name.startswith("_"))
    found = [*found, single / "index.html"]  # a root below the folder leaves a redirect at the top
    if not found[0].is_file():
        raise TrialbookError("holds no page of a book", file=single, remedy="Build the book again.")
    return found[0]


def _take_styles(article: Any) -> list[str]:
    styles: dict[str, None] = {}
    for node in article.xpath(".//style[not(ancestor::svg)]"):
        styles[node.text or ""] = None
        node.drop_tree()
    return list(styles)


def _clean(chapter: Any) -> None:
    """Leave out what only a screen can use, and open what is folded."""
    for node in [label for tabs in classed(chapter, "sd-tab-set") for label in tabs.iterchildren("label")]:
        node.tag = "p"
        node.set("class", "unfolded-title")
    for node in list(chapter.iter("form")):
        node.addprevious(_told(FORM_LEFT))
        node.drop_tree()
    tags = " or ".join(f"self::{tag}" for tag in _DROPPED_TAGS)
    for node in [*chapter.xpath(f".//comment() | .//*[{tags}] | .//*[@hidden]"), *classed(chapter, *_DROPPED_CLASSES)]:
        if node.getparent() is not None:
            node.drop_tree()
    for node in list(chapter.iter("details")):
        _leave_on_site(node)
        node.tag = "div"
        node.attrib.pop("open", None)
        node.classes.add("unfolded")
    for node in list(chapter.iter("summary")):
        node.tag = "p"
        node.classes.add("unfolded-title")
    for node in chapter.xpath(".//*[@tabindex]"):
        del node.attrib["tabindex"]


def _leave_on_site(details: Any) -> None:
    """A folded table of very many rows stays on the site, and the document says so."""
    rows = sum(1 for _ in details.iter("tr"))
    if details.get("open") is not None or rows <= MOST_FOLDED_ROWS:
        return
    for node in [one for one in details if one.tag != "summary"]:
        node.drop_tree()
    details.append(_told(f"{rows:,} rows, which this document leaves out: they are on the book's site."))


def _told(text: str) -> Any:
    told = html.Element("p")
    told.set("class", "book-note")
    told.text = text
    return told


def _headings(chapter: Any) -> tuple[Heading, ...]:
    found = []
    for node in chapter.xpath(".//h1|.//h2|.//h3|.//h4|.//h5|.//h6"):
        number = "".join(one.text_content() for one in classed(node, "section-number")).strip()
        title = " ".join(node.text_content().split()).removeprefix(number).strip()
        found.append(Heading(node.get("id"), int(node.tag[1]), number, title))
    return tuple(found)
