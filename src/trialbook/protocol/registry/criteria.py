"""The free text of eligibility as two lists of criteria: bullets and numbers of any kind, nested ones, headings in many words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_BULLET = re.compile(
    r"""(?P<mark>[•*‣▪▫◦○●·∙■□◆►➢✓–—-]        # a sign,
        |[(（]?\d{1,2}[.)、）．](?!\d)             # 1.  1)  (1)  1、 （1）
        |\(?[a-z][.)](?=\s)                       # a.  a)  (a)
        |\(?(?:i{1,3}|iv|vi{0,3}|ix|x)[.)](?=\s)  # i.  iv)
        |o(?=\s{2}|\t))                           # the ring that word processors leave as a letter
        (?P<space>\s*)(?P<text>.*)""",
    re.VERBOSE | re.IGNORECASE,
)
_INNER_MARKS = frozenset("◦○▪▫o")
_HEADING = re.compile(
    r"""[\W_]*(?P<lead>(?:[\w/&:.()-]+\s+){0,4}?)(?P<kind>(?:non-?\s?)?inclusion|exclusion)
        (?P<criteria>\s+criteri(?:a|on))?
        (?P<whose>[^:.;]{0,80}?)\s*(?:(?P<colon>[:：])(?P<rest>.*))?""",
    re.VERBOSE | re.IGNORECASE,
)
# A heading within a line, where one sentence is over: records with all criteria in one paragraph.
_WITHIN = re.compile(r"(?<=[.;])[ \t]+(?=(?:\w+ )?(?:Inclusion|Exclusion) Criteria\s*:)")


@dataclass(frozen=True)
class Eligibility:
    """The criteria in the record's order, and what the text says beside them."""

    inclusion: tuple[str, ...] = ()
    exclusion: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


def read_eligibility(text: str) -> Eligibility:
    """The lists of a text in which headings (``Inclusion Criteria:``, ``Key exclusion criteria for part B``) stand."""
    sections: list[tuple[str, list[str]]] = [("", [])]
    for line in _WITHIN.sub("\n", text).splitlines():
        heading = _heading(line)
        if heading:
            sections.append((heading[0], [heading[1]]))
        else:
            sections[-1][1].append(line)
    lists: dict[str, list[str]] = {"inclusion": [], "exclusion": [], "": []}
    for kind, lines in sections:
        if not kind:
            lists[""] += [" ".join(line.split()) for line in lines if line.strip()]
            continue
        items, remarks = read_items(lines)
        lists[kind] += items
        lists[""] += remarks
    return Eligibility(tuple(lists["inclusion"]), tuple(lists["exclusion"]), tuple(lists[""]))


def read_items(lines: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The items of a list, each with what is nested in it on lines of its own, and what stands beside the list.

    Where no line has a bullet or a number, each line is an item. A line without one goes on with the item above it when it
    follows at once or is indented; after a blank line it is a remark.
    """
    rows = [line.expandtabs(4).replace("\u00a0", " ").rstrip() for line in lines]
    marked = [match for row in rows if (match := _bullet(row))]
    if not marked:
        return tuple(_unmarked(rows)), ()
    # A ring under dots, and anything else under numbers, is nested though it is not indented.
    outer = min(len(row) - len(row.lstrip()) for row in rows if _bullet(row))
    signs = {match["mark"] for match in marked}
    if _is_number(marked[0]["mark"]):
        inner = frozenset(sign for sign in signs if not _is_number(sign))
    else:
        inner = _INNER_MARKS if marked[0]["mark"] not in _INNER_MARKS else frozenset()
    items: list[str] = []
    remarks: list[str] = []
    blank = True
    for row in rows:
        text, indent, match = " ".join(row.split()), len(row) - len(row.lstrip()), _bullet(row)
        if not text:
            blank = True
            continue
        if match and not match["text"].strip():
            continue
        if match:
            words = " ".join(match["text"].split())
            nested = bool(items) and (indent > outer + 1 or match["mark"] in inner)
            if nested:
                items[-1] += f"\n{' ' * (indent - outer)}- {words}"
            else:
                items.append(words)
        elif items and (not blank or indent > outer):
            items[-1] += f" {text}"
        else:
            remarks.append(text)
        blank = False
    return tuple(items), tuple(remarks)


def _is_number(mark: str) -> bool:
    return mark.strip("().、（）．").isdigit()


def _bullet(row: str) -> re.Match[str] | None:
    """The bullet of a line; a hyphen, star or letter that begins a word (``-5 °C``, ``e.g.``) is none."""
    match = _BULLET.fullmatch(row.strip())
    if match is None or (match["mark"] in "-–—*" and not match["space"] and match["text"]):
        return None
    return match


def _unmarked(rows: Sequence[str]) -> list[str]:
    """Lines as items; one that goes on in lower case, where the line before it did not end, belongs to that."""
    items: list[str] = []
    after_blank = True
    for row in rows:
        text = " ".join(row.split())
        if text and items and not after_blank and text[0].islower() and items[-1][-1] not in ".;:":
            items[-1] += f" {text}"
        elif text:
            items.append(text)
        after_blank = not text
    return items


def _heading(line: str) -> tuple[str, str] | None:
    """The kind of list that a line begins, and what of it stands on the same line."""
    found = _HEADING.fullmatch(line.strip())
    if found is None or not (found["criteria"] or (found["colon"] and not found["whose"].strip(" *_"))):
        return None
    whose, rest = found["whose"].strip(" *_"), (found["rest"] or "").strip(" *_")
    # "Meets no exclusion criteria of the main trial" is a criterion: a heading has a colon, or nothing but its capitalized words.
    if not found["colon"] and (whose or (found["lead"].strip() and found["kind"][0].islower())):
        return None
    return ("inclusion" if found["kind"].lower() == "inclusion" else "exclusion"), rest
