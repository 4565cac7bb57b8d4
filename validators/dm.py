"""Who the subjects are: age, height, weight; death, arm, and the dates of reference."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from trialbook.checks import Dataset, RawForm, Severity, before, rule, value_beside
from trialbook.datasets.iso8601 import split
from trialbook.protocol import Protocol

PROTOCOL = Protocol(Path(__file__).resolve().parents[1] / "protocol")
# What messages say: of each version of the protocol, where they differ.
MINIMUM_AGE = PROTOCOL.told(lambda protocol: str(protocol.study.population.minimum_age))
MAXIMUM_AGE = PROTOCOL.told(lambda protocol: str(protocol.study.population.maximum_age))
PLANNED = PROTOCOL.study.design.planned_subjects
ARMS = {arm.armcd: arm.arm for arm in PROTOCOL.study.arms}


class DMForm(RawForm, form="DM", across=False):
    @rule(
        "IFN-DM-001",
        Severity.ERROR,
        "The age is not that of the birth date on the day of consent",
        variables=["AGE", "BRTHDAT", "ICF_DAT"],
        mend=["AGE", "BRTHDAT"],
        query="年龄 {AGE} 岁与出生日期 {BRTHDAT}、知情同意日期 {ICF_DAT} 不符，请核实。 / "
        "Age {AGE} does not agree with birth date {BRTHDAT} and consent on {ICF_DAT}: please check.",
    )
    def age_agrees_with_birth_date(cls, dm: pd.DataFrame) -> pd.Series:
        return cls.age_agrees(dm)

    @classmethod
    def age_agrees(cls, dm: pd.DataFrame) -> pd.Series:
        """By completed years at consent; where month or day of birth are open, both years that they leave possible."""
        birth, consent = split(cls.date(dm, "BRTHDAT")), split(cls.date(dm, "ICF_DAT"))
        months, days = consent["m"] - birth["m"], consent["d"] - birth["d"]
        had_birthday = (months > 0) | ((months == 0) & (days >= 0))
        has_to_come = (months < 0) | ((months == 0) & (days < 0))
        most = consent["y"] - birth["y"] - has_to_come
        least = consent["y"] - birth["y"] - ~had_birthday
        age = cls.number(dm, "AGE")
        return age.isna() | most.isna() | age.between(least, most)

    @rule(
        "IFN-DM-002",
        Severity.ERROR,
        f"Randomized, though younger than {MINIMUM_AGE} or older than {MAXIMUM_AGE} years",
        variables=["AGE", "BRTHDAT"],
        reads={"RAND": ["SUBJID", "RAND_DTTM"]},
        query=f"受试者年龄 {{AGE}} 岁（出生日期 {{BRTHDAT}}），不在方案规定的 {MINIMUM_AGE}–{MAXIMUM_AGE} 岁之间，但已随机入组："
        "请核实年龄和出生日期；如属实请报告方案偏离。 / "
        f"The subject is {{AGE}} years old (born {{BRTHDAT}}), the protocol takes {MINIMUM_AGE} to {MAXIMUM_AGE}, and was "
        "randomized: please check age and birth date, or report the protocol deviation.",
        cites=["Inclusion criterion 1"],
    )
    def randomized_at_the_protocols_age(cls, dm: pd.DataFrame, rand: pd.DataFrame) -> pd.Series:
        """By the subject's version of the protocol; an age that is not that of the birth date is asked about by itself."""
        age = cls.number(dm, "AGE")
        low = cls.in_force(dm, dm, lambda protocol: protocol.study.population.minimum_age)
        high = cls.in_force(dm, dm, lambda protocol: protocol.study.population.maximum_age)
        randomized = cls.cells(dm, "SUBJID").isin(cls.cells(rand, "SUBJID", "RAND"))
        return age.isna() | age.between(low, high) | ~randomized | ~cls.age_agrees(dm)

    @classmethod
    def plausible(cls, dm: pd.DataFrame, column: str) -> pd.Series:
        """Whether a number lies within its limits in ``people_ranges.csv``, both included; true where it is no number."""
        limits = cls.table("people_ranges").set_index("column").loc[column].astype("float64")
        number = cls.number(dm, column)
        return number.isna() | number.between(limits["low"], limits["high"])

    @rule(
        "IFN-DM-018",
        Severity.ERROR,
        "The height is hardly one of an adult",
        variables=["HEIGHT_CM"],
        query="身高 {HEIGHT_CM} cm 超出合理范围，请核实。 / The height is {HEIGHT_CM} cm: please check.",
    )
    def height_is_plausible(cls, dm: pd.DataFrame) -> pd.Series:
        return cls.plausible(dm, "HEIGHT_CM")

    @rule(
        "IFN-DM-019",
        Severity.ERROR,
        "The weight is hardly one of an adult",
        variables=["WEIGHT_KG"],
        query="体重 {WEIGHT_KG} kg 超出合理范围，请核实。 / The weight is {WEIGHT_KG} kg: please check.",
    )
    def weight_is_plausible(cls, dm: pd.DataFrame) -> pd.Series:
        return cls.plausible(dm, "WEIGHT_KG")


