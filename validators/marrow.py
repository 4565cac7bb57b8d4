"""Marrow: blasts, quality of the sample and remission agree with each other and with the response."""

from __future__ import annotations

import numpy as np
import pandas as pd

from trialbook.checks import RawForm, Severity, against, once, position_of, rule, value_at
from trialbook.checks.against import Against
from trialbook.mapping.numbers import read_numbers

REMISSION = ("CR", "CRh", "CRi", "MORPHOLOGIC LEUKEMIA-FREE STATE")
RELAPSED, NOT_EVALUABLE = "RELAPSED DISEASE FROM CR", "NE"
MOST_BLASTS = 5
"""Percent of blasts in the marrow from which on there is no remission (ELN 2022)."""

RESPONSE = {"RESP": ["SUBJID", "VISIT", "ASSESS_DAT", "HEM_STATUS", "RELAPSE_SITE"]}
BOUND = r"[<>≤≥＜＞]"


class BMForm(RawForm, form="BM", across=False):
    @classmethod
    def blasts(cls, bm: pd.DataFrame) -> pd.Series:
        return read_numbers(cls.cells(bm, "BLAST_PCT"))

    @classmethod
    @once
    def response(cls, bm: pd.DataFrame, resp: pd.DataFrame) -> tuple[pd.Series, pd.Series, np.ndarray]:
        """What the response of the marrow's day says of remission and of the site of a relapse, and its position; "" and -1."""
        if not len(resp.columns):
            nothing = pd.Series("", index=bm.index, dtype="str")
            return nothing, nothing, np.full(len(bm), -1, dtype=np.int64)
        keys = pd.DataFrame({"subject": cls.cells(resp, "SUBJID", "RESP"), "day": cls.date(resp, "ASSESS_DAT", "RESP")})
        wanted = pd.DataFrame({"subject": cls.cells(bm, "SUBJID"), "day": cls.date(bm, "BM_DAT")})
        at = position_of(keys, wanted)
        said = [value_at(cls.term(resp, column, "RESP"), at, bm.index) for column in ("HEM_STATUS", "RELAPSE_SITE")]
        return said[0], said[1], at

    @classmethod
    def many_in_remission(cls, bm: pd.DataFrame) -> pd.Series:
        return cls.term(bm, "CR_STATUS").isin(REMISSION) & (cls.blasts(bm) >= MOST_BLASTS)

    @rule(
        "IFN-LB-007",
        Severity.ERROR,
        f"In remission by marrow and response, with {MOST_BLASTS} % of blasts or more",
        variables=["BLAST_PCT", "CR_STATUS"],
        reads=RESPONSE,
        mend=["BLAST_PCT"],
        query="骨髓评估为“{CR_STATUS}”，疗效评估为“{RESP.HEM_STATUS}”，但原始细胞比例为 {BLAST_PCT}%，请核实。 / "
        "Marrow ({CR_STATUS}) and response ({RESP.HEM_STATUS}) say remission, with {BLAST_PCT} % of blasts: please check them.",
        cites=["ELN 2022"],
    )
    def remission_has_few_blasts(cls, bm: pd.DataFrame, resp: pd.DataFrame) -> Against:
        status, _, at = cls.response(bm, resp)
        return against(~(cls.many_in_remission(bm) & (status == "CR")), RESP=at)

    @rule(
        "IFN-LB-018",
        Severity.ERROR,
        f"{MOST_BLASTS} % of blasts or more and a relapse, and the marrow is said to be in remission",
        variables=["CR_STATUS", "BLAST_PCT"],
        reads=RESPONSE,
        mend=["CR_STATUS"],
        query="原始细胞比例为 {BLAST_PCT}%，疗效评估为“{RESP.HEM_STATUS}”，但骨髓缓解状态为“{CR_STATUS}”，请核实。 / "
        "With {BLAST_PCT} % of blasts and the response {RESP.HEM_STATUS} the marrow is {CR_STATUS}: please check its status.",
        cites=["ELN 2022"],
    )
    def relapse_is_no_remission(cls, bm: pd.DataFrame, resp: pd.DataFrame) -> Against:
        status, _, at = cls.response(bm, resp)
        return against(~(cls.many_in_remission(bm) & (status == "RELAPSE")), RESP=at)

    @rule(
        "IFN-LB-019",
        Severity.ERROR,
        f"In remission, with {MOST_BLASTS} % of blasts or more",
        variables=["CR_STATUS", "BLAST_PCT"],
        reads=RESPONSE,
        optional=["RESP"],
        query="缓解状态为“{CR_STATUS}”，但原始细胞比例为 {BLAST_PCT}%，请核实。 / "
        "The marrow is {CR_STATUS} with {BLAST_PCT} % of blasts: which is right?",
        cites=["ELN 2022"],
    )
    def remission_has_few_blasts_alone(cls, bm: pd.DataFrame, resp: pd.DataFrame) -> pd.Series:
        """Where no response of the day tells which is wrong."""
        return ~(cls.many_in_remission(bm) & ~cls.response(bm, resp)[0].isin(["CR", "RELAPSE"]))

    @classmethod
    def few_in_relapse(cls, bm: pd.DataFrame) -> pd.Series:
        return (cls.term(bm, "CR_STATUS") == RELAPSED) & (cls.blasts(bm) < MOST_BLASTS)

    @rule(
        "IFN-LB-020",
        Severity.ERROR,
        f"Relapsed in the marrow, with less than {MOST_BLASTS} % of blasts",
        variables=["BLAST_PCT", "CR_STATUS"],
        reads=RESPONSE,
        mend=["BLAST_PCT"],
        query="骨髓评估为“{CR_STATUS}”，复发部位为“{RESP.RELAPSE_SITE}”，但原始细胞比例为 {BLAST_PCT}%，请核实。 / "
        "A relapse ({CR_STATUS}) at {RESP.RELAPSE_SITE}, with {BLAST_PCT} % of blasts: please check the blasts.",
        cites=["ELN 2022"],
    )
    def relapse_has_blasts(cls, bm: pd.DataFrame, resp: pd.DataFrame) -> Against:
        """One outside of the marrow needs none; without its site another rule asks for that."""
        status, site, at = cls.response(bm, resp)
        return against(~(cls.few_in_relapse(bm) & (status == "RELAPSE") & site.isin(["MARROW", "BOTH"])), RESP=at)

    @rule(
        "IFN-LB-021",
        Severity.ERROR,
        "In remission by blasts and response, and the marrow is said to be relapsed",
        variables=["CR_STATUS", "BLAST_PCT"],
        reads=RESPONSE,
        mend=["CR_STATUS"],
        query="原始细胞比例为 {BLAST_PCT}%，疗效评估为“{RESP.HEM_STATUS}”，但骨髓缓解状态为“{CR_STATUS}”，请核实。 / "
        "With {BLAST_PCT} % of blasts and the response {RESP.HEM_STATUS} the marrow is {CR_STATUS}: please check its status.",
        cites=["ELN 2022"],
    )
    def remission_is_no_relapse(cls, bm: pd.DataFrame, resp: pd.DataFrame) -> Against:
        status, _, at = cls.response(bm, resp)
        return against(~(cls.few_in_relapse(bm) & (status == "CR")), RESP=at)

    @rule(
        "IFN-LB-008",
        Severity.ERROR,
        "The blasts are no percentage",
        variables=["BLAST_PCT"],
        query="原始细胞比例“{BLAST_PCT}”不是 0–100 的数值，请核实。 / "
        "The blasts are given as {BLAST_PCT}: which percentage is it?",
    )
    def blasts_are_a_percentage(cls, bm: pd.DataFrame) -> pd.Series:
        collected = cls.cells(bm, "BLAST_PCT")
        bound = (
            collected.str.match(BOUND).astype(bool) & read_numbers(collected.str.replace(f"{BOUND}=?", "", regex=True)).notna()
        )
        return (collected == "") | bound | cls.blasts(bm).between(0, 100)

    @classmethod
    @once
    def sample(cls, bm: pd.DataFrame) -> tuple[pd.Series, pd.Series, pd.Series]:
        """Whether quality, blasts and status each say that the sample could be evaluated: 1, 0, or NaN for nothing said."""
        quality, status = cls.term(bm, "SAMPLE_QUALITY"), cls.term(bm, "CR_STATUS")
        return (
            (quality == "ADEQUATE").astype("float64").where(quality != ""),
            (cls.cells(bm, "BLAST_PCT") != "").astype("float64"),
            (status != NOT_EVALUABLE).astype("float64").where(status != ""),
        )

    @rule(
        "IFN-LB-009",
        Severity.WARNING,
        "The sample's quality is not what blasts and status say of it",
        variables=["SAMPLE_QUALITY", "BLAST_PCT", "CR_STATUS"],
        mend=["SAMPLE_QUALITY"],
        query="标本质量为“{SAMPLE_QUALITY}”，但原始细胞比例为 {BLAST_PCT}，缓解状态为“{CR_STATUS}”，请核实标本质量。 / "
        "The sample is {SAMPLE_QUALITY}, its blasts are {BLAST_PCT} and the marrow {CR_STATUS}: please check the quality.",
    )
    def quality_agrees_with_the_rest(cls, bm: pd.DataFrame) -> pd.Series:
        quality, counted, told = cls.sample(bm)
        return ~((quality != counted) & quality.notna() & ((told == counted) | told.isna()))

    @rule(
        "IFN-LB-022",
        Severity.WARNING,
        "Blasts are missing of a sample that was evaluated, or given of one that was not",
        variables=["BLAST_PCT", "SAMPLE_QUALITY", "CR_STATUS"],
        mend=["BLAST_PCT"],
        query="标本质量为“{SAMPLE_QUALITY}”，缓解状态为“{CR_STATUS}”，原始细胞比例为 {BLAST_PCT}，请核实。 / "
        "The sample is {SAMPLE_QUALITY} and the marrow {CR_STATUS}, and its blasts are {BLAST_PCT}: please check.",
    )
    def blasts_are_counted_where_they_can_be(cls, bm: pd.DataFrame) -> pd.Series:
        quality, counted, told = cls.sample(bm)
        return ~((quality != counted) & quality.notna() & (told == quality))

    @rule(
        "IFN-LB-023",
        Severity.WARNING,
        "The marrow has a status though it could not be evaluated, or none though it could",
        variables=["CR_STATUS", "SAMPLE_QUALITY", "BLAST_PCT"],
        mend=["CR_STATUS"],
        query="标本质量为“{SAMPLE_QUALITY}”，原始细胞比例为 {BLAST_PCT}，但缓解状态为“{CR_STATUS}”，请核实。 / "
        "The sample is {SAMPLE_QUALITY} and its blasts are {BLAST_PCT}, and the marrow is {CR_STATUS}: please check its status.",
    )
    def status_agrees_with_sample(cls, bm: pd.DataFrame) -> pd.Series:
        quality, counted, told = cls.sample(bm)
        return ~((quality == counted) & told.notna() & (told != quality))
