"""How each part ends, survival, eligibility answers, and the order of the dispositions."""

from __future__ import annotations

import pandas as pd

from trialbook.checks import Dataset, RawForm, Severity, against, before, complete_date, position_of, rule, value_at
from trialbook.checks.against import Against

MOST_DAYS_APART = pd.Timedelta(days=7)
"""Assumption: who is found alive is alive on the day of the contact, or some days before when others told of it."""


class DISPForm(RawForm, form="DISP", across=False):
    @rule(
        "IFN-DS-001",
        Severity.ERROR,
        "The study ends before treatment",
        variables=["EOS_DAT", "EOT_DAT"],
        query="研究结束日期 {EOS_DAT} 早于治疗结束日期 {EOT_DAT}，请核实。 / "
        "The study ends on {EOS_DAT}, before treatment on {EOT_DAT}: please check both dates.",
    )
    def study_ends_after_treatment(cls, disp: pd.DataFrame) -> pd.Series:
        return ~before(cls.date(disp, "EOS_DAT"), cls.date(disp, "EOT_DAT"))

    @rule(
        "IFN-DS-002",
        Severity.ERROR,
        "Treatment has an end without a reason, or a reason without an end",
        variables=["EOT_DAT", "EOT_REASON"],
        query="治疗结束日期 {EOT_DAT} 与治疗结束原因“{EOT_REASON}”应同时填写，请补充。 / "
        "The end of treatment has the date {EOT_DAT} and the reason {EOT_REASON}: please complete it.",
    )
    def end_of_treatment_is_whole(cls, disp: pd.DataFrame) -> pd.Series:
        return (cls.cells(disp, "EOT_DAT") == "") == (cls.cells(disp, "EOT_REASON") == "")

    @rule(
        "IFN-DS-003",
        Severity.ERROR,
        "The study has an end without a reason, or a reason without an end",
        variables=["EOS_DAT", "EOS_REASON"],
        query="研究结束日期 {EOS_DAT} 与研究结束原因“{EOS_REASON}”应同时填写，请补充。 / "
        "The end of the study has the date {EOS_DAT} and the reason {EOS_REASON}: please complete it.",
    )
    def end_of_study_is_whole(cls, disp: pd.DataFrame) -> pd.Series:
        return (cls.cells(disp, "EOS_DAT") == "") == (cls.cells(disp, "EOS_REASON") == "")

    @rule(
        "IFN-DS-004",
        Severity.ERROR,
        "Screening failed, but treatment has an end",
        variables=["EOS_REASON", "EOT_DAT", "EOT_REASON"],
        mend=["EOS_REASON", "EOT_DAT"],
        query="研究结束原因为“{EOS_REASON}”，但填写了治疗结束日期 {EOT_DAT}，请核实。 / "
        "The study ended by {EOS_REASON}, and treatment ended on {EOT_DAT}: which is right?",
    )
    def screen_failure_was_not_treated(cls, disp: pd.DataFrame) -> pd.Series:
        ended = (cls.cells(disp, "EOT_DAT") != "") | (cls.cells(disp, "EOT_REASON") != "")
        return (cls.term(disp, "EOS_REASON") != "SCREEN FAILURE") | ~ended

    @rule(
        "IFN-DS-005",
        Severity.ERROR,
        "Treatment ended by failed screening",
        variables=["EOT_REASON"],
        query="治疗结束原因为“{EOT_REASON}”：筛选失败者未接受治疗，请核实。 / "
        "Treatment ended by {EOT_REASON}: who failed screening has no treatment to end; please check.",
    )
    def treatment_does_not_fail_screening(cls, disp: pd.DataFrame) -> pd.Series:
        return cls.term(disp, "EOT_REASON") != "SCREEN FAILURE"


class SURVForm(RawForm, form="SURV", across=False):
    @rule(
        "IFN-DS-007",
        Severity.ERROR,
        "Last known to be alive after the contact",
        variables=["LAST_ALIVE_DAT", "CONTACT_DAT"],
        query="末次确认存活日期 {LAST_ALIVE_DAT} 晚于联系日期 {CONTACT_DAT}，请核实。 / "
        "By the contact on {CONTACT_DAT} the subject was last known to be alive on {LAST_ALIVE_DAT}: please check both dates.",
    )
    def alive_until_contact(cls, surv: pd.DataFrame) -> pd.Series:
        return ~before(cls.date(surv, "CONTACT_DAT"), cls.date(surv, "LAST_ALIVE_DAT"))

    @rule(
        "IFN-DS-008",
        Severity.WARNING,
        f"Found alive, but last known to be alive more than {MOST_DAYS_APART.days} days before the contact",
        variables=["LAST_ALIVE_DAT", "CONTACT_DAT", "STATUS"],
        query="联系日期 {CONTACT_DAT} 时状态为“{STATUS}”，但末次确认存活日期为 {LAST_ALIVE_DAT}，请核实。 / "
        "The subject was {STATUS} at the contact of {CONTACT_DAT}, and last known to be alive on {LAST_ALIVE_DAT}: please check.",
    )
    def alive_at_contact(cls, surv: pd.DataFrame) -> pd.Series:
        contact, alive = (complete_date(cls.date(surv, column)) for column in ("CONTACT_DAT", "LAST_ALIVE_DAT"))
        return (cls.term(surv, "STATUS") != "ALIVE") | ~(contact - alive > MOST_DAYS_APART)

    @rule(
        "IFN-DS-010",
        Severity.WARNING,
        "It is not said when the subject was last known to be alive",
        variables=["LAST_ALIVE_DAT", "STATUS"],
        mend=["LAST_ALIVE_DAT"],
        query="状态为“{STATUS}”，请填写末次确认存活日期。 / The subject is {STATUS}: when was it last known to be alive?",
    )
    def last_alive_is_known(cls, surv: pd.DataFrame) -> pd.Series:
        return cls.cells(surv, "LAST_ALIVE_DAT") != ""


