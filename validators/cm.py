"""Concomitant medication: its course, and whether it is for an event that is recorded."""

from __future__ import annotations

import numpy as np
import pandas as pd

from trialbook.checks import FormReader, RawForm, Severity, against, before, once, rule, value_beside, words
from trialbook.checks.against import Against
from trialbook.datasets.iso8601 import split

MOST_YEARS = 5
"""Assumption, as of all dates: recruitment and follow-up last less."""

LIFETIME = 120
"""Years: a drug may have been taken for as long as a person lives."""


class CMForm(RawForm, form="CM"):
    @classmethod
    def years_off(cls, cm: pd.DataFrame, column: str) -> pd.Series:
        """Years from the middle of all dates of the form; NaN where there is none."""
        years = {one: split(cls.date(cm, one))["y"] for one in ("START", "END")}
        return years[column] - pd.concat(list(years.values())).median()

    @rule(
        "IFN-DATE-CM-START",
        Severity.ERROR,
        f"START lies more than {MOST_YEARS} years after the other dates of the form, or a lifetime before them",
        variables=["START"],
        query=f"开始日期 {{START}} 晚于其他日期 {MOST_YEARS} 年以上，或过早，请核实年份。 / "
        f"{{START}} lies more than {MOST_YEARS} years after the other dates, or a lifetime before: please check the year.",
        told_by=["TB-RAW-CM-START-FUTURE"],
    )
    def start_is_near(cls, cm: pd.DataFrame) -> pd.Series:
        return ~((cls.years_off(cm, "START") > MOST_YEARS) | (cls.years_off(cm, "START") < -LIFETIME))

    @rule(
        "IFN-DATE-CM-END",
        Severity.ERROR,
        f"END lies more than {MOST_YEARS} years from the other dates of the form",
        variables=["END"],
        query=f"结束日期 {{END}} 与其他日期相差 {MOST_YEARS} 年以上，请核实年份。 / "
        f"{{END}} lies more than {MOST_YEARS} years from the other dates: please check the year.",
        told_by=["TB-RAW-CM-END-FUTURE"],
    )
    def end_is_near(cls, cm: pd.DataFrame) -> pd.Series:
        return ~(cls.years_off(cm, "END").abs() > MOST_YEARS)

    @rule(
        "IFN-CM-011",
        Severity.ERROR,
        "The medication ends before it starts",
        variables=["START", "END"],
        query="“{CMTRT}”的结束日期 {END} 早于开始日期 {START}，请核实。 / "
        "{CMTRT} ends on {END}, before its start on {START}: please check both dates.",
        across=False,
    )
    def ends_after_start(cls, cm: pd.DataFrame) -> pd.Series:
        return ~before(cls.date(cm, "END"), cls.date(cm, "START"))

    @rule(
        "IFN-CM-012",
        Severity.ERROR,
        "Ongoing, but has an end date; or neither ongoing nor ended",
        variables=["ONGO", "END"],
        query="“{CMTRT}”是否继续为“{ONGO}”，结束日期为 {END}，请核实。 / "
        "{CMTRT} is ongoing: {ONGO}, and ends on {END}: which is right?",
        across=False,
    )
    def ongoing_or_ended(cls, cm: pd.DataFrame) -> pd.Series:
        """What can't be read as yes or no is another rule's finding."""
        ongoing, ended = cls.term(cm, "ONGO"), cls.cells(cm, "END") != ""
        unread = (ongoing == "") & (cls.cells(cm, "ONGO") != "")
        return unread | ((ongoing == "Y") != ended)


@once
def pairs(read: FormReader, cm: pd.DataFrame, ae: pd.DataFrame, dm: pd.DataFrame) -> pd.DataFrame:
    """Each drug with each event of its subject: their positions (CM, AE), SAME (the event is named as the reason), and dates."""
    first = read.derivation("first_screening_number")
    drugs = pd.DataFrame(
        {
            "OF": first(read.cells(cm, "SUBJID", "CM"), dm),
            "CM": np.arange(len(cm)),
            "REASON": words(read.cells(cm, "INDICATION", "CM")),
            "BEGIN": read.date(cm, "START", "CM"),
        }
    )
    events = pd.DataFrame(
        {
            "OF": first(read.cells(ae, "SUBJID", "AE"), dm),
            "AE": np.arange(len(ae)),
            "TERM": words(read.cells(ae, "AETERM", "AE")),
            "START": read.date(ae, "START", "AE"),
            "END": read.date(ae, "END", "AE"),
            "TREATED": read.term(ae, "TREATMENT_YN", "AE"),
        }
    )
    known = drugs["OF"].isin(set(first(read.cells(dm, "SUBJID", "DM"), dm)) - {""})
    both = drugs[known].merge(events, on="OF")
    inside = (both["BEGIN"] != "") & ~before(both["BEGIN"], both["START"]) & ~before(both["END"], both["BEGIN"])
    return both.assign(SAME=(both["REASON"] == both["TERM"]) & (both["TERM"] != ""), INSIDE=inside)


