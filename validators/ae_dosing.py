"""What was done with interferon for an adverse event, against the log of the injections; and the log against the events."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from trialbook.checks import RawForm, Severity, against, complete_date, once, position_of, rule, value_at, words
from trialbook.checks.against import Against
from trialbook.datasets.iso8601 import first_day, last_day
from trialbook.protocol import Protocol

PROTOCOL = Protocol(Path(__file__).resolve().parents[1] / "protocol")
DRUG = "PEGIFN"
EVERY = PROTOCOL.interventions[DRUG].regimen.every
FOLLOWING = 4 * EVERY
"""Assumption: days after its start, or until its end if that is later, in which an event changes the dose."""

GAP = 1.5 * EVERY
"""Days between two injections beyond which one was left out."""


@once
def log_of(model: type[RawForm], ex: pd.DataFrame, dm: pd.DataFrame) -> pd.DataFrame:
    """The injections by subject and number: EX (position), ON (given, or planned where not), GIVEN, LOWER, LATER, CHANGE.

    LOWER: the dose is lower than that given before; LATER: so many days after the one given before that one was left out.
    """
    given_on = complete_date(model.date(ex, "ADMIN_DAT", "EX"))
    log = pd.DataFrame(
        {
            "OF": model.derivation("first_screening_number")(model.cells(ex, "SUBJID", "EX"), dm),
            "EX": np.arange(len(ex)),
            "NO": model.number(ex, "DOSE_NO", "EX"),
            "ON": given_on.fillna(complete_date(model.date(ex, "PLANNED_DAT", "EX"))),
            "GIVEN": model.term(ex, "GIVEN_YN", "EX") == "Y",
            "CHANGE": model.term(ex, "DOSE_CHANGE", "EX"),
            "DOSE": model.number(ex, "DOSE_UG", "EX").where(model.term(ex, "GIVEN_YN", "EX") == "Y"),
            "DAY": given_on,
        }
    )
    log = log[log["OF"] != ""].sort_values(["OF", "NO"], kind="stable")
    before = log[["DOSE", "DAY"]].groupby(log["OF"]).ffill().groupby(log["OF"]).shift()
    return log.assign(LOWER=log["DOSE"] < before["DOSE"], LATER=(log["DAY"] - before["DAY"]).dt.days > GAP)


class AEAction(RawForm, form="AE", across=False):
    @classmethod
    @once
    def beside(cls, ae: pd.DataFrame, ex: pd.DataFrame, dm: pd.DataFrame) -> pd.DataFrame:
        """Each event with each injection of its subject; AFTER: since the event began; WITHIN: while it may change the dose."""
        start, end = cls.date(ae, "START"), cls.date(ae, "END")
        begins, latest = first_day(start), last_day(start) + pd.Timedelta(days=FOLLOWING)
        until = last_day(end).where(last_day(end) > latest, latest) + pd.Timedelta(days=EVERY)
        events = pd.DataFrame(
            {
                "OF": cls.derivation("first_screening_number")(cls.cells(ae, "SUBJID"), dm),
                "AE": np.arange(len(ae)),
                "BEGINS": begins,
                "UNTIL": until.where(end != "", pd.Timestamp.max.floor("D")),
                "OVER": last_day(end).where(last_day(end) < latest, latest),
            }
        )
        table = events[events["OF"] != ""].dropna(subset="BEGINS").merge(log_of(cls, ex, dm), on="OF")
        near = (table["ON"] >= table["BEGINS"] - pd.Timedelta(days=EVERY)) & (table["ON"] <= table["UNTIL"])
        return table.assign(WITHIN=near, AFTER=table["ON"] >= table["BEGINS"])

    @classmethod
    def at(cls, ae: pd.DataFrame, table: pd.DataFrame) -> np.ndarray:
        """The first injection of ``table`` for each event, -1 for none."""
        first = table.drop_duplicates("AE").set_index("AE")["EX"]
        return first.reindex(np.arange(len(ae))).fillna(-1).to_numpy(dtype=np.int64)

    @rule(
        "IFN-AE-030",
        Severity.ERROR,
        "Interferon is said to be withdrawn, and the injections go on",
        variables=["ACTION", "START", "END"],
        mend=["ACTION"],
        reads={"EX": ["ADMIN_DAT", "DOSE_UG"], "DM": []},
        query="“{AETERM}”对试验药物采取的措施为“{ACTION}”，但之后仍有给药（{EX.ADMIN_DAT}，{EX.DOSE_UG} μg），请核实。 / "
        "The action taken for “{AETERM}” is {ACTION}, and {EX.DOSE_UG} μg were given after it, on {EX.ADMIN_DAT}: "
        "please check.",
    )
    def withdrawn_is_over(cls, ae: pd.DataFrame, ex: pd.DataFrame, dm: pd.DataFrame) -> Against:
        """Injections after the event's end, or weeks after its start: it may be some time until the drug is withdrawn."""
        table = cls.beside(ae, ex, dm)
        at = cls.at(ae, table[table["GIVEN"] & table["DAY"].notna() & (table["DAY"] > table["OVER"])])
        return against(~((cls.term(ae, "ACTION") == "DRUG WITHDRAWN") & (at >= 0)), EX=at)

    @rule(
        "IFN-AE-031",
        Severity.WARNING,
        "The dose is said to be reduced, or interferon interrupted, and the log of the injections does not show it",
        variables=["ACTION", "START", "END"],
        mend=["ACTION"],
        reads={"EX": ["ADMIN_DAT", "DOSE_UG", "DOSE_CHANGE"], "DM": []},
        query="“{AETERM}”（{START} 开始）对试验药物采取的措施为“{ACTION}”，但用药记录中未见相应调整"
        "（其后 {EX.ADMIN_DAT}：{EX.DOSE_UG} μg，{EX.DOSE_CHANGE}），请核实。 / "
        "The action taken for “{AETERM}” (from {START}) is {ACTION}, and the injections do not show it "
        "(next on {EX.ADMIN_DAT}: {EX.DOSE_UG} μg, {EX.DOSE_CHANGE}): please check.",
    )
    def change_is_in_the_log(cls, ae: pd.DataFrame, ex: pd.DataFrame, dm: pd.DataFrame) -> Against:
        """Of a subject without any injection the log tells nothing; that is another rule's finding."""
        table, action = cls.beside(ae, ex, dm), cls.term(ae, "ACTION")
        every = np.arange(len(ae))
        reduced = table["AFTER"] & (table["LOWER"] | (table["CHANGE"] == "DOSE REDUCED"))
        held = ~table["GIVEN"] | (table["CHANGE"] == "DRUG INTERRUPTED") | (table["AFTER"] & table["LATER"])
        shows = {
            "DOSE REDUCED": np.isin(every, table.loc[table["WITHIN"] & reduced, "AE"]),
            "DRUG INTERRUPTED": np.isin(every, table.loc[table["WITHIN"] & held, "AE"]),
        }
        wrong = pd.Series(False, index=ae.index)
        for name, shown in shows.items():
            wrong |= (action == name) & ~shown
        return against(~(wrong & np.isin(every, table["AE"])), EX=cls.at(ae, table[table["AFTER"] & table["GIVEN"]]))


