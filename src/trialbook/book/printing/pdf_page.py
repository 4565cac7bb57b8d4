"""The page that Chromium prints: title page, contents, then the chapters, each with its own running header."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from importlib import resources
from itertools import groupby
from textwrap import shorten

from lxml import html
from markupsafe import Markup, escape

from trialbook.book.printing.document import MARK, SYNTHETIC_NOTE, DocumentInfo, PrintedBook, title_facts
from trialbook.book.printing.links import page_id

CONTENTS_LEVELS = 2
LONGEST_RUNNING = 60


def whole_page(book: PrintedBook, about: DocumentInfo, numbers: Mapping[str, int]) -> str:
    """The page as HTML; ``numbers`` are the pages of places, for the contents: none yet where the map has none."""
    sheet = (resources.files("trialbook.book.printing") / "print.css").read_text(encoding="utf-8")
    styles = [*map(_for_print, book.styles), sheet, _of_displays(), _page_rules(book, about)]
    body = Markup("").join([_title_page(book, about), _contents(book, numbers), *_chapters(book)])
    page = Markup(
        '<!DOCTYPE html>\n<html lang="{}"><head><meta charset="utf-8"><title>{}</title>{}</head><body>{}</body></html>'
    ).format(
        about.language,
        about.document_title,
        Markup("").join(Markup("<style>{}</style>").format(Markup(style.replace("</", r"<\/"))) for style in styles),
        body,
    )
    return str(page)


def _of_displays() -> str:
    """The style of the study report's displays, which is that of the site, within the chapters of this page."""
    sheet = (resources.files("trialbook.displays") / "static" / "displays.css").read_text(encoding="utf-8")
    return _for_print(sheet).replace(".bd-article", ".chapter")


def _for_print(style: str) -> str:
    """A style of a page's own cells as it holds in print: Chromium takes a sheet of paper for a narrow screen."""
    style = re.sub(r"@media\s+print\b", "@media all", style)
    return re.sub(r"@media[^{]*\((?:max-width|prefers-color-scheme)[^{]*", "@media not all ", style)


def _page_rules(book: PrintedBook, about: DocumentInfo) -> str:
    rules = [f"@page {{ @bottom-left {{ content: {_quoted(about.name)}; }} }}", "@page title { @bottom-left { content: none; } }"]
    for number, chapter in enumerate(book.chapters):
        mark = f"background: {_watermark()}; @top-center {{ content: {_quoted(MARK)}; }}" if chapter.synthetic else ""
        boxes = f"@top-left {{ content: {_quoted(about.study)}; }} @top-right {{ content: {_quoted(_running(chapter.title))}; }}"
        rules.append(f"@page chapter-{number} {{ {mark} {boxes} }}")
        rules.append(f"@page chapter-{number}-wide {{ size: A4 landscape; {mark} {boxes} }}")
        rules.append(f"#{page_id(chapter.key)} {{ page: chapter-{number}; }}")
        rules.append(f"#{page_id(chapter.key)} .wide {{ page: chapter-{number}-wide; }}")
    return "\n".join(rules)


def _watermark() -> str:
    """A pattern over the page; Chromium 156 shows no background of a page that has a size or a position of its own."""
    text = (
        "<svg xmlns='http://www.w3.org/2000/svg' width='400' height='400'><text x='200' y='200' text-anchor='middle' "
        "font-family='sans-serif' font-weight='bold' font-size='38' letter-spacing='4' fill='%236a1f6a' fill-opacity='.08' "
        f"transform='rotate(-35 200 200)'>{MARK}</text></svg>"
    )
    return f'url("data:image/svg+xml,{text.replace("<", "%3C").replace(">", "%3E")}")'


def _running(title: str) -> str:
    """A title that stands on one line of a header; most of it, where it is long."""
    return shorten(title, LONGEST_RUNNING, placeholder=" …")


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("<", r"\3c ")


def _title_page(book: PrintedBook, about: DocumentInfo) -> Markup:
    rows = Markup("").join(Markup('<tr><th scope="row">{}</th><td>{}</td></tr>').format(*one) for one in title_facts(about))
    mark = (
        Markup('<p class="title-mark"><strong>{}</strong> {}</p>').format(MARK, SYNTHETIC_NOTE) if book.synthetic else Markup("")
    )
    return Markup(
        '<section class="title-page"><p class="title-study">{}</p><p class="title-title">{}</p>{}'
        '<table class="title-facts">{}</table></section>'
    ).format(about.study, about.title, mark, rows)


def _contents(book: PrintedBook, numbers: Mapping[str, int]) -> Markup:
    lines: list[Markup] = []
    line = Markup(
        '<li class="contents-{}"><a href="#{}"><span class="contents-number">{}</span><span class="contents-title">{}</span>'
        '<span class="contents-page">{}</span></a></li>'
    )
    for part, chapters in groupby(book.chapters, key=lambda one: one.part):
        if part:
            lines.append(Markup('<li class="contents-part">{}</li>').format(part))
        for chapter in chapters:
            for one in chapter.headings:
                if one.level <= CONTENTS_LEVELS:
                    lines.append(line.format(one.level, one.id, one.number, one.title, numbers.get(one.id, "")))
    return Markup('<nav class="contents"><p class="contents-heading">Contents</p><ol>{}</ol></nav>').format(
        Markup("").join(lines)
    )


def _chapters(book: PrintedBook) -> Iterator[Markup]:
    """The chapters, their headings a level lower: above them are the parts."""
    part = ""
    for chapter in book.chapters:
        text = html.tostring(chapter.node, encoding="unicode", with_tail=False)
        text = re.sub(r"(</?h)([1-5])(?=[\s>])", lambda found: f"{found[1]}{int(found[2]) + 1}", text)
        if chapter.part != part:
            part = chapter.part
            begin = text.index(">") + 1
            text = f"{text[:begin]}<h1>{escape(part)}</h1>{text[begin:]}"
        yield Markup(text)
