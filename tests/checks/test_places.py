"""What a site calls a record: looked up in the export's forms by the cells that a finding names."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from trialbook.checks.places import site_places, with_numbers
from trialbook.exports import RawExport, RawTable
from trialbook.findings import Finding, Origin, Role, Severity, SitePlace, Stage
from trialbook.mapping import FormSpec
from trialbook.mapping.forms import collect_forms

LAB = FormSpec.model_validate(
    {
        "form": "LAB", "tables": ["lab*"], "subject": "SUBJID", "visit": "VISIT", "keys": ["SUBJID"],
        "columns": {"SUBJID": {}, "VISIT": {"aliases": ["访视"]}, "RESULT": {"aliases": ["结果"]}},
    }
)  # fmt: skip
CODING = FormSpec.model_validate(
    {
        "form": "CODING", "tables": ["coding"], "subject": "SUBJID", "keys": ["SUBJID"], "by_site": False,
        "columns": {"SUBJID": {}, "PT": {}},
    }
)  # fmt: skip


def raw(name: str, columns: dict[str, list[str]], path: list[str] | None = None) -> RawTable:
    frame = pd.DataFrame(columns, dtype="str")
    rows = np.arange(len(frame)) + 2
    return RawTable(name, None, frame, rows, path=None if path is None else np.array(path, dtype=object))


FORMS = collect_forms(
    RawExport(
        Path(),
        (
            raw("lab1.csv", {"SUBJID": ["1", "2"], "访视": ["筛选期", " 第2周 "], "结果": ["1.5", "<2"]}),
            raw("lab2.csv", {"SUBJID": ["3"], "VISIT": ["M3"], "RESULT": ["ND"]}),
            raw("lab3.xml", {"SUBJID": ["4", "5"], "VISIT": ["A", "B"], "RESULT": ["x", "y"]}, ["/ODM/1", "/ODM/2"]),
            raw("coding.csv", {"SUBJID": ["1"], "PT": ["Fever"]}),
        ),
        (),
    ),
    {"LAB": LAB, "CODING": CODING},
).found


def finding(id: str, *origins: Origin, query: str = "Which?") -> Finding:
    return Finding(id, "R1", (), Severity.ERROR, Stage.SDTM, "LB", 1, "1", (), {}, "", query, origins)


def cell(file: str, row: int | None, *columns: str, path: str | None = None, role: Role = Role.CORRECT) -> Origin:
    return Origin(role, file, None, row, columns, path)


def test_form_visit_and_entries() -> None:
    found = site_places(
        [
            finding("alias", cell("lab1.csv", 3, "结果")),
            finding("second table", cell("lab2.csv", 2, "RESULT", "VISIT")),
            finding("path", cell("lab3.xml", None, "RESULT", path="/ODM/2")),
            finding("coder", cell("coding.csv", 2, "PT")),
            finding("two forms", cell("coding.csv", 2, "PT"), cell("lab1.csv", 2, "SUBJID")),
            finding("cells before records", cell("lab1.csv", 2), cell("lab2.csv", 2, "RESULT")),
            finding("record only", cell("lab1.csv", 2)),
            finding("compared only", cell("lab1.csv", 2, "结果", role=Role.COMPARED)),
            finding("nothing is asked", cell("lab1.csv", 2, "结果"), query=""),
            finding("whole table", cell("lab1.csv", None, "结果")),
            finding("a row that is gone", cell("lab1.csv", 99, "结果")),
            finding("nowhere"),
        ],
        FORMS,
    )
    assert found == {
        "alias": SitePlace("LAB", "第2周", True, {"结果": "<2"}),
        "second table": SitePlace("LAB", "M3", True, {"RESULT": "ND", "VISIT": "M3"}),
        "path": SitePlace("LAB", "B", True, {"RESULT": "y"}),
        "coder": SitePlace("CODING", "", False, {"PT": "Fever"}),
        "two forms": SitePlace("CODING", "", False, {"PT": "Fever", "SUBJID": "1"}),
        "cells before records": SitePlace("LAB", "M3", True, {"RESULT": "ND"}),
        "a row that is gone": SitePlace("LAB", "", True, {}),
        "record only": SitePlace("LAB", "筛选期", True, {}),
    }


def test_the_number_that_the_subject_has_in_the_record() -> None:
    """Of the cell to mend before one that is compared; of a record of another form where the one to mend is not there."""
    findings = [
        finding("alias", cell("lab1.csv", 2, "结果", role=Role.COMPARED), cell("lab1.csv", 3, "结果")),
        finding("path", cell("lab3.xml", None, "RESULT", path="/ODM/2")),
        finding("missing record", cell("lab1.csv", None), cell("coding.csv", 2, "PT", role=Role.COMPARED)),
        finding("a row that is gone", cell("lab1.csv", 99, "结果")),
        finding("without a place", cell("lab1.csv", 2, "结果")),
    ]
    place = SitePlace("LAB", "M3", True, {})
    places = dict.fromkeys(("alias", "path", "missing record", "a row that is gone"), place)
    assert {id: one.number for id, one in with_numbers(places, findings, FORMS).items()} == {
        "alias": "2", "path": "5", "missing record": "1", "a row that is gone": "",
    }  # fmt: skip
