"""What XML can hold of a text."""

from __future__ import annotations

import re

_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def in_xml(text: str) -> str:
    """The text with U+FFFD for each character that XML 1.0 has no place for."""
    return _NOT_IN_XML.sub("\ufffd", text)
