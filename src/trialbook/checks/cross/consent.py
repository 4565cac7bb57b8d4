"""What is dated before the subject's informed consent (DM's RFICDTC)."""

from __future__ import annotations

import pandas as pd

from trialbook.checks.cross.given import Given, Made
from trialbook.checks.models import value_of
from trialbook.checks.rule import Rule
from trialbook.datasets.iso8601 import before
from trialbook.findings import Severity

_SEVERITIES = {"EX": Severity.ERROR, "EC": Severity.ERROR, "DV": Severity.ERROR, "AE": Severity.WARNING}
_EXAMINATIONS = ("LB", "VS", "EG", "PC", "QS", "FT", "PE")
"""Routine care may have done them before consent, which is seldom and worth a look; history and medication begin before it."""


def consent(given: Given) -> Made:
    """Treatment, deviations, adverse events and examinations before consent."""
    for name, domain, _ in given.observations():
        severity = Severity.WARNING if domain in _EXAMINATIONS else _SEVERITIES.get(domain)
        date = given.date_of(name)
        if severity is not None and date is not None:
            yield name, _not_before(given, name, date, severity)


def _not_before(given: Given, name: str, date: str, severity: Severity) -> Rule:
    def check(frame: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
        return ~before(frame[date], value_of(dm, "RFICDTC", frame["USUBJID"]))

    return Rule(
        f"TB-{name}-{date}-CONSENT",
        severity,
        f"{date} is before informed consent (RFICDTC of DM)",
        check,
        (date, "USUBJID"),
        reads={"DM": ("USUBJID", "RFICDTC")},
        query=given.questions.ask("RECORD-BEFORE-CONSENT", date=f"{{{date}}}", consent="{DM.RFICDTC}"),
        cites=("CG0075", "ICH E6") if name == "DV" else ("ICH E6",),
        mend=(date, "USUBJID", "DM.RFICDTC"),
    )
