"""Links between pages become links within the document, in which each id stands once."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from trialbook.book.printing.cutting import page_key

OUTSIDE = re.compile(r"(?:https?|mailto|tel):", re.IGNORECASE)
LONGEST_NAME = 100
"""A name in a PDF has 127 bytes at most (ISO 32000-1, annex C)."""
_REFERRING = ("aria-labelledby", "aria-describedby", "aria-controls", "aria-owns", "headers", "for")
_WITHIN_DRAWING = re.compile(r"url\(\s*(['\"]?)#([^'\")]+)\1\s*\)")


def join_links(pages: Mapping[str, Any]) -> None:
    """Make ids unique by the page they stand on, and let every link lead to one of them or out of the document.

    What leads nowhere in print (a download, a view of a table) is text. An address that its link's text does not tell is
    told after it, in a ``span`` of the class ``address``.
    """
    ids = {
        key: {one.get("id"): _unique(_key_of(one), one.get("id")) for one in page.xpath(".//*[@id]")}
        for key, page in pages.items()
    }
    pages_of = {one.get("data-page"): key for key, page in pages.items() for one in (page, *page.xpath(".//section[@data-page]"))}
    for key, page in pages.items():
        for node in page.iter():
            if not isinstance(node.tag, str):
                continue
            _rename(node, ids[key])
            if node.tag == "a" and node.get("href") is not None:
                _lead(node, key, ids, pages_of)
    for page in pages.values():
        for one in (page, *page.xpath(".//section[@data-page]")):
            one.set("id", page_id(one.get("data-page")))


def page_id(key: str) -> str:
    """The id of a page's beginning."""
    return f"page--{key}"


def _unique(key: str, name: str) -> str:
    made = f"{key}--{name}"
    if len(made) <= LONGEST_NAME:
        return made
    return f"{made[: LONGEST_NAME - 9]}-{hashlib.sha256(made.encode()).hexdigest()[:8]}"


def _key_of(node: Any) -> str:
    return next(one.get("data-page") for one in (node, *node.iterancestors()) if one.get("data-page"))


def _rename(node: Any, ids: Mapping[str, str]) -> None:
    if node.get("id") in ids:
        node.set("id", ids[node.get("id")])
    for name in _REFERRING:
        if node.get(name):
            node.set(name, " ".join(ids.get(one, one) for one in node.get(name).split()))
    for name, value in node.attrib.items():
        if "url(" in value:
            node.set(name, _WITHIN_DRAWING.sub(lambda found: f"url(#{ids.get(found[2], found[2])})", value))
        elif node.tag != "a" and name in ("href", "xlink:href") and value.startswith("#"):
            node.set(name, f"#{ids.get(value[1:], value[1:])}")


def _lead(link: Any, key: str, ids: Mapping[str, Mapping[str, str]], pages_of: Mapping[str, str]) -> None:
    href = link.get("href")
    if OUTSIDE.match(href):
        _tell_address(link, href)
        return
    target = _target(href, key, ids, pages_of)
    if target:
        link.set("href", f"#{target}")
    else:
        del link.attrib["href"]
        link.attrib.pop("title", None)
        if link.tag == "a" and not any(one.tag == "svg" for one in link.iterancestors()):
            link.tag = "span"


def _target(href: str, key: str, ids: Mapping[str, Mapping[str, str]], pages_of: Mapping[str, str]) -> str:
    file, _, place = unquote(href).rpartition("#") if "#" in href else (unquote(href), "", "")
    if file.startswith("#document-"):
        file = file.removeprefix("#document-")
    if not file and place.startswith("document-"):
        file, place = place.removeprefix("document-"), ""
    if not file:
        elsewhere = [found[place] for found in ids.values() if place in found]
        return ids[key].get(place) or (elsewhere[0] if len(elsewhere) == 1 else "")
    page = page_key(file)
    if page not in pages_of or not (file.endswith(".html") or "." not in file.rpartition("/")[2]):
        return ""
    return (ids[pages_of[page]].get(place) if place else None) or page_id(page)


def _tell_address(link: Any, href: str) -> None:
    bare = re.sub(r"^(?:https?://(?:www\.|doi\.org/)?|mailto:|tel:)", "", href).rstrip("/")
    if bare in link.text_content() or any(one.tag == "svg" for one in link.iterancestors()):
        return
    told = link.makeelement("span", {"class": "address"})
    told.text = f" ({href.removeprefix('mailto:')})"
    told.tail, link.tail = link.tail, None
    link.addnext(told)
