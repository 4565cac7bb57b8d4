"""The coding of adverse events: each event has one, each one an event, terms and codes are pairs; what is recorded twice."""

from __future__ import annotations

import numpy as np
import pandas as pd

from trialbook.checks import FormReader, RawForm, Severity, against, once, position_of, rule, value_at
from trialbook.checks.against import Against

CODES = ("LLT_CD", "PT_CD", "HLT_CD", "HLGT_CD", "SOC_CD")


@once
def events(read: FormReader, frame: pd.DataFrame, form: str, dm: pd.DataFrame) -> pd.DataFrame:
    """Subject and number of each event; KNOWN: whether DM has the subject; AGAIN: whether another record has both too."""
    keys = pd.DataFrame({"SUBJID": read.cells(frame, "SUBJID", form), "AE_NO": read.cells(frame, "AE_NO", form)})
    known = read.derivation("in_demographics")(read, keys["SUBJID"], dm)
    return keys.assign(KNOWN=known, AGAIN=keys.duplicated(["SUBJID", "AE_NO"], keep=False))


def without(own: pd.DataFrame, other: pd.DataFrame) -> pd.Series:
    """The events of ``own`` that ``other`` has not, where nothing but a missing record explains it.

    Not where the subject of either record is unknown, or where the other form has two records of one number of the subject:
    one of these may be meant, and its key is another rule's finding.
    """
    pairs = pd.MultiIndex.from_frame(own[["SUBJID", "AE_NO"]])
    there = pairs.isin(pd.MultiIndex.from_frame(other[["SUBJID", "AE_NO"]]))
    astray = own["AE_NO"].isin(other.loc[~other["KNOWN"], "AE_NO"])
    mistaken = own["SUBJID"].isin(other.loc[other["AGAIN"], "SUBJID"])
    return own["KNOWN"] & ~there & ~astray & ~mistaken


