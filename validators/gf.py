"""Molecular MRD as SDTM: the records of a run say the same, and enough to judge it by."""

from __future__ import annotations

import pandas as pd

from trialbook.checks import Dataset, Severity, rule
from trialbook.mapping.numbers import last_place

RUN = ["USUBJID", "GFGRPID"]
"""What the records of a run have in common."""

RESULT, RATIO, TARGET, CONTROL = "RESULT OF RUN", "RATIO TO ABL1", "COPIES OF TARGET", "COPIES OF ABL1"


class GF(Dataset, domain="GF", across=False):
    @classmethod
    def of_run(cls, gf: pd.DataFrame, part: str) -> pd.Series:
        """The number that a part of its run has, for each record; NaN where there is none."""
        told = gf[(gf["GFSCAT"] == part) & (gf["GFGRPID"] != "")].drop_duplicates(RUN).set_index(RUN)["GFSTRESN"]
        return pd.Series(told.reindex(pd.MultiIndex.from_frame(gf[RUN])).to_numpy(), index=gf.index, dtype="float64")

    @rule(
        "IFN-GF-001",
        Severity.ERROR,
        "The ratio is not what the copies of its run give",
        variables=["GFSTRESN", "GFSTRESC", "GFGRPID", "GFSCAT"],
        mend=["GFSTRESN"],
        query="检测 {GFGRPID} 的比值 {GFSTRESC}% 与靶标和ABL1拷贝数不符，请核实。 / "
        "The ratio of the run {GFGRPID}, {GFSTRESC} %, is not what its copies give: please check.",
    )
    def ratio_is_that_of_the_copies(cls, gf: pd.DataFrame) -> pd.Series:
        """As far as the printed digits go; a plain 0 says that nothing was detected, and is no rounded ratio."""
        target, abl1, ratio = cls.of_run(gf, TARGET), cls.of_run(gf, CONTROL), gf["GFSTRESN"].where(gf["GFSCAT"] == RATIO)
        digit = last_place(gf["GFSTRESC"]).where(ratio > 0, 0)
        return ~((ratio - 100 * target / abl1.where(abl1 > 0)).abs() > digit * (1 + 1e-9) + 1e-12)

    @rule(
        "IFN-GF-002",
        Severity.WARNING,
        "The target was detected, and the run has no ratio by which a reduction could be counted",
        variables=["GFSTRESC", "GFGRPID", "GFSCAT"],
        mend=["GFSTRESC"],
        query="检测 {GFGRPID} 结果为检出，但无比值，请补充。 / "
        "The run {GFGRPID} detected its target: please enter the ratio to ABL1.",
        cites=["ELN 2021 MRD"],
    )
    def detected_is_measured(cls, gf: pd.DataFrame) -> pd.Series:
        measured = pd.MultiIndex.from_frame(gf.loc[(gf["GFSCAT"] == RATIO) & (gf["GFSTRESC"] != ""), RUN])
        detected = (gf["GFSCAT"] == RESULT) & (gf["GFSTRESC"] == "DETECTED")
        return ~(detected & ~pd.MultiIndex.from_frame(gf[RUN]).isin(measured))
