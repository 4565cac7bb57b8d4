"""What lint says of ``analysis_specs/``: one change a time to a small trial's, and the complaint with its file and line."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from trialbook.analysis.adam.loading import load_analysis_specs
from trialbook.protocol import Protocol
from trialbook.tlf.lint import analysis_complaints
from trialbook.tlf.spec import load_displays


@pytest.fixture
def complaints(repository: Path, tmp_path: Path, small_trial_sdtm, edit) -> Callable[..., list[str]]:
    """Complaints as ``specs lint`` shows them, once ``old`` is ``new`` in a file of the small trial."""
    shutil.copytree(repository / "tests" / "small_trial", tmp_path / "trial")

    def said(file: str = "", old: str = "", new: str = "") -> list[str]:
        root = tmp_path / "trial"
        if file:
            edit(root / file, old, new)
        sdtm = {name: frozenset(frame) for name, frame in small_trial_sdtm.items()}
        found = analysis_complaints(load_analysis_specs(root, "linted"), load_displays(root), Protocol(root / "protocol"), sdtm)
        return [f"{one.severity}: {one.file}, line {one.line}: {one.text}" for one in found]

    return said


def test_specifications_that_agree(complaints):
    assert complaints() == []


ADSL, ADLB, ADEX = (f"analysis_specs/datasets/{name}.yml" for name in ("adsl", "adlb", "adex"))
ENDPOINTS, DISPLAYS, PLAN = "analysis_specs/endpoints.yml", "analysis_specs/displays.yml", "protocol/analysis.yml"
# A file, what stands there and what is put in its place; the complaint: its line and text.
CHANGES = [
    # Datasets
    (ADSL, "records: [{dataset: DM}]", "records: [{dataset: DX}]", "line 5: there is no dataset DX"),
    (ADSL, "AGE: {assign: AGE}", "AGE: {assign: AGEX}", "line 11: assign: there is no variable AGEX in the records"),
    (
        ADSL,
        'SAFFL: {derive_flag: {where: \'ARMCD == "PBO"',
        'SAFFL: {derive_flag: {where: \'ARMCD = "PBO"',
        "derive_flag: column",
    ),
    (ADSL, "not missing(TRT01P), no: N", "not missing(TRT02P), no: N", "derive_flag: there is no variable TRT02P in the records"),
    (ADSL, "{dataset: SS, value: SSDTC}", "{dataset: SX, value: SSDTC}", "derive_merged: there is no dataset SX"),
    (ADSL, "{dataset: SS, value: SSDTC}", "{dataset: SS, value: SSXX}", "derive_merged: there is no variable SSXX in SS"),
    (ADSL, "function: end_of_window", "function: end", "derive: analysis_specs/derivations.py has no function end"),
    (
        ADSL,
        "label: End of the Safety Window",
        f"label: {'x' * 41}",
        "the label takes 41 bytes in a transport file, which holds 40",
    ),
    (ADSL, "label: End of the Safety Window, ", "", "ADSL.SAFENDT is no variable of ADaM's ADSL, and has no label of its own"),
    (ADSL, "  RACE: {assign: RACE}\n", "", "line 6: RACE is Required in ADaM's ADSL and not made"),
    (ADSL, "keys: [STUDYID, USUBJID]", "keys: [STUDYID, SUBJECT]", "line 4: the key SUBJECT is no variable of ADSL"),
    (
        ADLB,
        "{day: ADY, after: BASELINE}",
        "{day: ADY, after: WEEK 1}",
        "derive_window: there is no visit WEEK 1 in protocol/visits.yml",
    ),
    (
        ADLB,
        "CHG: {derive_chg: [AVAL, BASE]",
        "CHG: {derive_chg: [AVAL, BASIS]",
        "derive_chg: there is no variable BASIS in the records",
    ),
    (ADLB, "TRTP: {assign: ADSL.TRT01P}", "TRTP: {assign: ADSL.TRT02P}", "line 9: assign: there is no variable TRT02P in ADSL"),
    (ADLB, "{dataset: LB, value: LBSTRESN}", "{dataset: LB, value: LBORRES}", "line 6: there is no variable LBORRES in LB"),
    (ADLB, "order: [ATOXGRN, ADT]", "order: [ATOXGRX, -ADT]", "derive_extreme_flag: there is no variable ATOXGRX in the records"),
    (ADLB, "condition_add: date(ADT) >", "condition_add: date(ADX) >", "condition_add: there is no variable ADX in the records"),
    (ADEX, "reads: EX", "reads: EY", "derive: there is no dataset EY"),
    (ADEX, "source: EX", "source: EY", "line 8: there is no dataset EY"),
    # Endpoints
    (ENDPOINTS, "treated: ACT", "treated: DRUG", "line 1: DRUG is no arm of protocol/study.yml, which has ACT, PBO"),
    (ENDPOINTS, "ITT: ITTFL, ", "", "line 2: no flag stands for the analysis set ITT of protocol/analysis.yml"),
    (ENDPOINTS, "ITT: ITTFL, ", "ITT: ITTFL, FAS: FASFL, ", "there is no analysis set FAS in protocol/analysis.yml"),
    (ENDPOINTS, "strata: [SEX]", "strata: [REGION]", "line 3: there is no variable REGION in ADSL"),
    (ENDPOINTS, "randomization: RANDDT", "randomization: RANDT", "line 4: there is no variable RANDT in ADSL"),
    (ENDPOINTS, "{randomization: RANDDT}", "{}", "line 4: no date is the origin of times where TIME_ZERO is randomization"),
    (ENDPOINTS, "  RESCUE:\n", "  OTHER:\n", "line 5: the intercurrent event RESCUE of protocol/objectives.yml has no sources"),
    (ENDPOINTS, "date: CMSTDTC", "date: CMDTC", "line 11: there is no variable CMDTC in CM"),
    (ENDPOINTS, "{dataset: CM, ", "{dataset: CX, ", "line 11: there is no dataset CX"),
    (ENDPOINTS, "OS: {events: [DEATH]", "OS: {events: [DYING]", "line 15: there is no event DYING among events"),
    (ENDPOINTS, "    visit: WEEK 4", "    visit: WEEK 5", "there is no visit WEEK 5 in protocol/visits.yml"),
    (ENDPOINTS, "    visit: WEEK 4", "    visit: MONTH 6", "the endpoint CURE is taken at WEEK 4 by protocol/objectives.yml"),
    (ENDPOINTS, "AVISIT == PRIMARY_VISIT", "AVISIT == SECOND_VISIT", "there is no variable SECOND_VISIT in ADRS"),
    (ENDPOINTS, "baseline: [AGE, SEX]", "baseline: [AGE, GENDER]", "there is no variable GENDER in ADSL"),
    (ENDPOINTS, "exposure: [NDOSE]", "exposure: [DOSES]", "no records of ADEX have the parameter DOSES"),
    (ENDPOINTS, "where: 'AESER == \"Y\"'", "where: 'AESAE == \"Y\"'", "there is no variable AESAE in ADAE"),
    (ENDPOINTS, "observed_to: LSTALVDT", "observed_to: LASTDT", "there is no variable LASTDT in ADSL"),
    (ENDPOINTS, "analysed: 'ANL01FL == \"Y\"'", "analysed: 'ANL03FL == \"Y\"'", "there is no variable ANL03FL in ADLB"),
    (ENDPOINTS, "missing(TRTSDT)'", "missing(TRTSXX)'", "there is no variable TRTSXX in ADSL"),
    # The plan
    (PLAN, "by: SEX", "by: REGION", "line 8: there is no variable REGION in ADSL"),
    (
        PLAN,
        "strategies: {RESCUE: hypothetical}",
        "strategies: {TRANSPLANT: hypothetical}",
        "endpoints.yml has no event TRANSPLANT",
    ),
    (PLAN, "parameter: OSRESC, ", "", "A-OS and A-OS-RESCUE take intercurrent events differently and name one parameter, OS"),
    (
        PLAN,
        "{RESCUE: hypothetical}",
        "{RESCUE: principal stratum}",
        "the strategy 'principal stratum' for RESCUE of OS can't be computed",
    ),
    # Displays
    (DISPLAYS, "kind: flow", "kind: chart", "line 2: there is no kind chart; there is flow, disposition"),
    (
        DISPLAYS,
        "number: 14.1.1",
        "number: 14.1.",
        "line 2: the number of a display is of digits and points, such as 14.2.1.1, not '14.1.'",
    ),
    (DISPLAYS, "analyses: A-BASELINE", "analyses: A-BASE", "line 7: there is no analysis A-BASE in protocol/analysis.yml"),
    (DISPLAYS, "analyses: A-BASELINE", "analyses: A-OS", "line 7: A-OS has no technique that baseline shows: baseline"),
    (DISPLAYS, "SEX: {values", "RACE: {values", "line 8: RACE is none of the variables that describe the baseline"),
    (DISPLAYS, "title: Cure, ", "title: Cure, variables: {AGE: {}}, ", "a display of the kind response tells no variables"),
    (
        DISPLAYS,
        "analyses: A-BASELINE",
        "analyses: A-OS",
        "Warning: analysis_specs/displays.yml, line 1: no display shows the analysis A-BASELINE",
    ),
]


@pytest.mark.parametrize(("file", "old", "new", "expected"), CHANGES)
def test_a_mistake_is_told_with_file_and_line(complaints, file, old, new, expected):
    said = complaints(file, old, new)
    assert [one for one in said if file in one and expected in one], said
