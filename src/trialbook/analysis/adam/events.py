"""Dated events of subjects, each with the record that it was found in: the first of each kind, and the last of observation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from trialbook.analysis.adam.columns import imputed_parts, sas_days
from trialbook.analysis.adam.endpoints_spec import EventSource
from trialbook.analysis.adam.making import SUBJECT, Materials

COLUMNS = ("USUBJID", "ADT", "ADTF", "EVNTDESC", "SRCDOM", "SRCVAR", "SRCSEQ", "EVENT", "LATEST")
"""``LATEST`` is the last day that the date can mean: ADT itself where it is complete."""


def dated(materials: Materials, event: str, sources: Sequence[EventSource]) -> pd.DataFrame:
    """All records of an event with a date: the columns of :data:`COLUMNS`, by subject and date.

    A dataset that was not made, since the export has none of its forms, has none. Of a partial date its first possible day counts
    (or the last, by its source), and ADTF tells what was imputed. A date in ADSL is one already, with the flag of its name.
    """
    found = []
    for source in sources:
        if source.dataset in materials.absent:
            continue
        frame = materials.frame(source.dataset)
        frame = frame[materials.where(frame, source.where)].reset_index(drop=True)
        text = materials.column(frame, source.date)[1]
        days, flag = sas_days(text, source.impute), imputed_parts(text, source.impute)
        if f"{source.date}F" in frame:
            flag = flag.where(flag != "", frame[f"{source.date}F"])
        sequence = frame.get(f"{source.dataset}SEQ", pd.Series(np.nan, index=frame.index)).astype("float64")
        columns = (frame[SUBJECT], days, flag, source.text, source.dataset, source.date, sequence, event, sas_days(text, "last"))
        found.append(pd.DataFrame(dict(zip(COLUMNS, columns, strict=True)), index=frame.index))
    records = pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=list(COLUMNS))
    records[["ADT", "SRCSEQ", "LATEST"]] = records[["ADT", "SRCSEQ", "LATEST"]].astype("float64")
    return records[records["ADT"].notna()].sort_values([SUBJECT, "ADT"], kind="stable").reset_index(drop=True)


def since(records: pd.DataFrame, origin: pd.Series) -> pd.DataFrame:
    """The records of an event that are not before the subject's ``origin`` (numeric dates by USUBJID).

    An intercurrent event is one after the beginning. An imputed day that lies before the origin becomes it where the partial date
    can mean it; what was before the origin in any reading is left out, and so is whose origin is not known.
    """
    start = records[SUBJECT].map(origin).astype("float64")
    imputed = (records["ADTF"] != "") & (records["ADT"] < start) & (records["LATEST"] >= start)
    moved = records.assign(ADT=records["ADT"].where(~imputed, start))
    return moved[moved["ADT"] >= start]


def first_of(records: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """The earliest record of each subject, indexed by USUBJID; of the same day the one that was named first."""
    return _one(records, "first")


def last_of(records: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """The latest record of each subject, indexed by USUBJID."""
    return _one(records, "last")


def _one(records: Sequence[pd.DataFrame], which: str) -> pd.DataFrame:
    if not records:
        return pd.DataFrame(columns=list(COLUMNS)).set_index(SUBJECT)
    together = pd.concat(list(records), ignore_index=True)
    # Stable, so that among records of one day the order of the events decides.
    together = together.sort_values("ADT", kind="stable")
    return together.drop_duplicates(SUBJECT, keep="first" if which == "first" else "last").set_index(SUBJECT).sort_index()
