from __future__ import annotations

import copy
import json
from dataclasses import replace
from datetime import date

import jsonschema
import pytest

from trialbook.findings import (
    Conformance,
    DatasetCount,
    Exported,
    Finding,
    FindingStatus,
    Origin,
    Query,
    QueryState,
    Results,
    Role,
    RuleOutcome,
    RuleSource,
    RuleStatus,
    RunInfo,
    Runner,
    Severity,
    Stage,
    Threshold,
    findings_json,
    json_schema,
)

RESOLVED = {
    "id": "00000000000000b1",
    "rule": "IFN-AE-005",
    "severity": "Error",
    "stage": "raw",
    "dataset": "AE",
    "subject": "01-004",
    "variables": ["SAE_YN"],
    "message": "Empty",
    "values": {"SAE_YN": ""},
    "origins": [{"role": "correct", "file": "不良事件.csv", "sheet": None, "row": 15, "columns": ["SAE_YN"]}],
    "group": None,
    "answer": "corrected",
    "last_seen": "2025-05-01T09:30:00+08:00",
    "reason": "IFN-AE-005 ran on AE and does not find it any more",
}
COUNTED = {"rules": 1, "run": 1, "clean": 0, "found": 1, "not_run": 0, "skipped": 0, "execution_error": 0}
EARLIER = {
    "started": "2025-05-01T09:30:00+08:00",
    "counts": {"Reject": 0, "Error": 1, "Warning": 0, "Notice": 0},
    "statuses": {},
    "rule_counts": COUNTED,
}
RESULTS = Results(
    run=RunInfo(
        study="NCT06802718",
        started="2025-06-01T09:30:00+08:00",
        standard="sdtmig-3.4",
        ct="sdtmct-2025-03-28",
        versions={"trialbook": "0.1.0"},
        inputs=({"file": "不良事件.csv", "sha256": "a" * 64, "encoding": "gb18030", "rows": 20},),
        exported=Exported(date(2025, 6, 1), "--exported"),
        conformance=Conformance((RuleSource("trialbook", "trialbook", 220, 0, "b" * 64),), "not installed"),
    ),
    findings=(
        Finding(
            id="00000000000000a1",
            rule="IFN-AE-004",
            cites=("CG0041",),
            severity=Severity.ERROR,
            stage=Stage.RAW,
            dataset="AE",
            record=13,
            subject="01-003",
            variables=("SAE_YN",),
            values={"SAE_YN": "是\x07"},
            message="Serious, but no criterion",
            query="Which?",
            origins=(Origin(Role.CORRECT, "不良事件.csv", None, 14, ("SAE_YN",)),),
            status=FindingStatus.NEW,
            reading="It is a number.",
        ),
    ),
    rules=(
        RuleOutcome("IFN-AE-004", Runner.PANDERA, RuleStatus.ISSUE_REPORTED, None, 1, Severity.ERROR, "m", "AE"),
        RuleOutcome(
            "TB-CG0041", Runner.CORE, RuleStatus.SUCCESS, message="m", seconds=1.5, source="trialbook", cites=("CG0041",)
        ),
    ),
    datasets=(DatasetCount("AE", "Adverse events", Stage.RAW, 20, (("不良事件.csv", None),)),),
    resolved=(RESOLVED,),
    subjects=("01-003",),
    history=(EARLIER,),
    queries=(Query("00000000000000a1", "01", "01-003", "", "AE", "SAE_YN", "是", "Which?", QueryState.ANSWERED, "=none"),),
    stray_answers=({"id": "00000000000000c1", "answer": "yes"},),
)
RECORD = {
    "schema": 1,
    "run": {
        "study": "NCT06802718",
        "started": "2025-06-01T09:30:00+08:00",
        "standard": "sdtmig-3.4",
        "ct": "sdtmct-2025-03-28",
        "versions": {"trialbook": "0.1.0"},
        "inputs": [{"file": "不良事件.csv", "sha256": "a" * 64, "encoding": "gb18030", "rows": 20}],
        "synthetic": None,
        "exported": {"date": "2025-06-01", "source": "--exported"},
        "conformance": {
            "sources": [{"name": "trialbook", "origin": "trialbook", "rules": 220, "unreadable": 0, "sha256": "b" * 64}],
            "missing": "not installed",
        },
    },
    "gate": {"open": False, "threshold": "error"},
    "counts": {"Reject": 0, "Error": 1, "Warning": 0, "Notice": 0},
    "statuses": {"new": 1, "persisting": 0, "resolved": 1, "not_assessed": 0},
    "rule_counts": COUNTED | {"rules": 2, "run": 2, "clean": 1},
    "rules": [
        {
            "rule": "IFN-AE-004",
            "runner": "pandera",
            "status": "ISSUE REPORTED",
            "reason": None,
            "findings": 1,
            "source": None,
            "cites": [],
        },
        {
            "rule": "TB-CG0041",
            "runner": "core",
            "status": "SUCCESS",
            "reason": None,
            "findings": 0,
            "source": "trialbook",
            "cites": ["CG0041"],
        },
    ],
    "findings": [
        {
            "id": "00000000000000a1",
            "rule": "IFN-AE-004",
            "cites": ["CG0041"],
            "severity": "Error",
            "stage": "raw",
            "dataset": "AE",
            "record": 13,
            "subject": "01-003",
            "variables": ["SAE_YN"],
            "values": {"SAE_YN": "是\x07"},
            "message": "Serious, but no criterion",
            "query": "Which?",
            "status": "new",
            "explanation": None,
            "reading": "It is a number.",
            "answer": None,
            "group": None,
            "origins": [{"role": "correct", "file": "不良事件.csv", "sheet": None, "row": 14, "columns": ["SAE_YN"]}],
        }
    ],
    "resolved": [RESOLVED],
    "not_assessed": [],
    "queries": [
        {
            "id": "00000000000000a1",
            "site": "01",
            "subject": "01-003",
            "visit": "",
            "form": "AE",
            "field": "SAE_YN",
            "value": "是",
            "question": "Which?",
            "state": "answered",
            "answer": "=none",
        }
    ],
    "stray_answers": [{"id": "00000000000000c1", "answer": "yes"}],
    "tables": [{"name": "AE", "kind": "form", "records": 20, "files": [{"file": "不良事件.csv", "sheet": None}]}],
    "subjects": ["01-003"],
    "history": [EARLIER],
}


