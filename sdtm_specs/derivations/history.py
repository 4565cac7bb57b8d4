"""What was before the study: chemotherapy, the leukemia at diagnosis and its marker since, other trials."""

from __future__ import annotations

import re
from collections.abc import Callable

import pandas as pd

from trialbook.mapping.datetimes import read_iso8601


def consolidation_cycles(subjid: pd.Series, last: pd.Series, **forms: pd.DataFrame) -> pd.Series:
    """How many cycles of consolidation a subject had; empty where nothing is known of its chemotherapy, or not of each record."""
    return _count_cycles(subjid, forms["PRIORCHEMO"], lambda cycles: pd.Series("Y", index=cycles.index))


def hdac_cycles(subjid: pd.Series, last: pd.Series, **forms: pd.DataFrame) -> pd.Series:
    """How many of them were of high-dose cytarabine; empty also where that is not said of each."""
    return _count_cycles(subjid, forms["PRIORCHEMO"], lambda cycles: cycles["HDAC_YN"])


def _count_cycles(subjid: pd.Series, chemo: pd.DataFrame, counts: Callable[[pd.DataFrame], pd.Series]) -> pd.Series:
    """The distinct numbers of the cycles of consolidation that count (``Y``; a number entered twice is one cycle)."""
    cycles = chemo[chemo["PHASE"] == "CONSOLIDATION"]
    counted = counts(cycles)
    unclear = ~chemo["PHASE"].isin(["INDUCTION", "CONSOLIDATION"])
    unclear |= pd.Series(~counted.isin(["Y", "N"]) | (cycles["CYCLE_NO"] == ""), index=cycles.index).reindex(
        chemo.index, fill_value=False
    )
    number = cycles["CYCLE_NO"].where(counted == "Y").groupby(cycles["SUBJID"]).nunique()
    known = set(chemo["SUBJID"]) - set(chemo.loc[unclear, "SUBJID"])
    found = {subject: str(int(number.get(subject, 0))) for subject in known}
    return subjid.map({subject: found.get(subject, "") for subject in subjid.unique()}).astype("str")


def molecular_ratio(result: pd.Series, ratio: pd.Series) -> pd.Series:
    """The ratio of target to ABL1 in %, 0 where nothing was detected; empty where the two disagree, or neither says it.

    Not detected is negative, below the limit of detection, or ND (not detected) in place of a ratio.
    """
    text = ratio.str.normalize("NFKC").str.strip()
    number = pd.to_numeric(text, errors="coerce")
    absent = result.isin(["NEGATIVE", "BELOW LIMIT OF DETECTION"])
    nothing = (absent & ~(number > 0)) | ((result == "") & text.str.upper().isin(["ND", "未检出"]))
    measured = ~absent & (number.notna() | (text != ""))
    contradicts = (result == "POSITIVE") & (number == 0)
    return text.where(measured & ~contradicts, "").mask(nothing, "0").astype("str")


_PROMYELOCYTIC = re.compile(r"\bAPL\b|早幼粒|promyelocytic|PML|\bM3v?\b|t\(15;17\)", re.IGNORECASE | re.ASCII)
_NORMAL = re.compile(r"46,X[XY](\[\d+\])?|(正常|正常核型|normal|normal karyotype)", re.IGNORECASE)
_KARYOTYPE = re.compile(r"\d{2}(~\d{2})?(<\dn>)?,[XY]")


def promyelocytic(subtype: pd.Series) -> pd.Series:
    """Whether a WHO subtype is acute promyelocytic leukemia, as sites write it; empty without a subtype."""
    return _said(subtype, lambda text: "Y" if _PROMYELOCYTIC.search(text) else "N")


def normal_karyotype(karyotype: pd.Series) -> pd.Series:
    """Whether a karyotype (ISCN) is normal: all of its cells are 46,XX or 46,XY. Empty where it is none, as when it failed."""

    def normal(text: str) -> str:
        bare = re.sub(r"\s", "", text)
        if _NORMAL.fullmatch(bare) or _NORMAL.fullmatch(text):
            return "Y"
        return "N" if _KARYOTYPE.match(bare) else ""

    return _said(karyotype, normal)


_NEVER = frozenset(("无", "没有", "未参加", "从未", "从未参加", "否", "none", "never", "no", "n"))
_TRIAL_DATES = ("y/m/d", "y-m-d", "d-mmm-y", "y年m月d日")


def last_trial(date: pd.Series) -> pd.Series:
    """When a subject last took part in another trial, in ISO 8601; NONE for never; what is neither stays as it is written."""
    plain = date.str.normalize("NFKC").str.strip()
    read = read_iso8601(plain, _TRIAL_DATES, ())
    return read.where(read != "", plain).mask(plain.str.lower().isin(_NEVER), "NONE").astype("str")


def _said(texts: pd.Series, meaning: Callable[[str], str]) -> pd.Series:
    """What each text means, full-width letters as the usual ones; empty for an empty one."""
    plain = texts.str.normalize("NFKC").str.strip()
    return plain.map({text: meaning(text) if text else "" for text in plain.unique()}).astype("str")
