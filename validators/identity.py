"""Whether it is one person: screened again under another number, of one sex in every form, one person under one number."""

from __future__ import annotations

import pandas as pd

from trialbook.checks import RawForm, Severity, against, before, position_of, rule, value_beside

EVIDENCE = {
    "ELIG": ["SUBJID", "CHILDBEARING", "PREG_RESULT"],
    "SEROLOGY": ["SUBJID", "TEST"],
    "LAB": ["SUBJID", "TEST_LOCAL", "UNIT_LOCAL", "LLN", "ULN"],
}
"""What tells the sex besides DM.SEX: childbearing potential, pregnancy tests, and normal ranges that are of one sex."""

MOSTLY = 0.75
"""Assumption: a normal range is of one sex where at least this part of the subjects that have it are of it by DM."""


def earlier_record(model: type[RawForm], dm: pd.DataFrame) -> pd.Series:
    """For each record the position of the one of its earlier screening number, -1 for none or several."""
    number, earlier = model.cells(dm, "SUBJID", "DM"), model.cells(dm, "SUBJID_PREV", "DM")
    return pd.Series(position_of(number.to_frame("number"), earlier.to_frame("number")), index=dm.index)


def ranges_of_one_sex(lab: pd.DataFrame, sex: pd.Series) -> pd.Series:
    """F or M for each subject, as most of the normal ranges say that stand in its records; the index are the subjects.

    ``lab`` has ``subject``, ``test``, ``unit``, ``low``, ``high``; ``sex`` gives F or M by subject. What range is of which sex,
    the whole export tells: a laboratory gives several tests ranges by sex, and one wrong sex among the subjects moves none.
    """
    named = ["test", "unit", "low", "high"]
    known = lab[(lab[["subject", "low", "high"]] != "").all(axis=1)].drop_duplicates()
    known = known.assign(woman=known["subject"].map(sex).map({"F": 1.0, "M": 0.0}).astype("float64")).dropna(subset="woman")
    share = known.groupby(named)["woman"].transform("mean")
    known = known.assign(says=(share >= MOSTLY) * 1 - (share <= 1 - MOSTLY) * 1)
    # A range that all have tells nothing: it takes one of the other sex beside it.
    both = known.groupby("test")["says"].transform("nunique") > 1
    total = known[both].groupby("subject")["says"].sum()
    return total[total != 0].gt(0).map({True: "F", False: "M"}).astype("str")


class Evidence:
    """Votes for either sex by subject: what stands in ELIG, in SEROLOGY and in the normal ranges of LAB."""

    def __init__(
        self, model: type[RawForm], dm: pd.DataFrame, elig: pd.DataFrame, serology: pd.DataFrame, lab: pd.DataFrame
    ) -> None:
        number = model.cells(dm, "SUBJID", "DM")
        self.sex = model.term(dm, "SEX", "DM").set_axis(number)
        self.sex = self.sex[(self.sex.index != "") & ~self.sex.index.duplicated(keep=False)]
        self.childbearing = self.tested = self.pregnancy_tests = self.ranges = pd.Series(dtype="str")
        if "CHILDBEARING" in elig:
            whom, results = model.cells(elig, "SUBJID", "ELIG"), model.term(elig, "PREG_RESULT", "ELIG")
            self.childbearing = self._single(model.term(elig, "CHILDBEARING", "ELIG").map({"Y": "F", "N": "F", "NA": "M"}), whom)
            self.tested = self._single(results.map(lambda result: "" if result in ("NOT APPLICABLE", "") else "F"), whom)
        if "TEST" in serology:
            hcg = model.cells(serology, "SUBJID", "SEROLOGY")[model.term(serology, "TEST", "SEROLOGY") == "HCG"]
            self.pregnancy_tests = pd.Series("F", index=hcg[hcg != ""].unique(), dtype="str")
        if "LLN" in lab:
            columns = {"test": "TEST_LOCAL", "unit": "UNIT_LOCAL", "low": "LLN", "high": "ULN", "subject": "SUBJID"}
            ranges = pd.DataFrame({name: model.cells(lab, column, "LAB") for name, column in columns.items()})
            self.ranges = ranges_of_one_sex(ranges, self.sex)

    @staticmethod
    def _single(says: pd.Series, whom: pd.Series) -> pd.Series:
        says = says.fillna("").astype("str").set_axis(whom)
        return says[(says != "") & (says.index != "") & ~says.index.duplicated(keep=False)]

    def votes(self, subjects: pd.Series, *, without: str = "") -> pd.DataFrame:
        """Columns F and M: how much tells of either, for each of ``subjects``; ``without`` leaves one kind of evidence out."""
        kinds = [name for name in ("childbearing", "tested", "pregnancy_tests", "ranges") if name != without]
        said = [subjects.map(getattr(self, name)) for name in kinds]
        return pd.DataFrame({sex: sum((one == sex).astype(int) for one in said) for sex in ("F", "M")}, index=subjects.index)

    def doubted(self, subjects: pd.Series, sex: pd.Series, *, without: str = "") -> pd.Series:
        """Whether at least two of the others tell of the other sex, and more of them than of the one in DM."""
        votes = self.votes(subjects, without=without)
        own = votes["F"].where(sex == "F", votes["M"])
        other = votes["M"].where(sex == "F", votes["F"])
        return sex.isin(["F", "M"]) & (other >= 2) & (other > own)