class ELIGForm(RawForm, form="ELIG", across=False):
    @rule(
        "IFN-DS-011",
        Severity.ERROR,
        "The number of the complete remission is not from 1 to 9",
        variables=["CR_NO"],
        query="完全缓解次数为 {CR_NO}，请核实。 / The number of the complete remission is {CR_NO}: please check.",
        cites=["Exclusion criterion 3"],
    )
    def remission_is_numbered(cls, elig: pd.DataFrame) -> pd.Series:
        number = cls.number(elig, "CR_NO")
        return number.isna() | number.between(1, 9)

    @rule(
        "IFN-DS-012",
        Severity.ERROR,
        "Can bear children, but was not tested for pregnancy",
        variables=["PREG_RESULT", "CHILDBEARING"],
        query="有生育能力（{CHILDBEARING}），但妊娠试验结果为“{PREG_RESULT}”，请核实。 / "
        "Childbearing potential is {CHILDBEARING} and the pregnancy test {PREG_RESULT}: please check.",
        cites=["Exclusion criterion 7"],
    )
    def fertile_is_tested(cls, elig: pd.DataFrame) -> pd.Series:
        return (cls.term(elig, "CHILDBEARING") != "Y") | (cls.term(elig, "PREG_RESULT") != "NOT APPLICABLE")

    @rule(
        "IFN-DS-013",
        Severity.ERROR,
        "Childbearing does not apply, but there is a pregnancy test",
        variables=["CHILDBEARING", "PREG_RESULT"],
        query="生育能力为“{CHILDBEARING}”，但妊娠试验结果为“{PREG_RESULT}”，请核实。 / "
        "Childbearing potential is {CHILDBEARING} and the pregnancy test {PREG_RESULT}: which is right?",
    )
    def no_test_where_none_applies(cls, elig: pd.DataFrame) -> pd.Series:
        return (cls.term(elig, "CHILDBEARING") != "NA") | cls.term(elig, "PREG_RESULT").isin(["NOT APPLICABLE", ""])


class DS(Dataset, domain="DS", across=False):
    @classmethod
    def ends_after(cls, ds: pd.DataFrame, same: pd.DataFrame, term: str) -> Against:
        """Whether no end lies before that milestone of its screening number; which record is that milestone's."""
        numbers = same["DSSPID"].where(same["DSDECOD"] == term, "")
        at = position_of(pd.DataFrame({"of": numbers}), pd.DataFrame({"of": ds["DSSPID"]}))
        early = before(ds["DSSTDTC"], value_at(same["DSSTDTC"], at, ds.index))
        return against(~((ds["DSCAT"] == "DISPOSITION EVENT") & early), DS=at)

    @rule(
        "IFN-DS-014",
        Severity.ERROR,
        "Ends before informed consent",
        variables=["DSSTDTC", "DSDECOD"],
        reads={"DS": ["DSSPID", "DSDECOD", "DSSTDTC"]},
        mend=["DSSTDTC"],
        query="“{DSDECOD}”的日期 {DSSTDTC} 早于知情同意日期 {DS.DSSTDTC}，请核实两个日期。 / "
        "{DSDECOD} on {DSSTDTC} is earlier than informed consent on {DS.DSSTDTC}: please check both dates.",
        cites=["ICH E6"],
    )
    def consent_comes_first(cls, ds: pd.DataFrame, same: pd.DataFrame) -> Against:
        """Randomization and death are other rules', and what is done at visits the kit's."""
        return cls.ends_after(ds, same, "INFORMED CONSENT OBTAINED")

    @rule(
        "IFN-DS-015",
        Severity.ERROR,
        "Treatment or study end before randomization",
        variables=["DSSTDTC", "DSSCAT", "DSDECOD"],
        reads={"DS": ["DSSPID", "DSDECOD", "DSSTDTC"]},
        mend=["DSSTDTC"],
        query="“{DSSCAT}”的结束日期 {DSSTDTC} 早于随机日期 {DS.DSSTDTC}，请核实两个日期。 / "
        "The end ({DSSCAT}) on {DSSTDTC} is earlier than randomization on {DS.DSSTDTC}: please check both dates.",
    )
    def randomization_before_ends(cls, ds: pd.DataFrame, same: pd.DataFrame) -> Against:
        return cls.ends_after(ds, same, "RANDOMIZED")

    @rule(
        "IFN-DS-018",
        Severity.ERROR,
        "The study ended by failed screening, though the subject was randomized",
        variables=["DSDECOD", "DSSPID"],
        mend=["DSDECOD"],
        query="受试者已随机入组，但研究结束原因为“{DSTERM}”，请核实。 / "
        "The subject was randomized, and the study ended by {DSTERM}: please check the reason.",
    )
    def randomized_did_not_fail(cls, ds: pd.DataFrame) -> pd.Series:
        randomized = ds.loc[ds["DSDECOD"] == "RANDOMIZED", "DSSPID"]
        return (ds["DSDECOD"] != "SCREEN FAILURE") | ~ds["DSSPID"].isin(randomized)
