"""Treatment against the other forms: injections in the interferon arm only, and there from day 1 to the end of treatment."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from trialbook.checks import RawForm, Severity, against, complete_date, once, position_of, rule, value_beside
from trialbook.protocol import Protocol

PROTOCOL = Protocol(Path(__file__).resolve().parents[1] / "protocol")
DRUG = "PEGIFN"
DOSES = PROTOCOL.told(lambda protocol: str(protocol.interventions[DRUG].plan.planned_doses))
"""What messages say: of each version of the protocol, where they differ."""

STRAY = 3
"""Injections up to which each may stand under a wrong number; of more, it is the subject's group that is doubted."""

MOST_LATE = 2
"""Assumption: a log that is up to date ends less than so many distances between injections before the end of treatment."""

LOG = ["SUBJID", "DOSE_NO", "PLANNED_DAT", "ADMIN_DAT", "GIVEN_YN", "DOSE_CHANGE"]


def day(model: type[RawForm], frame: pd.DataFrame, column: str, form: str) -> pd.Series:
    """Days since 1970, NaN where the date is not complete."""
    return (complete_date(model.date(frame, column, form)) - pd.Timestamp(0)).dt.days.astype("float64")


def every(model: type[RawForm], subjects: pd.Series, dm: pd.DataFrame) -> pd.Series:
    """Days from one injection to the next, in the version of the protocol that each subject consented to."""
    return model.in_force(subjects, dm, lambda protocol: protocol.interventions[DRUG].regimen.every).astype("float64")


def planned_doses(model: type[RawForm], subjects: pd.Series, dm: pd.DataFrame) -> pd.Series:
    """How many injections the subject's version of the protocol plans."""
    return model.in_force(subjects, dm, lambda protocol: protocol.interventions[DRUG].plan.planned_doses).astype("float64")


