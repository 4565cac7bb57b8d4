"""Injections: what a record of the log says of itself: given or not, when, how much, why; the dataset of exposure."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from trialbook.checks import Dataset, RawForm, Severity, rule, value_of
from trialbook.protocol import Protocol

PROTOCOL = Protocol(Path(__file__).resolve().parents[1] / "protocol")
DRUG = "PEGIFN"
DOSES = PROTOCOL.told(lambda protocol: str(protocol.interventions[DRUG].plan.planned_doses))
"""What messages say: of each version of the protocol, where they differ."""

DAY = (6, 22)
"""Assumption: the hours between which an injection is given; who enters a time at night has often left out half a day."""

STRAY = 3
"""Injections up to which each may stand under a wrong number; of more, it is the subject's group that is doubted."""


class EXForm(RawForm, form="EX", across=False):
    @classmethod
    def given(cls, ex: pd.DataFrame) -> pd.Series:
        return cls.term(ex, "GIVEN_YN") == "Y"

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
        "IFN-EX-015",
        Severity.ERROR,
        "Marked as the permanent stop, and later injections were given",
        variables=["DOSE_CHANGE", "DOSE_NO"],
        mend=["DOSE_CHANGE"],
        query="第 {DOSE_NO} 次给药的剂量调整为“{DOSE_CHANGE}”，但之后仍有给药，请核实。 / "
        "Injection {DOSE_NO} has the change {DOSE_CHANGE}, and later ones were given: please check.",
    )
    def nothing_after_the_stop(cls, ex: pd.DataFrame) -> pd.Series:
        return ~cls.stopped_and_went_on(ex)

    @classmethod
    def stopped_and_went_on(cls, ex: pd.DataFrame) -> pd.Series:
        """Records marked as the permanent stop after which injections were given."""
        number, subject = cls.number(ex, "DOSE_NO"), cls.cells(ex, "SUBJID")
        last = number.where(cls.given(ex)).groupby(subject).transform("max")
        return (subject != "") & (cls.term(ex, "DOSE_CHANGE") == "DRUG WITHDRAWN") & (last > number)

    @classmethod
    def reduced_and_as_before(cls, ex: pd.DataFrame) -> pd.Series:
        """Records marked as reduced whose dose is that of the injection before."""
        log = pd.DataFrame(
            {"of": cls.cells(ex, "SUBJID"), "number": cls.number(ex, "DOSE_NO"), "dose": cls.number(ex, "DOSE_UG")}
        )
        log = log[cls.given(ex)].sort_values(["of", "number"], kind="stable")
        same = log["dose"] == log.groupby("of")["dose"].shift()
        return (cls.term(ex, "DOSE_CHANGE") == "DOSE REDUCED") & same.reindex(ex.index, fill_value=False)

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
        """A change that the log itself contradicts is another rule's finding: there is no reason to ask for."""
        asked = cls.stopped_and_went_on(ex) | cls.reduced_and_as_before(ex)
        return (cls.cells(ex, "DOSE_CHANGE") == "") | (cls.cells(ex, "REASON_CHANGE") != "") | asked

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

    @rule(
        "IFN-EX-035",
        Severity.WARNING,
        f"Given at night, before {DAY[0]} or from {DAY[1]} on",
        variables=["ADMIN_TIM", "ADMIN_DAT", "DOSE_NO"],
        mend=["ADMIN_TIM"],
        query="第 {DOSE_NO} 次给药时间为 {ADMIN_DAT} {ADMIN_TIM}（夜间），请核实时间。 / "
        "Injection {DOSE_NO} was given on {ADMIN_DAT} at {ADMIN_TIM}, at night: please check the time.",
        stands_for=["IFN-DM-021"],
    )
    def given_by_day(cls, ex: pd.DataFrame) -> pd.Series:
        hour = cls.date(ex, "ADMIN_TIM").str.extract("T([0-9]{2})")[0].astype("float64")
        return hour.isna() | hour.between(DAY[0], DAY[1] - 1)


class EX(Dataset, domain="EX", across=False):
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
