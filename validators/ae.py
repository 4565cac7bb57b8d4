"""Adverse events by their own form: course, seriousness, death by what one record says of it."""

from __future__ import annotations

import pandas as pd

from trialbook.checks import RawForm, Severity, before, rule

OVER = ("RECOVERED/RESOLVED", "RECOVERED/RESOLVED WITH SEQUELAE", "FATAL")
GOES_ON = ("NOT RECOVERED/NOT RESOLVED", "RECOVERING/RESOLVING")


class AEForm(RawForm, form="AE", across=False):
    @classmethod
    def criteria(cls, ae: pd.DataFrame) -> pd.Series:
        """The criteria of seriousness ticked, each as its SDTM variable, ``""`` for one that nobody knows."""
        return ae["SAE_CRIT"].str.normalize("NFKC").map(cls.derivation("criteria_of")).astype("object")

    @classmethod
    def has(cls, ae: pd.DataFrame, variable: str) -> pd.Series:
        """Where a criterion is ticked."""
        return cls.criteria(ae).map(lambda found: variable in found).astype(bool)

    @classmethod
    def says_death(cls, ae: pd.DataFrame) -> pd.DataFrame:
        """What OUTCOME, GRADE and CRITERION of each record say: 1 of a death, 0 of none, NaN where they do not say it."""
        outcome, grade, serious = (cls.term(ae, column) for column in ("OUTCOME", "CTCAE_GRADE", "SAE_YN"))
        listed = cls.cells(ae, "SAE_CRIT") != ""
        unclear = cls.has(ae, "") | ((serious != "N") & ~listed) | ((serious == "N") & listed)
        return pd.DataFrame(
            {
                "OUTCOME": (outcome == "FATAL").astype("float64").mask(outcome.isin(["", "UNKNOWN"])),
                "GRADE": (grade == "5").astype("float64").mask(grade == ""),
                "CRITERION": cls.has(ae, "AESDTH").astype("float64").mask(unclear),
            }
        )

    @classmethod
    def alone(cls, ae: pd.DataFrame, one: str) -> pd.Series:
        """Where one of the three says something else than the two others, which agree."""
        says = cls.says_death(ae)
        other, third = (says[name] for name in says if name != one)
        return says[one].notna() & other.notna() & (other == third) & (says[one] != other)

    @rule(
        "IFN-AE-001",
        Severity.ERROR,
        "The event ends before it starts",
        variables=["START", "END"],
        query="不良事件“{AETERM}”的结束日期 {END} 早于开始日期 {START}，请核实。 / "
        "“{AETERM}” ends on {END}, before its start on {START}: please check both dates.",
    )
    def ends_after_start(cls, ae: pd.DataFrame) -> pd.Series:
        return ~before(cls.date(ae, "END"), cls.date(ae, "START"))

    @rule(
        "IFN-AE-002",
        Severity.ERROR,
        "Ongoing, but has an end date",
        variables=["ONGOING", "END"],
        query="不良事件“{AETERM}”勾选为持续，但填写了结束日期 {END}：哪一项正确？ / "
        "“{AETERM}” is marked as ongoing and has the end date {END}: which is right?",
    )
    def ongoing_has_no_end(cls, ae: pd.DataFrame) -> pd.Series:
        return (cls.term(ae, "ONGOING") != "Y") | (cls.cells(ae, "END") == "")

    @rule(
        "IFN-AE-003",
        Severity.ERROR,
        "Not marked as ongoing, but has no end date",
        variables=["END", "ONGOING"],
        query="不良事件“{AETERM}”未标明持续，也无结束日期：请填写结束日期，或勾选持续。 / "
        "“{AETERM}” has no end date and is not marked as ongoing: please enter the end date, or mark it as ongoing.",
    )
    def ended_has_end(cls, ae: pd.DataFrame) -> pd.Series:
        return (cls.term(ae, "ONGOING") == "Y") | (cls.cells(ae, "END") != "")

    @rule(
        "IFN-AE-004",
        Severity.ERROR,
        "Ongoing, but its outcome says that it is over",
        variables=["ONGOING", "OUTCOME"],
        query="不良事件“{AETERM}”勾选为持续，但转归为“{OUTCOME}”，请核实。 / "
        "“{AETERM}” is marked as ongoing and its outcome is {OUTCOME}: which is right?",
    )
    def ongoing_is_not_over(cls, ae: pd.DataFrame) -> pd.Series:
        """Where there is an end date too, another rule asks."""
        over = cls.term(ae, "OUTCOME").isin(OVER) & (cls.cells(ae, "END") == "")
        return (cls.term(ae, "ONGOING") != "Y") | ~over

    @rule(
        "IFN-AE-027",
        Severity.WARNING,
        "Over, but its outcome says that it goes on",
        variables=["OUTCOME", "ONGOING", "END"],
        mend=["OUTCOME"],
        query="不良事件“{AETERM}”已于 {END} 结束，但转归为“{OUTCOME}”，请核实。 / "
        "“{AETERM}” ended on {END} and its outcome is {OUTCOME}: please check the outcome.",
    )
    def over_is_over(cls, ae: pd.DataFrame) -> pd.Series:
        over = (cls.term(ae, "ONGOING") == "N") & (cls.cells(ae, "END") != "")
        return ~(over & cls.term(ae, "OUTCOME").isin(GOES_ON))

    @rule(
        "IFN-AE-005",
        Severity.ERROR,
        "Serious, but no criterion of seriousness",
        variables=["SAE_YN", "SAE_CRIT"],
        query="“{AETERM}”为严重不良事件，但未填写严重性标准，请补充。 / “{AETERM}” is serious: by which criterion?",
        cites=["ICH E2A"],
    )
    def serious_has_criterion(cls, ae: pd.DataFrame) -> pd.Series:
        return (cls.term(ae, "SAE_YN") != "Y") | (cls.cells(ae, "SAE_CRIT") != "")

    @rule(
        "IFN-AE-006",
        Severity.ERROR,
        "A criterion of seriousness, but not serious",
        variables=["SAE_YN", "SAE_CRIT"],
        query="“{AETERM}”填写了严重性标准“{SAE_CRIT}”，但未判为严重不良事件，请核实。 / "
        "“{AETERM}” has the criterion {SAE_CRIT} and is not marked as serious: which is right?",
        cites=["ICH E2A"],
    )
    def criterion_is_of_serious(cls, ae: pd.DataFrame) -> pd.Series:
        return (cls.term(ae, "SAE_YN") != "N") | (cls.cells(ae, "SAE_CRIT") == "")

    @rule(
        "IFN-AE-007",
        Severity.ERROR,
        "The criterion of seriousness is none of ICH E2A's",
        variables=["SAE_CRIT"],
        query="严重性标准“{SAE_CRIT}”无法识别：请选择死亡、危及生命、住院或住院时间延长、残疾或功能丧失、"
        "先天异常或出生缺陷、其他重要医学事件。 / "
        "{SAE_CRIT} is no criterion of seriousness: please choose death, life threatening, hospitalization, disability, "
        "congenital anomaly, or other medically important event.",
        cites=["ICH E2A"],
    )
    def criterion_is_known(cls, ae: pd.DataFrame) -> pd.Series:
        return ~cls.has(ae, "")

    @rule(
        "IFN-AE-008",
        Severity.ERROR,
        "Grade 5 (death) is told by the grade alone, or by all but the grade",
        variables=["CTCAE_GRADE", "OUTCOME", "SAE_CRIT"],
        mend=["CTCAE_GRADE"],
        query="“{AETERM}”的 CTCAE 分级为 {CTCAE_GRADE}，但转归为“{OUTCOME}”、严重性标准为“{SAE_CRIT}”，请核实分级。 / "
        "“{AETERM}” is of grade {CTCAE_GRADE}, its outcome is {OUTCOME} and its criterion {SAE_CRIT}: please check the grade.",
        cites=["CTCAE"],
    )
    def grade_agrees(cls, ae: pd.DataFrame) -> pd.Series:
        return ~cls.alone(ae, "GRADE")

    @rule(
        "IFN-AE-009",
        Severity.ERROR,
        "Death is told by the outcome alone, or by all but the outcome",
        variables=["OUTCOME", "CTCAE_GRADE", "SAE_CRIT"],
        mend=["OUTCOME"],
        query="“{AETERM}”的转归为“{OUTCOME}”，但 CTCAE 分级为 {CTCAE_GRADE}、严重性标准为“{SAE_CRIT}”，请核实转归。 / "
        "The outcome of “{AETERM}” is {OUTCOME}, its grade {CTCAE_GRADE} and its criterion {SAE_CRIT}: please check the outcome.",
        cites=["CTCAE"],
    )
    def outcome_agrees(cls, ae: pd.DataFrame) -> pd.Series:
        return ~cls.alone(ae, "OUTCOME")

    @rule(
        "IFN-AE-010",
        Severity.ERROR,
        "Fatal, but not serious by the criterion of death, or the criterion of death and not fatal",
        variables=["SAE_YN", "SAE_CRIT", "OUTCOME", "CTCAE_GRADE"],
        mend=["SAE_YN", "SAE_CRIT"],
        query="“{AETERM}”的转归为“{OUTCOME}”（CTCAE {CTCAE_GRADE}），但严重性为“{SAE_YN}”、严重性标准为“{SAE_CRIT}”，请核实。 / "
        "The outcome of “{AETERM}” is {OUTCOME} (grade {CTCAE_GRADE}), it is serious: {SAE_YN}, by {SAE_CRIT}: "
        "please check the criterion.",
        cites=["ICH E2A"],
    )
    def criterion_agrees(cls, ae: pd.DataFrame) -> pd.Series:
        """Serious without any criterion, and a criterion of what is not serious, are other rules' findings."""
        says = cls.says_death(ae)
        alone = says["OUTCOME"].notna() & says["GRADE"].isna() & says["CRITERION"].notna()
        return ~(cls.alone(ae, "CRITERION") | (alone & (says["OUTCOME"] != says["CRITERION"])))

    @rule(
        "IFN-AE-028",
        Severity.ERROR,
        "Grade and outcome disagree on whether it was fatal, and the criteria do not tell",
        variables=["CTCAE_GRADE", "OUTCOME"],
        query="“{AETERM}”的 CTCAE 分级为 {CTCAE_GRADE}，转归为“{OUTCOME}”：哪一项正确？ / "
        "“{AETERM}” is of grade {CTCAE_GRADE} and its outcome is {OUTCOME}: which is right?",
        cites=["CTCAE"],
    )
    def grade_and_outcome_agree(cls, ae: pd.DataFrame) -> pd.Series:
        says = cls.says_death(ae)
        both = says["OUTCOME"].notna() & says["GRADE"].notna() & says["CRITERION"].isna()
        return ~(both & (says["OUTCOME"] != says["GRADE"]))

    @rule(
        "IFN-AE-019",
        Severity.WARNING,
        "Life threatening, but of a grade below 4",
        variables=["SAE_CRIT", "CTCAE_GRADE"],
        query="“{AETERM}”的严重性标准含“危及生命”，但 CTCAE 分级为 {CTCAE_GRADE}（危及生命者应为 4 级），请核实。 / "
        "“{AETERM}” is life threatening and of grade {CTCAE_GRADE}, where grade 4 is expected: please check.",
        cites=["CTCAE"],
    )
    def life_threatening_is_grade_4(cls, ae: pd.DataFrame) -> pd.Series:
        return ~(cls.has(ae, "AESLIFE") & cls.term(ae, "CTCAE_GRADE").isin(["1", "2", "3"]))