class DMForm(RawForm, form="DM"):
    @rule(
        "IFN-DM-003",
        Severity.ERROR,
        "The earlier screening number is none that was screened earlier",
        variables=["SUBJID_PREV"],
        query="既往筛选号 {SUBJID_PREV} 不存在，或不是更早的筛选号，请核实。 / "
        "Nobody was screened earlier under {SUBJID_PREV}: which earlier number is meant?",
    )
    def earlier_number_exists(cls, dm: pd.DataFrame) -> pd.Series:
        number, earlier = cls.cells(dm, "SUBJID"), cls.cells(dm, "SUBJID_PREV")
        ends = cls.derivation("way_ends")(number, dm)
        return (earlier == "") | (earlier.isin(number) & (earlier != number) & ends)

    @rule(
        "IFN-DM-004",
        Severity.WARNING,
        "Two screening numbers seem to be one person: same initials, birth date and sex, and neither names the other",
        variables=["SUBJID_PREV", "SUBJID", "INITIALS", "BRTHDAT", "SEX"],
        mend=["SUBJID_PREV"],
        reads={"DM": ["SUBJID", "SUBJID_PREV", "INITIALS", "BRTHDAT", "SEX"]},
        query="筛选号 {SUBJID} 与另一筛选号的姓名缩写、出生日期和性别相同：是否为同一受试者再次筛选？如是，请填写既往筛选号。 / "
        "Another screening number has the same initials, birth date and sex: is {SUBJID} the same person screened again? "
        "If so, please enter the earlier number.",
    )
    def one_person_is_one_subject(cls, dm: pd.DataFrame, others: pd.DataFrame) -> pd.Series:
        """The later number should name the earlier one; one that names a wrong number is another rule's finding."""
        person = pd.DataFrame(
            {"initials": cls.cells(dm, "INITIALS").str.upper(), "birth": cls.date(dm, "BRTHDAT"), "sex": cls.term(dm, "SEX")}
        )
        number, named = cls.cells(dm, "SUBJID"), cls.cells(dm, "SUBJID_PREV") != ""
        order = pd.DataFrame({"consent": cls.date(dm, "ICF_DAT"), "number": number, "at": range(len(dm))})
        person = person.assign(first=cls.derivation("first_screening_number")(number, dm), at=order["at"])
        known = (person[["initials", "birth", "sex", "first"]] != "").all(axis=1)
        person = person[known].loc[order[known].sort_values(["consent", "number"], kind="stable").index]
        groups = person.groupby(["initials", "birth", "sex"], sort=False)
        earliest = groups["first"].transform("first")
        later = (person["first"] != earliest) & ~named[person.index]
        twin = groups["at"].transform("first").where(later, -1).reindex(dm.index, fill_value=-1)
        return against(twin < 0, DM=twin)

    @rule(
        "IFN-DM-005",
        Severity.ERROR,
        "Birth date or sex differ from those at the earlier screening",
        variables=["SUBJID_PREV", "BRTHDAT", "SEX"],
        mend=["SUBJID_PREV", "BRTHDAT", "SEX", "DM.BRTHDAT", "DM.SEX"],
        reads={"DM": ["BRTHDAT", "SEX"]},
        query="出生日期 {BRTHDAT} 或性别 {SEX} 与既往筛选号 {SUBJID_PREV} 的记录（{DM.BRTHDAT}，{DM.SEX}）不一致，请核实。 / "
        "Birth date {BRTHDAT} or sex {SEX} differ from {DM.BRTHDAT} and {DM.SEX} at the earlier screening {SUBJID_PREV}: "
        "please check.",
    )
    def same_person_at_both_screenings(cls, dm: pd.DataFrame, others: pd.DataFrame) -> pd.Series:
        number, earlier = cls.cells(dm, "SUBJID"), cls.cells(dm, "SUBJID_PREV")
        birth, sex = cls.date(dm, "BRTHDAT"), cls.term(dm, "SEX")
        then_birth, then_sex = value_beside(birth, number, earlier), value_beside(sex, number, earlier)
        other_birth = before(birth, then_birth) | before(then_birth, birth)
        other = other_birth | ((sex != "") & (then_sex != "") & (sex != then_sex))
        return against(~other, DM=earlier_record(cls, dm).where(other, -1))

    @rule(
        "IFN-DM-006",
        Severity.ERROR,
        "Screened again, though randomized after the earlier screening",
        variables=["SUBJID_PREV"],
        reads={"RAND": ["SUBJID"]},
        query="既往筛选号 {SUBJID_PREV} 已随机入组，不应再次筛选，请核实。 / "
        "The subject was randomized under {SUBJID_PREV} and can't be screened again: please check.",
    )
    def not_screened_after_randomization(cls, dm: pd.DataFrame, rand: pd.DataFrame) -> pd.Series:
        """A record that names itself is another rule's finding."""
        earlier = cls.cells(dm, "SUBJID_PREV")
        return (earlier == "") | (earlier == cls.cells(dm, "SUBJID")) | ~earlier.isin(cls.cells(rand, "SUBJID", "RAND"))

    @rule(
        "IFN-DM-007",
        Severity.ERROR,
        "Consent to the new screening is earlier than that to the screening before",
        variables=["ICF_DAT", "SUBJID_PREV"],
        mend=["ICF_DAT", "DM.ICF_DAT"],
        reads={"DM": ["ICF_DAT"]},
        query="再次筛选的知情同意日期 {ICF_DAT} 早于既往筛选号 {SUBJID_PREV} 的知情同意日期 {DM.ICF_DAT}，请核实。 / "
        "Consent on {ICF_DAT} to be screened again is earlier than consent under {SUBJID_PREV} on {DM.ICF_DAT}: please check.",
    )
    def consents_follow_each_other(cls, dm: pd.DataFrame, others: pd.DataFrame) -> pd.Series:
        consent, number, earlier = cls.date(dm, "ICF_DAT"), cls.cells(dm, "SUBJID"), cls.cells(dm, "SUBJID_PREV")
        wrong = before(consent, value_beside(consent, number, earlier))
        return against(~wrong, DM=earlier_record(cls, dm).where(wrong, -1))

    @rule(
        "IFN-DM-023",
        Severity.ERROR,
        "The other forms tell of the other sex: childbearing potential, pregnancy tests, or normal ranges",
        variables=["SEX", "SUBJID"],
        mend=["SEX"],
        reads=EVIDENCE,
        optional=["SEROLOGY", "LAB"],
        query="性别为“{SEX}”，但生育能力（{ELIG.CHILDBEARING}）、妊娠试验或性别相关的参考范围与之不符，请核实性别。 / "
        "The sex is {SEX}, and childbearing potential ({ELIG.CHILDBEARING}), pregnancy tests or the normal ranges that the "
        "laboratory gave are those of the other sex: please check the sex.",
    )
    def sex_is_that_of_the_other_forms(
        cls, dm: pd.DataFrame, elig: pd.DataFrame, serology: pd.DataFrame, lab: pd.DataFrame
    ) -> pd.Series:
        number = cls.cells(dm, "SUBJID")
        doubted = Evidence(cls, dm, elig, serology, lab).doubted(number, cls.term(dm, "SEX"))
        own = position_of(cls.cells(elig, "SUBJID", "ELIG").to_frame("n"), number.to_frame("n"))
        none = pd.Series(-1, index=dm.index)
        return against(~doubted, ELIG=pd.Series(own, index=dm.index).where(doubted, -1), SEROLOGY=none, LAB=none)


