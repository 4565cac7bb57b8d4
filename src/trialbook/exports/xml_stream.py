"""XML that can be large or made to harm, an element at a time.

Tags are compared without their namespace, so that workbooks of the "strict" variant are read too.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import IO, Any
from xml.etree.ElementTree import Element, XMLPullParser

from trialbook.exports import limits

_CHUNK = 1 << 16
_MOST_ELEMENTS, _DEEPEST, _LONGEST_TOKEN = 1_000_000, 50, 16_000_000
"""Elements within one that is given, levels of elements, and bytes between two tags, past which a part is no sound one's."""


class MalformedSheetError(ValueError):
    """A sheet that breaks the format's rules; ``row`` (from 1) and ``column`` (from 0) where they are known."""

    def __init__(self, what: str, row: int | None = None, column: int | None = None):
        super().__init__(what)
        self.row, self.column = row, column


def elements(stream: IO[bytes], depth: int) -> Iterator[tuple[str, Element]]:
    """Each element at a depth under the root, with its parent's tag; what has been seen is forgotten, to save memory.

    Raises MalformedSheetError for what would fill memory, and ParseError for what is no XML.
    """
    parser: Any = XMLPullParser(("start", "end"))
    parents: list[Element] = []
    held, quiet = 0, 0
    while True:
        chunk = stream.read(_CHUNK)
        try:
            parser.feed(chunk) if chunk else parser.close()
        except LookupError as error:
            raise MalformedSheetError(str(error)) from None
        quiet += len(chunk)
        for event, element in parser.read_events():
            quiet = 0
            if event == "start":
                parents.append(element)
                held += 1
                if held > _MOST_ELEMENTS or len(parents) > _DEEPEST:
                    raise MalformedSheetError("a row or text of it is made of too many parts; no sound workbook has such")
                continue
            parents.pop()
            if len(parents) <= depth:
                if len(parents) == depth:
                    yield local(parents[-1].tag), element
                if parents:
                    parents[-1].clear()
                held = 0
        if quiet > _LONGEST_TOKEN:
            raise MalformedSheetError(f"a text of it has more than {limits.LONGEST_CELL:,} characters")
        if not chunk:
            return


@lru_cache(maxsize=1024)
def local(tag: str) -> str:
    """A tag without its namespace."""
    return tag.rpartition("}")[2]
