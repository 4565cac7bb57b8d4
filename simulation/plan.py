"""What the protocol says and the course follows: visits, activities, the drug, the limits of entry."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pandas as pd

from trialbook.protocol import Protocol
from trialbook.protocol.interventions import DAYS_A_MONTH, Intervention

SCREENING, EXTRA = "SCREENING", "END OF TREATMENT/RELAPSE"


@cache
def protocol() -> Protocol:
    """The folder ``protocol/`` beside this one."""
    return Protocol(Path(__file__).resolve().parents[1] / "protocol")


@cache
def drug() -> Intervention:
    """What the interferon arm is given."""
    return protocol().interventions["PEGIFN"]


@cache
def planned_visits() -> pd.DataFrame:
    """The visits after screening with a planned day: VISIT, DAY (0: of randomization), BEFORE and AFTER (of the window)."""
    visits = protocol().visits.values()
    rows = [(one.visit, one.day - 1, *(one.window or (0, 0))) for one in visits if one.day is not None and one.day >= 1]
    return pd.DataFrame(rows, columns=["VISIT", "DAY", "BEFORE", "AFTER"])


@cache
def visits_of(activity: str, **record: str) -> tuple[str, ...]:
    """The visits at which the schedule has the activity; with ``record``, those at which it makes a record of this column."""
    known = protocol().activities[activity]
    if not record:
        return known.visits
    made = [one for one in known.forms if all(value in one.records.get(column, ()) for column, value in record.items())]
    return tuple(dict.fromkeys(visit for one in made for visit in one.visits or known.visits))


@cache
def month_of(visit: str) -> float:
    """The months from randomization to a planned visit, to a tenth."""
    planned = planned_visits()
    return round(float(planned.loc[planned["VISIT"] == visit, "DAY"].iloc[0]) / DAYS_A_MONTH, 1)


@cache
def marrow_months() -> tuple[int, ...]:
    """The months after randomization of the planned marrows."""
    planned = planned_visits()["VISIT"]
    return tuple(round(month_of(visit)) for visit in planned[planned.isin(visits_of("MARROW"))])


@cache
def last_of_treatment() -> str:
    """The planned visit at which the months of treatment are over."""
    planned = planned_visits()
    return str(planned["VISIT"].iloc[(planned["DAY"] + 1 - (drug().end_day or 0)).abs().argmin()])


@cache
def limit(setting: str) -> float:
    """A number that the criteria are decided by, by the name of its setting."""
    return float(str(protocol().eligibility.values[setting]))


def entry_reduction() -> float:
    """The log10 reduction since diagnosis that a subject must exceed (inclusion 4)."""
    return limit("log_reduction")


def has_limit(setting: str) -> bool:
    """Whether the criteria have a number of this name."""
    return setting in protocol().eligibility.values
