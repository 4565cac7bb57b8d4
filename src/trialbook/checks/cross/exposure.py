"""Exposure and arms: who was given something, and what DM says of its arm; the arms of DM against TA."""

from __future__ import annotations

import pandas as pd

from trialbook.checks.cross.given import Given, Made
from trialbook.checks.cross.reference_dates import exposures, is_dosed
from trialbook.checks.models import value_of
from trialbook.checks.rule import Rule
from trialbook.findings import Severity

_NOT_TREATED_REASONS = ("SCREEN FAILURE", "NOT ASSIGNED", "ASSIGNED, NOT TREATED")
_NOT_TREATED_ARMS = (("ARMCD", "ARM"), ("ACTARMCD", "ACTARM"))
"""What SDTMIG had in ARMCD before ARMNRS took their place (3.3)."""
_ARMS = (("ARMCD", "ARM"), ("ACTARMCD", "ACTARM"))


def exposure(given: Given) -> Made:
    """The rules about exposure and arms."""
    yield "EX", _treated_has_arm(given)
    if given.untreated:
        yield "EX", _arm_has_treatment(given)
    pairs = [pair for pair in _ARMS if given.texts("DM", *pair)]
    if pairs:
        yield "DM", _planned(pairs)


def _treated_has_arm(given: Given) -> Rule:
    def check(ex: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
        subjects = ex["USUBJID"]
        reason = value_of(dm, "ARMNRS", subjects)
        without = reason.isin(_NOT_TREATED_REASONS) | value_of(dm, "ARMCD", subjects).isin(_NOT_TREATED_ARMS)
        return ~(without & _is_given(ex))

    return Rule(
        "TB-EX-USUBJID-ARM",
        Severity.ERROR,
        "The subject was given {EXTRT}, though by DM it was not treated: {DM.ARMNRS}",
        check,
        ("USUBJID", "EXTRT"),
        reads={"DM": ("USUBJID", "ARMCD", "ARMNRS")},
        query=given.questions.ask("TREATED-WITHOUT-ARM", treatment="{EXTRT}"),
        cites=("SDTMIG 3.4 section 5.2",),
        mend=("USUBJID",),
    )


def _arm_has_treatment(given: Given) -> Rule:
    def check(ex: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
        arms = [value_of(dm, one, ex["USUBJID"]).isin(given.untreated) for one in ("ARMCD", "ACTARMCD")]
        return ~((arms[0] | arms[1]) & _is_given(ex))

    return Rule(
        "TB-EX-USUBJID-UNTREATED",
        Severity.ERROR,
        "The subject was given {EXTRT}, and its arm {DM.ARMCD} is one in which the protocol gives nothing",
        check,
        ("USUBJID", "EXTRT"),
        reads={"DM": ("USUBJID", "ARMCD", "ACTARMCD")},
        query=given.questions.ask("TREATED-WITHOUT-ARM", treatment="{EXTRT}"),
        mend=("USUBJID", "DM.ARMCD"),
    )


def _is_given(ex: pd.DataFrame) -> pd.Series:
    given = exposures(ex.set_axis(range(len(ex))))
    return pd.Series(range(len(ex)), index=ex.index).isin(given.index[is_dosed(given)])


def _planned(pairs: list[tuple[str, str]]) -> Rule:
    def check(dm: pd.DataFrame, ta: pd.DataFrame) -> pd.Series:
        arms = pd.MultiIndex.from_frame(ta[["ARMCD", "ARM"]])
        ok = pd.Series(True, index=dm.index)
        for code, name in pairs:
            ok &= (dm[code] == "") | pd.MultiIndex.from_frame(dm[[code, name]]).isin(arms)
        return ok

    return Rule(
        "TB-DM-ARMCD-TA",
        Severity.ERROR,
        f"TA has no such arm: {', '.join(f'{code} {{{code}}} ({name} {{{name}}})' for code, name in pairs)}",
        check,
        tuple(one for pair in pairs for one in pair),
        reads={"TA": ("ARMCD", "ARM")},
        cites=(
            "CG0518",
            "CG0293",
            "CG0294",
            "CG0512",
            "CG0514",
            "CG0516",
            "SDTMIG 3.4 section 5.2",
        ),
        mend=tuple(one for pair in pairs for one in pair),
    )
