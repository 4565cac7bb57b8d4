"""What a person would ask about a text that is no date of its column; told, and never acted upon."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

import pandas as pd

from trialbook.checks.questions import written_format
from trialbook.checks.rule import Witness
from trialbook.mapping.datetimes import format_parts, format_pattern, other_order, parse
from trialbook.mapping.plain import plain

# Five digits: 1927 to 2173. Fewer could be a year or a day's number, more a date without separators.
_SERIAL = re.compile(r"[1-9][0-9]{4}(\.[0-9]+)?")
_ISO_SHAPE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:]+)?")
_EPOCHS = (("1900", datetime(1899, 12, 30)), ("1904", datetime(1904, 1, 1)))


def date_hint(text: str, formats: Sequence[str], unknown: Sequence[str]) -> str:
    """Why a text that fits none of ``formats`` may not, ``""`` where nothing can be said."""
    text = plain(text)
    if _SERIAL.fullmatch(text):
        days = " and ".join(f"{_day(text, start)} counted from {epoch}" for epoch, start in _EPOCHS)
        return f"a number of days as Excel counts them would be {days}"
    for form in formats:
        if "y" in format_parts(form) and format_pattern(form, tuple(unknown), "[0-9]{2}").fullmatch(text):
            return "a year of two digits is not guessed"
    for form in formats:
        other = other_order(form)
        if other and _fits(text, (other,), unknown):
            return f"it is a date only as {written_format(other)}"
    if _ISO_SHAPE.fullmatch(text) or any(format_pattern(form, tuple(unknown)).fullmatch(text) for form in formats):
        return "there is no such date or time"
    return ""


def _day(text: str, start: datetime) -> str:
    moment = start + timedelta(seconds=round(float(text) * 86400))
    return f"{moment:%Y-%m-%dT%H:%M}" if moment.time() != datetime.min.time() else f"{moment:%Y-%m-%d}"


def _fits(text: str, formats: Sequence[str], unknown: Sequence[str]) -> bool:
    return bool(parse(pd.Series([text], dtype="str"), formats, unknown)[1].iloc[0])


def contradicted(formats: Sequence[str]) -> dict[str, str]:
    """The formats of a column that some date could contradict, each with the one it would then be of."""
    return {form: other for form in formats if (other := other_order(form))}


def order_witnesses(read: pd.Series, formats: Sequence[str], unknown: Sequence[str]) -> list[Witness]:
    """The first cell that only the other order of day and month fits, and the first that only the declared one fits.

    Empty where no cell contradicts the column.
    """
    pairs = contradicted(formats)
    declared, other = (" or ".join(map(written_format, forms)) for forms in (pairs, pairs.values()))
    as_declared = parse(read, formats, unknown)[1]
    as_other = parse(read, tuple(pairs.values()), unknown)[1]
    against = (~as_declared & as_other).to_numpy().nonzero()[0]
    if not len(against):
        return []
    proving = (parse(read, tuple(pairs), unknown)[1] & ~as_other).to_numpy().nonzero()[0]
    witnesses = [Witness(f"can only be {other}", int(against[0]), mend=True)]
    if len(proving):
        return [*witnesses, Witness(f"can only be {declared}", int(proving[0]))]
    return [*witnesses, Witness(f"no cell can only be {declared}")]
