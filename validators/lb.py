"""Laboratory results and serology: numbers, specimens, ranges, baseline flags."""

from __future__ import annotations

import pandas as pd

from trialbook.checks import Dataset, RawForm, Severity, rule
from trialbook.mapping.numbers import read_numbers

NUMBER = r"(?:<=?|>=?)?[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
WORDS = ("NEGATIVE", "POSITIVE", "WEAKLY POSITIVE")
NOT_DONE = ("未查", "未做", "未测", "Not done")


def numeric(cells: pd.Series) -> pd.Series:
    """Whether each text is a number or a bound, in whatever signs and digits."""
    usual = cells.str.normalize("NFKC").str.replace("[≤≦⩽]", "<=", regex=True).str.replace("[≥≧⩾]", ">=", regex=True)
    return usual.str.replace(" ", "").str.fullmatch(NUMBER).astype(bool)


def limits_in_order(low: pd.Series, high: pd.Series) -> pd.Series:
    return ~(read_numbers(low) > read_numbers(high))


class LABForm(RawForm, form="LAB", across=False):
    @rule(
        "IFN-LB-001",
        Severity.ERROR,
        "A number without a unit",
        variables=["UNIT_LOCAL", "RESULT_TXT", "TEST_LOCAL"],
        mend=["UNIT_LOCAL"],
        query="{TEST_LOCAL} 的结果 {RESULT_TXT} 无单位，请补充。 / {TEST_LOCAL} has the result {RESULT_TXT}: in which unit?",
    )
    def number_has_unit(cls, lab: pd.DataFrame) -> pd.Series:
        result = cls.cells(lab, "RESULT_TXT")
        return ~numeric(result) | (cls.cells(lab, "UNIT_LOCAL") != "") | (cls.term(lab, "TEST_LOCAL") == "INR")

    @rule(
        "IFN-LB-002",
        Severity.ERROR,
        "The lower limit of the normal range is above the upper one",
        variables=["LLN", "ULN", "TEST_LOCAL"],
        mend=["LLN", "ULN"],
        query="{TEST_LOCAL} 的参考范围下限 {LLN} 高于上限 {ULN}，请核实。 / "
        "The normal range of {TEST_LOCAL} is from {LLN} to {ULN}: please check the limits.",
    )
    def range_in_order(cls, lab: pd.DataFrame) -> pd.Series:
        return limits_in_order(cls.cells(lab, "LLN"), cls.cells(lab, "ULN"))

    @rule(
        "IFN-LB-003",
        Severity.ERROR,
        "The specimen is none in which the test is made",
        variables=["SPECIMEN", "TEST_LOCAL"],
        mend=["SPECIMEN"],
        query="{TEST_LOCAL} 的标本类型为“{SPECIMEN}”，请核实。 / "
        "{TEST_LOCAL} was measured in {SPECIMEN}: please check the specimen.",
    )
    def specimen_fits_test(cls, lab: pd.DataFrame) -> pd.Series:
        known = cls.table("plausible_ranges").set_index("test")["specimens"].str.split("|").explode()
        pairs = pd.MultiIndex.from_arrays([known.index, known])
        test, specimen = cls.term(lab, "TEST_LOCAL"), cls.term(lab, "SPECIMEN")
        fits = pd.MultiIndex.from_arrays([test, specimen]).isin(pairs)
        return (specimen == "") | test.map(known[known != ""].groupby(level=0).size()).isna() | fits


