"""How wide a text is in a drawing, so that it can be broken into lines before a browser shows it.

The drawings name Arial and the fonts that have its widths (Liberation Sans, Helvetica). Widths are in thousandths of the font's
size; what lies beyond ASCII counts as the widest that Latin letters have, and East Asian letters as a full square.
"""

from __future__ import annotations

import re
from unicodedata import combining, east_asian_width

FONTS = "Arial, 'Liberation Sans', Helvetica, 'Noto Sans CJK SC', sans-serif"
"""The fonts of drawings, all of the same widths."""
_REGULAR = (
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556, 556, 556,
    556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778,
    722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222,
    500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
)  # fmt: skip
_BOLD = (
    278, 333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556, 556, 556,
    556, 333, 333, 584, 584, 584, 611, 975, 722, 722, 722, 722, 667, 611, 778, 722, 278, 556, 722, 611, 833, 722, 778, 667, 778,
    722, 667, 611, 722, 667, 944, 667, 667, 611, 333, 278, 333, 584, 556, 333, 556, 611, 556, 611, 556, 333, 611, 611, 278, 278,
    556, 278, 889, 611, 611, 611, 611, 389, 556, 333, 611, 556, 778, 556, 556, 500, 389, 280, 389, 584,
)  # fmt: skip
_FIRST = 32
_SPACES = re.compile("[^\\S\u00a0\u202f]+")
_OTHER, _SQUARE = 722, 1000


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """The width of a line of text, in the unit of ``size``."""
    return size * sum(_letter(letter, bold) for letter in text) / 1000


def wrapped(text: str, width: float, size: float, *, bold: bool = False) -> list[str]:
    """The text in lines no wider than ``width``; a word that is wider is broken where the line ends.

    Spaces that do not break (U+00A0, U+202F) keep words together.
    """
    lines: list[str] = []
    for word in filter(None, _SPACES.split(text)):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, size, bold=bold) <= width:
            lines[-1] = longer
        else:
            lines += _broken(word, width, size, bold)
    return lines


def _broken(word: str, width: float, size: float, bold: bool) -> list[str]:
    pieces = [""]
    for letter in word:
        if pieces[-1] and text_width(pieces[-1] + letter, size, bold=bold) > width:
            pieces.append("")
        pieces[-1] += letter
    return pieces


def _letter(letter: str, bold: bool) -> int:
    table, place = (_BOLD if bold else _REGULAR), ord(letter) - _FIRST
    if 0 <= place < len(table):
        return table[place]
    if combining(letter):
        return 0
    return _SQUARE if east_asian_width(letter) in "WFA" else _OTHER
