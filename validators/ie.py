"""Exceptions to the criteria: nobody with one is randomized."""

from __future__ import annotations

import pandas as pd

from trialbook.checks import Dataset, Severity, rule


class IE(Dataset, domain="IE", across=False):
    """The dataset."""

    @rule(
        "IFN-IE-001",
        Severity.ERROR,
        "Randomized, though by the data a criterion was not in order: {IETEST}",
        variables=["IEORRES", "IETESTCD", "IETEST", "IESPID"],
        reads={"DS": ["DSDECOD", "DSSPID"]},
        mend=["IEORRES"],
        query="受试者已随机，但按现有数据不符合方案标准 {IETESTCD}（{IETEST}）：请核实相关数据；如属实请报告方案偏离。 / "
        "The subject was randomized, and by what is entered {IETESTCD} ({IETEST}) was not in order: please check these entries, "
        "or report the protocol deviation.",
        cites=["ICH E6"],
    )
    def nobody_is_randomized_with_an_exception(cls, ie: pd.DataFrame, ds: pd.DataFrame) -> pd.Series:
        """By the number of the screening that led to the randomization: an earlier one may have failed."""
        return ~ie["IESPID"].isin(ds.loc[ds["DSDECOD"] == "RANDOMIZED", "DSSPID"])
