"""Response and relapse against what marrow and assay of the same day show."""

from __future__ import annotations

import numpy as np
import pandas as pd

from trialbook.checks import RawForm, Severity, against, once, position_of, rule
from trialbook.checks.against import Against
from trialbook.mapping.numbers import read_numbers

REMISSION = ("CR", "CRh", "CRi", "MORPHOLOGIC LEUKEMIA-FREE STATE")
RELAPSED = "RELAPSED DISEASE FROM CR"
MOST_BLASTS = 5
"""Percent of blasts in the marrow from which on there is no remission (ELN 2022)."""

ABSENT = ("NEGATIVE", "BELOW LIMIT OF DETECTION")
LEAST_RISE = 1
"""Log10 by which MRD rises from one positive sample to another in a relapse of it (ELN 2021)."""

MARROW = {"BM": ["SUBJID", "VISIT", "BM_DAT", "CR_STATUS", "BLAST_PCT"]}
ASSAY = {
    "MRD_PCR": [
        *("SUBJID", "VISIT", "SAMPLE_DAT", "SAMPLE_ID", "SPECIMEN", "TARGET", "REPORT_DAT", "BATCH"),
        *("RESULT", "RATIO_PCT", "TARGET_COPIES", "ABL1_COPIES", "LOG_REDUCTION"),
    ]
}


