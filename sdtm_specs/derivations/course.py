"""When treatment, follow-up and survival follow-up start and end, by the dates of a subject's course."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pandas as pd

from trialbook.datasets.iso8601 import first_day
from trialbook.protocol import Protocol
from trialbook.protocol.interventions import study_day


@cache
def _protocol() -> Protocol:
    """The study's protocol, read when it is first asked for: the specifications can be read without it."""
    return Protocol(Path(__file__).resolve().parents[2] / "protocol")


def treatment_over() -> pd.Timedelta:
    """From the randomization, which is day 1, to the end of the window of month 6."""
    return pd.Timedelta(days=_protocol().visits["MONTH 6"].last_day - 1)


def follow_up_over() -> pd.Timedelta:
    """From the randomization to the end of the months for which it is followed up."""
    return pd.Timedelta(days=study_day(_protocol().design.settings["follow_up_months"].value) - 1)


def latest(*dates: pd.Series) -> pd.Series:
    """The latest of several dates; a partial one counts as the earliest that it can be."""
    return _pick(dates, last=True)


def treatment_ends(*course: pd.Series) -> pd.Series:
    """The month 6 assessment, or the end of its window where it was not done; before, a relapse or the end of participation.

    The dates of the subject's course, here and below: randomization, month 6 assessment, first hematologic relapse, death, end
    of study, last contact, first assessment that found a relapse. Empty while none of this has come: that day may be to come yet
    for a subject that was not seen since.
    """
    return _pick([_planned_end(*course), _relapse(*course), participation_ends(*course)])


def is_followed_up(*course: pd.Series) -> pd.Series:
    """Whether treatment ended as planned, and neither a relapse nor the end of participation came first; of the randomized."""
    end = first_day(_planned_end(*course))
    return (
        (course[0] != "")
        & end.notna()
        & ~(first_day(_relapse(*course)) <= end)
        & ~(first_day(participation_ends(*course)) <= end)
    )


def follow_up_ends(*course: pd.Series) -> pd.Series:
    """Hematologic relapse, 24 months after randomization, or the end of participation, whichever is first."""
    return _pick([survival_follow_up_starts(*course), participation_ends(*course)])


def is_followed_for_survival(*course: pd.Series) -> pd.Series:
    """Whether the subject is in the study after hematologic relapse or 24 months, and was randomized.

    Where the record of the randomization is missing, all that can be told of the course is that screening began.
    """
    start = first_day(survival_follow_up_starts(*course))
    return (course[0] != "") & start.notna() & ~(first_day(participation_ends(*course)) <= start)


def survival_follow_up_starts(*course: pd.Series) -> pd.Series:
    """Hematologic relapse, or 24 months after randomization if the subject is known to have come there."""
    return _pick([_reached(follow_up_over(), *course), _relapse(*course)])


def participation_ends(*course: pd.Series) -> pd.Series:
    """Death or the end of study, whichever is first."""
    return _pick(course[3:5])


def _relapse(*course: pd.Series) -> pd.Series:
    """The first hematologic relapse; of one whose date the site has not given, the assessment that found it."""
    return course[2].where(course[2] != "", course[6]).astype("str")


def _planned_end(*course: pd.Series) -> pd.Series:
    """The month 6 assessment, or the last day of its window if it was not done."""
    return course[1].where(course[1] != "", _reached(treatment_over(), *course)).astype("str")


def _reached(after: pd.Timedelta, *course: pd.Series) -> pd.Series:
    """The date so long after randomization, where one of the dates of the course is not before it."""
    due = first_day(course[0]) + after
    return due.dt.strftime("%Y-%m-%d").where(due <= first_day(latest(*course)), "").astype("str")


def _pick(dates: Sequence[pd.Series], *, last: bool = False) -> pd.Series:
    """For each record the first of its dates, or the last, as it is written; of the same day the one named first."""
    days = pd.concat([first_day(date) for date in dates], axis=1, keys=range(len(dates)))
    chosen = days.max(axis=1) if last else days.min(axis=1)
    picked = pd.Series("", index=dates[0].index, dtype="str")
    for number in reversed(range(len(dates))):
        picked = dates[number].where(days[number] == chosen, picked).astype("str")
    return picked
