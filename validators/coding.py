"""The coding of adverse events: each event has one, each one an event, terms and codes are pairs; what is recorded twice."""

from __future__ import annotations

import numpy as np
import pandas as pd

from trialbook.checks import FormReader, RawForm, Severity, against, is_near, once, position_of, rule, value_at
from trialbook.checks.against import Against

CODES = ("LLT_CD", "PT_CD", "HLT_CD", "HLGT_CD", "SOC_CD")


KEY = ["SUBJID", "AE_NO"]
WORDS = {"AE": "AETERM", "AE_CODING": "PT"}


@once
def events(read: FormReader, frame: pd.DataFrame, form: str, dm: pd.DataFrame) -> pd.DataFrame:
    """Subject, number and words of each event; KNOWN: whether DM has the subject; AGAIN: whether another record has both too."""
    keys = pd.DataFrame({name: read.cells(frame, name, form) for name in KEY}).reset_index(drop=True)
    words = read.cells(frame, WORDS[form], form).reset_index(drop=True)
    known = read.derivation("in_demographics")(read, keys["SUBJID"], dm)
    return keys.assign(WORDS=words, KNOWN=known, AGAIN=keys.duplicated(keep=False), AT=np.arange(len(keys)))


def without(own: pd.DataFrame, other: pd.DataFrame) -> pd.Series:
    """The events of ``own``, of subjects that are known, whose subject and number ``other`` has not."""
    return own["KNOWN"] & ~pd.MultiIndex.from_frame(own[KEY]).isin(pd.MultiIndex.from_frame(other[KEY]))


@once
def astray(own: pd.DataFrame, other: pd.DataFrame) -> np.ndarray:
    """For each event that ``other`` has not (:func:`without`) the position there of a record that may be its; -1 for none.

    Such a one has its number and a subject whom nobody knows, or is one of two of its subject with one number; the wrong key is
    another rule's finding. It is none whose words go with others wherever events are coded, and none of which the subject is but
    a slip away from that of another such event.
    """
    words = value_at(other["WORDS"], position_of(other[KEY], own[KEY]), own.index)
    pairs = pd.DataFrame({"WORDS": own["WORDS"], "WORDS_": words})[~own["AGAIN"]]
    pairs = pairs[(pairs != "").all(axis=1)]
    beside = value_at(own["WORDS"], position_of(own[KEY], other[KEY]), other.index)
    other = other.assign(ITS_OWN=_among(beside, other["WORDS"], pairs))
    alone = own[without(own, other)]
    of_nobody = alone.merge(other[~other["KNOWN"]], on="AE_NO", suffixes=("", "_"))
    of_two = alone.merge(other[other["KNOWN"] & other["AGAIN"]], on="SUBJID", suffixes=("", "_")).assign(SUBJID_="")
    found = pd.concat([of_nobody, of_two], ignore_index=True)
    alike = _among(found["WORDS"], found["WORDS_"], pairs)
    coded_elsewhere = found["WORDS"].isin(pairs["WORDS"]) & found["WORDS_"].isin(pairs["WORDS_"])
    found = found.assign(ALIKE=alike)[alike | ~coded_elsewhere]
    slips = np.array([is_near(*pair) for pair in zip(found["SUBJID"], found["SUBJID_"], strict=True)], dtype=bool)
    found = found[slips | ~found["AT_"].isin(found.loc[slips, "AT_"])]
    found = found.sort_values(["ALIKE", "ITS_OWN", "AT_"], ascending=[False, True, False], kind="stable").drop_duplicates("AT")
    at = np.full(len(own), -1)
    at[found["AT"]] = found["AT_"]
    return at


def _among(words: pd.Series, others: pd.Series, pairs: pd.DataFrame) -> np.ndarray:
    return pd.MultiIndex.from_arrays([words, others]).isin(pd.MultiIndex.from_frame(pairs))


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
        own, other = events(cls.reader, ae, "AE", dm), events(cls.reader, coding, "AE_CODING", dm)
        return pd.Series(~without(own, other).to_numpy() | (astray(own, other) >= 0), index=ae.index)

    @rule(
        "IFN-AE-036",
        Severity.ERROR,
        "The event has no coding, unless one is its that has a wrong number or subject",
        variables=["SUBJID", "AE_NO", "AETERM"],
        mend=["AE_CODING.SUBJID", "AE_CODING.AE_NO"],
        reads={"AE_CODING": ["SUBJID", "AE_NO", "PT"], "DM": []},
        query="受试者 {SUBJID} 的第 {AE_NO} 号不良事件“{AETERM}”没有编码；编码表中的“{AE_CODING.PT}”"
        "（受试者 {AE_CODING.SUBJID}，第 {AE_CODING.AE_NO} 号）是否属于该事件？请核实其受试者和序号。 / "
        "Event {AE_NO} of {SUBJID}, “{AETERM}”, has no coding: is it {AE_CODING.PT}, which is entered for event "
        "{AE_CODING.AE_NO} of {AE_CODING.SUBJID}?",
        stands_for=["TB-AE-AEDECOD-FILLED"],
    )
    def has_a_coding_of_its_own(cls, ae: pd.DataFrame, coding: pd.DataFrame, dm: pd.DataFrame) -> Against:
        at = astray(events(cls.reader, ae, "AE", dm), events(cls.reader, coding, "AE_CODING", dm))
        return against(pd.Series(at < 0, index=ae.index), AE_CODING=at)

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
        at = position_of(events(cls.reader, coding, "AE_CODING", dm)[KEY], keys[KEY])
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
        own, other = events(cls.reader, coding, "AE_CODING", dm), events(cls.reader, ae, "AE", dm)
        return pd.Series(~without(own, other).to_numpy() | (astray(own, other) >= 0), index=coding.index)

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
