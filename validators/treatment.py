"""The log of injections against the end of treatment: it goes on until then, and no longer."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from trialbook.checks import RawForm, Severity, against, day_number, once, rule
from trialbook.protocol import Protocol

PROTOCOL = Protocol(Path(__file__).resolve().parents[1] / "protocol")
DRUG = "PEGIFN"
DOSES = PROTOCOL.told(lambda protocol: str(protocol.interventions[DRUG].plan.planned_doses))
"""What messages say: of each version of the protocol, where they differ."""

MOST_LATE = 2
"""Assumption: a log that is up to date ends less than so many distances between injections before the end of treatment."""

LOG = ["SUBJID", "DOSE_NO", "PLANNED_DAT", "ADMIN_DAT", "GIVEN_YN", "DOSE_CHANGE"]


def every(model: type[RawForm], subjects: pd.Series, dm: pd.DataFrame) -> pd.Series:
    """Days from one injection to the next, in the version of the protocol that each subject consented to."""
    return model.in_force(subjects, dm, lambda protocol: protocol.interventions[DRUG].regimen.every).astype("float64")


def planned_doses(model: type[RawForm], subjects: pd.Series, dm: pd.DataFrame) -> pd.Series:
    """How many injections the subject's version of the protocol plans."""
    return model.in_force(subjects, dm, lambda protocol: protocol.interventions[DRUG].plan.planned_doses).astype("float64")


@once
def logs(model: type[RawForm], ex: pd.DataFrame, dm: pd.DataFrame) -> pd.DataFrame:
    """One row a subject of EX: ``last`` (position and day of the last injection near its plan), ``end`` (of the plan's records).

    ``last``, ``at``: the day of the last injection that was given less than a distance from its planned date, and its position;
    ``end``, ``end_at``: the latest planned date that is one of the subject's plan, and its position; ``over``: the log has the
    last planned injection, or the permanent stop.
    """
    subject = model.cells(ex, "SUBJID", "EX")
    planned, given = day_number(model.date(ex, "PLANNED_DAT", "EX")), day_number(model.date(ex, "ADMIN_DAT", "EX"))
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
        seen = day_number(cls.date(lab, "LAB_DAT", "LAB")).groupby(cls.cells(lab, "SUBJID", "LAB")).quantile(0.9)
        late = of(seen, subject) - of(log["end"], subject) > (MOST_LATE + 1) * every(cls, subject, dm)
        at = pd.Series(range(len(ex)), index=ex.index)
        open_ = ~subject.isin(ended[cls.cells(disp, "EOT_DAT", "DISP") != ""]) & ended.isin(known).all()
        fails = (at == of(log["end_at"], subject)) & late & open_ & (of(log["over"], subject) == 0)
        none = pd.Series(-1, index=ex.index)
        return against(~fails, EX=none, DISP=none, LAB=none, DM=none)


class DISPForm(RawForm, form="DISP", across=False):
    @classmethod
    @once
    def ends(cls, disp: pd.DataFrame, ex: pd.DataFrame, rand: pd.DataFrame, dm: pd.DataFrame) -> pd.DataFrame:
        """``log``'s columns for each record of a subject of the interferon arm (NaN elsewhere), ``eot`` and ``every``."""
        subject, log = cls.cells(disp, "SUBJID"), logs(cls, ex, dm)
        treated = cls.derivation("arm")(cls.reader, subject, rand, dm) == "IFN"
        made = pd.DataFrame({name: of(log[name], subject).where(treated) for name in log.columns})
        return made.assign(eot=day_number(cls.date(disp, "EOT_DAT", "DISP")), every=every(cls, subject, dm))

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
        across=True,
        query=f"治疗结束原因为“{{EOT_REASON}}”，但给药记录未到方案计划的第 {DOSES} 次：请核实原因，或补充给药记录。 / "
        f"Treatment ended by {{EOT_REASON}}, and the log does not reach injection {DOSES} of the protocol's plan: "
        "please check the reason, or complete the log.",
    )
    def completed_has_all_injections(
        cls, disp: pd.DataFrame, ex: pd.DataFrame, rand: pd.DataFrame, dm: pd.DataFrame
    ) -> pd.Series:
        """Where the log goes on in a record of nobody, or of a control, whose subject is asked about, this may be its end."""
        found = cls.ends(disp, ex, rand, dm)
        fails = (cls.term(disp, "EOT_REASON") == "COMPLETED") & (found["over"] == 0)
        number, planned = cls.number(ex, "DOSE_NO", "EX"), day_number(cls.date(ex, "PLANNED_DAT", "EX"))
        subject = cls.cells(ex, "SUBJID", "EX")
        stray = cls.derivation("arm")(cls.reader, subject, rand, dm) == "CTRL"
        stray |= ~cls.derivation("in_demographics")(cls.reader, subject, dm)
        doses = planned_doses(cls, cls.cells(disp, "SUBJID"), dm)
        for at in fails.index[fails]:
            later = planned - found["end"][at]
            last = (number >= doses[at]) & (later > 0) & (later <= MOST_LATE * found["every"][at])
            fails[at] = not (last & stray).any()
        return against(~fails, **cls.beside(fails, found["end_at"]))