class ELIGForm(RawForm, form="ELIG"):
    @rule(
        "IFN-DM-024",
        Severity.ERROR,
        "Childbearing potential is that of the other sex",
        variables=["CHILDBEARING", "SUBJID"],
        mend=["CHILDBEARING"],
        reads={"DM": ["SUBJID", "SEX"], **{name: columns for name, columns in EVIDENCE.items() if name != "ELIG"}},
        optional=["SEROLOGY", "LAB"],
        query="生育能力为“{CHILDBEARING}”，与性别“{DM.SEX}”不符，请核实。 / "
        "Childbearing potential is {CHILDBEARING}, and the sex is {DM.SEX}: please check.",
    )
    def childbearing_is_that_of_the_sex(
        cls, elig: pd.DataFrame, dm: pd.DataFrame, serology: pd.DataFrame, lab: pd.DataFrame
    ) -> pd.Series:
        """Where the pregnancy test beside it does not tell already, and it is not the sex that is doubted."""
        found = Evidence(cls, dm, elig, serology, lab)
        number = cls.cells(elig, "SUBJID")
        sex, says = number.map(found.sex).fillna("").astype("str"), number.map(found.childbearing)
        told = (cls.term(elig, "CHILDBEARING") == "Y") == (cls.term(elig, "PREG_RESULT") == "NOT APPLICABLE")
        wrong = says.notna() & sex.isin(["F", "M"]) & (says != sex) & ~told & ~found.doubted(number, sex)
        own = position_of(cls.cells(dm, "SUBJID", "DM").to_frame("n"), number.to_frame("n"))
        none = pd.Series(-1, index=elig.index)
        return against(~wrong, DM=pd.Series(own, index=elig.index).where(wrong, -1), SEROLOGY=none, LAB=none)


