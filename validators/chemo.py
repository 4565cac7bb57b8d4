"""Chemotherapy before screening: dates of each cycle, remission, high doses."""

from __future__ import annotations

import pandas as pd

from trialbook.checks import Dataset, RawForm, Severity, before, complete_date, rule, value_of
from trialbook.mapping.numbers import read_numbers

LONGEST, LATEST = pd.Timedelta(days=60), pd.Timedelta(days=120)
"""Assumptions: a cycle lasts no longer, and the remission that it brings is seen no later after its start."""

HIGH_DOSE = 1
"""Cytarabine in g/m² a dose from which on it is called high (assumption: the record does not define it, open question 9)."""

CALLED_HIGH = r"大剂量|高剂量|HDAC|HiDAC|HD-?Ara-?C|high[- ]dose"


class PriorChemoForm(RawForm, form="PRIORCHEMO", across=False):
    @classmethod
    def ends_early(cls, chemo: pd.DataFrame) -> pd.Series:
        return before(cls.date(chemo, "END_DAT"), cls.date(chemo, "START_DAT"))

    @classmethod
    def ends_late(cls, chemo: pd.DataFrame) -> pd.Series:
        start, end = (complete_date(cls.date(chemo, column)) for column in ("START_DAT", "END_DAT"))
        return end - start > LONGEST

    @rule(
        "IFN-CM-001",
        Severity.ERROR,
        "The cycle ends before it starts",
        variables=["END_DAT", "START_DAT", "PHASE", "CYCLE_NO"],
        mend=["END_DAT", "START_DAT"],
        query="{PHASE}第 {CYCLE_NO} 疗程的结束日期 {END_DAT} 早于开始日期 {START_DAT}，请核实。 / "
        "Cycle {CYCLE_NO} ({PHASE}) ends on {END_DAT}, before it starts on {START_DAT}: please check both dates.",
    )
    def cycle_ends_after_its_start(cls, chemo: pd.DataFrame) -> pd.Series:
        return ~cls.ends_early(chemo)

    @rule(
        "IFN-CM-002",
        Severity.WARNING,
        f"The cycle lasts more than {LONGEST.days} days",
        variables=["START_DAT", "END_DAT", "PHASE", "CYCLE_NO"],
        mend=["START_DAT", "END_DAT"],
        query=f"{{PHASE}}第 {{CYCLE_NO}} 疗程自 {{START_DAT}} 至 {{END_DAT}}，超过 {LONGEST.days} 天，请核实。 / "
        f"Cycle {{CYCLE_NO}} ({{PHASE}}) from {{START_DAT}} to {{END_DAT}} lasts more than {LONGEST.days} days: please check.",
    )
    def cycle_is_no_longer_than_one_is(cls, chemo: pd.DataFrame) -> pd.Series:
        return ~cls.ends_late(chemo)

    @rule(
        "IFN-CM-003",
        Severity.WARNING,
        f"The remission is dated before the cycle starts, or more than {LATEST.days} days after",
        variables=["CR_DAT", "START_DAT", "PHASE", "CYCLE_NO"],
        mend=["CR_DAT", "START_DAT"],
        query="{PHASE}第 {CYCLE_NO} 疗程开始日期为 {START_DAT}，缓解日期为 {CR_DAT}，请核实。 / "
        "Cycle {CYCLE_NO} ({PHASE}) starts on {START_DAT}, and the remission is dated {CR_DAT}: please check both dates.",
    )
    def remission_follows_the_cycle(cls, chemo: pd.DataFrame) -> pd.Series:
        """Where start and end of the cycle contradict each other, another rule asks for them."""
        start, remission = (complete_date(cls.date(chemo, column)) for column in ("START_DAT", "CR_DAT"))
        early = before(cls.date(chemo, "CR_DAT"), cls.date(chemo, "START_DAT"))
        return ~((early | (remission - start > LATEST)) & ~cls.ends_early(chemo) & ~cls.ends_late(chemo))

    @rule(
        "IFN-CM-004",
        Severity.ERROR,
        "A remission is dated, and the cycle is said to have brought none",
        variables=["CR_AFTER_YN", "CR_DAT", "PHASE", "CYCLE_NO"],
        mend=["CR_AFTER_YN", "CR_DAT"],
        query="{PHASE}第 {CYCLE_NO} 疗程填写了缓解日期 {CR_DAT}，但疗程后是否完全缓解为“{CR_AFTER_YN}”，请核实。 / "
        "Cycle {CYCLE_NO} ({PHASE}) has a remission on {CR_DAT}, and whether it brought one is {CR_AFTER_YN}: please check.",
    )
    def dated_remission_is_one(cls, chemo: pd.DataFrame) -> pd.Series:
        return ~((cls.cells(chemo, "CR_DAT") != "") & (cls.term(chemo, "CR_AFTER_YN") == "N"))

    @classmethod
    def high(cls, chemo: pd.DataFrame) -> tuple[pd.Series, pd.Series, pd.Series]:
        """What answer, dose and name of the regimen each say of high-dose cytarabine: 1, 0, or NaN for nothing said."""
        answer, dose = cls.term(chemo, "HDAC_YN"), read_numbers(cls.cells(chemo, "ARAC_DOSE_G_M2"))
        regimen = cls.cells(chemo, "REGIMEN").str.normalize("NFKC")
        called = regimen.str.contains(CALLED_HIGH, case=False, regex=True)
        return (
            (answer == "Y").astype("float64").where(answer.isin(["Y", "N"])),
            (dose >= HIGH_DOSE).astype("float64").where(dose.notna()),
            called.astype("float64").where(regimen != ""),
        )

    @rule(
        "IFN-CM-005",
        Severity.ERROR,
        "Whether cytarabine was of high dose is not what dose and regimen say",
        variables=["HDAC_YN", "ARAC_DOSE_G_M2", "REGIMEN", "PHASE", "CYCLE_NO"],
        mend=["HDAC_YN"],
        query="{PHASE}第 {CYCLE_NO} 疗程（{REGIMEN}，阿糖胞苷 {ARAC_DOSE_G_M2} g/m²）是否大剂量为“{HDAC_YN}”，请核实。 / "
        "Cycle {CYCLE_NO} ({PHASE}), {REGIMEN} with cytarabine {ARAC_DOSE_G_M2} g/m², is a high dose: {HDAC_YN}; please check.",
    )
    def high_dose_is_said(cls, chemo: pd.DataFrame) -> pd.Series:
        answer, dose, called = cls.high(chemo)
        return ~(answer.notna() & dose.notna() & (answer != dose) & ((dose == called) | called.isna()))

    @rule(
        "IFN-CM-006",
        Severity.WARNING,
        "The dose of cytarabine is not what the answer on high doses and the regimen say",
        variables=["ARAC_DOSE_G_M2", "HDAC_YN", "REGIMEN", "PHASE", "CYCLE_NO"],
        mend=["ARAC_DOSE_G_M2"],
        query="{PHASE}第 {CYCLE_NO} 疗程（{REGIMEN}，是否大剂量：{HDAC_YN}）阿糖胞苷剂量为 {ARAC_DOSE_G_M2} g/m²，请核实。 / "
        "Cycle {CYCLE_NO} ({PHASE}), {REGIMEN}, high dose: {HDAC_YN}, has cytarabine {ARAC_DOSE_G_M2} g/m²: please check it.",
    )
    def dose_is_the_one_said(cls, chemo: pd.DataFrame) -> pd.Series:
        answer, dose, called = cls.high(chemo)
        return ~(dose.notna() & answer.notna() & called.notna() & (dose != answer) & (answer == called))


class CM(Dataset, domain="CM", across=False):
    @rule(
        "IFN-CM-018",
        Severity.ERROR,
        "A cycle of the chemotherapy before the study starts after randomization",
        variables=["CMSTDTC", "CMCAT", "CMTRT"],
        mend=["CMSTDTC"],
        reads={"DM": ["USUBJID", "RFSTDTC"]},
        query="既往化疗“{CMTRT}”的开始日期 {CMSTDTC} 晚于随机日期，请核实。 / "
        "{CMTRT}, prior chemotherapy, starts on {CMSTDTC}, after randomization: please check the date, or enter it as other "
        "therapy of the leukemia.",
    )
    def prior_is_before(cls, cm: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
        randomized = value_of(dm, "RFSTDTC", by=cm["USUBJID"])
        return ~((cm["CMCAT"] == "PRIOR CHEMOTHERAPY") & before(randomized, cm["CMSTDTC"]))
