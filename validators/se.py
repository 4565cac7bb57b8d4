"""Elements: each ends after it starts, and when the next one starts."""

from __future__ import annotations

import pandas as pd

from trialbook.checks import Dataset, Severity, before, rule


class SE(Dataset, domain="SE"):
    @rule(
        "IFN-SE-001",
        Severity.ERROR,
        "The element ends before it starts",
        variables=["SEENDTC", "SESTDTC", "ETCD"],
        mend=["SEENDTC", "SESTDTC"],
        query="{ETCD} 于 {SESTDTC} 开始，于 {SEENDTC} 结束，请核实有关日期。 / "
        "{ETCD} starts on {SESTDTC} and ends on {SEENDTC}: please check the dates behind it.",
    )
    def ends_after_start(cls, se: pd.DataFrame) -> pd.Series:
        return ~before(se["SEENDTC"], se["SESTDTC"])
