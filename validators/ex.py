"""Injections: given or not, dose by the protocol's steps, dates by its schedule; exposure in the randomized arm only."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from trialbook.checks import Dataset, RawForm, Severity, complete_date, rule, value_of
from trialbook.protocol import Protocol

PROTOCOL = Protocol(Path(__file__).resolve().parents[1] / "protocol")
DRUG = "PEGIFN"
# What messages say: of each version of the protocol, where they differ.
STEPS = PROTOCOL.told(lambda protocol: ", ".join(f"{step:g}" for step in protocol.interventions[DRUG].steps))
BETWEEN = PROTOCOL.told(lambda protocol: str(protocol.interventions[DRUG].plan.least_days_between))
EARLY = PROTOCOL.told(lambda protocol: str(protocol.interventions[DRUG].plan.most_days_early))
EVERY = PROTOCOL.told(lambda protocol: str(protocol.interventions[DRUG].regimen.every))
DOSES = PROTOCOL.told(lambda protocol: str(protocol.interventions[DRUG].plan.planned_doses))
STRAY = 3
"""Injections up to which each may stand under a wrong number; of more, it is the subject's group that is doubted."""


class EXForm(RawForm, form="EX"):
    @classmethod
    def full_dose(cls, ex: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
        """The dose to start with, by the version of the protocol that the subject consented to."""
        return cls.in_force(ex, dm, lambda protocol: protocol.interventions[DRUG].regimen.dose)

    @classmethod
    def every(cls, ex: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
        """The days from one injection to the next, by the subject's version of the protocol."""
        return cls.in_force(ex, dm, lambda protocol: protocol.interventions[DRUG].regimen.every)

    @classmethod
    def is_step(cls, ex: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
        """Whether the dose is one that the subject's version of the protocol knows."""
        steps = cls.in_force(ex, dm, lambda protocol: protocol.interventions[DRUG].steps)
        return cls.number(ex, "DOSE_UG").groupby(steps).transform(lambda doses: doses.isin(doses.name)).astype(bool)

    @classmethod
    def given(cls, ex: pd.DataFrame) -> pd.Series:
        return cls.term(ex, "GIVEN_YN") == "Y"

    @classmethod
    def day(cls, ex: pd.DataFrame, column: str) -> pd.Series:
        """Days since 1970, NaN where the date is not complete."""
        return (complete_date(cls.date(ex, column)) - pd.Timestamp(0)).dt.days.astype("float64")

    @classmethod
    def days_off(cls, ex: pd.DataFrame) -> pd.Series:
        """Days from the planned to the given injection; NaN where either is not known."""
        return cls.day(ex, "ADMIN_DAT") - cls.day(ex, "PLANNED_DAT")

    @classmethod
    def in_order(cls, ex: pd.DataFrame, where: pd.Series) -> pd.DataFrame:
        """The records for which ``where`` holds, by subject (``of``) and number (``dose``), with day, amount and days off."""
        table = pd.DataFrame(
            {
                "of": cls.cells(ex, "SUBJID"),
                "dose": cls.number(ex, "DOSE_NO"),
                "day": cls.day(ex, "ADMIN_DAT"),
                "off": cls.days_off(ex).abs(),
                "amount": cls.number(ex, "DOSE_UG"),
            }
        )
        return table[where & (table["of"] != "") & table["dose"].notna()].sort_values(["of", "dose"], kind="stable")

    @classmethod
    def previous_dose(cls, ex: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
        """The amount of the injection given before, by number; NaN before the first, or where it is none of the steps."""
        log = cls.in_order(ex, cls.given(ex) & cls.is_step(ex, dm))
        marks = cls.in_order(ex, pd.Series(True, index=ex.index))
        amount = log["amount"].reindex(marks.index)
        return amount.groupby(marks["of"]).transform(lambda doses: doses.ffill().shift()).reindex(ex.index)

    @rule(
        "IFN-EX-001",
        Severity.ERROR,
        f"The dose is none of the protocol's: {STEPS} μg",
        variables=["DOSE_UG", "DOSE_NO"],
        reads={"DM": []},
        mend=["DOSE_UG"],
        query=f"第 {{DOSE_NO}} 次给药剂量 {{DOSE_UG}} μg 不是方案规定的剂量（{STEPS} μg），请核实。 / "
        f"The dose of injection {{DOSE_NO}} is {{DOSE_UG}} μg; the protocol knows {STEPS} μg: please check.",
    )
    def dose_is_a_step(cls, ex: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
        dose = cls.number(ex, "DOSE_UG")
        return dose.isna() | cls.is_step(ex, dm)

    @rule(
        "IFN-EX-002",
        Severity.ERROR,
        "Given, but there is no date",
        variables=["ADMIN_DAT", "GIVEN_YN", "DOSE_NO"],
        mend=["ADMIN_DAT", "GIVEN_YN"],
        query="第 {DOSE_NO} 次给药记录为已给药，但无给药日期，请补充。 / Injection {DOSE_NO} was given: on which date?",
    )
    def given_has_date(cls, ex: pd.DataFrame) -> pd.Series:
        return ~cls.given(ex) | (cls.cells(ex, "ADMIN_DAT") != "")

    @rule(
        "IFN-EX-003",
        Severity.ERROR,
        "Given, but there is no dose",
        variables=["DOSE_UG", "GIVEN_YN", "DOSE_NO"],
        mend=["DOSE_UG", "GIVEN_YN"],
        query="第 {DOSE_NO} 次给药记录为已给药，但无剂量，请补充。 / Injection {DOSE_NO} was given: with which dose?",
    )
    def given_has_dose(cls, ex: pd.DataFrame) -> pd.Series:
        return ~cls.given(ex) | (cls.cells(ex, "DOSE_UG") != "")

    @rule(
        "IFN-EX-004",
        Severity.ERROR,
        "Not given, but there is a date or a dose",
        variables=["GIVEN_YN", "ADMIN_DAT", "DOSE_UG", "DOSE_NO"],
        mend=["GIVEN_YN", "ADMIN_DAT", "DOSE_UG"],
        query="第 {DOSE_NO} 次给药记录为未给药，但填写了给药日期 {ADMIN_DAT} 或剂量 {DOSE_UG}：是否已给药？ / "
        "Injection {DOSE_NO} is marked as not given and has the date {ADMIN_DAT} and the dose {DOSE_UG}: was it given?",
    )
    def not_given_has_neither(cls, ex: pd.DataFrame) -> pd.Series:
        filled = (cls.cells(ex, "ADMIN_DAT") != "") | (cls.cells(ex, "DOSE_UG") != "")
        return (cls.term(ex, "GIVEN_YN") != "N") | ~filled

    @rule(
        "IFN-EX-005",
        Severity.ERROR,
        "Not given, but there is no reason",
        variables=["REASON_NOT_GIVEN", "GIVEN_YN", "DOSE_NO"],
        mend=["REASON_NOT_GIVEN"],
        query="第 {DOSE_NO} 次给药未给药，请填写原因。 / Why was injection {DOSE_NO} not given?",
    )
    def not_given_has_reason(cls, ex: pd.DataFrame) -> pd.Series:
        """Where a date or a dose says that it was given, another rule asks."""
        asked = (cls.cells(ex, "ADMIN_DAT") != "") | (cls.cells(ex, "DOSE_UG") != "")
        return (cls.term(ex, "GIVEN_YN") != "N") | asked | (cls.cells(ex, "REASON_NOT_GIVEN") != "")

    @rule(
        "IFN-EX-006",
        Severity.WARNING,
        "A reason for not giving it, but it was given",
        variables=["GIVEN_YN", "REASON_NOT_GIVEN", "DOSE_NO"],
        mend=["GIVEN_YN", "REASON_NOT_GIVEN"],
        query="第 {DOSE_NO} 次给药记录为已给药，但填写了未给药原因“{REASON_NOT_GIVEN}”：哪一项正确？ / "
        "Injection {DOSE_NO} is marked as given and has a reason for not giving it ({REASON_NOT_GIVEN}): which is right?",
    )
    def given_has_no_reason_against(cls, ex: pd.DataFrame) -> pd.Series:
        return ~cls.given(ex) | (cls.cells(ex, "REASON_NOT_GIVEN") == "")

    @rule(
        "IFN-EX-007",
        Severity.ERROR,
        f"Less than {BETWEEN} days from another injection",
        variables=["ADMIN_DAT", "DOSE_NO"],
        reads={"DM": []},
        mend=["ADMIN_DAT"],
        query=f"第 {{DOSE_NO}} 次给药日期 {{ADMIN_DAT}} 与另一次给药相隔不足 {BETWEEN} 天，请核实。 / "
        f"Injection {{DOSE_NO}} on {{ADMIN_DAT}} is less than {BETWEEN} days from another one: please check the date.",
    )
    def injections_lie_apart(cls, ex: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
        """Of two that are too close the one farther from its planned date is the wrong one; where neither is, both."""
        least = cls.in_force(ex, dm, lambda protocol: protocol.interventions[DRUG].plan.least_days_between)
        log = cls.in_order(ex, cls.given(ex)).assign(between=least).dropna(subset="day").sort_values(["of", "day"], kind="stable")
        close = pd.Series(False, index=log.index)
        for step in (1, -1):
            there = log.shift(step)
            near = (there["of"] == log["of"]) & ((log["day"] - there["day"]).abs() < log["between"])
            close |= near & ~(log["off"] < there["off"])
        return ~close.reindex(ex.index, fill_value=False)

    @rule(
        "IFN-EX-008",
        Severity.ERROR,
        "The dates of the injections are not in the order of their numbers",
        variables=["ADMIN_DAT", "DOSE_NO"],
        mend=["ADMIN_DAT"],
        query="第 {DOSE_NO} 次给药日期 {ADMIN_DAT} 与给药序号的先后顺序不符，请核实。 / "
        "The date {ADMIN_DAT} of injection {DOSE_NO} is not in the order of the numbers: please check.",
    )
    def dates_follow_numbers(cls, ex: pd.DataFrame) -> pd.Series:
        """Of a pair in the wrong order the one farther from its planned date is the wrong one."""
        log = cls.in_order(ex, cls.given(ex)).dropna(subset="day")
        of = log["of"]
        late = log["day"] > log.groupby("of")["day"].transform(lambda days: days[::-1].cummin()[::-1].shift(-1))
        soon = log["day"] < log.groupby("of")["day"].transform(lambda days: days.cummax().shift())
        wrong = late | soon
        worst = log["off"].where(wrong).groupby(of).transform("max")
        return ~(wrong & ~(log["off"] < worst / 2)).reindex(ex.index, fill_value=False)

    @rule(
        "IFN-EX-009",
        Severity.ERROR,
        f"Given more than {EARLY} days before it was planned, or the first one before it was planned at all",
        variables=["ADMIN_DAT", "PLANNED_DAT", "DOSE_NO"],
        reads={"DM": []},
        mend=["ADMIN_DAT", "PLANNED_DAT"],
        query="第 {DOSE_NO} 次给药日期 {ADMIN_DAT} 早于计划日期 {PLANNED_DAT}，请核实。 / "
        "Injection {DOSE_NO} was given on {ADMIN_DAT} and planned for {PLANNED_DAT}: please check both dates.",
        stands_for=["IFN-DM-021"],
    )
    def not_given_early(cls, ex: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
        off, first = cls.days_off(ex), cls.number(ex, "DOSE_NO") == 1
        early = cls.in_force(ex, dm, lambda protocol: protocol.interventions[DRUG].plan.most_days_early)
        return ~((off < -early) | (first & (off < 0)))

    @rule(
        "IFN-EX-010",
        Severity.WARNING,
        f"Given {EVERY} days or more after it was planned, when the next one was due",
        variables=["ADMIN_DAT", "PLANNED_DAT", "DOSE_NO"],
        reads={"DM": []},
        mend=["ADMIN_DAT", "PLANNED_DAT"],
        query=f"第 {{DOSE_NO}} 次给药日期 {{ADMIN_DAT}} 比计划日期 {{PLANNED_DAT}} 晚 {EVERY} 天或以上，请核实。 / "
        f"Injection {{DOSE_NO}} was given on {{ADMIN_DAT}}, {EVERY} days or more after {{PLANNED_DAT}}: please check both dates.",
    )
    def not_given_late(cls, ex: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
        return ~(cls.days_off(ex) >= cls.every(ex, dm))

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
        start = cls.day(ex, "PLANNED_DAT") - cls.every(ex, dm) * (cls.number(ex, "DOSE_NO") - 1)
        usual = start.groupby(cls.cells(ex, "SUBJID")).transform("median")
        return ~((start - usual).abs() > 0)

    @rule(
        "IFN-EX-012",
        Severity.ERROR,
        "The dose is said to be reduced, and is no lower than before",
        variables=["DOSE_CHANGE", "DOSE_UG", "DOSE_NO"],
        reads={"DM": []},
        mend=["DOSE_CHANGE", "DOSE_UG"],
        query="第 {DOSE_NO} 次给药的剂量调整为“{DOSE_CHANGE}”，但剂量 {DOSE_UG} μg 未低于前一次，请核实。 / "
        "Injection {DOSE_NO} has the change {DOSE_CHANGE}, and its dose of {DOSE_UG} μg is no lower than the one before: "
        "please check.",
    )
    def reduction_is_seen(cls, ex: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
        reduced = (cls.term(ex, "DOSE_CHANGE") == "DOSE REDUCED") & cls.given(ex)
        known = cls.is_step(ex, dm)
        return ~(reduced & known & (cls.number(ex, "DOSE_UG") >= cls.previous_dose(ex, dm).fillna(cls.full_dose(ex, dm))))

    @rule(
        "IFN-EX-013",
        Severity.ERROR,
        "The dose is lower than before, and no reduction is marked",
        variables=["DOSE_UG", "DOSE_CHANGE", "DOSE_NO"],
        reads={"DM": []},
        mend=["DOSE_UG", "DOSE_CHANGE"],
        query="第 {DOSE_NO} 次给药剂量 {DOSE_UG} μg 低于前一次，但未填写剂量调整：是否减量，原因是什么？ / "
        "The dose of injection {DOSE_NO} is {DOSE_UG} μg, lower than the one before, and no reduction is marked: "
        "was it reduced, and why?",
    )
    def reduction_is_marked(cls, ex: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
        dose = cls.number(ex, "DOSE_UG")
        lower = cls.given(ex) & cls.is_step(ex, dm) & (dose < cls.previous_dose(ex, dm).fillna(cls.full_dose(ex, dm)))
        return ~(lower & (cls.cells(ex, "DOSE_CHANGE") == ""))

    @rule(
        "IFN-EX-014",
        Severity.WARNING,
        "The dose is higher than before (assumption: it is not raised again)",
        variables=["DOSE_UG", "DOSE_NO"],
        reads={"DM": []},
        mend=["DOSE_UG"],
        query="第 {DOSE_NO} 次给药剂量 {DOSE_UG} μg 高于前一次：剂量是否有误？ / "
        "The dose of injection {DOSE_NO} is {DOSE_UG} μg, higher than the one before: is it right?",
    )
    def dose_is_not_raised(cls, ex: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
        dose = cls.number(ex, "DOSE_UG")
        return ~(cls.given(ex) & cls.is_step(ex, dm) & (dose > cls.previous_dose(ex, dm)))

    @rule(
        "IFN-EX-015",
        Severity.ERROR,
        "Marked as the permanent stop, and later injections were given",
        variables=["DOSE_CHANGE", "DOSE_NO"],
        mend=["DOSE_CHANGE"],
        query="第 {DOSE_NO} 次给药的剂量调整为“{DOSE_CHANGE}”，但之后仍有给药，请核实。 / "
        "Injection {DOSE_NO} has the change {DOSE_CHANGE}, and later ones were given: please check.",
    )
    def nothing_after_the_stop(cls, ex: pd.DataFrame) -> pd.Series:
        log = cls.in_order(ex, cls.given(ex))
        last = cls.cells(ex, "SUBJID").map(log.groupby("of")["dose"].max()).astype("float64")
        return ~((cls.term(ex, "DOSE_CHANGE") == "DRUG WITHDRAWN") & (last > cls.number(ex, "DOSE_NO")))

    @rule(
        "IFN-EX-016",
        Severity.WARNING,
        "The dose was changed, and there is no reason",
        variables=["REASON_CHANGE", "DOSE_CHANGE", "DOSE_NO"],
        mend=["REASON_CHANGE"],
        query="第 {DOSE_NO} 次给药的剂量调整为“{DOSE_CHANGE}”，请填写原因。 / "
        "Injection {DOSE_NO} has the change {DOSE_CHANGE}: for which reason?",
    )
    def change_has_reason(cls, ex: pd.DataFrame) -> pd.Series:
        return (cls.cells(ex, "DOSE_CHANGE") == "") | (cls.cells(ex, "REASON_CHANGE") != "")

    @rule(
        "IFN-EX-017",
        Severity.WARNING,
        "A reason for changing the dose, and no change",
        variables=["DOSE_CHANGE", "REASON_CHANGE", "DOSE_NO"],
        mend=["DOSE_CHANGE"],
        query="第 {DOSE_NO} 次给药填写了剂量调整原因“{REASON_CHANGE}”，但未填写剂量调整，请补充。 / "
        "Injection {DOSE_NO} has a reason for a change ({REASON_CHANGE}): which change was it?",
    )
    def reason_has_change(cls, ex: pd.DataFrame) -> pd.Series:
        return (cls.cells(ex, "REASON_CHANGE") == "") | (cls.cells(ex, "DOSE_CHANGE") != "")

    @rule(
        "IFN-EX-018",
        Severity.ERROR,
        f"The number of the injection is not from 1 to {DOSES}",
        variables=["DOSE_NO"],
        reads={"DM": []},
        query=f"给药序号 {{DOSE_NO}} 不在 1–{DOSES} 之间，请核实。 / "
        f"The protocol plans injections 1 to {DOSES}; this one has the number {{DOSE_NO}}: please check.",
    )
    def number_is_planned(cls, ex: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
        number = cls.number(ex, "DOSE_NO")
        planned = cls.in_force(ex, dm, lambda protocol: protocol.interventions[DRUG].plan.planned_doses)
        return number.isna() | number.between(1, planned)

    @rule(
        "IFN-EX-019",
        Severity.ERROR,
        "Held, but given",
        variables=["DOSE_CHANGE", "GIVEN_YN", "DOSE_NO"],
        mend=["DOSE_CHANGE", "GIVEN_YN"],
        query="第 {DOSE_NO} 次给药的剂量调整为“{DOSE_CHANGE}”，但记录为已给药，请核实。 / "
        "Injection {DOSE_NO} has the change {DOSE_CHANGE} and is marked as given: which is right?",
    )
    def held_is_not_given(cls, ex: pd.DataFrame) -> pd.Series:
        return ~((cls.term(ex, "DOSE_CHANGE") == "DRUG INTERRUPTED") & cls.given(ex))

    @rule(
        "IFN-EX-020",
        Severity.ERROR,
        "A time, but there is no date",
        variables=["ADMIN_DAT", "ADMIN_TIM", "DOSE_NO"],
        mend=["ADMIN_DAT", "ADMIN_TIM"],
        query="第 {DOSE_NO} 次给药填写了时间 {ADMIN_TIM}，但无给药日期，请补充。 / "
        "Injection {DOSE_NO} has the time {ADMIN_TIM} and no date: on which date was it given?",
    )
    def time_has_date(cls, ex: pd.DataFrame) -> pd.Series:
        """Where it is marked as given, the missing date is another rule's finding."""
        return cls.given(ex) | (cls.cells(ex, "ADMIN_TIM") == "") | (cls.cells(ex, "ADMIN_DAT") != "")


class EX(Dataset, domain="EX"):
    @rule(
        "IFN-EX-021",
        Severity.ERROR,
        "An injection of a subject that was randomized to the control arm",
        variables=["USUBJID", "EXSTDTC", "EXDOSE"],
        mend=["USUBJID"],
        reads={"DM": ["USUBJID", "ARMCD"]},
        query="受试者为对照组，但自 {EXSTDTC} 起有干扰素给药记录（{EXDOSE} μg）：受试者编号或组别是否有误？ / "
        "The subject is in the control arm and was injected, first {EXDOSE} μg on {EXSTDTC}: "
        "is the subject's number, or the group, wrong?",
    )
    def none_in_the_control_arm(cls, ex: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
        """Where a subject has several, as when its group is wrong, they are one question: the first is asked about."""
        control = value_of(dm, "ARMCD", by=ex["USUBJID"]) == "CTRL"
        several = ex.groupby("USUBJID")["USUBJID"].transform("size") > STRAY
        # What has no date comes before all others in the dataset, and says little.
        dated = ex.assign(undated=~ex["EXSTDTC"].str.match("[0-9]")).sort_values(["undated", "EXSTDTC"], kind="stable")
        return ~control | (several & dated["USUBJID"].duplicated().sort_index())
