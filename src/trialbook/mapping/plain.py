"""A text as a person sees it: what tells two codes apart, and what does not."""

from __future__ import annotations

import unicodedata

import pandas as pd

from trialbook.exports.headers import INVISIBLE

BLANKS = "".join(chr(code) for code in range(0x10000) if chr(code).isspace()) + INVISIBLE
"""What a person sees nothing of at a text's ends: white space of every width, and characters without any width."""


def plain(text: str) -> str:
    """What codes are compared by: usual digits, signs and letters for full-width ones, one micro sign, no outer blanks."""
    return unicodedata.normalize("NFKC", text).strip(BLANKS)


def words(texts: pd.Series) -> pd.Series:
    """Texts as they are compared where sites write freely: full-width letters as usual ones, without spaces, in small letters."""
    return texts.str.normalize("NFKC").str.replace(r"\s", "", regex=True).str.casefold()
