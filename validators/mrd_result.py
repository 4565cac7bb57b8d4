"""Measurable residual disease by RT-qPCR: the result against what was counted, which runs count, and when they were reported."""

from __future__ import annotations

import pandas as pd

from trialbook.checks import RawForm, Severity, complete_date, once, rule
from trialbook.mapping.numbers import last_place, read_numbers

ABSENT = ("NEGATIVE", "BELOW LIMIT OF DETECTION")

LONGEST = pd.Timedelta(days=60)
"""Assumption: no laboratory takes longer from the sample to the report."""

NEAR = pd.Timedelta(days=60)
"""Assumption: what is done at one visit lies no farther apart."""


def plain(cells: pd.Series) -> pd.Series:
    """Texts with the usual signs and digits."""
    return cells.str.normalize("NFKC").str.replace(" ", "")


class PcrResultForm(RawForm, form="MRD_PCR", across=False):
    @classmethod
    def numbers(cls, pcr: pd.DataFrame, column: str) -> pd.Series:
        return read_numbers(cls.cells(pcr, column))

    @classmethod
    @once
    def said(cls, pcr: pd.DataFrame) -> pd.DataFrame:
        """By record whether copies, ratio and log reduction say that the target was detected: 1, 0, or NaN for nothing said.

        Copies below the limit of detection are none; an exact log reduction is one of what was detected.
        """
        target, abl1, ratio, limit = (
            cls.numbers(pcr, column) for column in ("TARGET_COPIES", "ABL1_COPIES", "RATIO_PCT", "LOD_PCT")
        )
        enough = limit.fillna(0) - last_place(cls.cells(pcr, "LOD_PCT"))
        copies = 100 * target / abl1.where(abl1 > 0)
        below = plain(cls.cells(pcr, "RATIO_PCT")).str.match("<").astype(bool)
        exact, log = cls.numbers(pcr, "LOG_REDUCTION").notna(), plain(cls.cells(pcr, "LOG_REDUCTION"))
        return pd.DataFrame(
            {
                "copies": ((target > 0) & ~(copies < enough)).astype("float64").where(target.notna()),
                "ratio": ((ratio > 0) & (ratio >= enough)).astype("float64").where(ratio.notna() | below),
                "log": exact.astype("float64").where(exact | log.str.match("[>≥]").astype(bool)),
            }
        )

    @classmethod
    def ratio_and_copies_agree(cls, pcr: pd.DataFrame) -> pd.Series:
        """Whether they do, as far as the printed digits go; true where one is not known."""
        target, abl1, ratio = (cls.numbers(pcr, column) for column in ("TARGET_COPIES", "ABL1_COPIES", "RATIO_PCT"))
        copies = 100 * target / abl1.where(abl1 > 0)
        # A plain 0 says that nothing was detected, and is no rounded ratio.
        digit = last_place(cls.cells(pcr, "RATIO_PCT")).where(ratio > 0, 0)
        return ~((ratio - copies).abs() > digit * (1 + 1e-9) + 1e-12)

    @rule(
        "IFN-MRD-005",
        Severity.ERROR,
        "The result is not what copies, ratio and log reduction say",
        variables=["RESULT", "TARGET_COPIES", "RATIO_PCT", "LOG_REDUCTION"],
        mend=["RESULT"],
        query="结果为“{RESULT}”，但拷贝数为 {TARGET_COPIES}，比值为 {RATIO_PCT}%，下降对数值为 {LOG_REDUCTION}，请核实结果。 / "
        "The result is {RESULT} with {TARGET_COPIES} copies, a ratio of {RATIO_PCT} % and a log reduction of {LOG_REDUCTION}: "
        "please check the result.",
    )
    def result_agrees_with_numbers(cls, pcr: pd.DataFrame) -> pd.Series:
        result, said = cls.term(pcr, "RESULT"), cls.said(pcr)
        seen, unseen = said.min(axis=1) == 1, said.max(axis=1) == 0
        return ~((result.isin(ABSENT) & seen) | ((result == "POSITIVE") & unseen))

    @rule(
        "IFN-MRD-006",
        Severity.ERROR,
        "Some of result, copies, ratio and log reduction say that the target was detected, and some that it was not",
        variables=["RESULT", "TARGET_COPIES", "RATIO_PCT", "LOG_REDUCTION"],
        query="结果“{RESULT}”、拷贝数 {TARGET_COPIES}、比值 {RATIO_PCT}%、下降对数值 {LOG_REDUCTION} 相互矛盾，请核实。 / "
        "Result {RESULT}, {TARGET_COPIES} copies, ratio {RATIO_PCT} % and log reduction {LOG_REDUCTION} contradict each other: "
        "please check.",
    )
    def numbers_agree_on_detection(cls, pcr: pd.DataFrame) -> pd.Series:
        """Where ratio and copies are not the same, another rule has told which is wrong."""
        said, evaluated = cls.said(pcr), cls.term(pcr, "RESULT").isin(["POSITIVE", *ABSENT])
        contradict = (said.max(axis=1) == 1) & (said.min(axis=1) == 0)
        return ~(evaluated & contradict & cls.ratio_and_copies_agree(pcr))

    @classmethod
    def enough_copies(cls, pcr: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
        """Whether ABL1 has the copies of an adequate run, and whether it has fewer; neither where it is not known."""
        copies, least = cls.numbers(pcr, "ABL1_COPIES"), float(str(cls.protocol.analysis.setting("MRD_ABL1_COPIES").value))
        return copies >= least, copies < least

    @rule(
        "IFN-MRD-009",
        Severity.WARNING,
        "A run with too few copies of ABL1 was evaluated, or one with enough was not",
        variables=["RESULT", "ABL1_COPIES"],
        mend=["RESULT"],
        query="ABL1 为 {ABL1_COPIES} 拷贝，结果为“{RESULT}”，请核实该次检测是否可评估。 / "
        "ABL1 has {ABL1_COPIES} copies and the result is {RESULT}: please check whether the run can be evaluated.",
        cites=["ELN 2021 MRD"],
    )
    def adequate_runs_are_evaluated(cls, pcr: pd.DataFrame) -> pd.Series:
        """Where the copies are not those of the ratio, they may be what is wrong, and another rule says so."""
        enough, few = cls.enough_copies(pcr)
        result = cls.term(pcr, "RESULT")
        wrong = (enough & (result == "NOT EVALUABLE")) | (few & result.isin(["POSITIVE", *ABSENT]))
        return ~(wrong & cls.ratio_and_copies_agree(pcr))

    @rule(
        "IFN-MRD-010",
        Severity.ERROR,
        "Two adequate runs of one sample have different results: which of them counts?",
        variables=["RESULT", "SAMPLE_ID", "BATCH"],
        mend=["RESULT"],
        query="标本 {SAMPLE_ID} 有两次合格检测且结果不同（本次批号 {BATCH}，结果“{RESULT}”），请核实以哪次为准。 / "
        "Sample {SAMPLE_ID} has two adequate runs with different results (this one, batch {BATCH}: {RESULT}): please check "
        "which of them counts.",
    )
    def one_adequate_run_counts(cls, pcr: pd.DataFrame) -> pd.Series:
        result = cls.term(pcr, "RESULT")
        adequate = result.isin(["POSITIVE", *ABSENT]) & ~cls.enough_copies(pcr)[1]
        sample = pd.DataFrame({name: cls.cells(pcr, name) for name in ("SUBJID", "SAMPLE_ID", "TARGET")})
        sample["DAY"] = cls.date(pcr, "SAMPLE_DAT")
        whole = adequate & (sample != "").all(axis=1)
        absent = result.isin(ABSENT).where(whole)
        kinds = absent.groupby([sample[name] for name in sample]).transform("nunique")
        return ~(whole & (kinds > 1))

    @classmethod
    def at_visit(cls, pcr: pd.DataFrame, others: dict[str, tuple[pd.DataFrame, str]]) -> pd.Series:
        """The middle of the days on which other forms have the subject at the visit; NaT where none has."""
        days = pd.concat(
            pd.DataFrame(
                {
                    "SUBJID": cls.cells(of, "SUBJID", form),
                    "VISIT": cls.term(of, "VISIT", form),
                    "DAY": complete_date(cls.date(of, column, form)),
                }
            )
            for form, (of, column) in others.items()
        )
        middle = days.groupby(["SUBJID", "VISIT"])["DAY"].median()
        keys = pd.MultiIndex.from_arrays([cls.cells(pcr, "SUBJID"), cls.term(pcr, "VISIT")])
        return pd.Series(middle.reindex(keys).to_numpy(), index=pcr.index)

    @classmethod
    def reported_wrongly(cls, pcr: pd.DataFrame) -> pd.Series:
        sampled, reported = (complete_date(cls.date(pcr, column)) for column in ("SAMPLE_DAT", "REPORT_DAT"))
        return (reported < sampled) | (reported - sampled > LONGEST)

    @rule(
        "IFN-MRD-011",
        Severity.ERROR,
        f"The report is dated before the sample, or more than {LONGEST.days} days after it",
        variables=["REPORT_DAT", "SAMPLE_DAT"],
        reads={"BM": ["SUBJID", "VISIT", "BM_DAT"], "VS_ECOG": ["SUBJID", "VISIT", "DAT"]},
        mend=["REPORT_DAT"],
        query="采样日期为 {SAMPLE_DAT}，报告日期为 {REPORT_DAT}，请核实报告日期。 / "
        "The sample was taken on {SAMPLE_DAT} and reported on {REPORT_DAT}: please check the date of the report.",
    )
    def reported_after_sampling(cls, pcr: pd.DataFrame, bm: pd.DataFrame, vs: pd.DataFrame) -> pd.Series:
        """A sample far from everything else of its visit is itself dated wrongly, which the schedule says."""
        day = cls.at_visit(pcr, {"BM": (bm, "BM_DAT"), "VS_ECOG": (vs, "DAT")})
        near = (complete_date(cls.date(pcr, "SAMPLE_DAT")) - day).abs() <= NEAR
        return ~(cls.reported_wrongly(pcr) & near)

    @rule(
        "IFN-MRD-012",
        Severity.ERROR,
        f"The report is dated before the sample, or more than {LONGEST.days} days after it, and nothing else tells of the visit",
        variables=["REPORT_DAT", "SAMPLE_DAT"],
        reads={"BM": ["SUBJID", "VISIT", "BM_DAT"], "VS_ECOG": ["SUBJID", "VISIT", "DAT"]},
        query="采样日期为 {SAMPLE_DAT}，报告日期为 {REPORT_DAT}，请核实两个日期。 / "
        "The sample was taken on {SAMPLE_DAT} and reported on {REPORT_DAT}: please check both dates.",
    )
    def reported_after_sampling_alone(cls, pcr: pd.DataFrame, bm: pd.DataFrame, vs: pd.DataFrame) -> pd.Series:
        day = cls.at_visit(pcr, {"BM": (bm, "BM_DAT"), "VS_ECOG": (vs, "DAT")})
        return ~(cls.reported_wrongly(pcr) & day.isna())
