"""A text as a person sees it: what tells two codes apart, and what does not."""

from __future__ import annotations

import unicodedata

from trialbook.exports.headers import INVISIBLE

BLANKS = "".join(chr(code) for code in range(0x10000) if chr(code).isspace()) + INVISIBLE
"""What a person sees nothing of at a text's ends: white space of every width, and characters without any width."""


def plain(text: str) -> str:
    """What codes are compared by: usual digits, signs and letters for full-width ones, one micro sign, no outer blanks."""
    return unicodedata.normalize("NFKC", text).strip(BLANKS)
