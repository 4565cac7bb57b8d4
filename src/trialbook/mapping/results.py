"""One result as a site writes it: a number, a bound (``<0.001``), or a word that the study knows (阴性)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal

from trialbook.mapping.units import plain
from trialbook.mapping.units_scale import Linear

SIGNIFICANT = 6
"""Digits of a converted number that no shift of the decimal point gives: more than a laboratory measures, and the same number of
them for a result and its limits, or a result equal to its limit would not stay equal."""

LARGEST_EXPONENT = 30
# Products are exact in so many digits, and a quotient that lies between two results is told from both.
_EXACT, _ROUNDED = Context(prec=200), Context(prec=SIGNIFICANT, rounding=ROUND_HALF_UP)
_SIGNS = {"<": "<", ">": ">", "<=": "<=", ">=": ">=", "≤": "<=", "≦": "<=", "⩽": "<=", "≥": ">=", "≧": ">=", "⩾": ">="}
_RESULT = re.compile(r"(<=|>=|[<>≤≦⩽≥≧⩾])?\s*([+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?)")


@dataclass(frozen=True)
class Reading:
    """``word``, a standard text, or ``number``, which is a bound where ``sign`` (``<``, ``<=``, ``>``, ``>=``) is not empty."""

    number: Decimal | None = None
    sign: str = ""
    word: str = ""


def read_result(text: str, *words: Mapping[str, str]) -> Reading | None:
    """What a collected result says; None for a text that is no number, bound or word (``1,234``, ``5.0 H``, ``10-20``).

    ``words``: standard texts by collected one, those that come first first. Digits and signs may be full-width.
    """
    usual = plain(text)
    folded = usual.casefold()
    for known in words:
        word = known.get(folded)
        if word is not None:
            return Reading(word=word)
    found = _RESULT.fullmatch(usual)
    if not found:
        return None
    number = Decimal(found[2])
    if number and abs(number.adjusted()) > LARGEST_EXPONENT:
        return None
    return Reading(number if number else abs(number), _SIGNS[found[1]] if found[1] else "")


def convert(number: Decimal, conversion: Linear) -> Decimal:
    """The number in standard units. A shift of the decimal point keeps its digits; else :data:`SIGNIFICANT` digits, half up."""
    if conversion.shift is not None:
        return number.scaleb(conversion.shift, _EXACT)
    factor, summand, divisor = conversion.parts
    exact = _EXACT.divide(_EXACT.fma(number, factor, summand), divisor)
    rounded = _ROUNDED.plus(exact)
    return rounded.normalize() if rounded else Decimal(0)


def as_text(number: Decimal) -> str:
    """A decimal in plain digits: ``0.5`` for ``.5``, ``1200`` for ``1.2E3``; the digits behind the point stay (``5.0``)."""
    return format(number, "f")