class ThyroidForm(RawForm, form="THYROID_AB", across=False):
    @rule(
        "IFN-LB-004",
        Severity.ERROR,
        "A number without a unit",
        variables=["UNIT_LOCAL", "RESULT_TXT", "TEST"],
        mend=["UNIT_LOCAL"],
        query="{TEST} 的结果 {RESULT_TXT} 无单位，请补充。 / {TEST} has the result {RESULT_TXT}: in which unit?",
    )
    def number_has_unit(cls, thyroid: pd.DataFrame) -> pd.Series:
        return ~numeric(cls.cells(thyroid, "RESULT_TXT")) | (cls.cells(thyroid, "UNIT_LOCAL") != "")

    @rule(
        "IFN-LB-005",
        Severity.ERROR,
        "The lower limit of the normal range is above the upper one",
        variables=["LLN", "ULN", "TEST"],
        mend=["LLN", "ULN"],
        query="{TEST} 的参考范围下限 {LLN} 高于上限 {ULN}，请核实。 / "
        "The normal range of {TEST} is from {LLN} to {ULN}: please check the limits.",
    )
    def range_in_order(cls, thyroid: pd.DataFrame) -> pd.Series:
        return limits_in_order(cls.cells(thyroid, "LLN"), cls.cells(thyroid, "ULN"))

    @rule(
        "IFN-LB-006",
        Severity.ERROR,
        "The result is neither a number nor a word that the study knows",
        variables=["RESULT_TXT", "TEST"],
        mend=["RESULT_TXT"],
        query="{TEST} 的结果“{RESULT_TXT}”无法识别，请填写检验值。 / "
        "{TEST} has the result {RESULT_TXT}: please enter what was measured.",
    )
    def antibody_is_read(cls, thyroid: pd.DataFrame) -> pd.Series:
        """TPOAB only: the others are in LB, where a rule says so."""
        result = cls.cells(thyroid, "RESULT_TXT")
        words = {word.casefold() for term, texts in cls._study().units.results.items() for word in (term, *texts)}
        known = numeric(result) | result.str.casefold().isin({*words, *map(str.casefold, NOT_DONE), ""})
        return (cls.term(thyroid, "TEST") != "TPOAB") | known


class SerologyForm(RawForm, form="SEROLOGY", across=False):
    @rule(
        "IFN-LB-010",
        Severity.WARNING,
        "A positive pregnancy test",
        variables=["RESULT", "TEST", "VISIT"],
        mend=["RESULT"],
        query="访视 {VISIT} 的妊娠试验结果为“{RESULT}”：结果是否正确？如属实，请按方案停药并报告妊娠。 / "
        "The pregnancy test at {VISIT} is {RESULT}: is it right? If so, treatment stops and the pregnancy is reported.",
        cites=["Exclusion criterion 7"],
    )
    def not_pregnant(cls, serology: pd.DataFrame) -> pd.Series:
        return ~((cls.term(serology, "TEST") == "HCG") & (cls.term(serology, "RESULT") == "POSITIVE"))


