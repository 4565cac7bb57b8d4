"""Rules on adverse events: dates, seriousness, outcome and death."""

from __future__ import annotations

import pandas as pd

from trialbook.checks import Dataset, RawForm, Severity, before, rule, value_of

# What the form asks for to tell whether an event is serious: ICH E2A's criteria, with the cancer and overdose of SDTM.
CRITERIA = ["IT.AESDTH", "IT.AESLIFE", "IT.AESHOSP", "AEDIS", "AESCNO", "AESCAN", "AESOD"]


def is_yes(cells: pd.Series) -> pd.Series:
    """Where a tick box of the form is ticked."""
    return cells.str.strip() == "Yes"


class AEForm(RawForm, form="AE"):
    @rule(
        "PILOT-AE-001",
        Severity.ERROR,
        "The event ends before it starts",
        variables=["IT.AESTDAT", "IT.AEENDAT"],
        query="{IT.AETERM}: start {IT.AESTDAT} and end {IT.AEENDAT} contradict each other. Which is right?",
        cites=["SDTMIG 3.4 section 6.2.1"],
    )
    def ends_after_start(cls, ae: pd.DataFrame) -> pd.Series:
        return ~before(cls.date(ae, "IT.AEENDAT"), cls.date(ae, "IT.AESTDAT"))

    @rule(
        "PILOT-AE-002",
        Severity.ERROR,
        "Serious, but no criterion of seriousness",
        variables=["IT.AESER", *CRITERIA],
        query="{IT.AETERM} is serious: please tick the criterion that makes it so.",
        cites=["CG0041", "ICH E2A"],
    )
    def serious_has_criterion(cls, ae: pd.DataFrame) -> pd.Series:
        return ~is_yes(ae["IT.AESER"]) | ae[CRITERIA].apply(is_yes).any(axis=1)

    @rule(
        "PILOT-AE-003",
        Severity.ERROR,
        "A criterion of seriousness is met, but the event is not serious",
        variables=["IT.AESER", *CRITERIA],
        query="A criterion of seriousness is ticked for {IT.AETERM}: is the event serious, or the criterion wrong?",
        cites=["CG0042", "ICH E2A"],
    )
    def criterion_means_serious(cls, ae: pd.DataFrame) -> pd.Series:
        return is_yes(ae["IT.AESER"]) | ~ae[CRITERIA].apply(is_yes).any(axis=1)

    @rule(
        "PILOT-AE-004",
        Severity.ERROR,
        "Outcome and results in death contradict each other",
        variables=["AEOUTCOME", "IT.AESDTH"],
        query="Outcome of {IT.AETERM} is {AEOUTCOME}, results in death is {IT.AESDTH}. Which is right?",
        cites=["SDTMIG 3.4 section 6.2.1"],
    )
    def fatal_means_death(cls, ae: pd.DataFrame) -> pd.Series:
        return (ae["AEOUTCOME"].str.strip() == "Fatal") == is_yes(ae["IT.AESDTH"])

    @rule(
        "PILOT-AE-005",
        Severity.ERROR,
        "Collected before the event starts",
        variables=["AEDTCOL", "IT.AESTDAT"],
        query="{IT.AETERM} was recorded on {AEDTCOL} and starts on {IT.AESTDAT}: please check both dates.",
    )
    def collected_after_start(cls, ae: pd.DataFrame) -> pd.Series:
        return ~before(cls.date(ae, "AEDTCOL"), cls.date(ae, "IT.AESTDAT"))

    @rule(
        "PILOT-AE-006",
        Severity.WARNING,
        "Resolved, but without an end date",
        variables=["AEOUTCOME", "IT.AEENDAT"],
        mend=["IT.AEENDAT"],
        query="{IT.AETERM} is resolved: when did it end?",
        cites=["SDTMIG 3.4 section 6.2.1"],
    )
    def resolved_has_end(cls, ae: pd.DataFrame) -> pd.Series:
        return (ae["AEOUTCOME"].str.strip() != "Recovered/Resolved") | (ae["IT.AEENDAT"].str.strip() != "")

    @rule(
        "PILOT-AE-007",
        Severity.WARNING,
        "The event has an end date, but is not resolved",
        variables=["AEOUTCOME", "IT.AEENDAT"],
        query="{IT.AETERM} ended on {IT.AEENDAT}, and its outcome is {AEOUTCOME}. Which is right?",
        cites=["SDTMIG 3.4 section 6.2.1"],
    )
    def ended_is_resolved(cls, ae: pd.DataFrame) -> pd.Series:
        return (ae["IT.AEENDAT"].str.strip() == "") | (ae["AEOUTCOME"].str.strip() != "Not Recovered/not Resolved")

    @rule(
        "PILOT-AE-008",
        Severity.WARNING,
        "Resolved, but it ends after the date of collection",
        variables=["AEOUTCOME", "AEDTCOL", "IT.AEENDAT"],
        query="{IT.AETERM}: the end {IT.AEENDAT} could not be known on {AEDTCOL}. Please check both dates.",
    )
    def end_known_when_collected(cls, ae: pd.DataFrame) -> pd.Series:
        # Of an event that is not resolved, the rule before this one asks already.
        resolved = ae["AEOUTCOME"].str.strip() == "Recovered/Resolved"
        return ~(resolved & before(cls.date(ae, "AEDTCOL"), cls.date(ae, "IT.AEENDAT")))


