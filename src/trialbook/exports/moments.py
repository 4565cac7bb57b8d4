"""When an export was made: the latest day that it can have been anywhere on earth, so that no site's today is in its future."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, timezone

from trialbook.exports.tables import RawTable

FIRST, LAST = timezone(timedelta(hours=14)), timezone(timedelta(hours=-12))
"""The zones in which a day begins first and last: UTC+14 (Kiribati) and UTC-12."""

SAID = re.compile(r"\bexported on ([0-9]{4}-[0-9]{2}-[0-9]{2})\b")
"""How a synthetic export's statement says it."""

# xs:dateTime, as ODM has it; what a day ends with (24:00:00) is the next one's beginning.
_MOMENT = re.compile(
    r"\s*([0-9]{4}-[0-9]{2}-[0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})?\s*"
)


def latest_day(moment: datetime) -> date:
    """The latest date that any place on earth has at a moment; one without a zone may be of any."""
    known = moment if moment.tzinfo else moment.replace(tzinfo=LAST)
    return known.astimezone(FIRST).date()


def today() -> date:
    """The latest date that any place on earth has now."""
    return latest_day(datetime.now(UTC))


def day_of_moment(text: str) -> date | None:
    """The latest day of an ODM file's ``CreationDateTime``; None where the text is no moment."""
    found = _MOMENT.fullmatch(text)
    if found is None:
        return None
    day, hour, minute, second, zone = found.groups()
    ends = (hour, minute, second) == ("24", "00", "00")
    try:
        moment = datetime.fromisoformat(f"{day}T{'00' if ends else hour}:{minute}:{second}{zone or ''}")
        return latest_day(moment + timedelta(days=int(ends)))
    except (ValueError, OverflowError):
        return None


def day_of_export(tables: Sequence[RawTable], statement: str | None) -> date | None:
    """The latest day that an export says it was made on; None where it does not say so of all its tables.

    A synthetic export says it in its ``statement`` (``exported on 2026-11-26``), an ODM file of its own tables.
    """
    stated = [day for text in SAID.findall(statement or "") if (day := _date(text))]
    created = [table.created for table in tables if table.created]
    if not stated and len(created) < len(tables):
        return None
    return max((*stated, *created), default=None)


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
