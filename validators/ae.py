"""Adverse events: course, seriousness, death, relation to interferon, coding, and what else is known of the subject."""

from __future__ import annotations

import pandas as pd

from trialbook.checks import Dataset, RawForm, Severity, before, complete_date, rule, value_beside, value_of

RELATED = ("DEFINITELY RELATED", "PROBABLY RELATED", "POSSIBLY RELATED")
OVER = ("RECOVERED/RESOLVED", "RECOVERED/RESOLVED WITH SEQUELAE", "FATAL")


def event(model: type[RawForm], frame: pd.DataFrame, form: str) -> pd.Series:
    """Subject and number of the event as one text, to find an event in another form."""
    return model.cells(frame, "SUBJID", form) + " " + model.cells(frame, "AE_NO", form)


class AEForm(RawForm, form="AE"):
    @classmethod
    def criteria(cls, ae: pd.DataFrame) -> pd.Series:
        """The criteria of seriousness ticked, each as its SDTM variable, ``""`` for one that nobody knows."""
        return ae["SAE_CRIT"].str.normalize("NFKC").map(cls.derivation("criteria_of")).astype("object")

    @classmethod
    def has(cls, ae: pd.DataFrame, variable: str) -> pd.Series:
        """Where a criterion is ticked."""
        return cls.criteria(ae).map(lambda found: variable in found).astype(bool)

    @classmethod
    def of_subject(cls, values: pd.Series, rand: pd.DataFrame, ae: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
        """For each event what RAND says of its subject, by whichever of the subject's screening numbers each of them has."""
        first = cls.derivation("first_screening_number")
        return value_beside(values, first(rand["SUBJID"], dm), first(ae["SUBJID"], dm))

    @classmethod
    def arm(cls, ae: pd.DataFrame, rand: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
        return cls.of_subject(cls.term(rand, "GROUP", "RAND"), rand, ae, dm)

    @classmethod
    def before_randomization(cls, ae: pd.DataFrame, rand: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
        return before(cls.date(ae, "START"), cls.of_subject(cls.date(rand, "RAND_DTTM", "RAND"), rand, ae, dm))

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
        return (cls.term(ae, "ONGOING") != "Y") | ~cls.term(ae, "OUTCOME").isin(OVER)

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
        "Grade 5, but the outcome is not fatal",
        variables=["CTCAE_GRADE", "OUTCOME"],
        query="“{AETERM}”的 CTCAE 分级为 5 级（死亡），但转归为“{OUTCOME}”，请核实。 / "
        "“{AETERM}” is of grade 5 (death) and its outcome is {OUTCOME}: which is right?",
        cites=["CTCAE"],
    )
    def grade_5_is_fatal(cls, ae: pd.DataFrame) -> pd.Series:
        return (cls.term(ae, "CTCAE_GRADE") != "5") | cls.term(ae, "OUTCOME").isin(["FATAL", ""])

    @rule(
        "IFN-AE-009",
        Severity.ERROR,
        "Fatal, but not of grade 5",
        variables=["OUTCOME", "CTCAE_GRADE"],
        query="“{AETERM}”的转归为死亡，但 CTCAE 分级为 {CTCAE_GRADE}，请核实。 / "
        "The outcome of “{AETERM}” is fatal and its grade is {CTCAE_GRADE}: which is right?",
        cites=["CTCAE"],
    )
    def fatal_is_grade_5(cls, ae: pd.DataFrame) -> pd.Series:
        return (cls.term(ae, "OUTCOME") != "FATAL") | cls.term(ae, "CTCAE_GRADE").isin(["5", ""])

    @rule(
        "IFN-AE-010",
        Severity.ERROR,
        "Fatal, but not serious by the criterion of death",
        variables=["SAE_YN", "SAE_CRIT", "OUTCOME"],
        mend=["SAE_YN", "SAE_CRIT"],
        query="“{AETERM}”导致死亡，但严重性（{SAE_YN}）或严重性标准（{SAE_CRIT}）中无“死亡”，请核实。 / "
        "“{AETERM}” was fatal, and seriousness ({SAE_YN}) and its criteria ({SAE_CRIT}) do not say so: please check.",
        cites=["ICH E2A"],
    )
    def fatal_is_serious(cls, ae: pd.DataFrame) -> pd.Series:
        """Serious without any criterion, and a criterion of what is not serious, are other rules' findings."""
        serious, listed = cls.term(ae, "SAE_YN"), cls.cells(ae, "SAE_CRIT") != ""
        wrong = ((serious == "N") & ~listed) | ((serious == "Y") & listed & ~cls.has(ae, "AESDTH"))
        return (cls.term(ae, "OUTCOME") != "FATAL") | ~wrong

    @rule(
        "IFN-AE-011",
        Severity.ERROR,
        "Fatal, but there is no death form",
        variables=["OUTCOME"],
        reads={"DEATH": ["SUBJID"]},
        query="“{AETERM}”的转归为死亡，但无死亡记录表，请补充或更正转归。 / "
        "The outcome of “{AETERM}” is fatal and there is no death form: please complete it, or correct the outcome.",
    )
    def fatal_has_death_form(cls, ae: pd.DataFrame, death: pd.DataFrame) -> pd.Series:
        return (cls.term(ae, "OUTCOME") != "FATAL") | cls.cells(ae, "SUBJID").isin(cls.cells(death, "SUBJID", "DEATH"))

    @rule(
        "IFN-AE-012",
        Severity.WARNING,
        "Starts before consent: it is no adverse event of this study",
        variables=["START", "SUBJID"],
        mend=["START"],
        reads={"DM": ["SUBJID", "ICF_DAT"]},
        query="“{AETERM}”的开始日期 {START} 早于知情同意日期：日期是否有误？如无误，请记录为既往史。 / "
        "“{AETERM}” starts on {START}, before consent: is the date right? If so, it belongs to the medical history.",
        cites=["ICH E2A"],
    )
    def starts_after_consent(cls, ae: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
        consent = value_beside(cls.date(dm, "ICF_DAT", "DM"), cls.cells(dm, "SUBJID", "DM"), cls.cells(ae, "SUBJID"))
        return ~before(cls.date(ae, "START"), consent)

    @rule(
        "IFN-AE-014",
        Severity.ERROR,
        "Related to interferon, though the subject is in the control arm",
        variables=["REL_IFN", "SUBJID"],
        mend=["REL_IFN"],
        reads={"RAND": ["SUBJID", "GROUP"], "DM": ["SUBJID", "SUBJID_PREV"]},
        query="受试者为对照组，未使用干扰素，但“{AETERM}”与干扰素的关系为“{REL_IFN}”，请核实。 / "
        "The subject is in the control arm and had no interferon; the relation of “{AETERM}” to it is {REL_IFN}: please check.",
    )
    def not_related_in_control_arm(cls, ae: pd.DataFrame, rand: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
        return (cls.arm(ae, rand, dm) != "CTRL") | ~cls.term(ae, "REL_IFN").isin(RELATED)

    @rule(
        "IFN-AE-015",
        Severity.ERROR,
        "Action taken with interferon, though the subject is in the control arm",
        variables=["ACTION", "SUBJID"],
        mend=["ACTION"],
        reads={"RAND": ["SUBJID", "GROUP"], "DM": ["SUBJID", "SUBJID_PREV"]},
        query="受试者为对照组，未使用干扰素，但“{AETERM}”对试验药物采取的措施为“{ACTION}”：应为不适用，请核实。 / "
        "The subject is in the control arm and the action taken for “{AETERM}” is {ACTION}: "
        "not applicable is expected, please check.",
    )
    def no_action_in_control_arm(cls, ae: pd.DataFrame, rand: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
        return (cls.arm(ae, rand, dm) != "CTRL") | cls.term(ae, "ACTION").isin(["NOT APPLICABLE", ""])

    @rule(
        "IFN-AE-016",
        Severity.ERROR,
        "No relation to interferon, though the subject is in the interferon arm",
        variables=["REL_IFN", "SUBJID"],
        mend=["REL_IFN"],
        reads={"RAND": ["SUBJID", "GROUP", "RAND_DTTM"], "DM": ["SUBJID", "SUBJID_PREV"]},
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
        reads={"RAND": ["SUBJID", "GROUP", "RAND_DTTM"], "DM": ["SUBJID", "SUBJID_PREV"]},
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
        reads={"RAND": ["SUBJID", "RAND_DTTM"], "DM": ["SUBJID", "SUBJID_PREV"]},
        query="“{AETERM}”于 {START} 开始，早于随机日期，但与干扰素的关系为“{REL_IFN}”，请核实。 / "
        "“{AETERM}” starts on {START}, before randomization, and its relation to interferon is {REL_IFN}: please check.",
    )
    def related_starts_after_randomization(cls, ae: pd.DataFrame, rand: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
        related = cls.term(ae, "REL_IFN").isin(RELATED) & (cls.arm(ae, rand, dm) != "CTRL")
        return ~(related & cls.before_randomization(ae, rand, dm))

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

    @rule(
        "IFN-AE-020",
        Severity.ERROR,
        "The event is not coded",
        variables=["SUBJID", "AE_NO", "AETERM"],
        mend=["AETERM"],
        reads={"AE_CODING": ["SUBJID", "AE_NO"]},
        cites=["SDTMIG 3.4 section 6.2.1"],
        stands_for=["TB-AE-AEDECOD-FILLED"],
    )
    def is_coded(cls, ae: pd.DataFrame, coding: pd.DataFrame) -> pd.Series:
        return event(cls, ae, "AE").isin(event(cls, coding, "AE_CODING"))


class CodingForm(RawForm, form="AE_CODING"):
    @rule(
        "IFN-AE-021",
        Severity.ERROR,
        "A coding of an event that is not there",
        variables=["SUBJID", "AE_NO", "PT"],
        mend=["SUBJID", "AE_NO"],
        reads={"AE": ["SUBJID", "AE_NO"]},
        query="编码表中有受试者 {SUBJID} 的第 {AE_NO} 号不良事件（{PT}），但不良事件表中没有：序号是否有误，或记录已删除？ / "
        "Event {AE_NO} of {SUBJID} is coded as {PT} and is not among the adverse events: is the number wrong, "
        "or was the event removed?",
    )
    def event_exists(cls, coding: pd.DataFrame, ae: pd.DataFrame) -> pd.Series:
        return event(cls, coding, "AE_CODING").isin(event(cls, ae, "AE"))

    @rule(
        "IFN-AE-022",
        Severity.ERROR,
        "One preferred term with several codes, or one code with several terms",
        variables=["PT", "PT_CD"],
        query="首选语“{PT}”与编码 {PT_CD} 的对应关系与其他记录不一致，请医学编码员核实。 / "
        "{PT} and {PT_CD} are not paired so in the other records: for the medical coder to check, please.",
    )
    def term_and_code_are_a_pair(cls, coding: pd.DataFrame) -> pd.Series:
        """The rarer pair is the wrong one; where none is rarer, nothing says which is right, and all are findings."""
        pair = pd.DataFrame({"term": cls.cells(coding, "PT"), "code": cls.cells(coding, "PT_CD")})
        known = (pair != "").all(axis=1)
        pair = pair.assign(count=pair.groupby(["term", "code"])["term"].transform("size"))[known]
        wrong = pd.Series(False, index=coding.index)
        for one in ("term", "code"):
            other = "code" if one == "term" else "term"
            group = pair.groupby(one)
            several = group[other].transform("nunique") > 1
            most = group["count"].transform("max")
            tie = pair[pair["count"] == most].groupby(one)[other].nunique().reindex(pair[one]).set_axis(pair.index) > 1
            wrong |= (several & ((pair["count"] < most) | tie)).reindex(wrong.index, fill_value=False)
        return ~wrong

    @rule(
        "IFN-AE-026",
        Severity.ERROR,
        "A code that is no code of MedDRA: these are numbers of eight digits",
        variables=["LLT_CD", "PT_CD", "HLT_CD", "HLGT_CD", "SOC_CD", "PT"],
        mend=["LLT_CD", "PT_CD", "HLT_CD", "HLGT_CD", "SOC_CD"],
        query="“{PT}”的编码（LLT {LLT_CD}、PT {PT_CD}、HLT {HLT_CD}、HLGT {HLGT_CD}、SOC {SOC_CD}）中有非 8 位数字，"
        "请医学编码员核实。 / "
        "Among the codes of {PT} (LLT {LLT_CD}, PT {PT_CD}, HLT {HLT_CD}, HLGT {HLGT_CD}, SOC {SOC_CD}) "
        "one is no number of eight digits: for the medical coder to check, please.",
        cites=["MedDRA"],
    )
    def codes_have_eight_digits(cls, coding: pd.DataFrame) -> pd.Series:
        good = pd.Series(True, index=coding.index)
        for column in ("LLT_CD", "PT_CD", "HLT_CD", "HLGT_CD", "SOC_CD"):
            code = cls.number(coding, column)
            good &= code.isna() | code.between(10_000_000, 99_999_999)
        return good


class AE(Dataset, domain="AE"):
    @rule(
        "IFN-AE-023",
        Severity.ERROR,
        "Starts after death",
        variables=["AESTDTC"],
        reads={"DM": ["USUBJID", "DTHDTC"]},
        query="“{AETERM}”的开始日期 {AESTDTC} 晚于死亡日期，请核实。 / "
        "“{AETERM}” starts on {AESTDTC}, after the death of the subject: please check both dates.",
    )
    def starts_before_death(cls, ae: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
        return ~before(value_of(dm, "DTHDTC", by=ae["USUBJID"]), ae["AESTDTC"])

    @rule(
        "IFN-AE-024",
        Severity.ERROR,
        "A fatal event does not end on the day of death",
        variables=["AEENDTC", "AEOUT"],
        mend=["AEENDTC"],
        reads={"DM": ["USUBJID", "DTHDTC"]},
        query="致死性不良事件“{AETERM}”的结束日期 {AEENDTC} 与死亡日期不同，请核实。 / "
        "“{AETERM}” was fatal and ends on {AEENDTC}, not on the day of death: please check both dates.",
    )
    def fatal_ends_with_death(cls, ae: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
        death = value_of(dm, "DTHDTC", by=ae["USUBJID"])
        return (ae["AEOUT"] != "FATAL") | ~(before(ae["AEENDTC"], death) | before(death, ae["AEENDTC"]))

    @rule(
        "IFN-AE-025",
        Severity.WARNING,
        "The same event starts on the same day in another record",
        variables=["AEDECOD", "AESTDTC"],
        query="“{AETERM}”（{AEDECOD}）与另一条记录的首选语和开始日期 {AESTDTC} 相同：是否重复记录？ / "
        "{AEDECOD} with the start {AESTDTC} is recorded twice: is it one event?",
    )
    def recorded_once(cls, ae: pd.DataFrame) -> pd.Series:
        known = (ae["USUBJID"] != "") & (ae["AEDECOD"] != "") & complete_date(ae["AESTDTC"]).notna()
        return ~(known & ae.duplicated(["USUBJID", "AEDECOD", "AESTDTC"], keep=False))
