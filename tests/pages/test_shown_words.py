"""Which reasons of rules may stand on a page that shows aggregates: of the kit's own words, names and counts, and no others."""

from __future__ import annotations

import pytest

from trialbook.findings import RuleOutcome, RuleStatus, Runner
from trialbook.pages.shown_words import BROKE, LEFT_OUT, shown_reason

NAMES = {
    "AE",
    "DM",
    "VS_ECOG",
    "LAB",
    "SUBJID",
    "AESTDTC",
    "IFN-AE-001",
    "TB-RAW-DM-SEX-CODE",
    "SE",
    "EPOCH",
    "ICF_DAT",
    "DSSTDTC",
}
OPEN = "DSSTDTC lies on a boundary of the subject's elements at its precision, so it has no EPOCH"


def outcome(reason: str | None, status: RuleStatus = RuleStatus.SKIPPED, message: str = "") -> RuleOutcome:
    return RuleOutcome("IFN-AE-001", Runner.PANDERA, status, reason, 0, None, message)


@pytest.mark.parametrize(
    "reason",
    [
        None,
        "DM is not there",
        "DM has no SUBJID, ICF_DAT",
        "DM has no SUBJID in the export",
        "none of AE, LAB is there",
        "the form AE is not in the export",
        "the form AE has no records in the export",
        "the forms AE, LAB are not in the export, and records that are checked are made of them",
        "AE is not there: the export has none of its forms (AE, LAB)",
        "there is no form AE in sdtm_specs/forms",
        "sdtm_specs/export.yml does not say where the informed consent is recorded",
        "DM is not made, so nobody's day 1 is known",
        "nobody has a day 1",
        "EPOCH depends on the form DM, which is not in the export",
        "The choice of records depends on the form DM, which is not in the export",
        "SE could not be made",
        "DM has no ARMCD, so nobody is known to be assigned to an arm".replace("ARMCD", "SUBJID"),
        "nobody is found eligible, so the export lacks what would tell",
        "nobody is known to be screened: the export has no AE, LAB",
        "the data decide no criterion that is answered: the export has no AE",
        "1 failing record is told of already, in the raw data, by TB-RAW-DM-SEX-CODE",
        "1,204 failing records are told of already by IFN-AE-001, TB-RAW-DM-SEX-CODE",
        "AE: 2 findings are told of already by IFN-AE-001; LAB: the form LAB is not in the export",
        "7 values that other rules found wrong are left out",
        "no form or dataset has 20 records of 4 measurements to compare between subjects",
        "no column of numbers has enough records of known month, site or person to compare last digits",
        "LAB: too few records with both dates, of known month, site or person, to compare lags",
        "no dataset is in its scope",
        "SE is not there",
        "AE, DM: EPOCH is not in the dataset; SE: SUBJID, ICF_DAT are not in the dataset",
        "there is no Define-XML to hold the datasets against",
        "the controlled terminology here has no preferred terms, which it asks for",
        "the conformance rules were left out of this run: CDISC's, the kit's and the study's",
        "CDISC's rules are not installed on this machine: 236 rules of the kit, which answer to 265 published ones, ran in their "
        "place (trialbook core install)",
    ],
)
def test_what_the_kit_says_is_shown(reason: str | None) -> None:
    assert shown_reason(outcome(reason), NAMES) == reason


def test_what_stays_open_is_shown_with_what_the_rule_says() -> None:
    reason = f"of 2 of 442 records: {OPEN}"
    assert shown_reason(outcome(reason, RuleStatus.SUCCESS, OPEN), NAMES) == reason


def test_variables_that_the_rule_names_are_shown() -> None:
    reason = "--TPTREF, AESCAN are not in the dataset"
    assert shown_reason(outcome(reason, message="AESCAN is Y, but --TPTREF of S-1042 is blank"), NAMES) == reason
    assert shown_reason(outcome(reason, message="AESCANX, --TPTREFX"), NAMES) == LEFT_OUT
    assert shown_reason(outcome("1042 is not in the dataset", message="1042, S-1042"), NAMES) == LEFT_OUT


@pytest.mark.parametrize(
    "reason",
    [
        "the form S001 is not in the export",
        "DM has no 张三",
        "told of already by 1042",
        "S-1042 has no day 1",
        "1042 records are told of already by IFN-AE-001",
        "3 findings are told of already by IFN-AE-001 (1961-03-02)",
        "nobody has a day 17",
        "the form AE\u200bX is not in the export",
    ],
)
def test_any_other_word_or_number_is_not(reason: str) -> None:
    assert shown_reason(outcome(reason), NAMES) == LEFT_OUT


@pytest.mark.parametrize(
    ("reason", "named"),
    [
        ("ValueError: could not convert string to float: 'ZHSA'", "ValueError"),
        ("KeyError: '1961-03-02' (dm.py, line 12)", "KeyError"),
        ("ZHSA: is what the cell says", "the rule broke"),
        ("gave a mask of 3 values for 4 records", "the rule broke"),
    ],
)
def test_an_error_is_never_quoted(reason: str, named: str) -> None:
    assert shown_reason(outcome(reason, RuleStatus.EXECUTION_ERROR), NAMES) == BROKE.format(named)
