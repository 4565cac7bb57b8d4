"""Collected dates and times to ISO 8601, by the formats a column declares; sdtm.oak's ``assign_datetime``.

A format is written with ``y`` ``m`` ``mmm`` ``d`` ``H`` ``M`` ``S``; everything else in it stands for itself: ``y/m/d``,
``d-mmm-y``, ``y年m月d日``, ``H:M``. The order of day and month is the column's, never guessed from a cell. A complete date in
ISO 8601 can mean one thing only, so each column with dates takes it, with or without its time: a workbook's own dates come so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

import pandas as pd

from trialbook.datasets import iso8601

_ISO = r"(?P<y>[0-9]{4})-(?P<m>[0-9]{2})-(?P<d>[0-9]{2})(?:T(?P<H>[0-9]{2}):(?P<M>[0-9]{2})(?::(?P<S>[0-9]{2}))?)?"
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_TOKEN = re.compile(r"mmm|[ymdHMS]")
_DIGITS = {"y": "[0-9]{4}", "m": "[0-9]{1,2}", "d": "[0-9]{1,2}", "H": "[0-9]{1,2}", "M": "[0-9]{2}", "S": "[0-9]{2}"}


@lru_cache(maxsize=256)
def format_pattern(form: str, unknown: tuple[str, ...]) -> re.Pattern[str]:
    """The regular expression of a format; ValueError where it names no part or one twice."""
    tokens = _TOKEN.findall(form)
    parts = ["m" if token == "mmm" else token for token in tokens]
    if not tokens or len(set(parts)) != len(parts):
        raise ValueError(f"the format {form!r} needs each of y, m or mmm, d, H, M, S at most once, and one of them")
    missing = "|".join(re.escape(code) for code in unknown)
    pattern, at = "", 0
    for found in _TOKEN.finditer(form):
        token = found.group()
        part = "m" if token == "mmm" else token
        digits = "|".join(MONTHS) if token == "mmm" else _DIGITS[token]
        pattern += re.escape(form[at : found.start()]) + f"(?P<{part}>{digits}{'|' + missing if missing else ''})"
        at = found.end()
    return re.compile(pattern + re.escape(form[at:]), re.IGNORECASE)


def format_parts(form: str) -> set[str]:
    """The parts of a date and time that a format has: of y, m, d, H, M, S."""
    return {"m" if token == "mmm" else token for token in _TOKEN.findall(form)}


def day_month_order(form: str) -> str | None:
    """``dm`` or ``md`` where a format has both as numbers, else None; two orders in one column would be a guess."""
    order = [token for token in _TOKEN.findall(form) if token in "dm"]
    return "".join(order) if len(order) == 2 and "mmm" not in form else None


def parse(raw: pd.Series, formats: Sequence[str], unknown: Sequence[str] = ()) -> tuple[pd.DataFrame, pd.Series]:
    """Parts y, m, d, H, M, S of each text (NaN where unknown) by ISO 8601 or the first format that fits, and whether one did.

    Full-width characters are read as their usual forms. An empty cell fits and has no parts. A text that fits a format but
    names no existing date does not fit.
    """
    parts, fits = _read(tuple(raw.unique()), tuple(formats), tuple(unknown))
    return parts.reindex(raw).set_axis(raw.index), fits.reindex(raw).set_axis(raw.index)


# Several rules and the mapping ask for the same column: its distinct texts are read once.
@lru_cache(maxsize=64)
def _read(distinct: tuple[str, ...], formats: tuple[str, ...], unknown: tuple[str, ...]) -> tuple[pd.DataFrame, pd.Series]:
    texts = pd.Series(distinct, dtype="str")
    plain = texts.str.normalize("NFKC").str.strip()
    parts = pd.DataFrame(float("nan"), index=texts.index, columns=list(iso8601.PARTS))
    fits = plain == ""
    # A date alone is no answer where the time is always asked for.
    dated = [_TOKEN.findall(form) for form in formats if "y" in form]
    if dated:
        found = plain.str.extract(f"^(?:{_ISO})$")[list(iso8601.PARTS)].apply(pd.to_numeric).astype("float64")
        good = found["y"].notna() & iso8601.exists(found)
        if all("H" in tokens for tokens in dated):
            good &= found["H"].notna()
        parts = found.where(good)
        fits |= good
    months = {name: number for number, name in enumerate(MONTHS, 1)}
    for form in formats:
        open_ = plain[~fits]
        if open_.empty:
            break
        found = open_.str.extract(f"^(?:{format_pattern(form, unknown).pattern})$", flags=re.IGNORECASE)
        found = found[found.notna().all(axis=1)]
        if found.empty:
            continue
        read = pd.DataFrame(float("nan"), index=found.index, columns=list(iso8601.PARTS))
        for part in found.columns:
            value = found[part].str.upper()
            value = value.replace(months) if "mmm" in form and part == "m" else value
            read[part] = pd.to_numeric(value, errors="coerce")
        good = iso8601.exists(read)
        parts.loc[good[good].index] = read[good]
        fits |= good.reindex(texts.index, fill_value=False)
    index = pd.Index(texts)
    return parts.set_axis(index), pd.Series(fits.to_numpy(), index=index)
