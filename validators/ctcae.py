"""CTCAE grades against the laboratory values that they are of, by CTCAE v5.0 (``ctcae_v5.csv``).

A row of the table is a term with its preferred terms in MedDRA and its test; ``grade_2`` to ``grade_4``: beyond which value, in
``unit`` or in multiples of the upper limit of normal (``of``), the grade begins; grade 1 begins beyond the limit of normal.
``baseline``: whether the multiples are also those of the subject's own baseline, where that is abnormal or in any case.
``judged_from``: the grade from which on it may be given for what no value shows, as a transfusion.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from trialbook.checks import Dataset, Severity, against, complete_date, rule
from trialbook.checks.against import Against

ALMOST = 1 + 1e-9
"""A multiple that is equal to its limit, as a person computes it, is not beyond it."""


class AEGrade(Dataset, domain="AE", across=False):
    @classmethod
    def terms(cls) -> pd.DataFrame:
        """``ctcae_v5.csv``, a row a preferred term (PT, in small letters), numbers as float64."""
        table = cls.table("ctcae_v5")
        table = table.assign(PT=table["preferred_terms"].str.casefold().str.split("|")).explode("PT")
        numbers = ["grade_2", "grade_3", "grade_4", "judged_from"]
        return table.assign(**{name: pd.to_numeric(table[name]) for name in numbers}).reset_index(drop=True)

    @classmethod
    def graded(cls, readings: pd.DataFrame, base: pd.Series) -> pd.Series:
        """The grade of each reading by its row of the table; ``base``: what multiples are of (the limit, or the baseline)."""
        low, value = readings["beyond"] == "low", readings["LBSTRESN"]
        grade = (value * ALMOST < readings["LBSTNRLO"]).where(low, value > readings["LBSTNRHI"] * ALMOST).astype("float64")
        for number in (2, 3, 4):
            edge = readings[f"grade_{number}"]
            beyond = (value * ALMOST < edge).where(low, value > edge * base * ALMOST)
            grade = grade.mask(beyond, number)
        limit = readings["LBSTNRLO"].where(low, readings["LBSTNRHI"])
        return grade.mask(value.isna() | limit.isna() | (~low & base.isna()))

    @classmethod
    def readings(cls, ae: pd.DataFrame, lb: pd.DataFrame) -> pd.DataFrame:
        """Each event of the table with the values of its test during it: AE, LB (positions), LEAST and MOST (grades), FIRST.

        Where multiples may be of the limit or of the baseline, LEAST and MOST are the lower and the higher of the two grades.
        FIRST: taken on the day on which the event starts. What nobody can have is no value, and an event that ends before its
        start has none: these are other rules' findings.
        """
        events = pd.DataFrame(
            {
                "AE": np.arange(len(ae)),
                "USUBJID": ae["USUBJID"],
                "PT": ae["AEDECOD"].str.casefold(),
                "START": complete_date(ae["AESTDTC"]),
                "END": complete_date(ae["AEENDTC"]),
                "OPEN": ae["AEENDTC"] == "",
            }
        ).merge(cls.terms(), on="PT")
        events = events[~(events["END"] < events["START"])]
        values = lb[["USUBJID", "LBTESTCD", "LBSTRESN", "LBSTNRLO", "LBSTNRHI", "LBBLFL"]].assign(
            LB=np.arange(len(lb)), ON=complete_date(lb["LBDTC"])
        )
        possible = cls.table("plausible_ranges").set_index("test")[["low", "high"]].astype("float64")
        low, high = (values["LBTESTCD"].map(possible[name]).astype("float64") for name in ("low", "high"))
        values = values[values["LBSTRESN"].between(low, high)].rename(columns={"LBTESTCD": "test"})
        bases = values[values["LBBLFL"] == "Y"].drop_duplicates(["USUBJID", "test"])
        bases = bases.assign(BASE=bases["LBSTRESN"], ABNORMAL=bases["LBSTRESN"] > bases["LBSTNRHI"])
        table = events.merge(values, on=["USUBJID", "test"])
        table = table.merge(bases[["USUBJID", "test", "BASE", "ABNORMAL"]], on=["USUBJID", "test"], how="left")
        first = table["ON"] == table["START"]
        during = first | ((table["ON"] > table["START"]) & (table["OPEN"] | (table["ON"] < table["END"])))
        table = table[during].assign(FIRST=first)
        by_limit = cls.graded(table, table["LBSTNRHI"])
        own = (table["baseline"] == "any") | ((table["baseline"] == "abnormal") & (table["ABNORMAL"] == True))  # noqa: E712
        by_base = cls.graded(table, table["BASE"]).where(own, by_limit).fillna(by_limit)
        return table.assign(LEAST=by_limit.where(by_limit < by_base, by_base), MOST=by_limit.where(by_limit > by_base, by_base))

    @classmethod
    def worst(cls, ae: pd.DataFrame, table: pd.DataFrame, grade: str) -> tuple[pd.Series, np.ndarray]:
        """The worst grade that values give each event, NaN for none, and the position of that value."""
        found = table.dropna(subset=grade).sort_values(grade, kind="stable").drop_duplicates("AE", keep="last").set_index("AE")
        every = np.arange(len(ae))
        at = found["LB"].reindex(every).fillna(-1).to_numpy(dtype=np.int64)
        return found[grade].reindex(every).set_axis(ae.index), at

    @rule(
        "IFN-AE-034",
        Severity.ERROR,
        "The CTCAE grade is lower than that of a laboratory value during the event",
        variables=["AETOXGR", "AEDECOD"],
        mend=["AETOXGR", "LB.LBORRES"],
        reads={"LB": ["LBORRES", "LBORRESU", "VISIT"]},
        query="“{AETERM}”的 CTCAE 分级为 {AETOXGR} 级，"
        "但访视 {LB.VISIT} 的检验值 {LB.LBORRES} {LB.LBORRESU} 对应更高级别，请核实。 / "
        "“{AETERM}” is of grade {AETOXGR}, and {LB.LBORRES} {LB.LBORRESU} at {LB.VISIT} is of a higher one: please check both.",
        cites=["CTCAE v5.0"],
    )
    def grade_is_not_too_low(cls, ae: pd.DataFrame, lb: pd.DataFrame) -> Against:
        worst, at = cls.worst(ae, cls.readings(ae, lb), "LEAST")
        return against(~(pd.to_numeric(ae["AETOXGR"], errors="coerce") < worst), LB=at)

    @rule(
        "IFN-AE-035",
        Severity.WARNING,
        "The CTCAE grade is higher than that of any laboratory value during the event, and one was taken on its first day",
        variables=["AETOXGR", "AEDECOD"],
        mend=["AETOXGR", "LB.LBORRES"],
        reads={"LB": ["LBORRES", "LBORRESU", "VISIT"]},
        query="“{AETERM}”的 CTCAE 分级为 {AETOXGR} 级，"
        "但期间最差检验值为 {LB.LBORRES} {LB.LBORRESU}（{LB.VISIT}），级别较低，请核实。 / "
        "“{AETERM}” is of grade {AETOXGR}, and the worst value during it, {LB.LBORRES} {LB.LBORRESU} at {LB.VISIT}, is of a "
        "lower one: please check both.",
        cites=["CTCAE v5.0"],
    )
    def grade_is_not_too_high(cls, ae: pd.DataFrame, lb: pd.DataFrame) -> Against:
        """Not of death, nor where the grade may be for what no value shows: a value elsewhere may have been worse."""
        table = cls.readings(ae, lb)
        worst, at = cls.worst(ae, table[table.groupby("AE")["FIRST"].transform("any").astype(bool)], "MOST")
        grade = pd.to_numeric(ae["AETOXGR"], errors="coerce")
        judged = ae["AEDECOD"].str.casefold().map(cls.terms().set_index("PT")["judged_from"]).astype("float64")
        return against(~((grade > worst) & (grade < 5) & ~(grade >= judged)), LB=at)