class LB(Dataset, domain="LB", across=False):
    @classmethod
    def limit(cls, lb: pd.DataFrame, column: str) -> pd.Series:
        """A limit of ``plausible_ranges.csv`` for each record, in standard units; NaN for a test that is not in it."""
        return lb["LBTESTCD"].map(read_numbers(cls.table("plausible_ranges").set_index("test")[column])).astype("float64")

    @rule(
        "IFN-LB-011",
        Severity.ERROR,
        "The result is outside of what can be measured in a living person: unit or decimal point are probably wrong",
        variables=["LBSTRESN", "LBORRES", "LBORRESU", "LBTESTCD"],
        mend=["LBSTRESN", "LBORRES", "LBORRESU"],
        query="{LBTESTCD} 的结果 {LBORRES} {LBORRESU} 超出生理上可能的范围，请核实数值和单位。 / "
        "{LBTESTCD} is {LBORRES} {LBORRESU}, which is hardly possible: please check value and unit.",
    )
    def result_is_plausible(cls, lb: pd.DataFrame) -> pd.Series:
        """Where the normal range is none of the test either, one finding about the range names the result too."""
        impossible = (lb["LBSTRESN"] < cls.limit(lb, "low")) | (lb["LBSTRESN"] > cls.limit(lb, "high"))
        return ~(impossible & ~cls.far(lb))

    @classmethod
    def far(cls, lb: pd.DataFrame) -> pd.Series:
        """Whether the upper limit is none of the test; limits that stand in each other's place are another rule's finding."""
        low, high = (lb.reindex(columns=[name])[name].astype("float64") for name in ("LBSTNRLO", "LBSTNRHI"))
        far = (high < cls.limit(lb, "least_upper_limit")) | (high > cls.limit(lb, "greatest_upper_limit"))
        return far & ~(low > high)

    @rule(
        "IFN-LB-012",
        Severity.ERROR,
        "The normal range is none of this test in this unit",
        variables=["LBORNRHI", "LBORNRLO", "LBORRESU", "LBORRES", "LBSTNRHI", "LBTESTCD"],
        mend=["LBORNRHI", "LBORNRLO", "LBORRESU"],
        query="{LBTESTCD} 的参考范围 {LBORNRLO}–{LBORNRHI} {LBORRESU} 与单位不符，请核实单位和参考范围。 / "
        "{LBTESTCD} has the normal range {LBORNRLO} to {LBORNRHI} {LBORRESU}, which is none of it: please check unit and limits.",
    )
    def range_is_plausible(cls, lb: pd.DataFrame) -> pd.Series:
        return ~cls.far(lb)

    @rule(
        "IFN-LB-013",
        Severity.ERROR,
        "A word where a number is measured",
        variables=["LBORRES", "LBTESTCD"],
        mend=["LBORRES"],
        query="{LBTESTCD} 的结果“{LBORRES}”不是数值：请填写检验值，或填写未做。 / "
        "{LBTESTCD} has the result {LBORRES}: please enter the number, or that it was not done.",
    )
    def result_is_a_number(cls, lb: pd.DataFrame) -> pd.Series:
        """What is neither a number nor a word that the study knows, the mapping tells."""
        return (lb["LBTESTCD"] == "HCG") | ~lb["LBSTRESC"].isin(WORDS)

    @rule(
        "IFN-LB-015",
        Severity.ERROR,
        "The result's place in the normal range is not as LBNRIND says",
        variables=["LBNRIND", "LBSTRESN", "LBSTNRLO", "LBSTNRHI"],
        mend=["LBNRIND"],
        cites=["SDTMIG 3.4 section 6.3.5.6"],
    )
    def indicator_agrees(cls, lb: pd.DataFrame) -> pd.Series:
        value, low, high = lb["LBSTRESN"], lb["LBSTNRLO"], lb["LBSTNRHI"]
        is_low, is_high, given = value < low, value > high, lb["LBNRIND"]
        wrong = ((given == "NORMAL") & (is_low | is_high)) | ((given == "LOW") & ~is_low) | ((given == "HIGH") & ~is_high)
        return value.isna() | ~wrong

    @rule(
        "IFN-LB-016",
        Severity.ERROR,
        "More than one baseline of a test and specimen",
        variables=["LBBLFL", "LBTESTCD", "LBSPEC"],
        mend=["LBBLFL"],
        cites=["SDTMIG 3.4 section 4.5.7"],
    )
    def one_baseline(cls, lb: pd.DataFrame) -> pd.Series:
        return (lb["LBBLFL"] != "Y") | ~lb.duplicated(["USUBJID", "LBTESTCD", "LBSPEC", "LBBLFL"], keep=False)

    @rule(
        "IFN-LB-017",
        Severity.ERROR,
        "More than one last value before exposure of a test and specimen",
        variables=["LBLOBXFL", "LBTESTCD", "LBSPEC"],
        mend=["LBLOBXFL"],
        cites=["SDTMIG 3.4 section 4.5.9"],
    )
    def one_last_before_exposure(cls, lb: pd.DataFrame) -> pd.Series:
        return (lb["LBLOBXFL"] != "Y") | ~lb.duplicated(["USUBJID", "LBTESTCD", "LBSPEC", "LBLOBXFL"], keep=False)
