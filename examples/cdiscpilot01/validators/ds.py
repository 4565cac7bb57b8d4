"""Rules on disposition: one end for each subject, in the right order, and in agreement with the other forms."""

from __future__ import annotations

import pandas as pd

from trialbook.checks import Dataset, RawForm, Severity, before, rule, value_of

DISPOSITION = "DISPOSITION EVENT"


class DSForm(RawForm, form="DS"):
    @rule(
        "PILOT-DS-001",
        Severity.ERROR,
        "The record names neither a milestone, a disposition nor another event, or names several",
        variables=["IT.DSTERM", "IT.DSDECOD", "OTHERSP"],
        query="What does this record report: please complete the reason, or name the other event.",
        cites=["SDTMIG 3.4 section 6.2.4"],
    )
    def reports_one_thing(cls, ds: pd.DataFrame) -> pd.Series:
        term, decoded, other = (ds[column].str.strip() != "" for column in ("IT.DSTERM", "IT.DSDECOD", "OTHERSP"))
        return (term & decoded & ~other) | (~term & ~decoded & other)

    @rule(
        "PILOT-DS-002",
        Severity.ERROR,
        "Collected before the event",
        variables=["DSDTCOL", "IT.DSSTDAT"],
        query="The record was made on {DSDTCOL}, before the event of {IT.DSSTDAT}: please check both dates.",
    )
    def collected_after_event(cls, ds: pd.DataFrame) -> pd.Series:
        return ~before(cls.date(ds, "DSDTCOL"), cls.date(ds, "IT.DSSTDAT"))

    @rule(
        "PILOT-DS-003",
        Severity.ERROR,
        "The disposition is Death, but no date of death is given",
        variables=["IT.DSDECOD", "DEATHDT"],
        mend=["DEATHDT"],
        query="The subject died: on what date?",
        cites=["SDTMIG 3.4 section 5.2"],
    )
    def death_has_date(cls, ds: pd.DataFrame) -> pd.Series:
        return (ds["IT.DSDECOD"].str.strip() != "Death") | (ds["DEATHDT"].str.strip() != "")

    @rule(
        "PILOT-DS-004",
        Severity.ERROR,
        "The subject's records give different dates of death",
        variables=["PATNUM", "DEATHDT"],
        mend=["DEATHDT"],
        query="The date of death is {DEATHDT} here and another in the subject's other records: which is right?",
    )
    def one_date_of_death(cls, ds: pd.DataFrame) -> pd.Series:
        given = cls.date(ds, "DEATHDT")
        return (given == "") | (given.where(given != "").groupby(ds["PATNUM"].str.strip()).transform("nunique") <= 1)


class DS(Dataset, domain="DS"):
    @rule(
        "PILOT-DS-011",
        Severity.ERROR,
        "The subject has several disposition events",
        variables=["USUBJID", "DSCAT", "DSDECOD"],
        mend=["DSDECOD"],
        query="The subject's participation ended more than once: which reason is right?",
        cites=["SDTMIG 3.4 section 6.2.4"],
    )
    def one_disposition(cls, ds: pd.DataFrame) -> pd.Series:
        ends = ds["DSCAT"] == DISPOSITION
        return ~(ends & ds["USUBJID"].where(ends).duplicated(keep=False))

    @rule(
        "PILOT-DS-012",
        Severity.ERROR,
        "A disposition other than screen failure without randomization",
        variables=["USUBJID", "DSCAT", "DSDECOD"],
        mend=["DSDECOD"],
        query="The subject's disposition is {DSDECOD}, but no randomization is recorded. Was the subject randomized?",
        cites=["SDTMIG 3.4 section 6.2.4"],
    )
    def disposed_was_randomized(cls, ds: pd.DataFrame) -> pd.Series:
        needs = (ds["DSCAT"] == DISPOSITION) & (ds["DSDECOD"] != "SCREEN FAILURE")
        return ~needs | ds["USUBJID"].isin(ds.loc[ds["DSDECOD"] == "RANDOMIZED", "USUBJID"])

    @rule(
        "PILOT-DS-013",
        Severity.ERROR,
        "Screen failure, but the subject was randomized",
        variables=["USUBJID", "DSDECOD"],
        mend=["DSDECOD"],
        query="The subject is a screen failure and was randomized: which is right?",
        cites=["SDTMIG 3.4 section 5.2"],
    )
    def screen_failure_not_randomized(cls, ds: pd.DataFrame) -> pd.Series:
        randomized = ds.loc[ds["DSDECOD"] == "RANDOMIZED", "USUBJID"]
        return (ds["DSDECOD"] != "SCREEN FAILURE") | ~ds["USUBJID"].isin(randomized)

    @rule(
        "PILOT-DS-014",
        Severity.ERROR,
        "The subject's participation ended before randomization",
        variables=["USUBJID", "DSCAT", "DSDECOD", "DSSTDTC"],
        mend=["DSSTDTC"],
        reads={"DM": ["USUBJID", "RFSTDTC"]},
        query="{DSTERM} is dated {DSSTDTC}, before the subject was randomized: are both dates right?",
        cites=["SDTMIG 3.4 section 6.2.4"],
    )
    def not_before_randomization(cls, ds: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
        # A final visit may well lie before it: who leaves before the first laboratory visit has his last one at screening.
        ends = ds["DSCAT"] == DISPOSITION
        return ~(ends & before(ds["DSSTDTC"], value_of(dm, "RFSTDTC", ds["USUBJID"])))

    @rule(
        "PILOT-DS-015",
        Severity.ERROR,
        "The event lies after the subject's death",
        variables=["USUBJID", "DSDECOD", "DSSTDTC"],
        mend=["DSSTDTC"],
        reads={"DM": ["USUBJID", "DTHDTC"]},
        query="{DSTERM} is dated {DSSTDTC}, after the subject's death: please check both dates.",
        cites=["SDTMIG 3.4 section 5.2"],
    )
    def not_after_death(cls, ds: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
        return ~before(value_of(dm, "DTHDTC", ds["USUBJID"]), ds["DSSTDTC"])

    @rule(
        "PILOT-DS-016",
        Severity.WARNING,
        "Discontinued for an adverse event, but the subject has none",
        variables=["USUBJID", "DSCAT", "DSDECOD"],
        mend=["DSDECOD"],
        reads={"AE": ["USUBJID"]},
        query="The subject left the trial for an adverse event: which was it? None is recorded.",
        cites=["SDTMIG 3.4 section 6.2.4"],
    )
    def adverse_event_is_recorded(cls, ds: pd.DataFrame, ae: pd.DataFrame) -> pd.Series:
        for_event = (ds["DSCAT"] == DISPOSITION) & (ds["DSDECOD"] == "ADVERSE EVENT")
        return ~for_event | ds["USUBJID"].isin(ae["USUBJID"])
