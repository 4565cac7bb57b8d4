"""Dispositions: one a milestone and epoch; who has which in DS, and what DM says of it."""

from __future__ import annotations

import pandas as pd

from trialbook.checks.against import Against, against
from trialbook.checks.cross.given import Given, Made
from trialbook.checks.cross.moments import certain_last
from trialbook.checks.cross.reference_dates import CONSENT
from trialbook.checks.rule import Rule
from trialbook.datasets.iso8601 import before
from trialbook.findings import Severity

_EVENT, _MILESTONE = "DISPOSITION EVENT", "PROTOCOL MILESTONE"
_SEEN = ("COMPLETED", "DEATH", "SCREEN FAILURE", "WITHDRAWAL BY SUBJECT")
"""Ends at which the subject was there; others (lost to follow-up, the trial stopped) may be dated after the last contact."""


def dispositions(given: Given) -> Made:
    """The rules about DS."""
    for name in given.of_domain("DS"):
        if given.texts(name, "USUBJID", "DSCAT", "DSDECOD"):
            yield name, _one_event(given, name)
            yield name, _one_milestone(given, name)
            yield name, _randomized_has_arm(name)
    yield "DM", _assigned_is_disposed(given)
    if given.texts("DM", "RFPENDTC"):
        yield "DM", _participation_ends(given)


def _one_event(given: Given, name: str) -> Rule:
    by = [one for one in ("USUBJID", "DSCAT", "DSSCAT", "EPOCH") if given.texts(name, one)]

    def check(ds: pd.DataFrame) -> pd.Series:
        return ~((ds["DSCAT"] == _EVENT) & (ds["USUBJID"] != "") & ds.duplicated(by, keep=False))

    return Rule(
        f"TB-{name}-DSCAT-ONE",
        Severity.ERROR,
        f"The subject has more than one disposition with the same {', '.join(by[1:])}",
        check,
        tuple(by),
        query=given.questions.ask("ONE-DISPOSITION", value="{DSDECOD}"),
        cites=("CG0535", "CG0536", "CG0538", "CG0537", "SDTMIG 3.4 section 6.2.4"),
        mend=("DSCAT",),
        twins=True,
    )


def _one_milestone(given: Given, name: str) -> Rule:
    by = [one for one in ("USUBJID", "DSDECOD", "DSSPID", "EPOCH", "DSTERM") if given.texts(name, one)]

    def check(ds: pd.DataFrame) -> pd.Series:
        # A subject may consent again, to a new version or a further screening.
        once = (ds["DSCAT"] == _MILESTONE) & (ds["DSDECOD"] != CONSENT) & (ds["USUBJID"] != "")
        return ~(once & ds.duplicated(["DSCAT", *by], keep=False))

    return Rule(
        f"TB-{name}-DSDECOD-ONE",
        Severity.WARNING,
        "The subject has the milestone {DSDECOD} more than once",
        check,
        tuple(by),
        query=given.questions.ask("ONE-DISPOSITION", value="{DSDECOD}"),
        cites=("SDTMIG 3.4 section 6.2.4",),
        mend=("DSDECOD",),
        twins=True,
    )


def _randomized_has_arm(name: str) -> Rule:
    def check(ds: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
        armless = dm.loc[dm["ARMCD"] == "", "USUBJID"]
        return ~((ds["DSDECOD"] == "RANDOMIZED") & ds["USUBJID"].isin(armless) & (ds["USUBJID"] != ""))

    return Rule(
        f"TB-{name}-DSDECOD-ARMCD",
        Severity.ERROR,
        "The subject was randomized, and has no ARMCD in DM",
        check,
        ("DSDECOD", "USUBJID"),
        reads={"DM": ("USUBJID", "ARMCD")},
        cites=("SDTMIG 3.4 section 5.2",),
        mend=("DSDECOD", "DM.ARMCD"),
    )


def _assigned_is_disposed(given: Given) -> Rule:
    def check(dm: pd.DataFrame, ds: pd.DataFrame) -> pd.Series:
        return (dm["ACTARMCD"] == "") | dm["USUBJID"].isin(ds["USUBJID"])

    return Rule(
        "TB-DM-USUBJID-DS",
        Severity.ERROR,
        "The subject followed an arm, and DS has nothing of it",
        check,
        ("USUBJID", "ACTARMCD"),
        reads={"DS": ("USUBJID",)},
        cites=("CG0540",),
        mend=("USUBJID",),
    )


def _participation_ends(given: Given) -> Rule:
    def check(dm: pd.DataFrame, ds: pd.DataFrame) -> Against:
        ends = ((ds["DSCAT"] == _EVENT) & ds["DSDECOD"].isin(_SEEN) & (ds["DSSTDTC"] != "")).to_numpy()
        there = ds.reset_index(drop=True)[ends]
        last = certain_last(there["USUBJID"], there["DSSTDTC"], dm["USUBJID"])
        at = pd.Series([*there.index, -1]).to_numpy()[last.at]
        return against(~before(dm["RFPENDTC"].str.slice(0, 10), last.dtc.str.slice(0, 10)), DS=at)

    return Rule(
        "TB-DM-RFPENDTC-DS",
        Severity.ERROR,
        "Participation ends (RFPENDTC) before a disposition in DS at which the subject was in the trial",
        check,
        ("RFPENDTC",),
        reads={"DS": ("USUBJID", "DSCAT", "DSDECOD", "DSSTDTC")},
        cites=("SDTMIG 3.4 section 5.2",),
        mend=("RFPENDTC", "DS.DSSTDTC", "DS.DSDECOD"),
    )
