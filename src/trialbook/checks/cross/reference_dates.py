"""The reference dates of DM against the records they are taken from: exposure in EX, consent and the end in DS."""

from __future__ import annotations

import pandas as pd

from trialbook.checks.against import Against, against
from trialbook.checks.cross.given import Given, Made
from trialbook.checks.cross.moments import certain_first, certain_last, possible_first, possible_last
from trialbook.checks.rule import Rule
from trialbook.datasets.iso8601 import before
from trialbook.findings import Severity

CONSENT = "INFORMED CONSENT OBTAINED"
_IN_ORDER = (
    ("RFSTDTC", "RFENDTC", "FB3404"),
    ("RFXSTDTC", "RFXENDTC", "FB3408"),
    ("RFCSTDTC", "RFCENDTC", "FB3413"),
)
_NOT_GIVEN = ("N", "NOT DONE")


def reference_dates(given: Given) -> Made:
    """The rules about the reference dates of DM."""
    yield "DM", _first_exposure()
    yield "DM", _last_exposure()
    yield "DM", _consent()
    for start, end, published in _IN_ORDER:
        if given.texts("DM", start, end):
            yield "DM", _in_order(start, end, published)


def exposures(ex: pd.DataFrame) -> pd.DataFrame:
    """The records of EX of which nothing says that nothing was given, with their positions as the index."""
    ex = ex.reset_index(drop=True)
    if "EXOCCUR" in ex:
        ex = ex[~ex["EXOCCUR"].astype("str").isin(_NOT_GIVEN)]
    return ex[ex["USUBJID"] != ""]


def is_dosed(ex: pd.DataFrame) -> pd.Series:
    """Whether something was certainly given: a dose, or a placebo, whose dose is 0."""
    if "EXDOSE" not in ex or ex["EXDOSE"].dtype.kind != "f":
        return pd.Series(True, index=ex.index)
    placebo = ex["EXTRT"].str.upper().str.contains("PLACEBO").fillna(False).astype(bool) if "EXTRT" in ex else False
    return ~(ex["EXDOSE"] == 0) | placebo


def _first_exposure() -> Rule:
    def check(dm: pd.DataFrame, ex: pd.DataFrame) -> Against:
        ex = exposures(ex)
        dosed = ex[is_dosed(ex)]
        wanted, stated = dm["USUBJID"], dm["RFXSTDTC"]
        first = certain_first(dosed["USUBJID"], dosed["EXSTDTC"], wanted)
        earliest = possible_first(ex["USUBJID"], ex["EXSTDTC"], wanted)
        undated = wanted.isin(ex.loc[ex["EXSTDTC"] == "", "USUBJID"])
        late = before(first.dtc, stated)
        early = before(stated, earliest.dtc) & ~undated
        absent = (stated == "") & first.there
        none = (stated != "") & ~wanted.isin(ex["USUBJID"]) & (wanted != "")
        return against(~(late | early | absent | none), EX=_positions(dosed, first.at))

    return Rule(
        "TB-DM-RFXSTDTC-EX",
        Severity.ERROR,
        "RFXSTDTC is not the start of the first exposure in EX",
        check,
        ("RFXSTDTC",),
        reads={"EX": ("USUBJID", "EXSTDTC")},
        cites=("CG0148", "SDTMIG 3.4 section 5.2"),
        mend=("RFXSTDTC",),
    )


def _last_exposure() -> Rule:
    def check(dm: pd.DataFrame, ex: pd.DataFrame) -> Against:
        ex = exposures(ex)
        ended = ex["EXENDTC"] if "EXENDTC" in ex else pd.Series("", index=ex.index, dtype="str")
        ends = ended.where(ended != "", ex["EXSTDTC"]).astype("str")
        dosed = is_dosed(ex)
        wanted, stated = dm["USUBJID"], dm["RFXENDTC"]
        last = certain_last(ex.loc[dosed, "USUBJID"], ends[dosed], wanted)
        latest = possible_last(ex["USUBJID"], ends, wanted)
        # Exposure without an end goes on; RFXENDTC is then the last start, or not known yet.
        open_ = wanted.isin(ex.loc[ended == "", "USUBJID"])
        early = before(stated, last.dtc)
        late = before(latest.dtc, stated)
        absent = (stated == "") & last.there & ~open_
        none = (stated != "") & ~wanted.isin(ex["USUBJID"]) & (wanted != "")
        return against(~(early | late | absent | none), EX=_positions(ex[dosed], last.at))

    return Rule(
        "TB-DM-RFXENDTC-EX",
        Severity.ERROR,
        "RFXENDTC is not the end of the last exposure in EX",
        check,
        ("RFXENDTC",),
        reads={"EX": ("USUBJID", "EXSTDTC", "EXENDTC")},
        cites=("CG0147", "SDTMIG 3.4 section 5.2"),
        mend=("RFXENDTC",),
    )


def _consent() -> Rule:
    def check(dm: pd.DataFrame, ds: pd.DataFrame) -> Against:
        ds = ds.reset_index(drop=True)
        consents = ds[(ds["DSDECOD"] == CONSENT) & (ds["DSSTDTC"] != "")]
        wanted, stated = dm["USUBJID"], dm["RFICDTC"]
        first = certain_first(consents["USUBJID"], consents["DSSTDTC"], wanted)
        earliest = possible_first(consents["USUBJID"], consents["DSSTDTC"], wanted)
        other = before(first.dtc, stated) | before(stated, earliest.dtc)
        return against(~(other | ((stated == "") & first.there)), DS=_positions(consents, first.at))

    return Rule(
        "TB-DM-RFICDTC-DS",
        Severity.ERROR,
        "RFICDTC is not the date of the first informed consent in DS",
        check,
        ("RFICDTC",),
        reads={"DS": ("USUBJID", "DSDECOD", "DSSTDTC")},
        cites=("CG0068", "CG0143", "SDTMIG 3.4 section 5.2"),
        mend=("RFICDTC",),
    )


def _in_order(start: str, end: str, published: str) -> Rule:
    return Rule(
        f"TB-DM-{end}-ORDER",
        Severity.ERROR,
        f"{end} is before {start}",
        lambda dm: ~before(dm[end], dm[start]),
        (end, start),
        cites=tuple(published.split()),
        mend=(end, start),
    )


def _positions(table: pd.DataFrame, at: pd.Series) -> pd.Series:
    """Positions in ``table`` as those of the whole, which its index has; -1 stays -1."""
    return pd.Series([*table.index, -1]).to_numpy()[at]