class SEROLOGYForm(RawForm, form="SEROLOGY"):
    @rule(
        "IFN-DM-025",
        Severity.ERROR,
        "A pregnancy test of a man: it is probably that of another subject",
        variables=["SUBJID", "TEST", "VISIT", "DAT"],
        mend=["SUBJID"],
        reads={"DM": ["SUBJID", "SEX"], "ELIG": EVIDENCE["ELIG"], "LAB": EVIDENCE["LAB"]},
        optional=["ELIG", "LAB"],
        query="受试者 {SUBJID} 性别为“{DM.SEX}”，但访视 {VISIT} 有妊娠试验（{TEST}，{DAT}）：筛选号是否有误？ / "
        "{SUBJID} is {DM.SEX} and has a pregnancy test ({TEST}) at {VISIT} on {DAT}: whose is it?",
        stands_for=["TB-VISIT-WINDOW", "TB-VISIT-CONSENT"],
    )
    def no_pregnancy_test_of_a_man(
        cls, serology: pd.DataFrame, dm: pd.DataFrame, elig: pd.DataFrame, lab: pd.DataFrame
    ) -> pd.Series:
        """Of who is a man by what tells besides these tests; where the others tell of a woman, the sex is asked about."""
        found = Evidence(cls, dm, elig, serology, lab)
        number = cls.cells(serology, "SUBJID")
        sex = number.map(found.sex).fillna("").astype("str")
        doubted = found.doubted(number, sex, without="pregnancy_tests")
        wrong = (cls.term(serology, "TEST") == "HCG") & (((sex == "M") & ~doubted) | ((sex == "F") & doubted))
        own = position_of(cls.cells(dm, "SUBJID", "DM").to_frame("n"), number.to_frame("n"))
        none = pd.Series(-1, index=serology.index)
        return against(~wrong, DM=pd.Series(own, index=serology.index).where(wrong, -1), ELIG=none, LAB=none)
