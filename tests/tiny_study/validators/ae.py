"""Adverse events: what the specification and the standard don't say."""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa
from pandera.typing import Series

from trialbook.checks import Dataset, RawForm, Severity, before, rule, value_of


class AEForm(RawForm, form="AE"):
    TERM: Series[str] = pa.Field(str_length={"max_value": 20}, raise_warning=True)

    @rule(
        "TINY-AE-001",
        Severity.ERROR,
        "Serious, but no criterion of seriousness",
        query="{TERM} is serious: by which criterion?",
        variables=["SERIOUS", "CRITERION"],
        mend=["CRITERION"],
    )
    def serious_has_criterion(cls, ae: pd.DataFrame) -> pd.Series:
        return (ae["SERIOUS"] != "Yes") | (ae["CRITERION"] != "")


class AE(Dataset, domain="AE"):
    @rule("TINY-AE-101", Severity.REJECT, "Starts after death", variables=["AESTDTC"], reads={"DM": ["USUBJID", "DTHDTC"]})
    def not_after_death(cls, ae: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
        return ~before(value_of(dm, "DTHDTC", ae["USUBJID"]), ae["AESTDTC"])
