"""Each rule of ``examples/cdiscpilot01/validators`` on invented records: a sound one, and what each fault makes fire."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from trialbook.checks import Rule
from trialbook.checks.modules import rules_of
from trialbook.run import Study

Records = list[dict[str, str]]

SOUND: dict[str, dict[str, Records]] = {
    "raw": {
        "DM": [
            {
                "PATNUM": "701-1", "IT.AGE": "70", "PLANNED_ARM": "Xan High", "PLANNED_ARMCD": "Xan_Hi", "ACTUAL_ARM": "Xan High",
                "ACTUAL_ARMCD": "Xan_Hi", "COL_DT": "01/05/2013", "IC_DT": "01/05/2013",
            }
        ],
        "AE": [
            {
                "PATNUM": "701-1", "IT.AETERM": "Rash", "AEOUTCOME": "Recovered/Resolved", "IT.AESER": "No", "AESCAN": "No",
                "AESCNO": "No", "AEDIS": "No", "IT.AESDTH": "No", "IT.AESHOSP": "No", "IT.AESLIFE": "No", "AESOD": "No",
                "AEDTCOL": "02/20/2013", "IT.AESTDAT": "02/10/2013", "IT.AEENDAT": "02/12/2013",
            }
        ],
        "DS": [
            {
                "PATNUM": "701-1", "IT.DSTERM": "Randomized", "IT.DSDECOD": "Randomized", "OTHERSP": "",
                "DSDTCOL": "01-12-2013", "IT.DSSTDAT": "01-12-2013", "DEATHDT": "",
            },
            {
                "PATNUM": "701-1", "IT.DSTERM": "Died", "IT.DSDECOD": "Death", "OTHERSP": "",
                "DSDTCOL": "03-02-2013", "IT.DSSTDAT": "03-01-2013", "DEATHDT": "03/01/2013",
            },
        ],
    },
    "sdtm": {
        "DM": [
            {
                "USUBJID": "1", "RFSTDTC": "2013-01-12", "RFICDTC": "2013-01-05", "DTHDTC": "2013-03-01", "DTHFL": "Y",
                "AGE": "70", "ARM": "Placebo",
            }
        ],
        "AE": [{"USUBJID": "1", "AESTDTC": "2013-02-10", "AEREL": "PROBABLE", "AEOUT": "FATAL"}],
        "DS": [
            {"USUBJID": "1", "DSDECOD": "RANDOMIZED", "DSCAT": "PROTOCOL MILESTONE", "DSSTDTC": "2013-01-12"},
            {"USUBJID": "1", "DSDECOD": "DEATH", "DSCAT": "DISPOSITION EVENT", "DSSTDTC": "2013-03-01"},
        ],
    },
}  # fmt: skip

NO_ARM = {"PLANNED_ARM": "Screen Failure", "PLANNED_ARMCD": "Scrnfail"}
NO_ARM |= {"ACTUAL_ARM": "Screen Failure", "ACTUAL_ARMCD": "Scrnfail"}
NOT_RESOLVED = {"AEOUTCOME": "Not Recovered/not Resolved"}

# Stage, table, record and what is changed in it; then the rules that fire, each on which records.
FAULTS: list[tuple[str, str, int, dict[str, str], dict[str, list[int]]]] = [
    ("raw", "DM", 0, {"IC_DT": "01/06/2013"}, {"PILOT-DM-001": [0]}),
    ("raw", "DM", 0, {"IC_DT": ""}, {}),
    ("raw", "DM", 0, {"PLANNED_ARMCD": "Pbo"}, {"PILOT-DM-002": [0]}),
    ("raw", "DM", 0, {"PLANNED_ARMCD": " Xan_Hi "}, {}),
    ("raw", "DM", 0, {"ACTUAL_ARM": "Xan Low", "ACTUAL_ARMCD": "Xan_Lo"}, {"PILOT-DM-003": [0]}),
    ("raw", "DM", 0, NO_ARM, {"PILOT-DM-004": [0]}),
    ("raw", "DM", 0, {"PATNUM": "701-2"}, {"PILOT-DM-004": [0]}),
    ("raw", "AE", 0, {"IT.AEENDAT": "02/09/2013"}, {"PILOT-AE-001": [0]}),
    ("raw", "AE", 0, {"IT.AESTDAT": "2013"}, {}),
    ("raw", "AE", 0, {"IT.AESTDAT": "2014"}, {"PILOT-AE-001": [0], "PILOT-AE-005": [0]}),
    ("raw", "AE", 0, {"IT.AESTDAT": "someday"}, {}),
    ("raw", "AE", 0, {"IT.AESER": "Yes"}, {"PILOT-AE-002": [0]}),
    ("raw", "AE", 0, {"IT.AESER": "Yes", "IT.AESHOSP": "Yes "}, {}),
    ("raw", "AE", 0, {"IT.AESHOSP": "Yes"}, {"PILOT-AE-003": [0]}),
    ("raw", "AE", 0, {"AEOUTCOME": "Fatal"}, {"PILOT-AE-004": [0]}),
    ("raw", "AE", 0, {"IT.AESER": "Yes", "IT.AESDTH": "Yes"}, {"PILOT-AE-004": [0]}),
    ("raw", "AE", 0, NOT_RESOLVED | {"AEDTCOL": "02/09/2013", "IT.AEENDAT": ""}, {"PILOT-AE-005": [0]}),
    ("raw", "AE", 0, {"IT.AEENDAT": ""}, {"PILOT-AE-006": [0]}),
    ("raw", "AE", 0, NOT_RESOLVED, {"PILOT-AE-007": [0]}),
    ("raw", "AE", 0, {"IT.AEENDAT": "02/21/2013"}, {"PILOT-AE-008": [0]}),
    ("raw", "DS", 1, {"OTHERSP": "Final Lab Visit"}, {"PILOT-DS-001": [1]}),
    ("raw", "DS", 0, {"IT.DSTERM": "", "IT.DSDECOD": ""}, {"PILOT-DS-001": [0]}),
    ("raw", "DS", 0, {"IT.DSTERM": "", "IT.DSDECOD": "", "OTHERSP": "Final Lab Visit"}, {}),
    ("raw", "DS", 1, {"DSDTCOL": "02-28-2013"}, {"PILOT-DS-002": [1]}),
    ("raw", "DS", 1, {"DEATHDT": ""}, {"PILOT-DS-003": [1]}),
    ("raw", "DS", 0, {"DEATHDT": "03/02/2013"}, {"PILOT-DS-004": [0, 1]}),
    ("raw", "DS", 0, {"DEATHDT": "03/01/2013"}, {}),
    ("sdtm", "DM", 0, {"AGE": "49"}, {"PILOT-DM-011": [0]}),
    ("sdtm", "DM", 0, {"AGE": "49", "ARM": ""}, {}),
    ("sdtm", "DM", 0, {"RFICDTC": "2013-01-13"}, {"PILOT-DM-012": [0]}),
    ("sdtm", "DM", 0, {"USUBJID": "2"}, {"PILOT-DM-013": [0]}),
    ("sdtm", "DM", 0, {"DTHDTC": "2013-03-02"}, {"PILOT-DM-014": [0]}),
    ("sdtm", "DM", 0, {"DTHDTC": "2013-03"}, {}),
    ("sdtm", "AE", 0, {"AESTDTC": "2013-03-02"}, {"PILOT-AE-011": [0]}),
    ("sdtm", "AE", 0, {"USUBJID": "2"}, {"PILOT-AE-012": [0]}),
    ("sdtm", "AE", 0, {"AESTDTC": "2013-01", "AEREL": "NONE"}, {}),
    ("sdtm", "AE", 0, {"AESTDTC": "2012", "AEREL": "NONE"}, {"PILOT-AE-013": [0]}),
    ("sdtm", "AE", 0, {"AESTDTC": "2013-01-11"}, {"PILOT-AE-014": [0]}),
    ("sdtm", "DS", 0, {"DSDECOD": "COMPLETED", "DSCAT": "DISPOSITION EVENT"}, {"PILOT-DS-011": [0, 1], "PILOT-DS-012": [0, 1]}),
    ("sdtm", "DS", 1, {"DSDECOD": "SCREEN FAILURE"}, {"PILOT-DS-013": [1]}),
    ("sdtm", "DS", 1, {"DSSTDTC": "2013-01-11"}, {"PILOT-DS-014": [1]}),
    ("sdtm", "DS", 0, {"DSSTDTC": "2013-01-11"}, {}),
    ("sdtm", "DS", 1, {"DSSTDTC": "2013-03-02"}, {"PILOT-DS-015": [1]}),
    ("sdtm", "DS", 1, {"DSDECOD": "ADVERSE EVENT"}, {}),
    ("sdtm", "DS", 1, {"DSDECOD": "ADVERSE EVENT", "USUBJID": "2"}, {"PILOT-DS-012": [1], "PILOT-DS-016": [1]}),
]  # fmt: skip


@pytest.fixture(scope="module")
def study(repository: Path) -> Study:
    return Study(repository / "examples" / "cdiscpilot01")


def fired(study: Study, stage: str, table: str, tables: dict[str, Records]) -> dict[str, list[int]]:
    frames = {name: pd.DataFrame(records, dtype="str") for name, records in tables.items()}
    if stage == "sdtm":
        frames["DM"] = frames["DM"].assign(AGE=pd.to_numeric(frames["DM"]["AGE"]).astype("float64"))
    models = study.models.forms if stage == "raw" else study.models.datasets
    failing = {
        rule.id: np.flatnonzero(~rule.check(frames[table], *(frames[name] for name in rule.reads))).tolist()
        for rule in rules_of(models[table])
    }
    return {rule: records for rule, records in failing.items() if records}


def all_rules(study: Study) -> list[Rule]:
    found = [rule for models in study.models.forms.values() for rule in rules_of(models)]
    return found + [rule for models in study.models.datasets.values() for rule in rules_of(models)]


@pytest.mark.parametrize(("stage", "table"), [(stage, table) for stage in SOUND for table in SOUND[stage]])
def test_nothing_fires_on_sound_records(study: Study, stage: str, table: str) -> None:
    assert fired(study, stage, table, SOUND[stage]) == {}


@pytest.mark.parametrize(("stage", "table", "record", "change", "expected"), FAULTS)
def test_a_fault_makes_its_rule_fire(
    study: Study, stage: str, table: str, record: int, change: dict[str, str], expected: dict[str, list[int]]
) -> None:
    records = [row | change if at == record else row for at, row in enumerate(SOUND[stage][table])]
    assert fired(study, stage, table, SOUND[stage] | {table: records}) == expected


def test_every_rule_has_a_fault_that_makes_it_fire(study: Study) -> None:
    assert {rule.id for rule in all_rules(study)} == {rule for *_, expected in FAULTS for rule in expected}


def test_every_rule_asks_the_site_and_cites_its_source_unless_it_is_plain_sense(study: Study) -> None:
    rules = all_rules(study)
    assert [rule.id for rule in rules if not rule.query or "{" in rule.message] == []
    assert [rule.id for rule in rules if not rule.cites] == ["PILOT-AE-005", "PILOT-AE-008", "PILOT-DS-002", "PILOT-DS-004"]