class AE(Dataset, domain="AE"):
    @rule(
        "PILOT-AE-011",
        Severity.ERROR,
        "The event starts after the subject's death",
        variables=["USUBJID", "AESTDTC"],
        mend=["AESTDTC"],
        reads={"DM": ["USUBJID", "DTHDTC"]},
        query="{AETERM} starts on {AESTDTC}, after the subject's death: please check both dates.",
        cites=["SDTMIG 3.4 section 5.2"],
    )
    def not_after_death(cls, ae: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
        return ~before(value_of(dm, "DTHDTC", ae["USUBJID"]), ae["AESTDTC"])

    @rule(
        "PILOT-AE-012",
        Severity.ERROR,
        "Fatal, but the subject has no date of death",
        variables=["USUBJID", "AEOUT"],
        mend=["AEOUT"],
        reads={"DM": ["USUBJID", "DTHDTC"]},
        query="{AETERM} was fatal: when did the subject die?",
        cites=["SDTMIG 3.4 section 5.2"],
    )
    def fatal_has_date_of_death(cls, ae: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
        return (ae["AEOUT"] != "FATAL") | (value_of(dm, "DTHDTC", ae["USUBJID"]) != "")

    @rule(
        "PILOT-AE-013",
        Severity.WARNING,
        "The event starts before informed consent: medical history, not an adverse event of the trial",
        variables=["USUBJID", "AESTDTC"],
        mend=["AESTDTC"],
        reads={"DM": ["USUBJID", "RFICDTC"]},
        query="{AETERM} began on {AESTDTC}, before informed consent. Is the date right, or does it belong to medical history?",
        cites=["ICH E6(R2) 1.2", "SDTMIG 3.4 section 6.2.1"],
    )
    def not_before_consent(cls, ae: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
        return ~before(ae["AESTDTC"], value_of(dm, "RFICDTC", ae["USUBJID"]))

    @rule(
        "PILOT-AE-014",
        Severity.WARNING,
        "Related to treatment, but starts before it",
        variables=["USUBJID", "AEREL", "AESTDTC"],
        mend=["AEREL", "AESTDTC"],
        reads={"DM": ["USUBJID", "RFSTDTC"]},
        query="{AETERM} is {AEREL} related and starts on {AESTDTC}, before the first treatment. Which is right?",
        cites=["ICH E2A"],
    )
    def related_starts_on_treatment(cls, ae: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
        related = ae["AEREL"].isin(["POSSIBLE", "PROBABLE"])
        return ~(related & before(ae["AESTDTC"], value_of(dm, "RFSTDTC", ae["USUBJID"])))
