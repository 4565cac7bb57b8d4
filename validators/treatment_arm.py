"""Injections and the arm: in the interferon arm, and in no other."""

from __future__ import annotations

import pandas as pd

from trialbook.checks import RawForm, Severity, against, day_number, once, position_of, rule, value_beside

DRUG = "PEGIFN"

STRAY = 3
"""Injections up to which each may stand under a wrong number; of more, it is the subject's group that is doubted."""


class EXForm(RawForm, form="EX", across=False):
    @classmethod
    @once
    def in_control_arm(cls, ex: pd.DataFrame, rand: pd.DataFrame, dm: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
        """Injections of controls, given; and whether their subject has more of them than :data:`STRAY`."""
        subject = cls.cells(ex, "SUBJID")
        given = (cls.term(ex, "GIVEN_YN") == "Y") & (cls.derivation("arm")(cls.reader, subject, rand, dm) == "CTRL")
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
        within = cls.in_force(rand, dm, lambda protocol: protocol.interventions[DRUG].plan.first_within)
        every = cls.in_force(rand, dm, lambda protocol: protocol.interventions[DRUG].regimen.every)
        due = day_number(cls.date(rand, "RAND_DTTM", "RAND")) + within + every
        seen = day_number(cls.date(lab, "LAB_DAT", "LAB")).groupby(cls.cells(lab, "SUBJID", "LAB")).max()
        ended = value_beside(day_number(cls.date(disp, "EOT_DAT", "DISP")), cls.cells(disp, "SUBJID", "DISP"), number)
        wanted = (cls.term(rand, "GROUP") == "IFN") & (number.map(seen).astype("float64") > due) & ~(ended <= due)
        none = pd.Series(-1, index=rand.index)
        passes = ~wanted | first(number, dm).isin(first(ex["SUBJID"], dm))
        return against(passes, EX=none, DISP=none, LAB=none, DM=none)
