"""Collected dates and times to ISO 8601, by the formats a column declares; sdtm.oak's ``assign_datetime``.

A format is written with ``y`` ``m`` ``mmm`` ``d`` ``H`` ``M`` ``S``; everything else in it stands for itself: ``y/m/d``,
``d-mmm-y``, ``y年m月d日``, ``H:M``. The order of day and month is the column's, never guessed from a cell. A complete date in
ISO 8601 can mean one thing only, so each column with dates takes it, with or without its time: a workbook's own dates come so.
Its offset from UTC and its fraction of a second stay as they are: SDTM has both (SDTMIG 3.4 section 4.4.1).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import pandas as pd

from trialbook.datasets import iso8601

_ZONE = r"(?P<zone>Z|[+-](?:0[0-9]|1[0-4])(?::?[0-5][0-9])?)"
_CLOCK = rf"(?P<H>[0-9]{{2}}):(?P<M>[0-9]{{2}})(?::(?P<S>[0-9]{{2}})(?P<fraction>[.,][0-9]+)?)?{_ZONE}?"
_ISO = rf"(?P<y>[0-9]{{4}})-(?P<m>[0-9]{{2}})-(?P<d>[0-9]{{2}})(?:T{_CLOCK})?"
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_TOKEN = re.compile(r"mmm|[ymdHMS]")
FOUR_DIGITS = "[0-9]{4}"
_DIGITS = {"m": "[0-9]{1,2}", "d": "[0-9]{1,2}", "H": "[0-9]{1,2}", "M": "[0-9]{2}", "S": "[0-9]{2}"}


@lru_cache(maxsize=256)
def format_pattern(form: str, unknown: tuple[str, ...], year: str = FOUR_DIGITS) -> re.Pattern[str]:
    """The regular expression of a format, ``year`` that of its years; ValueError where it names no part or one twice."""
    tokens = _TOKEN.findall(form)
    parts = ["m" if token == "mmm" else token for token in tokens]
    if not tokens or len(set(parts)) != len(parts) or "%" in form:
        example = "written as in y-m-d H:M or d-mmm-y, without %"
        raise ValueError(f"the format {form!r} needs each of y, m or mmm, d, H, M, S at most once, and one of them, {example}")
    missing = "|".join(re.escape(code) for code in unknown)
    pattern, at = "", 0
    for found in _TOKEN.finditer(form):
        token = found.group()
        part = "m" if token == "mmm" else token
        digits = "|".join(MONTHS) if token == "mmm" else year if token == "y" else _DIGITS[token]
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


def year_comes_first(form: str) -> bool:
    """Whether a format writes the year before the day and the month."""
    return _TOKEN.findall(form)[0] == "y"


def other_order(form: str) -> str | None:
    """The format with day and month exchanged (``m/d/y`` for ``d/m/y``), where its dates could be taken for such ones.

    None for a format that has not both as numbers, and for one with the year first: nobody writes ``y/d/m``.
    """
    if day_month_order(form) is None or year_comes_first(form):
        return None
    return _TOKEN.sub(lambda found: {"d": "m", "m": "d"}.get(found.group(), found.group()), form)


def parse(raw: pd.Series, formats: Sequence[str], unknown: Sequence[str] = ()) -> tuple[pd.DataFrame, pd.Series]:
    """Parts y, m, d, H, M, S of each text (NaN where unknown) by ISO 8601 or the first format that fits, and whether one did.

    Full-width characters are read as their usual forms. An empty cell fits and has no parts. A text that fits a format but
    names no existing date does not fit.
    """
    codes, distinct = pd.factorize(raw)
    parts, fits, _ = _read(tuple(distinct), tuple(formats), tuple(unknown))
    # Of a text that is missing altogether (code -1) nothing is known, and it fits nothing.
    values = np.vstack([parts.to_numpy(), np.full((1, len(parts.columns)), np.nan)])
    found = pd.DataFrame(values[codes], index=raw.index, columns=parts.columns)
    return found, pd.Series(np.append(fits.to_numpy(), False)[codes], index=raw.index)


def read_iso8601(raw: pd.Series, formats: Sequence[str], unknown: Sequence[str] = ()) -> pd.Series:
    """Each text as ISO 8601, ``""`` where it fits no format."""
    codes, distinct = pd.factorize(raw)
    return _spread(_iso8601_of(tuple(distinct), tuple(formats), tuple(unknown)), codes, raw.index)


def beyond_parts(raw: pd.Series, formats: Sequence[str], unknown: Sequence[str] = ()) -> pd.Series:
    """What follows the parts in a text that is ISO 8601 itself: ``.250``, ``+08:00``, ``Z``; ``""`` elsewhere."""
    codes, distinct = pd.factorize(raw)
    return _spread(_read(tuple(distinct), tuple(formats), tuple(unknown))[2], codes, raw.index)


def _spread(texts: pd.Series, codes: np.ndarray, index: pd.Index) -> pd.Series:
    """The text of each code, NaN for -1."""
    return pd.Series(texts.array.take(codes, allow_fill=True), index=index)


# Many rules and the mapping ask for the same columns: their distinct texts are read once.
@lru_cache(maxsize=128)
def _iso8601_of(distinct: tuple[str, ...], formats: tuple[str, ...], unknown: tuple[str, ...]) -> pd.Series:
    parts, fits, beyond = _read(distinct, formats, unknown)
    return iso8601.compose(parts).where(fits, "") + beyond


@lru_cache(maxsize=128)
def _read(
    distinct: tuple[str, ...], formats: tuple[str, ...], unknown: tuple[str, ...]
) -> tuple[pd.DataFrame, pd.Series, pd.Series]:
    texts = pd.Series(distinct, dtype="str")
    plain = texts.str.normalize("NFKC").str.strip()
    parts = pd.DataFrame(float("nan"), index=texts.index, columns=list(iso8601.PARTS))
    fits, beyond = plain == "", pd.Series("", index=texts.index, dtype="str")
    # A date alone is no answer where the time is always asked for.
    dated = [_TOKEN.findall(form) for form in formats if "y" in form]
    if dated:
        whole = plain.str.extract(f"^(?:{_ISO})$")
        found = whole[list(iso8601.PARTS)].apply(pd.to_numeric).astype("float64")
        good = found["y"].notna() & iso8601.exists(found)
        if all("H" in tokens for tokens in dated):
            good &= found["H"].notna()
        parts = found.where(good)
        fits |= good
        beyond = _beyond(whole).where(good, "")
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
    return parts.set_axis(index), pd.Series(fits.to_numpy(), index=index), beyond.set_axis(index)


def _beyond(found: pd.DataFrame) -> pd.Series:
    """Fraction and offset as ISO 8601 writes them; a fraction of zeros says nothing."""
    fraction, zone = (found[name].fillna("").astype("str") for name in ("fraction", "zone"))
    fraction = fraction.str.replace(",", ".", regex=False).str.replace(r"^\.0+$", "", regex=True)
    return fraction + zone.str.replace(r"^([+-]\d\d)(\d\d)$", r"\1:\2", regex=True)