class ResponseForm(RawForm, form="RESP", across=False):
    @classmethod
    def day(cls, resp: pd.DataFrame) -> pd.DataFrame:
        return pd.DataFrame({"subject": cls.cells(resp, "SUBJID"), "day": cls.date(resp, "ASSESS_DAT")})

    @classmethod
    @once
    def marrow(cls, resp: pd.DataFrame, bm: pd.DataFrame) -> tuple[pd.Series, np.ndarray]:
        """What status and blasts of the marrow of the day both say, and its position: CR, RELAPSE, or "" where they disagree."""
        keys = pd.DataFrame({"subject": cls.cells(bm, "SUBJID", "BM"), "day": cls.date(bm, "BM_DAT", "BM")})
        status, blasts = cls.term(bm, "CR_STATUS", "BM"), read_numbers(cls.cells(bm, "BLAST_PCT", "BM"))
        says = np.select(
            [status.isin(REMISSION) & (blasts < MOST_BLASTS), (status == RELAPSED) & (blasts >= MOST_BLASTS)],
            ["CR", "RELAPSE"],
            "",
        )
        at = position_of(keys, cls.day(resp))
        # A response whose own visit has a marrow of another day has a wrong date, or is of that one.
        named, visit = cls.term(bm, "VISIT", "BM"), cls.term(resp, "VISIT")
        own = pd.MultiIndex.from_arrays([cls.cells(resp, "SUBJID"), visit]).isin(
            pd.MultiIndex.from_arrays([keys["subject"], named])
        )
        at = np.where(own & (np.append(named.to_numpy(), "")[at] != visit.to_numpy()), -1, at)
        return pd.Series(np.append(says, "")[at], index=resp.index, dtype="str"), at

    @rule(
        "IFN-RS-002",
        Severity.ERROR,
        "Date and site of a relapse, but no relapse",
        variables=["HEM_STATUS", "RELAPSE_DAT", "RELAPSE_SITE"],
        mend=["HEM_STATUS"],
        reads=MARROW,
        optional=["BM"],
        query="填写了复发日期 {RELAPSE_DAT} 和部位“{RELAPSE_SITE}”，但血液学状态为“{HEM_STATUS}”"
        "（同日骨髓：“{BM.CR_STATUS}”，原始细胞 {BM.BLAST_PCT}%），请核实。 / "
        "There is a relapse on {RELAPSE_DAT} at {RELAPSE_SITE} and the status is {HEM_STATUS} (marrow of the day: "
        "{BM.CR_STATUS}, blasts {BM.BLAST_PCT} %): please check the status.",
    )
    def told_relapse_is_one(cls, resp: pd.DataFrame, bm: pd.DataFrame) -> Against:
        dated, sited = cls.cells(resp, "RELAPSE_DAT") != "", cls.cells(resp, "RELAPSE_SITE") != ""
        at = cls.marrow(resp, bm)[1] if len(bm.columns) else np.full(len(resp), -1, dtype=np.int64)
        return against(~(dated & sited & (cls.term(resp, "HEM_STATUS") == "CR")), BM=at)

    @rule(
        "IFN-RS-016",
        Severity.ERROR,
        "In remission by the response, and relapsed by status and blasts of the marrow",
        variables=["HEM_STATUS"],
        reads=MARROW,
        query="血液学状态为“{HEM_STATUS}”，但同日骨髓为“{BM.CR_STATUS}”，原始细胞 {BM.BLAST_PCT}%，请核实。 / "
        "The status is {HEM_STATUS}, and the marrow of the day {BM.CR_STATUS} with {BM.BLAST_PCT} % of blasts: please check.",
        cites=["ELN 2022"],
    )
    def remission_has_no_relapsed_marrow(cls, resp: pd.DataFrame, bm: pd.DataFrame) -> Against:
        """Where date and site of a relapse are given, another rule tells of the status."""
        says, at = cls.marrow(resp, bm)
        told = (cls.cells(resp, "RELAPSE_DAT") != "") | (cls.cells(resp, "RELAPSE_SITE") != "")
        return against(~((cls.term(resp, "HEM_STATUS") == "CR") & (says == "RELAPSE") & ~told), BM=at)

    @rule(
        "IFN-RS-017",
        Severity.ERROR,
        "A relapse in the marrow by the response, and status and blasts of the marrow say remission",
        variables=["HEM_STATUS", "RELAPSE_SITE"],
        reads=MARROW,
        mend=["HEM_STATUS", "RELAPSE_SITE", "BM.CR_STATUS", "BM.BLAST_PCT"],
        query="血液学状态为“{HEM_STATUS}”，复发部位为“{RELAPSE_SITE}”，但同日骨髓为“{BM.CR_STATUS}”，"
        "原始细胞 {BM.BLAST_PCT}%，请核实。 / "
        "The status is {HEM_STATUS} at {RELAPSE_SITE}, and the marrow of the day {BM.CR_STATUS} with {BM.BLAST_PCT} % of blasts: "
        "please check.",
        cites=["ELN 2022"],
    )
    def relapse_has_relapsed_marrow(cls, resp: pd.DataFrame, bm: pd.DataFrame) -> Against:
        says, at = cls.marrow(resp, bm)
        outside = cls.term(resp, "RELAPSE_SITE") == "EXTRAMEDULLARY"
        return against(~((cls.term(resp, "HEM_STATUS") == "RELAPSE") & ~outside & (says == "CR")), BM=at)

    @classmethod
    @once
    def runs(cls, pcr: pd.DataFrame) -> pd.DataFrame:
        """By record of the assay: subject, day, whether it is of marrow, SAYS (what it says, if it agrees in itself), ratio, and
        least: that of its copies, where that is lower.

        An inadequate run, of too few copies of ABL1, can't be evaluated.
        """
        result = cls.term(pcr, "RESULT", "MRD_PCR")
        ratio, target, abl1, log = (
            read_numbers(cls.cells(pcr, column, "MRD_PCR"))
            for column in ("RATIO_PCT", "TARGET_COPIES", "ABL1_COPIES", "LOG_REDUCTION")
        )
        least = float(str(cls.protocol.analysis.setting("MRD_ABL1_COPIES").value))
        seen = (ratio > 0) & ~(target == 0)
        says = np.select(
            [
                (result == "NOT EVALUABLE") & ~(abl1 >= least),
                (result == "POSITIVE") & seen & ~(abl1 < least),
                result.isin(ABSENT) & ~seen & log.isna() & ~(abl1 < least),
            ],
            ["NOT EVALUABLE", "POSITIVE", "NEGATIVE"],
            "",
        )
        return pd.DataFrame(
            {
                "subject": cls.cells(pcr, "SUBJID", "MRD_PCR"),
                "day": cls.date(pcr, "SAMPLE_DAT", "MRD_PCR"),
                "marrow": cls.term(pcr, "SPECIMEN", "MRD_PCR") == "BONE MARROW",
                "says": says,
                "ratio": ratio,
                "least": np.fmin(ratio, (100 * target / abl1.where(abl1 > 0)).where(target > 0)),
                "log": log,
                "at": np.arange(len(pcr)),
            }
        )

    @classmethod
    @once
    def assay(cls, resp: pd.DataFrame, pcr: pd.DataFrame) -> tuple[pd.Series, np.ndarray]:
        """What the run that counts of the day's marrow says, and its position; "" and -1 where none does or several disagree."""
        runs = cls.runs(pcr)
        runs = runs[runs["marrow"] & (runs["subject"] != "") & (runs["day"] != "")]
        # Of several runs of a sample the adequate one counts; one that contradicts itself says nothing, and hides the others.
        unclear = (runs["says"] == "").groupby([runs["subject"], runs["day"]]).transform("any")
        counted = runs[~unclear].sort_values("says", key=lambda says: says == "NOT EVALUABLE", kind="stable")
        adequate = counted[counted["says"] != "NOT EVALUABLE"]
        several = adequate.groupby(["subject", "day"])["says"].nunique()
        first = counted.drop_duplicates(["subject", "day"]).set_index(["subject", "day"])
        first = first.drop(several.index[several > 1], errors="ignore")
        keys = pd.MultiIndex.from_frame(cls.day(resp))
        at = first["at"].reindex(keys).fillna(-1).to_numpy(dtype=np.int64)
        says = first["says"].reindex(keys).fillna("").to_numpy()
        return pd.Series(says, index=resp.index, dtype="str"), at

    @rule(
        "IFN-RS-018",
        Severity.ERROR,
        "The status of MRD is not what the assay of the day's marrow says",
        variables=["MRD_STATUS"],
        reads=ASSAY,
        query="MRD状态为“{MRD_STATUS}”，但同日骨髓分子MRD结果为“{MRD_PCR.RESULT}”（比值 {MRD_PCR.RATIO_PCT}%），请核实。 / "
        "MRD is {MRD_STATUS}, and the assay of the day's marrow {MRD_PCR.RESULT} (ratio {MRD_PCR.RATIO_PCT} %): please check.",
    )
    def status_is_the_assays(cls, resp: pd.DataFrame, pcr: pd.DataFrame) -> Against:
        """Of several runs the adequate one counts; an assay that contradicts itself decides nothing."""
        says, at = cls.assay(resp, pcr)
        status = cls.term(resp, "MRD_STATUS")
        return against(~((status != "") & (says != "") & (status != says)), MRD_PCR=at)

    @rule(
        "IFN-RS-009",
        Severity.ERROR,
        "An MRD relapse, but MRD is negative",
        variables=["MRD_STATUS", "MRD_RELAPSE_DAT"],
        reads=ASSAY,
        optional=["MRD_PCR"],
        query="填写了MRD复发日期 {MRD_RELAPSE_DAT}，但MRD状态为“{MRD_STATUS}”，请核实。 / "
        "There is an MRD relapse on {MRD_RELAPSE_DAT} and MRD is {MRD_STATUS}: which is right?",
    )
    def mrd_relapse_is_positive(cls, resp: pd.DataFrame, pcr: pd.DataFrame) -> Against:
        """Where the assay is positive, the status is wrong, and its rule says so."""
        says, at = pd.Series("", index=resp.index, dtype="str"), np.full(len(resp), -1, dtype=np.int64)
        if len(pcr.columns):
            says, at = cls.assay(resp, pcr)
        contradicts = (cls.cells(resp, "MRD_RELAPSE_DAT") != "") & (cls.term(resp, "MRD_STATUS") == "NEGATIVE")
        return against(~(contradicts & ~says.isin(["POSITIVE", "NOT EVALUABLE"])), MRD_PCR=at)

    @rule(
        "IFN-RS-019",
        Severity.WARNING,
        f"An MRD relapse, and the assays show neither a negative sample before it nor a rise by {LEAST_RISE} log10",
        variables=["MRD_RELAPSE_DAT"],
        reads=ASSAY,
        query="填写了MRD复发日期 {MRD_RELAPSE_DAT}，但此前无阴性标本，且该日比值 {MRD_PCR.RATIO_PCT}% 较此前最低值上升不足"
        f" {LEAST_RISE} 个对数级，请核实。 / "
        "There is an MRD relapse on {MRD_RELAPSE_DAT}, without a negative sample before it, and the ratio of that day, "
        f"{{MRD_PCR.RATIO_PCT}} %, is no rise by {LEAST_RISE} log10: please check.",
        cites=["ELN 2021 MRD"],
    )
    def mrd_relapse_is_a_rise(cls, resp: pd.DataFrame, pcr: pd.DataFrame) -> Against:
        """Judged by samples of marrow; one before that could not be evaluated may have been the lowest.

        Of a ratio before and its copies that disagree, which is wrong another rule asks; the lower one may be right.
        """
        wanted = pd.DataFrame({"subject": cls.cells(resp, "SUBJID"), "day": cls.date(resp, "MRD_RELAPSE_DAT")})
        wanted = wanted[(wanted["subject"] != "") & (wanted["day"] != "")]
        runs = cls.runs(pcr)
        runs = runs[runs["marrow"] & (runs["day"] != "")]
        mask, at = np.ones(len(resp), dtype=bool), np.full(len(resp), -1, dtype=np.int64)
        for index, (subject, day) in zip(np.flatnonzero(resp.index.isin(wanted.index)), wanted.to_numpy(), strict=True):
            own = runs[runs["subject"] == subject]
            now, earlier = own[(own["day"] == day) & (own["says"] == "POSITIVE")], own[own["day"] < day]
            if len(now) == 1 and len(earlier) and earlier["says"].eq("POSITIVE").all():
                at[index] = now["at"].iloc[0]
                mask[index] = np.log10(now["ratio"].iloc[0] / earlier["least"].min()) >= LEAST_RISE
        return against(mask, MRD_PCR=at)