@once
def strays(read: FormReader, frame: pd.DataFrame, form: str, column: str, dm: pd.DataFrame) -> set[str]:
    """The words in the column of records whose subject nobody knows: any subject's may be among them."""
    unknown = ~read.derivation("in_demographics")(read, read.cells(frame, "SUBJID", form), dm)
    return set(words(read.cells(frame, column, form))[unknown]) - {""}


class CMFor(RawForm, form="CM"):
    @classmethod
    @once
    def unexplained(cls, cm: pd.DataFrame, ae: pd.DataFrame, dm: pd.DataFrame) -> tuple[pd.Series, pd.DataFrame]:
        """Where the reason is the name of an event that others had, and not the subject; and all pairs of drug and event.

        Not what was taken before consent, which belongs to the history, nor where a record of an event has no subject.
        """
        table = pairs(cls.reader, cm, ae, dm)
        reason = words(cls.cells(cm, "INDICATION"))
        names = set(words(cls.cells(ae, "AETERM", "AE"))) - {""} - strays(cls.reader, ae, "AE", "AETERM", dm)
        number = cls.cells(cm, "SUBJID")
        consent = value_beside(cls.date(dm, "ICF_DAT", "DM"), cls.cells(dm, "SUBJID", "DM"), number)
        begin = cls.date(cm, "START")
        inside = cls.derivation("in_demographics")(cls.reader, number, dm) & (begin != "") & (consent != "")
        named = pd.Series(np.isin(np.arange(len(cm)), table.loc[table["SAME"], "CM"]), index=cm.index)
        return reason.isin(names) & ~named & inside & ~before(begin, consent), table

    @classmethod
    def meant(cls, cm: pd.DataFrame, table: pd.DataFrame) -> np.ndarray:
        """For each drug the one event for which it may be given, -1 for none or several.

        That is one during which it was begun, which is treated and named by no drug; else one that is recorded twice: its later
        record may stand in the place of another event.
        """
        named = table.groupby("AE")["SAME"].transform("any").astype(bool)
        during = table[table["INSIDE"] & (table["TREATED"] != "N") & ~named]
        during = during[~during["CM"].duplicated(keep=False)].set_index("CM")["AE"]
        twice = table[table.duplicated(["CM", "TERM", "START"]) & (table["TERM"] != "")]
        twice = twice.drop_duplicates("CM", keep="last").set_index("CM")["AE"]
        every = np.arange(len(cm))
        return during.reindex(every).fillna(twice.reindex(every)).fillna(-1).to_numpy(dtype=np.int64)

    @rule(
        "IFN-CM-013",
        Severity.WARNING,
        "Given for an adverse event that is not recorded",
        variables=["INDICATION", "CMTRT", "START"],
        mend=["INDICATION"],
        reads={"AE": [], "DM": []},
        lacks=["AE"],
        query="“{CMTRT}”（{START} 开始）的用药原因为“{INDICATION}”，但不良事件表中无此事件，请补充或更正用药原因。 / "
        "{CMTRT}, from {START}, is given for {INDICATION}, which is not among the adverse events: please complete them, "
        "or correct the reason.",
        cites=["ICH E6"],
    )
    def event_is_recorded(cls, cm: pd.DataFrame, ae: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
        wrong, table = cls.unexplained(cm, ae, dm)
        return ~(wrong & (cls.meant(cm, table) < 0))

    @rule(
        "IFN-CM-014",
        Severity.WARNING,
        "Given for an event that is not recorded, during another one that is treated and has no medication",
        variables=["INDICATION", "CMTRT", "START"],
        mend=["INDICATION", "AE.AETERM"],
        reads={"AE": ["AETERM", "START", "END"], "DM": []},
        query="“{CMTRT}”（{START} 开始）的用药原因为“{INDICATION}”，同期的不良事件记录为“{AE.AETERM}”：是否为同一事件？ / "
        "{CMTRT}, from {START}, is given for {INDICATION}; the event of that time is recorded as {AE.AETERM}: is it the same?",
    )
    def reason_is_the_event(cls, cm: pd.DataFrame, ae: pd.DataFrame, dm: pd.DataFrame) -> Against:
        wrong, table = cls.unexplained(cm, ae, dm)
        meant = cls.meant(cm, table)
        return against(~(wrong & (meant >= 0)), AE=meant)

    @rule(
        "IFN-CM-015",
        Severity.WARNING,
        "Begun before the event for which it is given, or after its end",
        variables=["START", "INDICATION"],
        mend=["START", "AE.START", "AE.END"],
        reads={"AE": ["START", "END"], "DM": []},
        query="用药原因“{INDICATION}”的不良事件从 {AE.START} 至 {AE.END}，但用药于 {START} 开始，请核实日期。 / "
        "The medication for {INDICATION} starts on {START}, the event lasts from {AE.START} to {AE.END}: please check the dates.",
        across=False,
    )
    def begun_during_the_event(cls, cm: pd.DataFrame, ae: pd.DataFrame, dm: pd.DataFrame) -> Against:
        """An event that is named twice may be either; an end before its start is another rule's finding."""
        table = pairs(cls.reader, cm, ae, dm)
        one = table[table["SAME"]]
        one = one[~one["CM"].duplicated(keep=False)]
        wrong = before(one["BEGIN"], one["START"]) | (before(one["END"], one["BEGIN"]) & ~before(one["END"], one["START"]))
        at = one[wrong].set_index("CM")["AE"].reindex(np.arange(len(cm))).fillna(-1).to_numpy(dtype=np.int64)
        return against(pd.Series(at < 0, index=cm.index), AE=at)


class AETreated(RawForm, form="AE"):
    @rule(
        "IFN-CM-016",
        Severity.WARNING,
        "Treated, but no medication is recorded for it",
        variables=["TREATMENT_YN", "AETERM", "START"],
        mend=["TREATMENT_YN"],
        reads={"CM": [], "DM": []},
        lacks=["CM"],
        query="“{AETERM}”（{START} 开始）已予治疗，但合并用药表中无相应记录，请补充；如为非药物治疗请说明。 / "
        "“{AETERM}” (from {START}) was treated, and no medication is recorded for it: please complete it, or say how it was "
        "treated otherwise.",
    )
    def treatment_is_recorded(cls, ae: pd.DataFrame, cm: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
        """What was begun during the event for a reason that is none of the subject's events may be meant for it; so may what was
        begun on a day that can't be read."""
        table = pairs(cls.reader, cm, ae, dm)
        elsewhere = table.groupby("CM")["SAME"].transform("any").astype(bool)
        undated = (cls.cells(cm, "START", "CM") != "") & (cls.date(cm, "START", "CM") == "")
        inside = table["INSIDE"] | table["CM"].isin(np.flatnonzero(undated))
        covered = set(table.loc[table["SAME"] | (inside & ~elsewhere), "AE"])
        has = np.isin(np.arange(len(ae)), list(covered)) | words(cls.cells(ae, "AETERM")).isin(
            strays(cls.reader, cm, "CM", "INDICATION", dm)
        )
        known = cls.derivation("in_demographics")(cls.reader, cls.cells(ae, "SUBJID"), dm)
        return ~(known & (cls.term(ae, "TREATMENT_YN") == "Y") & (cls.cells(ae, "AETERM") != "") & ~has)

    @rule(
        "IFN-CM-017",
        Severity.WARNING,
        "Not treated, but a medication is given for it",
        variables=["TREATMENT_YN", "AETERM"],
        mend=["TREATMENT_YN", "CM.INDICATION"],
        reads={"CM": ["CMTRT", "INDICATION", "START"], "DM": []},
        query="“{AETERM}”记录为未治疗，但“{CM.CMTRT}”（{CM.START} 开始）的用药原因为“{CM.INDICATION}”，请核实。 / "
        "“{AETERM}” is marked as not treated, and {CM.CMTRT} (from {CM.START}) is given for {CM.INDICATION}: which is right?",
        across=False,
    )
    def untreated_has_no_medication(cls, ae: pd.DataFrame, cm: pd.DataFrame, dm: pd.DataFrame) -> Against:
        """Of events with one name a drug is for one that is treated."""
        table = pairs(cls.reader, cm, ae, dm)
        table = table[table["SAME"]]
        other = table.assign(Y=table["TREATED"] != "N").groupby("CM")["Y"].transform("any").astype(bool)
        own = table[(table["TREATED"] == "N") & ~other].drop_duplicates("AE").set_index("AE")["CM"]
        at = own.reindex(np.arange(len(ae))).fillna(-1).to_numpy(dtype=np.int64)
        return against(pd.Series(at < 0, index=ae.index), CM=at)
