"""Canonical dates and times as a site writes them: the inverse of :mod:`trialbook.mapping.datetimes`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from trialbook.mapping.datetimes import MONTHS, format_parts
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
