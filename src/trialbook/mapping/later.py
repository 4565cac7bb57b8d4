"""The algorithms that need a record's other variables, the subject's DM or SE, or the other records of the domain."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd

from trialbook.datasets import iso8601
from trialbook.mapping.baseline import derive_blfl
from trialbook.mapping.domain_spec import FILLED_LATER, Algorithm
from trialbook.mapping.elements import derive_element
from trialbook.mapping.epochs import derive_epoch
from trialbook.mapping.making import Making
from trialbook.mapping.results_range import derive_range_indicator
from trialbook.mapping.results_standard import derive_standard_result


def fill_later(making: Making, later: Mapping[str, Algorithm]) -> None:
    """Fill the variables of ``later`` but for --SEQ, which numbers sorted records."""
    for operation in FILLED_LATER:
        for name, algorithm in later.items():
            if algorithm.operation == operation and operation in LATER:
                LATER[operation](making, name, algorithm)


def _derive_study_day(making: Making, name: str, algorithm: Algorithm) -> None:
    """Study days from RFSTDTC of the subject's DM record (SDTMIG 3.4 section 4.4.4); in DM, from the record's own."""
    frame, date = making.frame, str(algorithm.derive_study_day)
    if "RFSTDTC" in frame:
        reference = frame["RFSTDTC"]
    elif "DM" in making.datasets and "RFSTDTC" in making.datasets["DM"].dataset.frame:
        reference = frame["USUBJID"].map(_reference_dates(making.datasets["DM"].dataset.frame)).astype("str").fillna("")
    else:
        reference = pd.Series("", index=frame.index, dtype="str")
    frame[name] = iso8601.study_day(frame[date], reference)
    if date in making.sources:
        making.sources[name] = making.sources[date]


def _derive_visit(making: Making, name: str, algorithm: Algorithm) -> None:
    """VISITNUM or VISITDY of a planned visit; a visit that is not planned has neither (SDTMIG 3.4 section 4.4.5)."""
    visit = str(algorithm.derive_visit)
    known = {one.visit: one.visitnum if name == "VISITNUM" else one.day for one in making.visits.values()}
    making.frame[name] = making.frame[visit].map(known).astype("float64")
    if visit in making.sources:
        making.sources[name] = making.sources[visit]


def _reference_dates(dm: pd.DataFrame) -> pd.Series:
    """RFSTDTC by USUBJID; a subject whose DM records disagree, if only in that one has none, has no day 1."""
    dates = dm.loc[dm["USUBJID"] != "", ["USUBJID", "RFSTDTC"]].drop_duplicates()
    return dates.drop_duplicates("USUBJID", keep=False).set_index("USUBJID")["RFSTDTC"]


LATER: dict[str, Callable[[Making, str, Algorithm], None]] = {
    "derive_standard_result": derive_standard_result,
    "derive_range_indicator": derive_range_indicator,
    "derive_visit": _derive_visit,
    "derive_element": derive_element,
    "derive_study_day": _derive_study_day,
    "derive_epoch": derive_epoch,
    "derive_blfl": derive_blfl,
}
