"""Dates and times as SDTM writes them: ISO 8601, complete or partial (SDTMIG 3.4 section 4.4).

Comparisons say only what is true of every complete date that a partial one can stand for, or that lies in an interval of
uncertainty (``2024-01-12T10:00/2024-01-12T10:30``: at some time between the two).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
import pandas as pd

_FORM = re.compile(
    r"(?P<y>[0-9]{4}|-)"
    r"(?:-(?P<m>[0-9]{2}|-)"
    r"(?:-(?P<d>[0-9]{2}|-)"
    r"(?:T(?P<H>[0-9]{2}|-)"
    r"(?::(?P<M>[0-9]{2}|-)"
    r"(?::(?P<S>[0-9]{2})(?:[.,][0-9]+)?)?)?(?P<zone>Z|[+-][0-9]{2}(?::?[0-9]{2})?)?)?)?)?"
)
_COMPLETE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[^/]*)?")
_ZONED = re.compile(r"T[^/]*(?:Z|[+-][0-9]{2}(?::?[0-9]{2})?)(?:/|$)")
PARTS = ("y", "m", "d", "H", "M", "S")
_SEPARATORS = ("", "-", "-", "T", ":", ":")
_UNKNOWN = (float("nan"),) * len(PARTS)
_DAYS = np.array([0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])


def split(dtc: pd.Series) -> pd.DataFrame:
    """Columns y, m, d, H, M, S as float64, NaN where a part is absent or unknown; all NaN where the text is not an ISO 8601."""
    codes, distinct = pd.factorize(dtc)
    return pd.DataFrame(_parts_of(distinct)[codes], index=dtc.index, columns=list(PARTS))


def _each(dtc: pd.Series, of_distinct: Callable[[Sequence[str]], np.ndarray]) -> pd.Series:
    """A function of texts over a column: a study has few dates beside its records, so each distinct one is read once."""
    codes, distinct = pd.factorize(dtc)
    # A missing text has the code -1, and so takes what the empty text at the end gives.
    return pd.Series(_of_distinct(of_distinct, (*distinct, ""))[codes], index=dtc.index)


# Rules ask for the same columns again and again.
@lru_cache(maxsize=128)
def _of_distinct(function: Callable[[Sequence[str]], np.ndarray], distinct: tuple[str, ...]) -> np.ndarray:
    return function(distinct)


def _parts_of(texts: Sequence[str]) -> np.ndarray:
    return np.array([_parts(text) for text in texts], dtype="float64").reshape(-1, len(PARTS))


# Rules ask for the same dates again and again.
@lru_cache(maxsize=1 << 18)
def _parts(text: str) -> tuple[float, ...]:
    found = _FORM.fullmatch(text)
    if found is None:
        return _UNKNOWN
    return tuple(float("nan") if found[part] in (None, "-") else float(found[part]) for part in PARTS)


def is_iso8601(dtc: pd.Series) -> pd.Series:
    """Whether each text is an ISO 8601 date or datetime that exists, complete or partial, or an interval of two; empty is valid.

    A partial text must not end in an unknown part (``2024-03--`` is written ``2024-03``).
    """
    return _each(dtc, _are_iso8601)


def _are_iso8601(texts: Sequence[str]) -> np.ndarray:
    sides = [text.partition("/") for text in texts]
    first = _are_dates([side[0] for side in sides])
    alone = np.array([not slash for _, slash, _ in sides], dtype=bool)
    empty = np.array([text == "" for text in texts], dtype=bool)
    valid = empty | (first & alone)
    if not alone.all():
        second = _are_dates([side[2] for side in sides])
        begin, end = (pd.Series([side[which] for side in sides], dtype="str") for which in (0, 2))
        valid |= ~alone & first & second & ~before(end, begin).to_numpy()
    return valid


def _are_dates(texts: Sequence[str]) -> np.ndarray:
    shaped = np.array([_FORM.fullmatch(text) is not None and not text.endswith("-") for text in texts], dtype=bool)
    return shaped & exists(pd.DataFrame(_parts_of(texts), columns=list(PARTS))).to_numpy()


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
    packed = np.zeros(len(parts), dtype=np.int64)
    for part in PARTS:
        packed = packed * 101 + np.nan_to_num(parts[part].to_numpy(dtype="float64"), nan=-1).astype(np.int64) + 1
    _, first, inverse = np.unique(packed, return_index=True, return_inverse=True)
    texts = [_text(row) for row in parts[list(PARTS)].iloc[first].to_numpy(dtype="float64").tolist()]
    return pd.Series(texts, dtype="str").take(inverse).set_axis(parts.index)


def _text(parts: list[float]) -> str:
    known = [part == part for part in parts]
    last = max((place for place, there in enumerate(known) if there), default=-1)
    return "".join(
        _SEPARATORS[place]
        + ("-" if not known[place] else f"{int(parts[place]):04d}" if place == 0 else f"{int(parts[place]):02d}")
        for place in range(last + 1)
    )


def complete_date(dtc: pd.Series) -> pd.Series:
    """The date part as datetime64 where year, month and day are known and exist, else NaT; the time of day is left off."""
    return _each(dtc, _complete_dates)


def _complete_dates(texts: Sequence[str]) -> np.ndarray:
    whole = _are_iso8601(texts) & np.array([_COMPLETE.fullmatch(text) is not None for text in texts], dtype=bool)
    dates = np.array([text[:10] if good else "NaT" for text, good in zip(texts, whole, strict=True)], dtype="datetime64[D]")
    return dates.astype("datetime64[us]")


def day_number(dtc: pd.Series) -> pd.Series:
    """Days from 1970 to each complete date, float64; NaN for any other."""
    # Not Timestamp(0): that is in nanoseconds, which end in 2262, and sites mistype years.
    return (complete_date(dtc) - pd.Timestamp("1970-01-01")).dt.days.astype("float64")


def first_day(dtc: pd.Series) -> pd.Series:
    """The first day that each date can be, as datetime64; NaT where its year is unknown, or there is no such day."""
    return _each(dtc, _first_days)


def last_day(dtc: pd.Series) -> pd.Series:
    """The last day that each date can be, as :func:`first_day` gives the first."""
    return _each(dtc, _last_days)


def _first_days(texts: Sequence[str]) -> np.ndarray:
    parts = pd.DataFrame(_parts_of(texts)[:, :3], columns=["year", "month", "day"])
    return pd.to_datetime(parts.fillna({"month": 1, "day": 1}), errors="coerce").to_numpy()


def _last_days(texts: Sequence[str]) -> np.ndarray:
    parts, first = _parts_of(texts), pd.Series(_first_days(texts))
    of_month, of_year = first + pd.offsets.MonthEnd(0), first + pd.offsets.YearEnd(0)
    return first.where(~np.isnan(parts[:, 2]), of_month.where(~np.isnan(parts[:, 1]), of_year)).to_numpy()


def before(left: pd.Series, right: pd.Series) -> pd.Series:
    """Whether each ``left`` is certainly earlier than its ``right``, by every reading of what either leaves open.

    Row by row on position, index of ``left``; False where either is empty or names no existing date. ``2024-01`` is before
    ``2024-02-10``, and not before ``2024-01-31``. Times of different stated zones say nothing about dates that are less than
    two days apart.
    """
    right = right.set_axis(left.index)
    result = latest(left) < earliest(right)
    if not (_has_zones(left) and _has_zones(right)):
        return result
    left, right = _side(left, 2), _side(right, 0)
    zones = _zone(left), _zone(right)
    differ = zones[0].notna() & zones[1].notna() & (zones[0] != zones[1])
    if differ.any():
        result &= ~differ | (complete_date(right) - complete_date(left) > pd.Timedelta(days=1))
    return result


def earliest(dtc: pd.Series) -> pd.Series:
    """The earliest moment that each text can mean, as a number that sorts (no duration); NaN where its year is unknown."""
    return _each(dtc, _earliest_of)


def latest(dtc: pd.Series) -> pd.Series:
    """The latest moment that each text can mean, as :func:`earliest` numbers them: moments are whole seconds."""
    return _each(dtc, _latest_of)


def _side(dtc: pd.Series, which: int) -> pd.Series:
    """The start (0) or end (2) of each interval; other texts as they are."""
    interval = dtc.str.contains("/", regex=False).astype(bool)
    return dtc.where(~interval, dtc.str.partition("/")[which].astype("str")) if interval.any() else dtc


def _has_zones(dtc: pd.Series) -> bool:
    """Whether any text states a zone: nearly no study has one, and looking for them costs a column each."""
    return any("T" in text and _ZONED.search(text) for text in pd.factorize(dtc)[1])


def _zone(dtc: pd.Series) -> pd.Series:
    """The stated zone of each text, None where there is none."""
    return _each(dtc, _zones_of)


def _zones_of(texts: Sequence[str]) -> np.ndarray:
    return np.array([_zone_of(text) for text in texts], dtype=object)


def _zone_of(text: str) -> str | None:
    found = _FORM.fullmatch(text)
    return None if found is None else found["zone"]


def _earliest_of(texts: Sequence[str]) -> np.ndarray:
    return _moments(_parts_of([_side_of(text, 0) for text in texts]), latest=False)


def _latest_of(texts: Sequence[str]) -> np.ndarray:
    return _moments(_parts_of([_side_of(text, 2) for text in texts]), latest=True)


def _side_of(text: str, which: int) -> str:
    """The start (0) or end (2) of an interval; another text as it is."""
    return text.partition("/")[which] if "/" in text else text


def _moments(table: np.ndarray, latest: bool) -> np.ndarray:
    parts = pd.DataFrame(table, columns=list(PARTS))
    known = (parts["y"].notna() & exists(parts)).to_numpy()
    year, month, day, *clock = table.T
    # December and January have 31 days, so any known day can be one of theirs.
    month = np.where(np.isnan(month), 12 if latest else 1, month)
    longest = _DAYS[np.where(known, month, 1).astype(int)]
    leap = exists(parts.assign(m=month, d=29.0)).to_numpy()
    longest = np.where((month == 2) & ~leap, 28, longest)
    moment = (year * 13 + month) * 32 + np.where(np.isnan(day), longest if latest else 1, day)
    for part, most in zip(clock, (23, 59, 59), strict=True):
        moment = moment * (most + 1) + np.where(np.isnan(part), most if latest else 0, part)
    return np.where(known, moment, np.nan)


def study_day(dtc: pd.Series, reference: pd.Series) -> pd.Series:
    """Study day of each date by its reference date, float64, NaN where either is not complete (SDTMIG 3.4 section 4.4.4).

    The reference date is day 1 and the day before it day -1: there is no day 0.
    """
    days = (complete_date(dtc) - complete_date(reference).set_axis(dtc.index)).dt.days.astype("float64")
    return days.where(days < 0, days + 1)
