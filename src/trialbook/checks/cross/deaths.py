"""Death, told in several datasets: DM's flag and date against DS, AE and DD; and what is recorded after it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from trialbook.checks.against import Against, against
from trialbook.checks.cross.given import Given, Made
from trialbook.checks.cross.moments import differ
from trialbook.checks.models import value_of
from trialbook.checks.rule import Rule
from trialbook.datasets.iso8601 import before
from trialbook.findings import Severity

_SAYS_DEATH: tuple[tuple[str, str, str, str], ...] = (
    ("DS", "DSDECOD", "DEATH", "CG0136 FB0605"),
    ("AE", "AESDTH", "Y", "CG0135 FB0604"),
    ("AE", "AEOUT", "FATAL", "CG0134 FB0603"),
)
_OF_THE_LIVING = ("LB", "VS", "EG", "PC", "QS", "FT", "PE")
"""Findings that nobody can make after a death; reports of it (DD, SS) and what is read from a specimen later can be."""
_AFTERWARDS = ("DS", "DV", "MH", "HO")
"""Events that may be dated when they are closed or reported, not when they took place."""


def deaths(given: Given) -> Made:
    """The rules about death."""
    for name, column, term, published in _SAYS_DEATH:
        if given.texts(name, column) or name == "DS":
            yield "DM", _flagged(name, column, term, published)
    if given.texts("DD", "USUBJID"):
        yield "DM", _flagged("DD", "USUBJID", "", "CG0133 FB0602")
    if given.texts("DM", "DTHDTC"):
        yield "DM", _flag_by_date()
    if given.texts("DS", "DSDECOD", "DSSTDTC"):
        yield "DS", _same_date()
    for name, domain, class_ in given.observations():
        date = given.date_of(name)
        judged = domain in _OF_THE_LIVING if class_.startswith("Findings") else domain not in _AFTERWARDS
        if date is not None and judged and (date.endswith("STDTC") or class_ == "Findings"):
            yield name, _not_after(given, name, date)


def _flagged(name: str, column: str, term: str, published: str) -> Rule:
    def check(dm: pd.DataFrame, told: pd.DataFrame) -> Against:
        died = (told[column] == term if term else told[column] != "") & (told["USUBJID"] != "")
        first = pd.Series(np.arange(len(told))[died.to_numpy()], index=told.loc[died, "USUBJID"])
        at = dm["USUBJID"].map(first[~first.index.duplicated()]).fillna(-1)
        return against((at < 0) | (dm["DTHFL"] == "Y"), **{name: at})

    says = f"{column} of {name} is {term}" if term else f"{name} has a record of the subject"
    return Rule(
        f"TB-DM-DTHFL-{column if term else name}",
        Severity.ERROR,
        f"{says}, but DTHFL is not Y",
        check,
        ("DTHFL",),
        reads={name: tuple(dict.fromkeys(("USUBJID", column)))},
        cites=tuple(published.split()),
        mend=("DTHFL", f"{name}.{column}"),
    )


def _flag_by_date() -> Rule:
    return Rule(
        "TB-DM-DTHFL-DTHDTC",
        Severity.ERROR,
        "There is a date of death, but DTHFL is not Y",
        lambda dm: (dm["DTHDTC"] == "") | (dm["DTHFL"] == "Y"),
        ("DTHFL", "DTHDTC"),
        cites=("CG0435", "FB0606"),
        mend=("DTHFL", "DTHDTC"),
    )


def _same_date() -> Rule:
    def check(ds: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
        died = value_of(dm, "DTHDTC", ds["USUBJID"])
        known = ds["USUBJID"].isin(dm["USUBJID"])
        other = differ(ds["DSSTDTC"], died) | ((died == "") & (ds["DSSTDTC"] != "") & known)
        return ~((ds["DSDECOD"] == "DEATH") & other)

    return Rule(
        "TB-DS-DSSTDTC-DTHDTC",
        Severity.ERROR,
        "The disposition is DEATH, and its date is not DTHDTC of DM",
        check,
        ("DSSTDTC", "DSDECOD"),
        reads={"DM": ("USUBJID", "DTHDTC")},
        cites=("CG0069",),
        mend=("DSSTDTC", "DM.DTHDTC"),
    )


def _not_after(given: Given, name: str, date: str) -> Rule:
    def check(frame: pd.DataFrame, dm: pd.DataFrame) -> Against:
        died = value_of(dm, "DTHDTC", frame["USUBJID"])
        at = pd.Series(np.arange(len(dm)), index=dm["USUBJID"].to_numpy())
        at = at[~at.index.duplicated(keep=False)]
        # The time of death is seldom that of the record: what is on its day is not after it.
        ok = ~before(died.str.slice(0, 10), frame[date].str.slice(0, 10))
        return against(ok, DM=frame["USUBJID"].map(at).fillna(-1))

    return Rule(
        f"TB-{name}-{date}-DEATH",
        Severity.ERROR,
        f"{date} is after the subject's death",
        check,
        (date, "USUBJID"),
        reads={"DM": ("USUBJID", "DTHDTC")},
        query=given.questions.ask("AFTER-DEATH", date=f"{{{date}}}", death="{DM.DTHDTC}"),
        cites=("SDTMIG 3.4 section 5.2",),
        mend=(date, "USUBJID", "DM.DTHDTC"),
    )