class AECoded(RawForm, form="AE"):
    @rule(
        "IFN-AE-020",
        Severity.ERROR,
        "The event is not coded",
        variables=["SUBJID", "AE_NO", "AETERM"],
        mend=["AE_CODING.PT"],
        reads={"AE_CODING": ["SUBJID", "AE_NO", "PT"], "DM": []},
        lacks=["AE_CODING"],
        cites=["SDTMIG 3.4 section 6.2.1"],
        stands_for=["TB-AE-AEDECOD-FILLED"],
    )
    def is_coded(cls, ae: pd.DataFrame, coding: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
        return ~without(events(cls.reader, ae, "AE", dm), events(cls.reader, coding, "AE_CODING", dm))

    @rule(
        "IFN-AE-025",
        Severity.WARNING,
        "The same event starts on the same day in an earlier record",
        variables=["AETERM", "START", "AE_NO"],
        reads={"AE": ["AETERM", "START"], "AE_CODING": [], "DM": []},
        query="第 {AE_NO} 号不良事件“{AETERM}”与另一不良事件（“{AE.AETERM}”，{AE.START}）的首选语和开始日期相同："
        "是否重复记录？ / "
        "Event {AE_NO}, “{AETERM}”, has the preferred term and the start of another one (“{AE.AETERM}”, {AE.START}): "
        "is it one event?",
        across=False,
    )
    def recorded_once(cls, ae: pd.DataFrame, own: pd.DataFrame, coding: pd.DataFrame, dm: pd.DataFrame) -> Against:
        """By the preferred term or by the site's words; records with one number are another rule's finding."""
        keys = events(cls.reader, ae, "AE", dm)
        at = position_of(events(cls.reader, coding, "AE_CODING", dm)[["SUBJID", "AE_NO"]], keys[["SUBJID", "AE_NO"]])
        term = value_at(cls.cells(coding, "PT", "AE_CODING"), at, ae.index)
        keys = keys.assign(TERM=term, WORDS=cls.cells(ae, "AETERM"), START=cls.date(ae, "START")).reset_index(drop=True)
        keys = keys[keys["KNOWN"] & ~keys["AGAIN"] & (keys["START"].str.len() >= len("2024-03"))]
        twin = np.full(len(ae), -1)
        for name in ("WORDS", "TERM"):
            same = keys[keys[name] != ""]
            first = pd.Series(same.index, index=same.index).groupby([same[one] for one in ("SUBJID", name, "START")])
            first = first.transform("min")
            twin[same.index] = np.where(first == same.index, twin[same.index], first)
        return against(pd.Series(twin < 0, index=ae.index), AE=twin)


class CodingForm(RawForm, form="AE_CODING"):
    @rule(
        "IFN-AE-021",
        Severity.ERROR,
        "A coding of an event that is not there",
        variables=["SUBJID", "AE_NO", "PT"],
        mend=["SUBJID", "AE_NO"],
        reads={"AE": ["SUBJID", "AE_NO"], "DM": []},
        lacks=["AE"],
        query="编码表中有受试者 {SUBJID} 的第 {AE_NO} 号不良事件（{PT}），但不良事件表中没有：序号是否有误，或记录已删除？ / "
        "Event {AE_NO} of {SUBJID} is coded as {PT} and is not among the adverse events: is the number wrong, "
        "or was the event removed?",
    )
    def event_exists(cls, coding: pd.DataFrame, ae: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
        return ~without(events(cls.reader, coding, "AE_CODING", dm), events(cls.reader, ae, "AE", dm))

    @rule(
        "IFN-AE-022",
        Severity.ERROR,
        "One preferred term with several codes, or one code with several terms",
        variables=["PT", "PT_CD"],
        mend=["PT", "PT_CD", "AE_CODING.PT", "AE_CODING.PT_CD"],
        reads={"AE_CODING": ["PT", "PT_CD"]},
        query="首选语“{PT}”与编码 {PT_CD} 的对应关系与其他记录不一致，请医学编码员核实。 / "
        "{PT} and {PT_CD} are not paired so in other records: for the medical coder to check, please.",
    )
    def term_and_code_are_a_pair(cls, coding: pd.DataFrame, own: pd.DataFrame) -> Against:
        """The rarer pair is the wrong one; of pairs as frequent the one that contradicts most others.

        Where that says nothing either, the later pair is asked about, and the earlier one may be meant as well.
        """
        pairs = pd.DataFrame({"PT": cls.cells(coding, "PT"), "PT_CD": cls.cells(coding, "PT_CD")}).reset_index(drop=True)
        pairs = pairs[(pairs != "").all(axis=1)]
        each = pairs.reset_index().groupby(["PT", "PT_CD"], sort=False)["index"].agg(["size", "min"]).reset_index()
        each["others"] = sum(each.groupby(name)["size"].transform("size") - 1 for name in ("PT", "PT_CD"))
        each["one"] = each.index
        held = pd.concat([each.merge(each, on=name, suffixes=("", "_")) for name in ("PT", "PT_CD")], ignore_index=True)
        held = held[held["one"] != held["one_"]]
        equal, alike = held["size"] == held["size_"], held["others"] == held["others_"]
        held = held.assign(
            rarer=(held["size"] < held["size_"]) | (equal & (held["others"] > held["others_"])),
            undecided=equal & alike & (held["min"] > held["min_"]),
        )
        wrong = held[held["rarer"] | held["undecided"]]
        meant = wrong[~wrong["one"].isin(wrong.loc[wrong["rarer"], "one"])].drop_duplicates("one").set_index("one")["min_"]
        each = each.assign(wrong=each["one"].isin(wrong["one"]), meant=each["one"].map(meant).fillna(-1))
        found = pairs.reset_index().merge(each, on=["PT", "PT_CD"]).set_index("index")
        bad, beside = np.zeros(len(coding), dtype=bool), np.full(len(coding), -1)
        bad[found.index], beside[found.index] = found["wrong"], found["meant"]
        return against(pd.Series(~bad, index=coding.index), AE_CODING=beside)

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
        across=False,
    )
    def codes_have_eight_digits(cls, coding: pd.DataFrame) -> pd.Series:
        good = pd.Series(True, index=coding.index)
        for column in CODES:
            code = cls.number(coding, column)
            good &= code.isna() | code.between(10_000_000, 99_999_999)
        return good
