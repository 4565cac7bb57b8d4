"""The text encodings that a study declares, by the names that Python knows."""

from __future__ import annotations

import codecs
from collections.abc import Sequence

from trialbook.errors import ExportError

# Python's own gbk and gb2312 are narrower than what programs mean by those names; GB18030 reads all three.
# https://encoding.spec.whatwg.org/#names-and-labels
_WIDER = {"gbk": "gb18030", "gb2312": "gb18030", "cp936": "gb18030"}


def declared_encodings(names: Sequence[str]) -> tuple[str, ...]:
    """Names of text encodings as Python spells them, without repeats; an unknown name is an ExportError."""
    found: dict[str, None] = {}
    for name in names:
        try:
            "a".encode(name)
            found[_WIDER.get(codecs.lookup(name).name, codecs.lookup(name).name)] = None
        except (LookupError, ValueError):
            raise ExportError(
                f"the study declares the encoding {name!r}, which is not known",
                remedy="Use a name such as gb18030, big5 or cp1252.",
            ) from None
    return tuple(found)
