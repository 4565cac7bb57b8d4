"""Dates and times as SDTM writes them: ISO 8601, complete or partial (SDTMIG 3.4 section 4.4).

Comparisons say only what is true of every complete date that a partial one can stand for, or that lies in an interval of
uncertainty (``2024-01-12T10:00/2024-01-12T10:30``: at some time between the two).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

_FORM = (
    r"^(?P<y>[0-9]{4}|-)"
    r"(?:-(?P<m>[0-9]{2}|-)"
    r"(?:-(?P<d>[0-9]{2}|-)"
    r"(?:T(?P<H>[0-9]{2}|-)"
    r"(?::(?P<M>[0-9]{2}|-)"
    r"(?::(?P<S>[0-9]{2})(?:[.,][0-9]+)?)?)?(?P<zone>Z|[+-][0-9]{2}(?::?[0-9]{2})?)?)?)?)?$"
)
PARTS = ("y", "m", "d", "H", "M", "S")
_DAYS = np.array([0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])


def split(dtc: pd.Series) -> pd.DataFrame:
    """Columns y, m, d, H, M, S as float64, NaN where a part is absent or unknown; all NaN where the text is not an ISO 8601."""
    distinct = pd.Series(dtc.unique(), dtype="str")
    # In a pattern, $ stands before a line end too; fullmatch knows better.
    found = distinct.where(distinct.str.fullmatch(_FORM), "").str.extract(_FORM)
    numbers = found[list(PARTS)].apply(pd.to_numeric, errors="coerce").astype("float64")
    numbers.index = pd.Index(distinct)
    return numbers.reindex(dtc).set_axis(dtc.index)


def is_iso8601(dtc: pd.Series) -> pd.Series:
    """Whether each text is an ISO 8601 date or datetime that exists, complete or partial, or an interval of two; empty is valid.

    A partial text must not end in an unknown part (``2024-03--`` is written ``2024-03``).
    """
    distinct = pd.Series(dtc.unique(), dtype="str")
    sides = distinct.str.partition("/").reindex(columns=range(3)).astype("str")
    interval = (sides[1] == "/") & (sides[2] != "")
    valid = (_one_is_iso8601(sides[0]) & (sides[1] == "")) | (distinct == "")
    if interval.any():
        both = _one_is_iso8601(sides[0]) & _one_is_iso8601(sides[2])
        valid |= interval & both & ~before(sides[2], sides[0])
    return pd.Series(valid.to_numpy(), index=distinct).reindex(dtc).set_axis(dtc.index)


def _one_is_iso8601(texts: pd.Series) -> pd.Series:
    return texts.str.fullmatch(_FORM).astype(bool) & ~texts.str.endswith("-") & exists(split(texts))


def exists(parts: pd.DataFrame) -> pd.Series:
    """Whether the known parts can be those of a date and time: month 13 and 30 February can't; unknown parts allow anything."""
    # Plain arrays: this runs for each format of each column with dates, and pandas costs more than the work.
    year, month, day, *clock = (parts[part].to_numpy(dtype="float64") for part in PARTS)
    known_month = (month >= 1) & (month <= 12)
    longest = _DAYS[np.where(known_month, month, 1).astype(int)]
    leap = ((year % 4 == 0) & (year % 100 != 0)) | (year % 400 == 0) | np.isnan(year)
    longest = np.where((month == 2) & ~leap, 28, longest)
    good = (np.isnan(month) | known_month) & (np.isnan(day) | ((day >= 1) & (day <= longest)))
    for part, most in zip(clock, (23, 59, 59), strict=True):
        good &= np.isnan(part) | ((part >= 0) & (part <= most))
    return pd.Series(good, index=parts.index)


def compose(parts: pd.DataFrame) -> pd.Series:
    """ISO 8601 text from columns y, m, d, H, M, S: unknown parts before a known one as ``-``, those after it left out."""
    # A study has few dates beside its records: each distinct one is written once.
    packed = np.zeros(len(parts), dtype=np.int64)
    for part in PARTS:
        packed = packed * 101 + parts[part].fillna(-1).to_numpy(dtype=np.int64) + 1
    _, first, inverse = np.unique(packed, return_index=True, return_inverse=True)
    return _texts(parts.iloc[first]).take(inverse).set_axis(parts.index)


