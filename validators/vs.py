"""Vital signs: numbers that a living adult has."""

from __future__ import annotations

import pandas as pd

from trialbook.checks import RawForm, Severity, rule


class VSForm(RawForm, form="VS_ECOG", across=False):
    @classmethod
    def plausible(cls, vs: pd.DataFrame, column: str) -> pd.Series:
        """Whether a number lies within its limits in ``vital_ranges.csv``, both included; true where it is no number."""
        limits = cls.table("vital_ranges").set_index("column").loc[column].astype("float64")
        number = cls.number(vs, column)
        return number.isna() | number.between(limits["low"], limits["high"])

    @rule(
        "IFN-VS-001",
        Severity.ERROR,
        "The temperature is hardly one of a living adult",
        variables=["TEMP"],
        query="体温 {TEMP} ℃ 超出合理范围，请核实。 / The temperature is {TEMP} ℃: please check.",
    )
    def temperature_is_plausible(cls, vs: pd.DataFrame) -> pd.Series:
        return cls.plausible(vs, "TEMP")

    @rule(
        "IFN-VS-002",
        Severity.ERROR,
        "The heart rate is hardly one of a living adult",
        variables=["HR"],
        query="心率 {HR} 次/分超出合理范围，请核实。 / The heart rate is {HR} a minute: please check.",
    )
    def heart_rate_is_plausible(cls, vs: pd.DataFrame) -> pd.Series:
        return cls.plausible(vs, "HR")

    @rule(
        "IFN-VS-003",
        Severity.ERROR,
        "The systolic blood pressure is hardly one of a living adult",
        variables=["SBP"],
        query="收缩压 {SBP} mmHg 超出合理范围，请核实。 / The systolic blood pressure is {SBP} mmHg: please check.",
    )
    def systolic_is_plausible(cls, vs: pd.DataFrame) -> pd.Series:
        return cls.plausible(vs, "SBP")

    @rule(
        "IFN-VS-004",
        Severity.ERROR,
        "The diastolic blood pressure is hardly one of a living adult",
        variables=["DBP"],
        query="舒张压 {DBP} mmHg 超出合理范围，请核实。 / The diastolic blood pressure is {DBP} mmHg: please check.",
    )
    def diastolic_is_plausible(cls, vs: pd.DataFrame) -> pd.Series:
        return cls.plausible(vs, "DBP")

    @rule(
        "IFN-VS-005",
        Severity.ERROR,
        "The weight is hardly one of an adult",
        variables=["WEIGHT"],
        query="体重 {WEIGHT} kg 超出合理范围，请核实。 / The weight is {WEIGHT} kg: please check.",
    )
    def weight_is_plausible(cls, vs: pd.DataFrame) -> pd.Series:
        return cls.plausible(vs, "WEIGHT")

    @rule(
        "IFN-VS-006",
        Severity.ERROR,
        "The diastolic blood pressure is not below the systolic",
        variables=["SBP", "DBP"],
        query="血压 {SBP}/{DBP} mmHg：舒张压不低于收缩压，请核实。 / "
        "The blood pressure is {SBP}/{DBP} mmHg, the diastolic not below the systolic: please check both.",
    )
    def diastolic_is_below_systolic(cls, vs: pd.DataFrame) -> pd.Series:
        """Of one that is hardly possible in itself another rule tells."""
        possible = cls.plausible(vs, "SBP") & cls.plausible(vs, "DBP")
        return ~(possible & (cls.number(vs, "DBP") >= cls.number(vs, "SBP")))

    @rule(
        "IFN-VS-008",
        Severity.ERROR,
        "An examined subject has the performance status of the dead",
        variables=["ECOG", "DAT"],
        mend=["ECOG"],
        query="{DAT} 检查时ECOG评分为“{ECOG}”（5分为死亡），请核实。 / "
        "ECOG is {ECOG} at the examination of {DAT}, and 5 is death: please check.",
        cites=["ECOG"],
    )
    def who_is_examined_is_alive(cls, vs: pd.DataFrame) -> pd.Series:
        examined = pd.concat([cls.number(vs, column).notna() for column in ("TEMP", "HR", "SBP", "DBP", "WEIGHT")], axis=1)
        return ~((cls.term(vs, "ECOG") == "5") & examined.any(axis=1))
