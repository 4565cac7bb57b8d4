"""Measurable residual disease: copies, ratio, log reduction, result and dates of an assay say the same."""

from __future__ import annotations

import numpy as np
import pandas as pd

from trialbook.checks import RawForm, Severity, against, once, rule, value_of
from trialbook.checks.against import Against
from trialbook.mapping.numbers import last_place, read_numbers

ROUNDED = 0.01
"""By how much a log reduction of two digits may be off, however the laboratory rounds."""

FEWEST_RUNS = 3
"""So many runs of a subject tell whether all are off, or one."""

BOUND = r"^[<>]=?"


def plain(cells: pd.Series) -> pd.Series:
    """Texts with the usual signs and digits."""
    return cells.str.normalize("NFKC").str.replace(" ", "").str.replace("≤", "<=").str.replace("≥", ">=")


class PcrForm(RawForm, form="MRD_PCR", across=False):
    """Of ratio, copies and log reduction two decide about the third."""

    @classmethod
    @once
    def measured(cls, pcr: pd.DataFrame, dx: pd.DataFrame) -> pd.DataFrame:
        """Numbers by record: TARGET, ABL1, RATIO, LOD, COPIES (the ratio that the copies give), OFF (by how much the log
        reduction is more than ratio and diagnosis give), OFF_COPIES (the same of the copies), NEAR (how much OFF may be);
        AGREES: RATIO is COPIES as far as its digits go (NaN where one is not known).
        """
        cells = {name: cls.cells(pcr, name) for name in ("TARGET_COPIES", "ABL1_COPIES", "RATIO_PCT", "LOG_REDUCTION", "LOD_PCT")}
        table = pd.DataFrame({name: read_numbers(of) for name, of in cells.items()})
        table.columns = ["TARGET", "ABL1", "RATIO", "LOG", "LOD"]
        log = plain(cells["LOG_REDUCTION"])
        copies = 100 * table["TARGET"] / table["ABL1"].where(table["ABL1"] > 0)
        # A plain 0 says that nothing was detected, and is no rounded ratio.
        digit = last_place(cells["RATIO_PCT"]).where(table["RATIO"] > 0, 0)
        table["COPIES"] = copies
        agrees = ((table["RATIO"] - copies).abs() <= digit * (1 + 1e-9) + 1e-12).astype("float64")
        table["AGREES"] = agrees.where(table["RATIO"].notna() & copies.notna())
        number = cls.cells(pcr, "SUBJID")
        at_diagnosis = read_numbers(value_of(dx.assign(SUBJID=dx["SUBJID"].str.strip()), "QPCR_DX_RATIO_PCT", number, "SUBJID"))
        bound = read_numbers(log.str.replace(BOUND, "", regex=True))
        with np.errstate(divide="ignore", invalid="ignore"):
            expected = np.log10(at_diagnosis.where(at_diagnosis > 0))
            for name, of in (("OFF", table["RATIO"]), ("OFF_COPIES", copies)):
                seen = of.where(of > 0)
                # Where nothing was detected, the reduction is more than that at the limit of detection, which is never 0.
                limit = table["LOD"].where(log.str.match(">").astype(bool) & ~(of > 0) & (table["LOD"] > 0))
                table[name] = bound - (expected - np.log10(seen.where(seen.notna(), limit)))
        table["NEAR"] = ROUNDED + digit / table["RATIO"].where(table["RATIO"] > 0, np.inf)
        return table

    @classmethod
    def usual(cls, pcr: pd.DataFrame, off: pd.Series) -> pd.Series:
        """By record the middle of ``off`` over a subject's records, where it has enough and most are off: so is the diagnosis."""
        of_subject = off.groupby(cls.cells(pcr, "SUBJID"))
        middle = of_subject.transform("median")
        return middle.where((of_subject.transform("count") >= FEWEST_RUNS) & (middle.abs() > 2 * ROUNDED), 0)

    @classmethod
    @once
    def compared(cls, pcr: pd.DataFrame, dx: pd.DataFrame) -> tuple[pd.DataFrame, pd.Series, pd.Series]:
        """``measured``; whether the log reduction follows from the ratio, and from the copies (NaN: not known)."""
        table = cls.measured(pcr, dx)
        offset = cls.usual(pcr, table["OFF"])
        by_ratio, by_copies = (
            ((table[name] - offset).abs() <= table["NEAR"]).astype("float64").where(table[name].notna() & offset.notna())
            for name in ("OFF", "OFF_COPIES")
        )
        return table, by_ratio, by_copies

    @rule(
        "IFN-MRD-001",
        Severity.ERROR,
        "The ratio is not what the copies give, and the log reduction fits neither or is not known",
        variables=["RATIO_PCT", "TARGET_COPIES", "ABL1_COPIES"],
        reads={"DX": ["SUBJID", "QPCR_DX_RATIO_PCT"]},
        query="靶标 {TARGET_COPIES} 拷贝、ABL1 {ABL1_COPIES} 拷贝，与报告的比值 {RATIO_PCT}% 不符，请核实。 / "
        "{TARGET_COPIES} copies of the target and {ABL1_COPIES} of ABL1 do not give the ratio of {RATIO_PCT} %: please check.",
        stands_for=["IFN-GF-001"],
    )
    def ratio_follows_from_copies(cls, pcr: pd.DataFrame, dx: pd.DataFrame) -> pd.Series:
        table, by_ratio, by_copies = cls.compared(pcr, dx)
        return ~((table["AGREES"] == 0) & (by_ratio != 1) & (by_copies != 1))

    @rule(
        "IFN-MRD-002",
        Severity.ERROR,
        "The ratio is not what copies and log reduction give",
        variables=["RATIO_PCT", "TARGET_COPIES", "ABL1_COPIES", "LOG_REDUCTION"],
        reads={"DX": ["SUBJID", "QPCR_DX_RATIO_PCT"]},
        mend=["RATIO_PCT"],
        query="比值 {RATIO_PCT}% 与拷贝数（{TARGET_COPIES}/{ABL1_COPIES}）及下降对数值 {LOG_REDUCTION} 不符，请核实比值。 / "
        "The copies ({TARGET_COPIES}/{ABL1_COPIES}) and the log reduction of {LOG_REDUCTION} agree, and the ratio is "
        "{RATIO_PCT} %: please check the ratio.",
        stands_for=["IFN-GF-001"],
    )
    def ratio_is_the_one_of_the_others(cls, pcr: pd.DataFrame, dx: pd.DataFrame) -> pd.Series:
        table, by_ratio, by_copies = cls.compared(pcr, dx)
        return ~((table["AGREES"] == 0) & (by_copies == 1) & (by_ratio != 1))

    @rule(
        "IFN-MRD-003",
        Severity.ERROR,
        "The copies are not those of ratio and log reduction",
        variables=["TARGET_COPIES", "ABL1_COPIES", "RATIO_PCT", "LOG_REDUCTION"],
        reads={"DX": ["SUBJID", "QPCR_DX_RATIO_PCT"]},
        mend=["TARGET_COPIES", "ABL1_COPIES"],
        query="比值 {RATIO_PCT}% 与下降对数值 {LOG_REDUCTION} 一致，但拷贝数为 {TARGET_COPIES}/{ABL1_COPIES}，请核实拷贝数。 / "
        "The ratio of {RATIO_PCT} % and the log reduction of {LOG_REDUCTION} agree, and the copies are "
        "{TARGET_COPIES}/{ABL1_COPIES}: please check the copies.",
        stands_for=["IFN-GF-001"],
    )
    def copies_are_those_of_the_others(cls, pcr: pd.DataFrame, dx: pd.DataFrame) -> pd.Series:
        table, by_ratio, _ = cls.compared(pcr, dx)
        return ~((table["AGREES"] == 0) & (by_ratio == 1))

    @rule(
        "IFN-MRD-004",
        Severity.ERROR,
        "The log reduction is not what the ratio and that at diagnosis give",
        variables=["LOG_REDUCTION", "RATIO_PCT"],
        reads={"DX": ["SUBJID", "QPCR_DX_RATIO_PCT"]},
        mend=["LOG_REDUCTION"],
        query="诊断时比值为 {DX.QPCR_DX_RATIO_PCT}%，本次为 {RATIO_PCT}%，与下降对数值 {LOG_REDUCTION} 不符，请核实。 / "
        "From {DX.QPCR_DX_RATIO_PCT} % at diagnosis to {RATIO_PCT} % is no log reduction of {LOG_REDUCTION}: please check.",
        cites=["ELN 2021 MRD"],
    )
    def reduction_follows_from_ratios(cls, pcr: pd.DataFrame, dx: pd.DataFrame) -> pd.Series:
        """Where most of a subject's are off by as much, the ratio at diagnosis is wrong; of few runs nothing tells."""
        table, by_ratio, _ = cls.compared(pcr, dx)
        return ~((table["AGREES"] != 0) & (by_ratio == 0) & ~cls.few(pcr, table))

    @classmethod
    def few(cls, pcr: pd.DataFrame, table: pd.DataFrame) -> pd.Series:
        return table["OFF"].groupby(cls.cells(pcr, "SUBJID")).transform("count") < FEWEST_RUNS

    @rule(
        "IFN-MRD-007",
        Severity.ERROR,
        "The ratios at diagnosis and of the sample are no such log reduction",
        variables=["LOG_REDUCTION", "RATIO_PCT"],
        reads={"DX": ["SUBJID", "QPCR_DX_RATIO_PCT"]},
        mend=["LOG_REDUCTION", "DX.QPCR_DX_RATIO_PCT"],
        query="诊断时比值为 {DX.QPCR_DX_RATIO_PCT}%，本次为 {RATIO_PCT}%，与下降对数值 {LOG_REDUCTION} 不符，请核实。 / "
        "From {DX.QPCR_DX_RATIO_PCT} % at diagnosis to {RATIO_PCT} % is no log reduction of {LOG_REDUCTION}: please check.",
        cites=["ELN 2021 MRD"],
    )
    def reduction_or_diagnosis_is_right(cls, pcr: pd.DataFrame, dx: pd.DataFrame) -> pd.Series:
        table, by_ratio, _ = cls.compared(pcr, dx)
        return ~((table["AGREES"] != 0) & (by_ratio == 0) & cls.few(pcr, table))


class DiagnosisForm(RawForm, form="DX", across=False):
    @rule(
        "IFN-MRD-008",
        Severity.ERROR,
        "By the log reductions of most samples the ratio at diagnosis was another one",
        variables=["QPCR_DX_RATIO_PCT"],
        reads={"MRD_PCR": ["LOG_REDUCTION", "RATIO_PCT"]},
        query="按多数标本的比值和下降对数值推算，诊断时的比值不是 {QPCR_DX_RATIO_PCT}%，请核实。 / "
        "From the ratios and log reductions of most samples, the ratio at diagnosis is not {QPCR_DX_RATIO_PCT} %: please check.",
        cites=["ELN 2021 MRD"],
    )
    def samples_agree_with_diagnosis(cls, dx: pd.DataFrame, pcr: pd.DataFrame) -> Against:
        table = PcrForm.measured(pcr, dx)
        off = PcrForm.usual(pcr, table["OFF"])
        number = PcrForm.cells(pcr, "SUBJID")
        beside = pd.Series(np.arange(len(pcr)), index=pcr.index)[off != 0]
        first = cls.cells(dx, "SUBJID").map(beside.groupby(number[off != 0]).first()).fillna(-1).astype("int64")
        return against(first < 0, MRD_PCR=first)
