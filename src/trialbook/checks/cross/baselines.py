"""Baselines: one a subject and test, with a result, and before the first dose; --LOBXFL is the last of them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from trialbook.checks.cross.given import Given, Made, text
from trialbook.checks.models import value_of
from trialbook.checks.rule import Rule
from trialbook.datasets import iso8601
from trialbook.datasets.iso8601 import before
from trialbook.findings import Severity

_TELLING_APART = (
    "OBJ", "TESTCD", "CAT", "SCAT", "BDAGNT", "SPEC", "METHOD", "ANMETH", "RUNID", "GRPID", "LOC", "LAT", "DIR", "PORTOT",
    "POS", "TPT", "TPTNUM", "TPTREF", "EVAL", "EVALID", "LNKID", "REPNUM", "GENTYP", "GENREF", "SYM", "SPID",
)  # fmt: skip
"""What makes a result another than that of the same test: both may be a baseline."""
_FLAGS = (("BLFL", "FB2601"), ("LOBXFL", "CG0569 FB2602"))


def baselines(given: Given) -> Made:
    """The rules about --BLFL and --LOBXFL of each dataset of findings."""
    for name, domain, class_ in given.observations():
        if not class_.startswith("Findings") or not given.texts(name, f"{domain}TESTCD"):
            continue
        by = ["USUBJID", *(column for one in _TELLING_APART if given.has(name, column := f"{domain}{one}"))]
        if given.has(name, "FOCID"):
            by.append("FOCID")
        for end, published in _FLAGS:
            flag = f"{domain}{end}"
            if not given.texts(name, flag):
                continue
            yield name, _one(name, flag, by)
            if given.texts(name, f"{domain}STRESC"):
                yield name, _has_result(name, flag, f"{domain}STRESC", published)
            if given.texts(name, f"{domain}DTC"):
                arms = end == "BLFL" and given.texts("DM", "ARMCD", "ACTARMCD")
                yield name, _not_after_dose(name, flag, f"{domain}DTC", arms)
        if given.texts(name, f"{domain}LOBXFL", f"{domain}STRESC", f"{domain}DTC"):
            yield name, _last_before_dose(name, domain, by)


def _one(name: str, flag: str, by: list[str]) -> Rule:
    def check(frame: pd.DataFrame) -> pd.Series:
        flagged = (frame[flag] == "Y") & (frame["USUBJID"] != "")
        ok = pd.Series(True, index=frame.index)
        ok[flagged] = ~frame.loc[flagged, by].duplicated(keep=False)
        return ok

    return Rule(
        f"TB-{name}-{flag}-ONE",
        Severity.ERROR,
        "The subject has several records of the test that are flagged as its baseline",
        check,
        (flag, *by),
        cites=("FB2603", "SDTMIG 3.4 section 4.5.9"),
        mend=(flag,),
        twins=True,
    )


def _has_result(name: str, flag: str, result: str, published: str) -> Rule:
    return Rule(
        f"TB-{name}-{flag}-RESULT",
        Severity.ERROR,
        f"The record is flagged as a baseline ({flag}) and has no {result}",
        lambda frame: (frame[flag] != "Y") | (frame[result] != ""),
        (flag, result),
        cites=tuple(published.split()),
        mend=(flag, result),
    )


def _not_after_dose(name: str, flag: str, date: str, arms: bool) -> Rule:
    """Where DM tells ``arms``, a dose of who was not treated as planned is another fault, and no measure of the baseline."""
    read = ("RFXSTDTC", "ARMCD", "ACTARMCD") if arms else ("RFXSTDTC",)

    def check(frame: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
        dosed, *planned = (value_of(dm, one, frame["USUBJID"]) for one in read)
        measured = frame[flag] == "Y"
        if planned:
            arm, actual = planned
            measured &= (arm == actual) | (arm == "") | (actual == "")
        return ~(measured & before(dosed, frame[date]))

    return Rule(
        f"TB-{name}-{flag}-DOSE",
        Severity.WARNING,
        f"The record is flagged as a baseline ({flag}), and is later than the first dose",
        check,
        (flag, date),
        reads={"DM": ("USUBJID", *read)},
        cites=("SDTMIG 3.4 section 4.5.9",),
        mend=(flag, date),
    )


def _last_before_dose(name: str, domain: str, by: list[str]) -> Rule:
    """A record is certainly not the last where another of its group is later and yet certainly before the first dose."""
    flag, date, result = f"{domain}LOBXFL", f"{domain}DTC", f"{domain}STRESC"

    def check(frame: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
        dosed = value_of(dm, "RFXSTDTC", frame["USUBJID"])
        done = frame[f"{domain}STAT"] != "NOT DONE" if f"{domain}STAT" in frame else True
        counts = (frame[result] != "") & before(frame[date], dosed) & done
        groups = frame[by].apply(text).groupby(by, sort=False).ngroup().to_numpy()
        latest = np.full(groups.max(initial=-1) + 1, -np.inf)
        at = counts.to_numpy()
        np.maximum.at(latest, groups[at], iso8601.earliest(frame[date]).to_numpy()[at])
        own = iso8601.latest(frame[date]).to_numpy()
        return ~((frame[flag] == "Y") & (own < latest[groups]))

    return Rule(
        f"TB-{name}-{flag}-LAST",
        Severity.ERROR,
        f"{flag} is Y, and a later record of the test is before the first dose too",
        check,
        (flag, date, *by),
        reads={"DM": ("USUBJID", "RFXSTDTC")},
        cites=("SDTMIG 3.4 section 4.5.9",),
        mend=(flag, date),
    )
