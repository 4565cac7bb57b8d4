"""Rules on demographics: consent, arms and the limits of the population."""

from __future__ import annotations

import pandas as pd

from trialbook.checks import Dataset, RawForm, Severity, before, rule, value_of

MINIMUM_AGE = 50
ARMS = {"Placebo": "Pbo", "Xan High": "Xan_Hi", "Xan Low": "Xan_Lo", "Screen Failure": "Scrnfail"}


class DMForm(RawForm, form="DM"):
    @rule(
        "PILOT-DM-001",
        Severity.ERROR,
        "Demographics were collected before informed consent",
        variables=["COL_DT", "IC_DT"],
        query="Data were collected on {COL_DT} and consent was given on {IC_DT}: please check both dates.",
        cites=["ICH E6(R2) 4.8.8"],
    )
    def consent_comes_first(cls, dm: pd.DataFrame) -> pd.Series:
        return ~before(cls.date(dm, "COL_DT"), cls.date(dm, "IC_DT"))

    @rule(
        "PILOT-DM-002",
        Severity.ERROR,
        "An arm does not go with its code",
        variables=["PLANNED_ARM", "PLANNED_ARMCD", "ACTUAL_ARM", "ACTUAL_ARMCD"],
        query="Arm and arm code disagree: which is right?",
        cites=["SDTMIG 3.4 section 5.2"],
    )
    def arm_goes_with_code(cls, dm: pd.DataFrame) -> pd.Series:
        arm = dm.apply(lambda cells: cells.str.strip())
        planned = arm["PLANNED_ARM"].map(ARMS).fillna("") == arm["PLANNED_ARMCD"]
        actual = arm["ACTUAL_ARM"].map(ARMS).fillna("") == arm["ACTUAL_ARMCD"]
        return planned & actual

    @rule(
        "PILOT-DM-003",
        Severity.NOTICE,
        "The actual arm is not the planned arm",
        variables=["PLANNED_ARM", "ACTUAL_ARM"],
        mend=["ACTUAL_ARM"],
        query="The subject was assigned to {PLANNED_ARM} and is recorded as treated with {ACTUAL_ARM}: please confirm.",
        cites=["SDTMIG 3.4 section 5.2"],
    )
    def treated_as_planned(cls, dm: pd.DataFrame) -> pd.Series:
        return dm["PLANNED_ARM"].str.strip() == dm["ACTUAL_ARM"].str.strip()

    @rule(
        "PILOT-DM-004",
        Severity.ERROR,
        "Planned arm and disposition form disagree on whether the subject was randomized",
        variables=["PATNUM", "PLANNED_ARM"],
        mend=["PLANNED_ARM"],
        reads={"DS": ["PATNUM", "IT.DSDECOD"]},
        query="Was this subject randomized? Arm and disposition form disagree.",
        cites=["SDTMIG 3.4 section 5.2"],
    )
    def arm_means_randomized(cls, dm: pd.DataFrame, ds: pd.DataFrame) -> pd.Series:
        randomized = ds.loc[ds["IT.DSDECOD"].str.strip() == "Randomized", "PATNUM"].str.strip()
        return dm["PATNUM"].str.strip().isin(randomized) == (dm["PLANNED_ARM"].str.strip() != "Screen Failure")


class DM(Dataset, domain="DM"):
    @rule(
        "PILOT-DM-011",
        Severity.WARNING,
        "A subject with an arm is below the 50 years of the protocol",
        variables=["AGE", "ARM"],
        mend=["AGE"],
        query="The subject is {AGE} years old; the protocol admits those of 50 years or more. Is the age right?",
        cites=["Protocol H2Q-MC-LZZT(c) section 3.4.2.1"],
    )
    def old_enough(cls, dm: pd.DataFrame) -> pd.Series:
        return (dm["ARM"] == "") | dm["AGE"].isna() | (dm["AGE"] >= MINIMUM_AGE)

    @rule(
        "PILOT-DM-012",
        Severity.ERROR,
        "Randomized before informed consent",
        variables=["RFSTDTC", "RFICDTC"],
        query="Randomization on {RFSTDTC} lies before informed consent on {RFICDTC}: please check both dates.",
        cites=["ICH E6(R2) 4.8.8"],
    )
    def consent_before_randomization(cls, dm: pd.DataFrame) -> pd.Series:
        return ~before(dm["RFSTDTC"], dm["RFICDTC"])

    @rule(
        "PILOT-DM-013",
        Severity.ERROR,
        "The subject died without a fatal adverse event",
        variables=["USUBJID", "DTHDTC", "DTHFL"],
        mend=["DTHDTC"],
        reads={"AE": ["USUBJID", "AEOUT"]},
        query="The subject's death is recorded: which adverse event led to it?",
        cites=["ICH E2A"],
    )
    def death_has_its_event(cls, dm: pd.DataFrame, ae: pd.DataFrame) -> pd.Series:
        fatal = set(ae.loc[ae["AEOUT"] == "FATAL", "USUBJID"])
        return ((dm["DTHFL"] != "Y") & (dm["DTHDTC"] == "")) | dm["USUBJID"].isin(fatal)

    @rule(
        "PILOT-DM-014",
        Severity.ERROR,
        "The date of the disposition Death is not the date of death",
        variables=["USUBJID", "DTHDTC"],
        mend=["DTHDTC"],
        reads={"DS": ["USUBJID", "DSDECOD", "DSSTDTC"]},
        query="The date of death is {DTHDTC}, and the disposition Death has another date: which is right?",
        cites=["SDTMIG 3.4 section 5.2"],
    )
    def one_date_of_death(cls, dm: pd.DataFrame, ds: pd.DataFrame) -> pd.Series:
        disposed = value_of(ds[ds["DSDECOD"] == "DEATH"], "DSSTDTC", dm["USUBJID"])
        return ~(before(disposed, dm["DTHDTC"]) | before(dm["DTHDTC"], disposed))
