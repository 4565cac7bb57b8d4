"""Sphinx's one page cut into the book's pages again, each with headings that begin at level 1.

What Sphinx's ``singlehtml`` makes (sphinx 7.4, sphinx-book-theme 1.3): the first page holds the others in ``toctree-wrapper``
blocks, each behind a ``<span id="document-…">``; headings sink a level for each page they stand in, those that cells show don't.
"""

from __future__ import annotations

from typing import Any

from lxml import html

from trialbook.book.printing.nodes import classed

LOWEST = 6
_DOCUMENT = "document-"


def part_captions(root: Any) -> dict[str, str]:
    """The caption above each page in the table of contents, by the page's key; pages without one are left out."""
    found: dict[str, str] = {}
    for caption in [one for nav in root.iter("nav") for one in classed(nav, "caption", tag="p")]:
        listed = caption.getnext()
        for link in listed.xpath(".//a/@href") if listed is not None and listed.tag == "ul" else ():
            if link.startswith(f"#{_DOCUMENT}"):
                found[page_key(link.removeprefix(f"#{_DOCUMENT}"))] = " ".join(caption.text_content().split())
    return found


def page_key(document: str) -> str:
    """A page's short name: that of its file."""
    return document.partition("#")[0].rpartition("/")[2].removesuffix(".html")


def cut_pages(article: Any, first: str) -> dict[str, Any]:
    """The pages by their keys, each a ``section`` with ``data-page``; ``first`` is the key of the first one.

    A page that stands below another stays in it, and is not listed.
    """
    for span in article.xpath(f".//span[starts-with(@id, '{_DOCUMENT}')]"):
        page = _page(page_key(span.get("id").removeprefix(_DOCUMENT)))
        span.addprevious(page)
        while (node := span.getnext()) is not None and not (node.get("id") or "").startswith(_DOCUMENT):
            page.append(node)
        span.drop_tree()
    chapters = article.xpath(".//section[@data-page][not(ancestor::section[@data-page])]")
    for chapter in chapters:
        chapter.drop_tree()
    root = _page(first)
    root.extend(list(article))
    for wrapper in classed(root, "toctree-wrapper"):
        wrapper.drop_tree()
    return {chapter.get("data-page"): chapter for chapter in (root, *chapters)}


def level_headings(chapter: Any, *, is_first: bool) -> None:
    """Give each heading its level in the whole, and an id of its own: its section's, where it has none."""
    for number, heading in enumerate(chapter.xpath(".//h1|.//h2|.//h3|.//h4|.//h5|.//h6")):
        level = int(heading.tag[1])
        if any("cell_output" in one.classes for one in heading.iterancestors("div")):
            level += sum(one.get("data-page") is not None for one in heading.iterancestors("section")) - 1
        elif not is_first:
            level -= 1
        heading.tag = f"h{min(level, LOWEST)}"
        if not heading.get("id"):
            section = heading.getparent()
            is_title = section.tag == "section" and section.get("id") and section[0] is heading
            heading.set("id", section.attrib.pop("id") if is_title else f"heading-{number}")


def _page(key: str) -> Any:
    page = html.Element("section")
    page.set("class", "chapter")
    page.set("data-page", key)
    return page