@once
def group(model: type[RawForm], subjects: pd.Series, rand: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
    """The arm of each number's subject, by whichever of its screening numbers RAND has."""
    first = model.derivation("first_screening_number")
    return value_beside(model.term(rand, "GROUP", "RAND"), first(rand["SUBJID"], dm), first(subjects, dm))


@once
def logs(model: type[RawForm], ex: pd.DataFrame, dm: pd.DataFrame) -> pd.DataFrame:
    """One row a subject of EX: ``last`` (position and day of the last injection near its plan), ``end`` (of the plan's records).

    ``last``, ``at``: the day of the last injection that was given less than a distance from its planned date, and its position;
    ``end``, ``end_at``: the latest planned date that is one of the subject's plan, and its position; ``over``: the log has the
    last planned injection, or the permanent stop.
    """
    subject = model.cells(ex, "SUBJID", "EX")
    planned, given = day(model, ex, "PLANNED_DAT", "EX"), day(model, ex, "ADMIN_DAT", "EX")
    apart, number = every(model, subject, dm), model.number(ex, "DOSE_NO", "EX")
    log = pd.DataFrame({"subject": subject, "planned": planned, "given": given, "at": range(len(ex))}, index=ex.index)
    start = planned - apart * (number - 1)
    usual = start.groupby(subject).transform("median")
    # By the plan, not by the number: a wrong number must not end the log.
    place = (planned - usual) / apart + 1
    stop = model.term(ex, "DOSE_CHANGE", "EX") == "DRUG WITHDRAWN"
    log["over"] = stop | (place >= planned_doses(model, subject, dm)) | (number >= planned_doses(model, subject, dm))
    log = log.assign(planned=planned.where(place % 1 == 0))
    was_given = (model.term(ex, "GIVEN_YN", "EX") == "Y") & ((given - planned).abs() < apart)
    log = log.assign(given=given.where(was_given))[subject != ""]
    last = log.dropna(subset="given").sort_values("given", kind="stable").drop_duplicates("subject", keep="last")
    end = log.dropna(subset="planned").sort_values("planned", kind="stable").drop_duplicates("subject", keep="last")
    made = pd.DataFrame({"over": log.groupby("subject")["over"].any()})
    made["last"], made["at"] = last.set_index("subject")["given"], last.set_index("subject")["at"]
    made["end"], made["end_at"] = end.set_index("subject")["planned"], end.set_index("subject")["at"]
    return made


def of(column: pd.Series, subjects: pd.Series) -> pd.Series:
    """A column of :func:`logs` for each of ``subjects``, NaN for one without a log."""
    return subjects.map(column).astype("float64")


class EXForm(RawForm, form="EX", across=False):
    @classmethod
    @once
    def in_control_arm(cls, ex: pd.DataFrame, rand: pd.DataFrame, dm: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
        """Injections of controls, given; and whether their subject has more of them than :data:`STRAY`."""
        subject = cls.cells(ex, "SUBJID")
        given = (cls.term(ex, "GIVEN_YN") == "Y") & (group(cls, subject, rand, dm) == "CTRL")
        return given, given.groupby(subject).transform("sum") > STRAY

    @rule(
        "IFN-EX-027",
        Severity.ERROR,
        "An injection of a subject that was randomized to the control arm: it is probably that of another subject",
        variables=["SUBJID", "DOSE_NO", "ADMIN_DAT", "DOSE_UG"],
        mend=["SUBJID"],
        reads={"RAND": ["SUBJID", "GROUP"], "DM": ["SUBJID", "SUBJID_PREV"]},
        query="受试者 {SUBJID} 为对照组，但有第 {DOSE_NO} 次给药记录（{ADMIN_DAT}，{DOSE_UG} μg）：筛选号是否有误？ / "
        "{SUBJID} is in the control arm and has injection {DOSE_NO} ({ADMIN_DAT}, {DOSE_UG} μg): whose is it?",
        stands_for=["IFN-EX-021", "IFN-DM-021", "IFN-DM-022"],
    )
    def none_in_the_control_arm(cls, ex: pd.DataFrame, rand: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
        given, several = cls.in_control_arm(ex, rand, dm)
        return ~(given & ~several)

    @rule(
        "IFN-EX-028",
        Severity.ERROR,
        "The subject is in the control arm and has a log of injections: the group is probably wrong",
        variables=["SUBJID", "DOSE_NO", "ADMIN_DAT", "DOSE_UG"],
        mend=["RAND.GROUP"],
        reads={"RAND": ["GROUP", "SUBJID"], "DM": ["SUBJID", "SUBJID_PREV"]},
        query="受试者 {SUBJID} 的组别为“{RAND.GROUP}”，但自 {ADMIN_DAT} 起有多次干扰素给药记录：组别是否有误？ / "
        "The group of {SUBJID} is {RAND.GROUP}, and it has many injections from {ADMIN_DAT} on: is the group wrong?",
        stands_for=["IFN-EX-021"],
    )
    def a_log_is_of_the_interferon_arm(cls, ex: pd.DataFrame, rand: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
        """Asked about once, at the first injection; what has no date says little, and comes last."""
        given, several = cls.in_control_arm(ex, rand, dm)
        date, subject = cls.date(ex, "ADMIN_DAT"), cls.cells(ex, "SUBJID")
        order = pd.DataFrame({"subject": subject, "undated": ~date.str.match("[0-9]"), "date": date})[given & several]
        first = ~order.sort_values(["undated", "date"], kind="stable")["subject"].duplicated()
        fails = first.reindex(ex.index, fill_value=False)
        at = position_of(cls.cells(rand, "SUBJID", "RAND").to_frame("n"), subject.to_frame("n"))
        return against(~fails, RAND=pd.Series(at, index=ex.index).where(fails, -1), DM=pd.Series(-1, index=ex.index))

    @rule(
        "IFN-EX-032",
        Severity.WARNING,
        "The log of injections ends here, though no end of treatment is recorded and the subject was seen weeks later",
        variables=["DOSE_NO", "PLANNED_DAT"],
        mend=["DOSE_NO"],
        reads={"EX": LOG, "DISP": ["SUBJID", "EOT_DAT"], "LAB": ["SUBJID", "LAB_DAT"], "DM": ["SUBJID"]},
        lacks=["EX", "DISP"],
        query="第 {DOSE_NO} 次（计划 {PLANNED_DAT}）之后无给药记录，也无治疗结束记录：请补充给药记录或治疗结束日期。 / "
        "After injection {DOSE_NO}, planned for {PLANNED_DAT}, there is no further record and no end of treatment: "
        "please complete the log, or the end of treatment.",
        across=True,
    )
    def log_goes_on_to_the_end(
        cls, ex: pd.DataFrame, whole: pd.DataFrame, disp: pd.DataFrame, lab: pd.DataFrame, dm: pd.DataFrame
    ) -> pd.Series:
        """Where an end of treatment stands under a number that nobody has, that is asked about, and this may be its."""
        subject, known = cls.cells(ex, "SUBJID"), set(cls.cells(dm, "SUBJID", "DM"))
        log, ended = logs(cls, ex, dm), cls.cells(disp, "SUBJID", "DISP")
        seen = day(cls, lab, "LAB_DAT", "LAB").groupby(cls.cells(lab, "SUBJID", "LAB")).quantile(0.9)
        late = of(seen, subject) - of(log["end"], subject) > (MOST_LATE + 1) * every(cls, subject, dm)
        at = pd.Series(range(len(ex)), index=ex.index)
        open_ = ~subject.isin(ended[cls.cells(disp, "EOT_DAT", "DISP") != ""]) & ended.isin(known).all()
        fails = (at == of(log["end_at"], subject)) & late & open_ & (of(log["over"], subject) == 0)
        none = pd.Series(-1, index=ex.index)
        return against(~fails, EX=none, DISP=none, LAB=none, DM=none)


class RANDForm(RawForm, form="RAND", across=False):
    @rule(
        "IFN-EX-029",
        Severity.ERROR,
        "In the interferon arm, with visits weeks after randomization, and no record of an injection, given or not",
        variables=["GROUP", "SUBJID", "RAND_DTTM"],
        mend=["GROUP"],
        reads={"EX": ["SUBJID"], "DISP": ["SUBJID", "EOT_DAT"], "LAB": ["SUBJID", "LAB_DAT"], "DM": ["SUBJID", "SUBJID_PREV"]},
        lacks=["EX"],
        query="受试者 {SUBJID} 于 {RAND_DTTM} 随机至“{GROUP}”，但无任何给药记录：请补充给药记录，或核实组别。 / "
        "{SUBJID} was randomized to {GROUP} on {RAND_DTTM} and has no record of an injection: please complete the log, "
        "or check the group.",
    )
    def interferon_is_given(
        cls, rand: pd.DataFrame, ex: pd.DataFrame, disp: pd.DataFrame, lab: pd.DataFrame, dm: pd.DataFrame
    ) -> pd.Series:
        """Whose treatment ended before the second injection was due may have had none."""
        number, first = cls.cells(rand, "SUBJID"), cls.derivation("first_screening_number")
        within = cls.in_force(rand, dm, lambda protocol: protocol.interventions[DRUG].plan.first_within).astype("float64")
        due = day(cls, rand, "RAND_DTTM", "RAND") + within + every(cls, number, dm)
        seen = day(cls, lab, "LAB_DAT", "LAB").groupby(cls.cells(lab, "SUBJID", "LAB")).max()
        ended = value_beside(day(cls, disp, "EOT_DAT", "DISP"), cls.cells(disp, "SUBJID", "DISP"), number)
        wanted = (cls.term(rand, "GROUP") == "IFN") & (of(seen, number) > due) & ~(ended <= due)
        none = pd.Series(-1, index=rand.index)
        passes = ~wanted | first(number, dm).isin(first(ex["SUBJID"], dm))
        return against(passes, EX=none, DISP=none, LAB=none, DM=none)


class DISPForm(RawForm, form="DISP", across=False):
    @classmethod
    @once
    def ends(cls, disp: pd.DataFrame, ex: pd.DataFrame, rand: pd.DataFrame, dm: pd.DataFrame) -> pd.DataFrame:
        """``log``'s columns for each record of a subject of the interferon arm (NaN elsewhere), ``eot`` and ``every``."""
        subject, log = cls.cells(disp, "SUBJID"), logs(cls, ex, dm)
        treated = group(cls, subject, rand, dm) == "IFN"
        made = pd.DataFrame({name: of(log[name], subject).where(treated) for name in log.columns})
        return made.assign(eot=day(cls, disp, "EOT_DAT", "DISP"), every=every(cls, subject, dm))

    @classmethod
    def beside(cls, fails: pd.Series, at: pd.Series) -> dict[str, pd.Series]:
        """The record of the log that each end is held against; nothing of the other forms."""
        none = pd.Series(-1, index=fails.index)
        return {"EX": at.where(fails, -1).fillna(-1).astype("int64"), "RAND": none, "DM": none}

    @rule(
        "IFN-EX-030",
        Severity.ERROR,
        "Treatment ends before an injection that was given according to plan",
        variables=["EOT_DAT", "SUBJID"],
        mend=["EOT_DAT"],
        reads={"EX": LOG, "RAND": ["SUBJID", "GROUP"], "DM": ["SUBJID", "SUBJID_PREV"]},
        query="治疗结束日期 {EOT_DAT} 早于末次给药（第 {EX.DOSE_NO} 次，{EX.ADMIN_DAT}），请核实。 / "
        "Treatment ended on {EOT_DAT}, and the last injection was given on {EX.ADMIN_DAT}: please check.",
    )
    def ends_after_the_last_injection(
        cls, disp: pd.DataFrame, ex: pd.DataFrame, rand: pd.DataFrame, dm: pd.DataFrame
    ) -> pd.Series:
        found = cls.ends(disp, ex, rand, dm)
        fails = found["last"] > found["eot"]
        return against(~fails, **cls.beside(fails, found["at"]))

    @rule(
        "IFN-EX-031",
        Severity.ERROR,
        "Treatment ends long after the log of injections, which has the last planned one or the permanent stop",
        variables=["EOT_DAT", "SUBJID"],
        mend=["EOT_DAT"],
        reads={"EX": LOG, "RAND": ["SUBJID", "GROUP"], "DM": ["SUBJID", "SUBJID_PREV"]},
        query="治疗结束日期 {EOT_DAT} 远晚于末条给药记录（计划 {EX.PLANNED_DAT}），请核实。 / "
        "Treatment ended on {EOT_DAT}, long after the last record of an injection (planned for {EX.PLANNED_DAT}): please check.",
    )
    def ends_with_the_log(cls, disp: pd.DataFrame, ex: pd.DataFrame, rand: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
        found = cls.ends(disp, ex, rand, dm)
        fails = (found["eot"] - found["end"] > MOST_LATE * found["every"]) & (found["over"] == 1)
        return against(~fails, **cls.beside(fails, found["end_at"]))

    @rule(
        "IFN-EX-033",
        Severity.WARNING,
        "Treatment ends long after the last record of the log: the end is wrong, or records of injections are missing",
        variables=["EOT_DAT", "SUBJID"],
        mend=["EOT_DAT"],
        reads={"EX": LOG, "RAND": ["SUBJID", "GROUP"], "DM": ["SUBJID", "SUBJID_PREV"]},
        lacks=["EX"],
        query="治疗结束日期 {EOT_DAT}，但末条给药记录的计划日期为 {EX.PLANNED_DAT}：请核实日期，或补充给药记录。 / "
        "Treatment ended on {EOT_DAT}, and the last record of an injection was planned for {EX.PLANNED_DAT}: "
        "please check the date, or complete the log.",
    )
    def log_reaches_the_end(cls, disp: pd.DataFrame, ex: pd.DataFrame, rand: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
        found = cls.ends(disp, ex, rand, dm)
        fails = (found["eot"] - found["end"] > MOST_LATE * found["every"]) & (found["over"] == 0)
        return against(~fails, **cls.beside(fails, found["end_at"]))

    @rule(
        "IFN-EX-034",
        Severity.WARNING,
        f"Treatment was completed, and the log ends before the last of the {DOSES} planned injections",
        variables=["EOT_REASON", "SUBJID"],
        mend=["EOT_REASON"],
        reads={"EX": LOG, "RAND": ["SUBJID", "GROUP"], "DM": ["SUBJID", "SUBJID_PREV"]},
        lacks=["EX"],
        query=f"治疗结束原因为“{{EOT_REASON}}”，但给药记录未到方案计划的第 {DOSES} 次：请核实原因，或补充给药记录。 / "
        f"Treatment ended by {{EOT_REASON}}, and the log does not reach injection {DOSES} of the protocol's plan: "
        "please check the reason, or complete the log.",
    )
    def completed_has_all_injections(
        cls, disp: pd.DataFrame, ex: pd.DataFrame, rand: pd.DataFrame, dm: pd.DataFrame
    ) -> pd.Series:
        found = cls.ends(disp, ex, rand, dm)
        fails = (cls.term(disp, "EOT_REASON") == "COMPLETED") & (found["over"] == 0)
        return against(~fails, **cls.beside(fails, found["end_at"]))