class EXReason(RawForm, form="EX"):
    @classmethod
    @once
    def events(cls, ae: pd.DataFrame, coding: pd.DataFrame, dm: pd.DataFrame) -> pd.DataFrame:
        """The events: OF, AE (position), WORDS, TERM (as coded, or as these words are elsewhere, else the words), ACTION, KNOWN
        (the subject is in DM)."""
        keys = pd.DataFrame({name: cls.cells(ae, name, "AE") for name in ("SUBJID", "AE_NO")})
        coded = pd.DataFrame({name: cls.cells(coding, name, "AE_CODING") for name in ("SUBJID", "AE_NO")})
        terms = value_at(cls.cells(coding, "PT", "AE_CODING"), position_of(coded, keys), keys.index)
        table = keys.assign(WORDS=words(cls.cells(ae, "AETERM", "AE")), TERM=terms, AE=np.arange(len(ae)))
        usual = table[(table["TERM"] != "") & (table["WORDS"] != "")].groupby("WORDS")["TERM"].agg(lambda of: of.mode().iloc[0])
        elsewhere = table["WORDS"].map(usual).fillna(table["WORDS"])
        table["TERM"] = table["TERM"].where(table["TERM"] != "", elsewhere).astype("str")
        first = cls.derivation("first_screening_number")
        known = cls.derivation("in_demographics")(cls.reader, keys["SUBJID"], dm)
        return table.assign(OF=first(keys["SUBJID"], dm), KNOWN=known, ACTION=cls.term(ae, "ACTION", "AE"))

    @classmethod
    @once
    def named(cls, ex: pd.DataFrame, ae: pd.DataFrame, coding: pd.DataFrame, dm: pd.DataFrame) -> pd.DataFrame:
        """The changes of the dose whose reason is the name of an event that anyone had: EX, OF, CHANGE and TERM."""
        events = cls.events(ae, coding, dm)
        usual = events[events["WORDS"] != ""].groupby("WORDS")["TERM"].agg(lambda terms: terms.mode().iloc[0])
        table = pd.DataFrame(
            {
                "EX": np.arange(len(ex)),
                "OF": cls.derivation("first_screening_number")(cls.cells(ex, "SUBJID"), dm),
                "CHANGE": cls.term(ex, "DOSE_CHANGE"),
                "TERM": words(cls.cells(ex, "REASON_CHANGE")).map(usual).fillna("").astype("str"),
            }
        )
        known = cls.derivation("in_demographics")(cls.reader, cls.cells(ex, "SUBJID"), dm)
        return table[known & (table["CHANGE"] != "") & (table["TERM"] != "")]

    @rule(
        "IFN-AE-032",
        Severity.WARNING,
        "The dose was changed for an adverse event that is not recorded",
        variables=["REASON_CHANGE", "DOSE_CHANGE", "DOSE_NO"],
        mend=["REASON_CHANGE"],
        reads={"AE": [], "AE_CODING": [], "DM": []},
        lacks=["AE"],
        query="第 {DOSE_NO} 次给药因“{REASON_CHANGE}”调整剂量（{DOSE_CHANGE}），但不良事件表中无此事件，请补充。 / "
        "Injection {DOSE_NO} has the change {DOSE_CHANGE} for {REASON_CHANGE}, which is not among the adverse events: "
        "please complete them.",
        cites=["ICH E6"],
    )
    def event_is_recorded(cls, ex: pd.DataFrame, *others: pd.DataFrame) -> pd.Series:
        """Asked of the first change for the event; an event whose subject nobody knows may be the one."""
        changes, events = cls.named(ex, *others), cls.events(*others)
        there = pd.MultiIndex.from_frame(changes[["OF", "TERM"]]).isin(pd.MultiIndex.from_frame(events[["OF", "TERM"]]))
        lost = changes["TERM"].isin(events.loc[~events["KNOWN"], "TERM"])
        missing = changes[~there & ~lost].drop_duplicates(["OF", "TERM"])
        return pd.Series(~np.isin(np.arange(len(ex)), missing["EX"]), index=ex.index)

    @rule(
        "IFN-AE-033",
        Severity.WARNING,
        "The dose was changed for an adverse event for which nothing was done with interferon",
        variables=["REASON_CHANGE", "DOSE_CHANGE", "DOSE_NO"],
        mend=["AE.ACTION"],
        reads={"AE": ["AETERM", "START", "ACTION"], "AE_CODING": [], "DM": []},
        query="第 {DOSE_NO} 次给药因“{REASON_CHANGE}”调整剂量（{DOSE_CHANGE}），"
        "但不良事件“{AE.AETERM}”对试验药物采取的措施为“{AE.ACTION}”，请核实。 / "
        "Injection {DOSE_NO} has the change {DOSE_CHANGE} for {REASON_CHANGE}; the action taken for “{AE.AETERM}” is "
        "{AE.ACTION}: please check.",
    )
    def event_has_the_action(cls, ex: pd.DataFrame, *others: pd.DataFrame) -> Against:
        """Where an event was acted on in another way than by this injection, several ways may have followed each other."""
        changes, events = cls.named(ex, *others), cls.events(*others)
        pairs = changes.merge(events, on=["OF", "TERM"])
        done = pairs["ACTION"].isin(["DOSE REDUCED", "DRUG INTERRUPTED", "DRUG WITHDRAWN"])
        unread = pairs["ACTION"].isin(["", "UNKNOWN"])
        pairs = pairs.assign(
            FITS=unread | (done & ((pairs["CHANGE"] != "DRUG WITHDRAWN") | (pairs["ACTION"] == "DRUG WITHDRAWN")))
        )
        pairs = pairs[~pairs.groupby("EX")["FITS"].transform("any").astype(bool)].drop_duplicates(["OF", "TERM"])
        at = pairs.set_index("EX")["AE"].reindex(np.arange(len(ex))).fillna(-1).to_numpy(dtype=np.int64)
        return against(pd.Series(at < 0, index=ex.index), AE=at)