def test_the_whole_record():
    text = findings_json(RESULTS, Threshold.ERROR)
    assert json.loads(text) == RECORD
    assert list(json.loads(text)) == list(RECORD)
    assert "不良事件" in text


def test_the_record_is_valid_and_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(json_schema())
    jsonschema.Draft202012Validator(json_schema()).validate(RECORD)


def test_an_origin_in_odm_has_its_path_instead_of_a_row():
    path = "/ODM/ClinicalData/SubjectData[@SubjectKey='001']"
    finding = replace(RESULTS.findings[0], origins=(Origin(Role.CORRECT, "export.xml", "F.AE", None, ("AETERM",), path),))
    record = json.loads(findings_json(replace(RESULTS, findings=(finding,)), Threshold.ERROR))
    assert record["findings"][0]["origins"] == [
        {"role": "correct", "file": "export.xml", "sheet": "F.AE", "path": path, "columns": ["AETERM"]}
    ]
    jsonschema.Draft202012Validator(json_schema()).validate(record)


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        (["schema"], 2),
        (["gate", "threshold"], "notice"),
        (["findings", 0, "severity"], "error"),
        (["findings", 0, "stage"], "export"),
        (["findings", 0, "record"], 0),
        (["findings", 0, "values"], {"AGE": 1}),
        (["findings", 0, "id"], "a1"),
        (["findings", 0, "origins", 0, "role"], "source"),
        (["findings", 0, "origins", 0, "path"], "/ODM: beside a row"),
        (["rules", 0, "status"], "PASSED"),
        (["run", "inputs", 0, "sha256"], "abc"),
    ],
)
def test_the_schema_refuses(path, wrong):
    record = copy.deepcopy(RECORD)
    *way, last = path
    place = record
    for step in way:
        place = place[step]
    place[last] = wrong
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(json_schema()).validate(record)
