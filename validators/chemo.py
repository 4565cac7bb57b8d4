"""Chemotherapy before screening: each cycle in order of its dates."""

from __future__ import annotations

import pandas as pd

from trialbook.checks import RawForm, Severity, before, complete_date, rule

LONGEST, LATEST = pd.Timedelta(days=60), pd.Timedelta(days=120)
"""Assumptions: a cycle lasts no longer, and the remission that it brings is seen no later after its start."""


class PriorChemoForm(RawForm, form="PRIORCHEMO"):
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
        return ~before(cls.date(chemo, "END_DAT"), cls.date(chemo, "START_DAT"))

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
        start, end = (complete_date(cls.date(chemo, column)) for column in ("START_DAT", "END_DAT"))
        return ~(end - start > LONGEST)

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
        start, remission = (complete_date(cls.date(chemo, column)) for column in ("START_DAT", "CR_DAT"))
        early = before(cls.date(chemo, "CR_DAT"), cls.date(chemo, "START_DAT"))
        return ~(early | (remission - start > LATEST))
