"""Dates and numbers of the injections: planned at even distances, given near to the plan, apart, and none left out."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from trialbook.checks import RawForm, Severity, against, day_number, once, rule
from trialbook.protocol import Protocol
from trialbook.protocol.interventions import Intervention

PROTOCOL = Protocol(Path(__file__).resolve().parents[1] / "protocol")
DRUG = "PEGIFN"
# What messages say: of each version of the protocol, where they differ.
BETWEEN = PROTOCOL.told(lambda protocol: str(protocol.interventions[DRUG].plan.least_days_between))
EARLY = PROTOCOL.told(lambda protocol: str(protocol.interventions[DRUG].plan.most_days_early))
EVERY = PROTOCOL.told(lambda protocol: str(protocol.interventions[DRUG].regimen.every))
WITHIN = PROTOCOL.told(lambda protocol: str(protocol.interventions[DRUG].plan.first_within))


class EXForm(RawForm, form="EX", across=False):
    @classmethod
    def plan(cls, ex: pd.DataFrame, dm: pd.DataFrame, of: str) -> pd.Series:
        """A number of the intervention, in the version of the protocol that the subject consented to."""

        def value(drug: Intervention) -> float:
            return float(drug.regimen.every if of == "every" else getattr(drug.plan, of))

        return cls.in_force(ex, dm, lambda protocol: value(protocol.interventions[DRUG])).astype("float64")

    @classmethod
    @once
    def schedule(cls, ex: pd.DataFrame, dm: pd.DataFrame) -> pd.DataFrame:
        """The log by days since 1970: subject ``of``, ``number``, ``planned`` and ``day`` (given; NaN where it was not).

        ``due``: the day that most of the subject's planned dates give for the number, known where ``sure``: at least two records
        agree, and they are more than half. ``off``: days from then, or from the planned date, to the injection. ``twice``:
        another record has the number.
        """
        log = pd.DataFrame(
            {
                "of": cls.cells(ex, "SUBJID"),
                "number": cls.number(ex, "DOSE_NO"),
                "planned": day_number(cls.date(ex, "PLANNED_DAT")),
                "day": day_number(cls.date(ex, "ADMIN_DAT")).where(cls.term(ex, "GIVEN_YN") == "Y"),
                "every": cls.plan(ex, dm, "every"),
            },
            index=ex.index,
        )
        start = log["planned"] - log["every"] * (log["number"] - 1)
        by = start.groupby(log["of"])
        middle = by.transform("median")
        agree = (start == middle).groupby(log["of"]).transform("sum")
        log["sure"] = (log["of"] != "") & log["number"].notna() & (agree >= 2) & (2 * agree > by.transform("count"))
        log["due"] = (middle + log["every"] * (log["number"] - 1)).where(log["sure"])
        log["off"] = log["day"] - log["due"].where(log["sure"], log["planned"])
        log["twice"] = log["number"].notna() & log.duplicated(["of", "number"], keep=False)
        return log

    @classmethod
    @once
    def too_close(cls, ex: pd.DataFrame, dm: pd.DataFrame, log: pd.DataFrame) -> pd.Series:
        """Of two injections that are too close the one farther from its day; where neither is, both."""
        log = log.assign(off=log["off"].abs(), between=cls.plan(ex, dm, "least_days_between"))
        # A record that is there twice is one injection, and another rule's finding.
        log = log[log["day"].notna() & (log["of"] != "") & ~log.duplicated(["of", "number", "day"])]
        log = log.sort_values(["of", "day"], kind="stable")
        close = pd.Series(False, index=log.index)
        for step in (1, -1):
            there = log.shift(step)
            near = (there["of"] == log["of"]) & ((log["day"] - there["day"]).abs() < log["between"])
            close |= near & ~(log["off"] < there["off"])
        return close.reindex(ex.index, fill_value=False)

    @classmethod
    @once
    def misplaced(cls, ex: pd.DataFrame, dm: pd.DataFrame, log: pd.DataFrame) -> tuple[pd.Series, pd.Series, pd.Series]:
        """Injections that are too early, and too late, and that can't be judged but by one planned date, or by a wrong number.

        None that is too close to another.
        """
        first, free = log["number"] == 1, ~cls.too_close(ex, dm, log)
        early = (log["off"] < -cls.plan(ex, dm, "most_days_early")) | (first & (log["off"] < 0))
        late = (log["off"] >= log["every"]) & ~first
        late |= first & (log["off"] > cls.plan(ex, dm, "first_within"))
        return early & free, late & free, cls.misnumbered(log)

    @classmethod
    def misnumbered(cls, log: pd.DataFrame) -> pd.Series:
        """Records whose planned and given dates agree with each other and not with their number, but with another one."""
        weeks = (log["planned"] - log["due"]) / log["every"]
        near = (log["day"] - log["planned"]).between(-log["every"] / 2, log["every"] - 1)
        return log["sure"] & (weeks != 0) & (weeks % 1 == 0) & near

    @rule(
        "IFN-EX-007",
        Severity.ERROR,
        f"Less than {BETWEEN} days from another injection",
        variables=["ADMIN_DAT", "DOSE_NO"],
        reads={"DM": []},
        mend=["ADMIN_DAT"],
        query=f"第 {{DOSE_NO}} 次给药日期 {{ADMIN_DAT}} 与另一次给药相隔不足 {BETWEEN} 天，请核实。 / "
        f"Injection {{DOSE_NO}} on {{ADMIN_DAT}} is less than {BETWEEN} days from another one: please check the date.",
        stands_for=["IFN-DM-021", "IFN-DM-022"],
    )
    def injections_lie_apart(cls, ex: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
        return ~cls.too_close(ex, dm, cls.schedule(ex, dm))

    @rule(
        "IFN-EX-008",
        Severity.ERROR,
        "The dates of the injections are not in the order of their numbers",
        variables=["ADMIN_DAT", "DOSE_NO"],
        reads={"DM": []},
        mend=["ADMIN_DAT"],
        query="第 {DOSE_NO} 次给药日期 {ADMIN_DAT} 与给药序号的先后顺序不符，请核实。 / "
        "The date {ADMIN_DAT} of injection {DOSE_NO} is not in the order of the numbers: please check.",
        stands_for=["IFN-DM-021", "IFN-DM-022"],
    )
    def dates_follow_numbers(cls, ex: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
        """Of a pair in the wrong order the one farther from its day; what lies far from its day is told of already."""
        log = cls.schedule(ex, dm)
        early, late, number = cls.misplaced(ex, dm, log)
        told = early | late | number | log["twice"] | cls.too_close(ex, dm, log)
        log = log[~told & log["day"].notna() & log["number"].notna() & (log["of"] != "")].sort_values(
            ["of", "number"], kind="stable"
        )
        by, off = log.groupby("of")["day"], log["off"].abs()
        wrong = log["day"] > by.transform(lambda days: days[::-1].cummin()[::-1].shift(-1))
        wrong |= log["day"] < by.transform(lambda days: days.cummax().shift())
        worst = off.where(wrong).groupby(log["of"]).transform("max")
        return ~(wrong & ~(off < worst / 2)).reindex(ex.index, fill_value=False)

    @rule(
        "IFN-EX-009",
        Severity.ERROR,
        f"Given more than {EARLY} days before the plan of all injections, or the first one before it was planned at all",
        variables=["ADMIN_DAT", "PLANNED_DAT", "DOSE_NO"],
        reads={"DM": []},
        mend=["ADMIN_DAT"],
        query="第 {DOSE_NO} 次给药日期 {ADMIN_DAT} 早于计划日期（{PLANNED_DAT}），请核实。 / "
        "Injection {DOSE_NO} was given on {ADMIN_DAT}, before it was due by the plan ({PLANNED_DAT}): please check.",
        stands_for=["IFN-DM-021", "IFN-DM-022"],
    )
    def not_given_early(cls, ex: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
        log = cls.schedule(ex, dm)
        early, _, number = cls.misplaced(ex, dm, log)
        return ~(early & log["sure"] & ~number)

    @rule(
        "IFN-EX-010",
        Severity.WARNING,
        f"Given {EVERY} days or more after the plan of all injections, when the next one was due, or the first one more than "
        f"{WITHIN} days after day 1",
        variables=["ADMIN_DAT", "PLANNED_DAT", "DOSE_NO"],
        reads={"DM": []},
        mend=["ADMIN_DAT"],
        query=f"第 {{DOSE_NO}} 次给药日期 {{ADMIN_DAT}} 比计划日期（{{PLANNED_DAT}}）晚 {EVERY} 天或以上，请核实。 / "
        f"Injection {{DOSE_NO}} was given on {{ADMIN_DAT}}, {EVERY} days or more after it was due by the plan "
        "({PLANNED_DAT}): please check.",
        stands_for=["IFN-DM-022"],
    )
    def not_given_late(cls, ex: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
        log = cls.schedule(ex, dm)
        _, late, number = cls.misplaced(ex, dm, log)
        return ~(late & log["sure"] & ~number)

    @rule(
        "IFN-EX-022",
        Severity.ERROR,
        "The given date lies far from the planned one, and no other injection tells which is right",
        variables=["ADMIN_DAT", "PLANNED_DAT", "DOSE_NO"],
        reads={"DM": []},
        mend=["ADMIN_DAT", "PLANNED_DAT"],
        query="第 {DOSE_NO} 次给药日期 {ADMIN_DAT} 与计划日期 {PLANNED_DAT} 相差过大，请核实两个日期。 / "
        "Injection {DOSE_NO} was given on {ADMIN_DAT} and planned for {PLANNED_DAT}: please check both dates.",
        stands_for=["IFN-DM-021", "IFN-DM-022"],
    )
    def near_to_its_own_plan(cls, ex: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
        log = cls.schedule(ex, dm)
        early, late, _ = cls.misplaced(ex, dm, log)
        return ~((early | late) & ~log["sure"])

    @rule(
        "IFN-EX-011",
        Severity.ERROR,
        f"The planned date is not {EVERY} days from those of the injections before and after",
        variables=["PLANNED_DAT", "DOSE_NO"],
        reads={"DM": []},
        mend=["PLANNED_DAT"],
        query=f"第 {{DOSE_NO}} 次给药的计划日期 {{PLANNED_DAT}} 不符合每 {EVERY} 天一次的计划，请核实。 / "
        f"Injection {{DOSE_NO}} is planned for {{PLANNED_DAT}}, which is not every {EVERY} days: please check.",
    )
    def planned_weekly(cls, ex: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
        """A number that another record has, one that is not planned, and one that both dates contradict are others' findings.

        Where half of the records or fewer agree on the plan, as of injections that are other subjects', it says nothing.
        """
        log = cls.schedule(ex, dm)
        odd = log["sure"] & log["planned"].notna() & (log["planned"] != log["due"])
        return ~(odd & ~log["twice"] & cls.is_planned(ex, dm, log) & ~cls.misnumbered(log))

    @classmethod
    def is_planned(cls, ex: pd.DataFrame, dm: pd.DataFrame, log: pd.DataFrame) -> pd.Series:
        return log["number"].between(1, cls.plan(ex, dm, "planned_doses"))

    @rule(
        "IFN-EX-023",
        Severity.ERROR,
        "The dates are those of an injection of another number",
        variables=["DOSE_NO", "PLANNED_DAT", "ADMIN_DAT"],
        reads={"DM": []},
        mend=["DOSE_NO"],
        query="第 {DOSE_NO} 次给药的计划日期 {PLANNED_DAT} 和给药日期 {ADMIN_DAT} 与给药序号不符：序号是否有误？ / "
        "Injection {DOSE_NO} was planned for {PLANNED_DAT} and given on {ADMIN_DAT}, when one of another number was due: "
        "is the number wrong?",
    )
    def number_is_that_of_the_dates(cls, ex: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
        """A number that two records have, and one that is not planned, are other rules' findings."""
        log = cls.schedule(ex, dm)
        return ~(cls.misnumbered(log) & ~log["twice"] & cls.is_planned(ex, dm, log))

    @rule(
        "IFN-EX-024",
        Severity.WARNING,
        "The log has no record of the injection before this one, given or not",
        variables=["DOSE_NO", "PLANNED_DAT"],
        mend=["DOSE_NO"],
        reads={"DM": [], "EX": ["DOSE_NO"]},
        lacks=["EX"],
        query="第 {DOSE_NO} 次给药之前的一次给药无记录：是否漏录？请补充。 / "
        "There is no record of the injection before injection {DOSE_NO}: was it given? Please complete the log.",
        across=True,
    )
    def none_is_left_out(cls, ex: pd.DataFrame, dm: pd.DataFrame, whole: pd.DataFrame) -> pd.Series:
        """Not where a record under another number, or another subject, was planned for that very day: others tell of it."""
        log = cls.schedule(ex, dm)
        there = log[log["number"].notna() & (log["of"] != "") & cls.is_planned(ex, dm, log)]
        there = there.drop_duplicates(["of", "number"]).sort_values(["of", "number"], kind="stable")
        before = there.groupby("of")["number"].shift().fillna(0)
        gap = there["number"] - before > 1
        missing = there["due"] - there["every"]
        strays = set(log["planned"][~(log["planned"] == log["due"])].dropna())
        alone = gap & there["sure"] & ~missing.isin(strays)
        fails = alone.reindex(ex.index, fill_value=False)
        return against(~fails, EX=pd.Series(-1, index=ex.index), DM=pd.Series(-1, index=ex.index))
