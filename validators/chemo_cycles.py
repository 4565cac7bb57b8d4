"""Chemotherapy before screening: the cycles of a subject, one after another, and as many as the protocol asks for."""

from __future__ import annotations

import pandas as pd

from trialbook.checks import RawForm, Severity, complete_date, once, rule

TWO_CYCLES = pd.Timedelta(days=60)
"""Assumption: where so many days lie between the starts of two cycles, there is room for one between them."""

ORDER = {"INDUCTION": 0, "CONSOLIDATION": 1}


class CyclesForm(RawForm, form="PRIORCHEMO", across=False):
    @classmethod
    @once
    def cycles(cls, chemo: pd.DataFrame) -> pd.DataFrame:
        """Subject, phase (0, 1, NaN), number, start and end; ``at``: their place in the table."""
        return pd.DataFrame(
            {
                "subject": cls.cells(chemo, "SUBJID"),
                "phase": cls.term(chemo, "PHASE").map(ORDER).astype("float64"),
                "number": cls.number(chemo, "CYCLE_NO"),
                "start": complete_date(cls.date(chemo, "START_DAT")),
                "end": complete_date(cls.date(chemo, "END_DAT")),
            },
            index=chemo.index,
        )

    @classmethod
    @once
    def gaps(cls, chemo: pd.DataFrame) -> pd.DataFrame:
        """By record MISSING (a number before it is not there), ROOM (since the start before it there was time for a cycle), FIRST
        (nothing is before it), MISTYPED (a number of its phase leaves one out for which there was no time), ONE (just one number
        is left out), EARLIER (the start before it)."""
        table = cls.cycles(chemo)
        known = table[(table["subject"] != "") & table["phase"].notna() & table["number"].notna()]
        known = known.drop_duplicates(["subject", "phase", "number"]).sort_values(["subject", "phase", "number"])
        of_phase, of_subject = known.groupby(["subject", "phase"]), known.groupby("subject")
        before = of_phase["number"].shift().fillna(0)
        earlier = of_subject["start"].shift()
        since = known["start"] - earlier
        made = pd.DataFrame({"MISSING": known["number"] - before > 1, "ROOM": since >= TWO_CYCLES, "FIRST": since.isna()})
        # A number that was mistyped leaves a gap where it belongs, and there no record is missing.
        mistyped = made["MISSING"] & ~made["ROOM"] & ~made["FIRST"]
        made["MISTYPED"] = mistyped.groupby([known["subject"], known["phase"]]).transform("any")
        made["ONE"] = known["number"] - before == 2
        return made.reindex(chemo.index, fill_value=False).assign(EARLIER=earlier)

    @classmethod
    def as_many(cls, chemo: pd.DataFrame) -> pd.Series:
        """Whether as many cycles of its phase start up to a cycle as its number says: one of them has a wrong number."""
        table = cls.cycles(chemo)
        phase = [table["subject"], table["phase"]]
        starts = table["start"].groupby(phase).rank("dense")
        return starts.groupby([*phase, table["number"]]).transform("max").reindex(chemo.index) >= table["number"]

    @classmethod
    def of_nobody(cls, chemo: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
        """Whether the only number that is left out before a cycle is that of a cycle at that time whose subject nobody knows."""
        table, gaps = cls.cycles(chemo), cls.gaps(chemo)
        astray = table[~cls.derivation("in_demographics")(cls.reader, table["subject"], dm)]
        left_out = table.assign(number=table["number"] - 1, earlier=gaps["EARLIER"], at=table.index)[gaps["ONE"]]
        found = left_out.merge(astray, on=["phase", "number"], suffixes=("", "_"))
        within = ~(found["start_"] <= found["earlier"]) & ~(found["start_"] >= found["start"])
        return pd.Series(chemo.index.isin(found.loc[within, "at"]), index=chemo.index)

    @rule(
        "IFN-CM-007",
        Severity.ERROR,
        "A cycle before this one is missing: its number is left out, and there was time for it",
        variables=["CYCLE_NO", "PHASE", "START_DAT"],
        reads={"PRIORCHEMO": ["SUBJID", "PHASE", "CYCLE_NO"], "DM": []},
        lacks=["PRIORCHEMO"],
        mend=["CYCLE_NO"],
        across=True,
        query="{PHASE}第 {CYCLE_NO} 疗程（{START_DAT}）之前缺少疗程记录，请补充，或核实疗程序号。 / "
        "Before cycle {CYCLE_NO} ({PHASE}, {START_DAT}) one is not recorded: please add it, or check the number.",
    )
    def no_cycle_is_left_out(cls, chemo: pd.DataFrame, same: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
        gaps = cls.gaps(chemo)
        known = cls.derivation("in_demographics")(cls.reader, cls.cells(chemo, "SUBJID"), dm)
        missing = gaps["MISSING"] & (gaps["ROOM"] | gaps["FIRST"]) & ~gaps["MISTYPED"]
        return ~(missing & known & ~cls.as_many(chemo) & ~cls.of_nobody(chemo, dm))

    @rule(
        "IFN-CM-008",
        Severity.ERROR,
        "The number of the cycle leaves one out, and there was no time for it",
        variables=["CYCLE_NO", "PHASE", "START_DAT"],
        mend=["CYCLE_NO"],
        query="{PHASE}第 {CYCLE_NO} 疗程（{START_DAT}）的序号不连续，请核实疗程序号。 / "
        "Cycle {CYCLE_NO} ({PHASE}, {START_DAT}) does not follow the number before it: please check the number.",
    )
    def numbers_follow_each_other(cls, chemo: pd.DataFrame) -> pd.Series:
        gaps = cls.gaps(chemo)
        return ~(gaps["MISSING"] & ~gaps["ROOM"] & ~gaps["FIRST"])

    @rule(
        "IFN-CM-009",
        Severity.ERROR,
        "The cycle starts before the one that its number follows",
        variables=["START_DAT", "CYCLE_NO", "PHASE"],
        mend=["START_DAT", "CYCLE_NO"],
        query="{PHASE}第 {CYCLE_NO} 疗程的开始日期 {START_DAT} 早于前一疗程，请核实日期和疗程序号。 / "
        "Cycle {CYCLE_NO} ({PHASE}) starts on {START_DAT}, before the cycle that it follows: please check date and number.",
    )
    def cycles_are_in_order(cls, chemo: pd.DataFrame) -> pd.Series:
        """A cycle whose start and end contradict each other is asked for by itself; it is no one's neighbour here. Of a
        mistyped number another rule tells."""
        table = cls.cycles(chemo)
        lasts = table["end"] - table["start"]
        sound = lasts.isna() | ((lasts >= pd.Timedelta(0)) & (lasts <= TWO_CYCLES))
        known = table[
            (table["subject"] != "") & table["phase"].notna() & table["number"].notna() & table["start"].notna() & sound
        ]
        known = known.sort_values(["subject", "phase", "number"], kind="stable")
        of_subject = known.groupby("subject")["start"]
        one, two, after, beyond = (of_subject.shift(by) for by in (1, 2, -1, -2))
        start = known["start"]
        # The one is wrong that does not lie between its neighbours while they are in order; at an end, not beside the next two.
        inner = (one <= after) & ((start < one) | (start > after))
        last = after.isna() & (start < one) & (two.isna() | (start < two))
        first = one.isna() & (start > after) & (start > beyond)
        wrong = (inner | last | first).reindex(chemo.index, fill_value=False)
        gaps = cls.gaps(chemo)
        return ~(wrong & ~(gaps["MISSING"] & gaps["MISTYPED"]))

    @rule(
        "IFN-CM-010",
        Severity.ERROR,
        "The subject was randomized with fewer cycles of consolidation than the protocol asks for",
        variables=["CYCLE_NO", "PHASE", "END_DAT"],
        reads={"PRIORCHEMO": ["SUBJID", "PHASE", "CYCLE_NO"], "RAND": ["SUBJID", "RAND_DTTM"]},
        lacks=["PRIORCHEMO"],
        mend=["CYCLE_NO"],
        query="受试者已随机（{RAND.RAND_DTTM}），但巩固治疗仅记录至第 {CYCLE_NO} 疗程（{END_DAT}），少于方案要求，"
        "请补充其余疗程；如属实请报告方案偏离。 / "
        "The subject was randomized ({RAND.RAND_DTTM}), and consolidation is recorded up to cycle {CYCLE_NO} ({END_DAT}), fewer "
        "than the protocol asks for: please add the others, or report the deviation.",
        cites=["Inclusion criterion 3"],
    )
    def consolidation_is_complete(cls, chemo: pd.DataFrame, same: pd.DataFrame, rand: pd.DataFrame) -> pd.Series:
        """Told at the last cycle that there is, where no number before it is left out."""
        table = cls.cycles(chemo)
        known = table[(table["subject"] != "") & (table["phase"] == ORDER["CONSOLIDATION"]) & table["number"].notna()]
        of_subject = known.groupby("subject")["number"]
        last = known["number"] == of_subject.transform("max")
        complete = of_subject.transform("nunique") == of_subject.transform("max")
        least = float(str(cls.protocol.eligibility.settings["consolidation_minimum"].value))
        randomized = known["subject"].isin(set(cls.cells(rand, "SUBJID", "RAND")))
        wrong = last & complete & (of_subject.transform("nunique") < least) & randomized
        return ~wrong.reindex(chemo.index, fill_value=False)
