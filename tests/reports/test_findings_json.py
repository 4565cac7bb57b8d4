from __future__ import annotations

import dataclasses
import json

import jsonschema

from trialbook.findings import Threshold, findings_json, json_schema, results_record
from trialbook.reports import write_reports


def test_four_files_and_nothing_else(results, tmp_path):
    paths = write_reports(results, tmp_path, Threshold.ERROR)
    assert [path.name for path in paths] == ["findings.json", "report.xlsx", "report.html", "queries.csv"]
    assert sorted(tmp_path.iterdir()) == sorted(paths)


def test_findings_json_is_valid_and_equals_the_results(results, tmp_path):
    write_reports(results, tmp_path, Threshold.ERROR)
    read = json.loads((tmp_path / "findings.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(json_schema()).validate(read)
    assert read == results_record(results, Threshold.ERROR)


def test_a_hundred_thousand_findings_are_all_there(results):
    findings = tuple(
        dataclasses.replace(results.findings[0], id=f"{number:016x}", record=number + 1) for number in range(100_000)
    )
    read = json.loads(findings_json(dataclasses.replace(results, findings=findings), Threshold.ERROR))
    assert [(one["id"], one["record"]) for one in read["findings"]] == [(one.id, one.record) for one in findings]
    assert read["counts"] == {"Reject": 0, "Error": 100_000, "Warning": 0, "Notice": 0}


def test_equal_results_give_equal_bytes(results, tmp_path):
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        write_reports(results, tmp_path / name, Threshold.ERROR)
    for path in (tmp_path / "first").iterdir():
        assert path.read_bytes() == (tmp_path / "second" / path.name).read_bytes(), path.name


def test_half_an_emoji_survives_in_json_and_stops_no_report(results, tmp_path):
    broken = dataclasses.replace(results.findings[0], values={"AETERM": "half \ud83d"}, query="half \ud83d")
    write_reports(dataclasses.replace(results, findings=(broken,)), tmp_path, Threshold.ERROR)
    read = json.loads((tmp_path / "findings.json").read_text(encoding="utf-8"))
    assert read["findings"][0]["values"] == {"AETERM": "half \ud83d"}


def test_a_run_without_findings_or_rules_is_reported_too(results, tmp_path):
    empty = dataclasses.replace(results, findings=(), rules=(), datasets=(), sites={}, resolved=(), not_assessed=())
    write_reports(empty, tmp_path, Threshold.ERROR)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "No rule ran: nothing was checked." in page
    assert "No findings in any form or dataset." in page