def _texts(parts: pd.DataFrame) -> pd.Series:
    def text(part: str, width: int) -> pd.Series:
        known = parts[part].notna()
        return parts[part].fillna(0).astype("int64").astype("str").str.zfill(width).where(known, "-").astype("str")

    separators = {"y": "", "m": "-", "d": "-", "H": "T", "M": ":", "S": ":"}
    whole = pd.Series("", index=parts.index, dtype="str")
    later = pd.Series(False, index=parts.index)
    for part in reversed(PARTS):
        needed = parts[part].notna() | later
        piece = separators[part] + text(part, 4 if part == "y" else 2)
        whole = (piece + whole).where(needed, whole)
        later = needed
    return whole


def complete_date(dtc: pd.Series) -> pd.Series:
    """The date part as datetime64 where year, month and day are known and exist, else NaT; the time of day is left off."""
    distinct = pd.Series(dtc.unique(), dtype="str")
    valid = is_iso8601(distinct) & distinct.str.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[^/]*)?").astype(bool)
    dates = pd.to_datetime(distinct.where(valid, "").str.slice(0, 10), format="%Y-%m-%d", errors="coerce")
    return dates.set_axis(pd.Index(distinct)).reindex(dtc).set_axis(dtc.index)


def before(left: pd.Series, right: pd.Series) -> pd.Series:
    """Whether each ``left`` is certainly earlier than its ``right``, by every reading of what either leaves open.

    Row by row on position, index of ``left``; False where either is empty or names no existing date. ``2024-01`` is before
    ``2024-02-10``, and not before ``2024-01-31``. Times of different stated zones say nothing about dates that are less than
    two days apart.
    """
    right = right.set_axis(left.index)
    result = latest(left) < earliest(right)
    left, right = _side(left, 2), _side(right, 0)
    zones = _zone(left), _zone(right)
    differ = zones[0].notna() & zones[1].notna() & (zones[0] != zones[1])
    if differ.any():
        result &= ~differ | (complete_date(right) - complete_date(left) > pd.Timedelta(days=1))
    return result


def earliest(dtc: pd.Series) -> pd.Series:
    """The earliest moment that each text can mean, as a number that sorts (no duration); NaN where its year is unknown."""
    return _bound(_side(dtc, 0), latest=False)


def latest(dtc: pd.Series) -> pd.Series:
    """The latest moment that each text can mean, as :func:`earliest` numbers them: moments are whole seconds."""
    return _bound(_side(dtc, 2), latest=True)


def _side(dtc: pd.Series, which: int) -> pd.Series:
    """The start (0) or end (2) of each interval; other texts as they are."""
    interval = dtc.str.contains("/", regex=False).astype(bool)
    return dtc.where(~interval, dtc.str.partition("/")[which].astype("str")) if interval.any() else dtc


def _zone(dtc: pd.Series) -> pd.Series:
    distinct = pd.Series(dtc.unique(), dtype="str")
    return distinct.str.extract(_FORM)["zone"].set_axis(pd.Index(distinct)).reindex(dtc).set_axis(dtc.index)


def _bound(dtc: pd.Series, *, latest: bool) -> pd.Series:
    """The latest or earliest moment that a partial date can mean, as a number that sorts; NaN where the year is unknown."""
    distinct = pd.Series(dtc.unique(), dtype="str")
    parts = split(distinct)
    known = parts["y"].notna() & exists(parts)
    # December and January have 31 days, so any known day can be one of theirs.
    month = parts["m"].fillna(12 if latest else 1)
    of_month = pd.DataFrame({**parts, "m": month, "d": 29.0})
    longest = pd.Series(_DAYS[month.where(known, 1).astype(int)], index=parts.index)
    longest = longest.where((month != 2) | exists(of_month), 28)
    moment = (parts["y"] * 13 + month) * 32 + parts["d"].fillna(longest if latest else 1)
    for part, most in (("H", 23), ("M", 59), ("S", 59)):
        moment = moment * (most + 1) + parts[part].fillna(most if latest else 0)
    return moment.where(known).set_axis(pd.Index(distinct)).reindex(dtc).set_axis(dtc.index)


def study_day(dtc: pd.Series, reference: pd.Series) -> pd.Series:
    """Study day of each date by its reference date, float64, NaN where either is not complete (SDTMIG 3.4 section 4.4.4).

    The reference date is day 1 and the day before it day -1: there is no day 0.
    """
    days = (complete_date(dtc) - complete_date(reference).set_axis(dtc.index)).dt.days.astype("float64")
    return days.where(days < 0, days + 1)