class DEATHForm(RawForm, form="DEATH"):
    @rule(
        "IFN-DM-012",
        Severity.ERROR,
        "Died before consent or before randomization",
        variables=["DTH_DAT", "SUBJID"],
        mend=["DTH_DAT"],
        reads={"DM": ["SUBJID", "ICF_DAT"], "RAND": ["SUBJID", "RAND_DTTM"]},
        query="死亡日期 {DTH_DAT} 早于知情同意日期或随机日期，请核实。 / "
        "The date of death {DTH_DAT} is earlier than consent or randomization: please check.",
        across=False,
    )
    def not_dead_before_the_study(cls, death: pd.DataFrame, dm: pd.DataFrame, rand: pd.DataFrame) -> pd.Series:
        died, number = cls.date(death, "DTH_DAT"), cls.cells(death, "SUBJID")
        consent = value_beside(cls.date(dm, "ICF_DAT", "DM"), cls.cells(dm, "SUBJID", "DM"), number)
        randomized = value_beside(cls.date(rand, "RAND_DTTM", "RAND"), cls.cells(rand, "SUBJID", "RAND"), number)
        return ~(before(died, consent) | before(died, randomized))

    @rule(
        "IFN-DM-014",
        Severity.ERROR,
        "The death stands under the number of an earlier screening, so it is not taken into DM",
        variables=["SUBJID"],
        reads={"DM": ["SUBJID_PREV", "SUBJID"]},
        query="死亡记录使用的是既往筛选号 {SUBJID}：请改为末次筛选号。 / "
        "The death is recorded under the earlier screening number {SUBJID}: please enter the number of the last screening.",
    )
    def under_the_last_number(cls, death: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
        """A demographics record that names itself is another rule's finding."""
        number, earlier = cls.cells(death, "SUBJID"), cls.cells(dm, "SUBJID_PREV", "DM")
        return (number == "") | ~number.isin(earlier[earlier != cls.cells(dm, "SUBJID", "DM")])


class DM(Dataset, domain="DM", across=False):
    @rule(
        "IFN-DM-015",
        Severity.ERROR,
        "The arm is none of the protocol's, or its code and its name are of different arms",
        variables=["ARMCD", "ARM"],
        query="组别 {ARMCD}（{ARM}）不是方案规定的组别，请核实。 / "
        "{ARMCD} ({ARM}) is no arm of the protocol: please check the group.",
        cites=["SDTMIG 3.4 section 5.2"],
    )
    def arm_is_the_protocols(cls, dm: pd.DataFrame) -> pd.Series:
        return dm["ARM"] == dm["ARMCD"].map({**ARMS, "": ""}).fillna("no arm")

    @rule(
        "IFN-DM-016",
        Severity.ERROR,
        "There is neither an arm nor a reason for having none, or there are both",
        variables=["ARMCD", "ACTARMCD", "ARMNRS"],
        cites=["SDTMIG 3.4 section 5.2"],
    )
    def arm_or_reason(cls, dm: pd.DataFrame) -> pd.Series:
        return ((dm["ARMCD"] == "") | (dm["ACTARMCD"] == "")) == (dm["ARMNRS"] != "")

    @rule(
        "IFN-DM-017",
        Severity.WARNING,
        f"More subjects are randomized than the {PLANNED} that were planned",
        variables=["ARMCD"],
    )
    def not_more_than_planned(cls, dm: pd.DataFrame) -> bool:
        return int((dm["ARMCD"] != "").sum()) <= (PLANNED or 0)

    @rule(
        "IFN-DM-020",
        Severity.ERROR,
        "Participation ends after death",
        variables=["DTHDTC", "RFENDTC"],
        query="死亡日期 {DTHDTC} 早于研究结束日期 {RFENDTC}，请核实。 / "
        "The subject died on {DTHDTC} and its study ended on {RFENDTC}: please check both dates.",
    )
    def ends_by_death(cls, dm: pd.DataFrame) -> pd.Series:
        return ~before(dm["DTHDTC"], dm["RFENDTC"])

    @rule(
        "IFN-DM-021",
        Severity.ERROR,
        "The first injection is before randomization",
        variables=["RFXSTDTC", "RFSTDTC"],
        mend=["RFXSTDTC", "RFSTDTC"],
        query="首次给药日期 {RFXSTDTC} 早于随机日期 {RFSTDTC}，请核实。 / "
        "The first injection on {RFXSTDTC} is before randomization on {RFSTDTC}: please check both dates.",
    )
    def injected_after_randomization(cls, dm: pd.DataFrame) -> pd.Series:
        return ~before(dm["RFXSTDTC"], dm["RFSTDTC"])

    @rule(
        "IFN-DM-022",
        Severity.ERROR,
        "The last injection is after death or after the end of participation",
        variables=["RFXENDTC", "RFENDTC", "DTHDTC"],
        query="末次给药日期 {RFXENDTC} 晚于死亡日期 {DTHDTC} 或研究结束日期 {RFENDTC}，请核实。 / "
        "The last injection is on {RFXENDTC}, the end of the study on {RFENDTC}, death on {DTHDTC}: please check the dates.",
    )
    def injected_before_the_end(cls, dm: pd.DataFrame) -> pd.Series:
        return ~(before(dm["RFENDTC"], dm["RFXENDTC"]) | before(dm["DTHDTC"], dm["RFXENDTC"]))
