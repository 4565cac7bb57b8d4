"""What the assessments of response tell of relapses."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from trialbook.checks import once
from trialbook.datasets.iso8601 import before, first_day

HEMATOLOGIC = "RELAPSE_DAT"


@once
def relapses(read: Any, resp: pd.DataFrame, column: str, dm: pd.DataFrame) -> pd.DataFrame:
    """The first relapse of a kind by the first screening number of each subject of which RESP tells one.

    ``column`` of RESP has its date: RELAPSE_DAT (of a hematologic one, which the status tells too) or MRD_RELAPSE_DAT. FIRST and
    LAST: the earlier and the later of that date and the assessment's, ``""`` for none; AT: the position of the record; UNDATED:
    whether a relapse of the subject has no date at all; KNOWN: whether DM has the number. ``read`` reads the forms: ``reader`` of
    the model whose rule asks.
    """
    told = read.cells(resp, column, "RESP") != ""
    if column == HEMATOLOGIC:
        told |= read.term(resp, "HEM_STATUS", "RESP") == "RELAPSE"
    number = read.cells(resp, "SUBJID", "RESP")
    relapse, assessed = read.date(resp, column, "RESP"), read.date(resp, "ASSESS_DAT", "RESP")
    sooner = before(relapse, assessed)
    table = pd.DataFrame(
        {
            "of": read.derivation("first_screening_number")(number, dm),
            "FIRST": relapse.where(sooner | (assessed == ""), assessed),
            "LAST": assessed.where(sooner | (relapse == ""), relapse),
            "AT": np.arange(len(resp)),
            "KNOWN": read.derivation("in_demographics")(read, number, dm),
        }
    )[told]
    table["UNDATED"] = (table["FIRST"] == "").groupby(table["of"]).transform("any").astype(bool)
    table["day"] = first_day(table["FIRST"])
    return table.sort_values("day", kind="stable").drop_duplicates("of").set_index("of").drop(columns="day")
