"""Canonical dates and times as a site writes them: the inverse of :mod:`trialbook.mapping.datetimes`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from trialbook.mapping.datetimes import MONTHS, format_parts, format_pattern
from trialbook.simulation.canonical import iso_parts

_TOKEN = re.compile(r"mmm|[ymdHMS]")


@lru_cache(maxsize=1 << 16)
def write_date(value: str, kind: str, form: str, unknown: str = "", padded: bool = False) -> str | None:
    """A canonical date in one format; None where the format can't say it.

    A format must hold all parts of the value; those that it has beyond them are written as ``unknown``, where that is given.
    ``padded``: 05 for 5. A month or day that does not exist is written as any other.
    """
    parts = iso_parts(value, kind)
    if parts is None or not parts.keys() <= format_parts(form):
        return None
    if not unknown and parts.keys() != format_parts(form):
        return None
    return _TOKEN.sub(lambda found: _part(found.group(), parts, unknown, padded), form)


def _part(token: str, parts: Mapping[str, str], unknown: str, padded: bool) -> str:
    digits = parts.get("m" if token == "mmm" else token)
    if digits is None:
        return unknown
    if token == "mmm":
        return MONTHS[int(digits) - 1] if 1 <= int(digits) <= 12 else digits
    return digits if padded or token in "yMS" else digits.removeprefix("0")


def reads_as(text: str, value: str, kind: str, formats: Sequence[str], unknown: tuple[str, ...]) -> bool:
    """Whether a text in a column of these formats is read as the canonical date ``value``, and not as another one before it.

    As :func:`trialbook.mapping.datetimes.parse` reads: complete ISO 8601 where the column has dates, then the formats in turn.
    """
    meant = iso_parts(value, kind)
    dated = [form for form in formats if "y" in form]
    found = iso_parts(text, "datetime") if kind != "time" and dated else None
    if found and "d" in found and ("H" in found) == ("M" in found) and ("H" in found or any("H" not in form for form in dated)):
        return found == meant
    for form in formats:
        match = format_pattern(form, unknown).fullmatch(text)
        if match:
            return _digits(match.groupdict()) == meant
    return False


def _digits(parts: Mapping[str, str]) -> dict[str, str]:
    """The parts that a text has, as canonical dates write them."""
    months = {name: f"{number:02}" for number, name in enumerate(MONTHS, 1)}
    plain = {part: months.get(text.upper(), text) for part, text in parts.items()}
    return {part: text.zfill(2) for part, text in plain.items() if text.isdigit()}
