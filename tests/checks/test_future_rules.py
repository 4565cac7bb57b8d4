"""No date lies after the day of the export: a table in, the whole findings out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from trialbook.checks.future_rules import future_rules
from trialbook.checks.questions import Questions
from trialbook.checks.rule import Rule
from trialbook.mapping import ExportSpec, FormSpec, Specs
from trialbook.mapping.domain_spec import CommonSpec

EXPORTED = date(2026, 12, 5)
COLUMNS = {
    "START": {"label": "Start date", "type": "date", "format": ["y-m-d", "d-mmm-y", "y-m", "y"]},
    "SEEN": {"type": "datetime", "format": "y-m-d H:M"},
    "PLANNED": {"type": "date", "format": "y-m-d", "planned": True},
    "HOUR": {"type": "time", "format": "H:M"},
    "TERM": {},
}


def rules_of(columns: Mapping[str, Any], **more: Any) -> tuple[Rule, ...]:
    spec = FormSpec.model_validate(
        {"form": "AE", "tables": ["ae"], "subject": "SUBJECT", "keys": ["SUBJECT"], "columns": {"SUBJECT": {}, **columns}}
    )
    return future_rules(spec, Specs(Path(), ExportSpec(), {"AE": spec}, {}, CommonSpec(), {}, None, {}), EXPORTED, **more)


def test_dates_after_the_day_of_the_export_as_findings(table, run):
    cells = {
        "SUBJECT": ["1", "2", "3"],
        "START": ["2026-12-05", "６-DEC-2026", "2026-12-04"],
        "SEEN": ["2026-12-06 00:00", "2026-12-05 23:59", ""],
        "PLANNED": ["2027-01-01", "2027-01-01", "2027-01-01"],
        "HOUR": ["23:59", "23:59", "23:59"],
        "TERM": ["2027-01-01", "", ""],
    }
    findings, outcomes = run(rules_of(COLUMNS), table("AE", cells))
    assert [(f.rule, f.severity.value, f.record, f.values, f.message, f.query, f.origins[0].columns) for f in findings] == [
        (
            "TB-RAW-AE-START-FUTURE",
            "Error",
            2,
            {"START": "６-DEC-2026"},
            "START is after the day of the export; exported on 2026-12-05",
            "SUBJECT 2: Start date START is “６-DEC-2026”, which is after the day of the data export (2026-12-05). "
            "Please check the date and correct it.",
            ("START",),
        ),
        (
            "TB-RAW-AE-SEEN-FUTURE",
            "Error",
            1,
            {"SEEN": "2026-12-06 00:00"},
            "SEEN is after the day of the export; exported on 2026-12-05",
            "SUBJECT 1: SEEN is “2026-12-06 00:00”, which is after the day of the data export (2026-12-05). "
            "Please check the date and correct it.",
            ("SEEN",),
        ),
    ]
    assert [(one.rule, one.findings) for one in outcomes] == [("TB-RAW-AE-START-FUTURE", 1), ("TB-RAW-AE-SEEN-FUTURE", 1)]


@pytest.mark.parametrize(
    ("cell", "passes"),
    [
        ("2027", False),
        ("2026", True),
        ("2027-01", False),
        ("2026-12", True),
        ("2026-11", True),
        ("UN-DEC-2026", True),
        ("UN-UN-2027", False),
        ("2026-12-32", True),  # no date: another rule's
        ("soon", True),
        ("", True),
    ],
)
def test_a_partial_date_fails_where_each_day_that_it_can_mean_is_after_it(table, run, cell: str, passes: bool):
    findings, _ = run(rules_of({"START": COLUMNS["START"]}), table("AE", {"SUBJECT": ["1"], "START": [cell]}))
    assert (not findings) == passes


def test_the_site_is_asked_in_its_language():
    (rule,) = rules_of({"START": COLUMNS["START"]}, questions=Questions(("zh",)))
    assert rule.query == (
        "SUBJECT {SUBJECT}：Start date START 填写为“{START}”，晚于数据导出日期（2026-12-05），请核实实际日期并更正。"
    )


def test_a_form_without_records_has_nothing_in_the_future(table, run):
    findings, (outcome,) = run(rules_of({"SEEN": COLUMNS["SEEN"]}), table("AE", {"SUBJECT": [], "SEEN": []}))
    assert (findings, outcome.status.value) == ([], "SUCCESS")


@pytest.mark.parametrize("column", [{}, {"type": "time", "format": "H:M"}, {"type": "integer"}])
def test_only_a_date_is_planned(column: dict[str, Any]):
    with pytest.raises(ValueError, match="planned is of a column with dates"):
        rules_of({"X": column | {"planned": True}})
