"""Adverse events against the arm, randomization and consent of their subject."""

from __future__ import annotations

import pandas as pd

from trialbook.checks import RawForm, Severity, before, complete_date, once, rule, value_beside

RELATED = ("DEFINITELY RELATED", "PROBABLY RELATED", "POSSIBLY RELATED")

MANY = 3
"""Events of a control that have to do with interferon from which on, if they are most of its events, the arm is doubted."""


class AEOfSubject(RawForm, form="AE", across=False):
    @classmethod
    @once
    def of_subject(cls, values: pd.Series, rand: pd.DataFrame, ae: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
        """For each event what RAND says of its subject, by whichever of the subject's screening numbers each of them has."""
        first = cls.derivation("first_screening_number")
        return value_beside(values, first(rand["SUBJID"], dm), first(ae["SUBJID"], dm))

    @classmethod
    def arm(cls, ae: pd.DataFrame, rand: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
        return cls.derivation("arm")(cls.reader, ae["SUBJID"], rand, dm)

    @classmethod
    def of_drug(cls, ae: pd.DataFrame) -> pd.Series:
        """Whether an event is related to interferon, or has led to an action with it."""
        return cls.term(ae, "REL_IFN").isin(RELATED) | ~cls.term(ae, "ACTION").isin(["NOT APPLICABLE", ""])

    @classmethod
    @once
    def of_control(cls, ae: pd.DataFrame, rand: pd.DataFrame, dm: pd.DataFrame, told: pd.Series) -> pd.DataFrame:
        """WRONG: where ``told`` holds of a control's event; DOUBTED: it is one of many, so that the arm itself is doubted."""
        wrong = (cls.arm(ae, rand, dm) == "CTRL") & told
        drug = cls.of_drug(ae).groupby(cls.derivation("first_screening_number")(ae["SUBJID"], dm))
        many = (drug.transform("sum") >= MANY) & (drug.transform("mean") > 0.5)
        return pd.DataFrame({"WRONG": wrong, "DOUBTED": wrong & many})

    @classmethod
    @once
    def before_randomization(cls, ae: pd.DataFrame, rand: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
        return before(cls.date(ae, "START"), cls.of_subject(cls.date(rand, "RAND_DTTM", "RAND"), rand, ae, dm))

    @classmethod
    def consent(cls, ae: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
        return value_beside(cls.date(dm, "ICF_DAT", "DM"), cls.cells(dm, "SUBJID", "DM"), cls.cells(ae, "SUBJID"))

    @rule(
        "IFN-AE-012",
        Severity.WARNING,
        "Starts before consent: it is no adverse event of this study",
        variables=["START", "SUBJID"],
        mend=["START"],
        reads={"DM": ["SUBJID", "ICF_DAT"], "RAND": []},
        query="“{AETERM}”的开始日期 {START} 早于知情同意日期：日期是否有误？如无误，请记录为既往史。 / "
        "“{AETERM}” starts on {START}, before consent: is the date right? If so, it belongs to the medical history.",
        cites=["ICH E2A"],
    )
    def starts_after_consent(cls, ae: pd.DataFrame, dm: pd.DataFrame, rand: pd.DataFrame) -> pd.Series:
        """Where randomization too is before consent, the consent is doubted, by another rule.

        A consent without a date that can be read was not before the first day on which the protocol has screening.
        """
        consent, randomized = cls.consent(ae, dm), cls.of_subject(cls.date(rand, "RAND_DTTM", "RAND"), rand, ae, dm)
        first = complete_date(randomized) + pd.Timedelta(days=cls.protocol.visits["SCREENING"].day or 0)
        earliest = consent.where(consent != "", first.dt.strftime("%Y-%m-%d").astype("object").fillna("").astype("str"))
        return before(randomized, consent) | ~before(cls.date(ae, "START"), earliest)

    @rule(
        "IFN-AE-014",
        Severity.ERROR,
        "Related to interferon, though the subject is in the control arm",
        variables=["REL_IFN", "SUBJID"],
        mend=["REL_IFN"],
        reads={"RAND": ["SUBJID", "GROUP"], "DM": []},
        query="受试者为对照组，未使用干扰素，但“{AETERM}”与干扰素的关系为“{REL_IFN}”，请核实。 / "
        "The subject is in the control arm and had no interferon; the relation of “{AETERM}” to it is {REL_IFN}: please check.",
    )
    def not_related_in_control_arm(cls, ae: pd.DataFrame, rand: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
        told = cls.of_control(ae, rand, dm, cls.term(ae, "REL_IFN").isin(RELATED))
        return ~told["WRONG"] | told["DOUBTED"]

    @rule(
        "IFN-AE-015",
        Severity.ERROR,
        "Action taken with interferon, though the subject is in the control arm",
        variables=["ACTION", "SUBJID"],
        mend=["ACTION"],
        reads={"RAND": ["SUBJID", "GROUP"], "DM": []},
        query="受试者为对照组，未使用干扰素，但“{AETERM}”对试验药物采取的措施为“{ACTION}”：应为不适用，请核实。 / "
        "The subject is in the control arm and the action taken for “{AETERM}” is {ACTION}: "
        "not applicable is expected, please check.",
    )
    def no_action_in_control_arm(cls, ae: pd.DataFrame, rand: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
        told = cls.of_control(ae, rand, dm, ~cls.term(ae, "ACTION").isin(["NOT APPLICABLE", ""]))
        return ~told["WRONG"] | told["DOUBTED"]

    @rule(
        "IFN-AE-029",
        Severity.ERROR,
        "Most events of a control have to do with interferon: is it in the other arm?",
        variables=["REL_IFN", "ACTION"],
        mend=["RAND.GROUP"],
        reads={"RAND": ["GROUP"], "DM": []},
        query="受试者组别为“{RAND.GROUP}”，"
        "但多数不良事件与干扰素有关或对干扰素采取了措施（如“{AETERM}”：{REL_IFN}，{ACTION}），请核实组别。 / "
        "The group of the subject is {RAND.GROUP}, and most of its events are related to interferon or changed it "
        "(“{AETERM}”: {REL_IFN}, {ACTION}): please check the group.",
    )
    def arm_is_right(cls, ae: pd.DataFrame, rand: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
        """Asked once of a subject, at the first such event."""
        doubted = cls.of_control(ae, rand, dm, cls.of_drug(ae))["DOUBTED"]
        number = cls.derivation("first_screening_number")(ae["SUBJID"], dm)
        return ~(doubted & ~number.where(doubted).duplicated())

    @rule(
        "IFN-AE-016",
        Severity.ERROR,
        "No relation to interferon, though the subject is in the interferon arm",
        variables=["REL_IFN", "SUBJID"],
        mend=["REL_IFN"],
        reads={"RAND": ["SUBJID", "GROUP", "RAND_DTTM"], "DM": []},
        query="受试者为干扰素组，“{AETERM}”未判断与干扰素的关系，请补充。 / "
        "The subject is in the interferon arm: how is “{AETERM}” related to interferon?",
        cites=["ICH E2A"],
    )
    def relation_is_judged(cls, ae: pd.DataFrame, rand: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
        judged = (cls.cells(ae, "REL_IFN") != "") & (cls.term(ae, "REL_IFN") != "NOT APPLICABLE")
        return (cls.arm(ae, rand, dm) != "IFN") | cls.before_randomization(ae, rand, dm) | judged

    @rule(
        "IFN-AE-017",
        Severity.ERROR,
        "No action taken with interferon is given, though the subject is in the interferon arm",
        variables=["ACTION", "SUBJID"],
        mend=["ACTION"],
        reads={"RAND": ["SUBJID", "GROUP", "RAND_DTTM"], "DM": []},
        query="受试者为干扰素组，“{AETERM}”未填写对试验药物采取的措施，请补充。 / "
        "The subject is in the interferon arm: which action was taken with interferon for “{AETERM}”?",
    )
    def action_is_given(cls, ae: pd.DataFrame, rand: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
        return (cls.arm(ae, rand, dm) != "IFN") | cls.before_randomization(ae, rand, dm) | (cls.cells(ae, "ACTION") != "")

    @rule(
        "IFN-AE-018",
        Severity.ERROR,
        "Related to interferon, though it starts before randomization",
        variables=["REL_IFN", "START", "SUBJID"],
        mend=["REL_IFN", "START"],
        reads={"RAND": ["SUBJID", "RAND_DTTM"], "DM": []},
        query="“{AETERM}”于 {START} 开始，早于随机日期，但与干扰素的关系为“{REL_IFN}”，请核实。 / "
        "“{AETERM}” starts on {START}, before randomization, and its relation to interferon is {REL_IFN}: please check.",
    )
    def related_starts_after_randomization(cls, ae: pd.DataFrame, rand: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
        related = cls.term(ae, "REL_IFN").isin(RELATED) & (cls.arm(ae, rand, dm) != "CTRL")
        before_consent = before(cls.date(ae, "START"), cls.consent(ae, dm))
        return ~(related & cls.before_randomization(ae, rand, dm) & ~before_consent)
