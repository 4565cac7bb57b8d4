"""What is wrong with an export as a whole, from the tables that were read to the findings."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from trialbook.checks.export_rules import check_export
from trialbook.checks.tables import form_table
from trialbook.exports import RawExport, RawTable
from trialbook.exports.tables import ReadNote, RowProblem, Unreadable
from trialbook.mapping import FormSpec, collect_forms

SPECS = {
    "DM": FormSpec.model_validate({"form": "DM", "tables": ["dm"], "subject": "S", "keys": ["S"], "columns": {"S": {}}}),
    "AE": FormSpec.model_validate(
        {
            "form": "AE",
            "tables": ["ae*"],
            "subject": "S",
            "keys": ["S"],
            "columns": {"S": {}, "TERM": {}, "NOTE": {"optional": True}},
        }
    ),
    "CM": FormSpec.model_validate(
        {"form": "CM", "tables": ["cm"], "subject": "S", "keys": ["S"], "required": False, "columns": {"S": {}}}
    ),
}


def raw(file: str, cells: dict[str, list[str]], problems: tuple[RowProblem, ...] = (), sheet: str | None = None) -> RawTable:
    frame = pd.DataFrame(cells, dtype="str")
    return RawTable(file, sheet, frame, np.arange(len(frame)) + 2, problems)


def check(tmp_path, *tables: RawTable):
    forms = collect_forms(RawExport(tmp_path, tables, ()), SPECS)
    return check_export(forms, SPECS, {name: form_table(form, None) for name, form in forms.found.items()}, "S")


def test_an_export_as_specified_passes_every_rule(tmp_path):
    findings, outcomes = check(tmp_path, raw("dm.csv", {"S": ["1"]}), raw("ae.csv", {"S": ["1"], "TERM": ["x"]}))
    assert findings == []
    assert [(o.rule, o.status.value) for o in outcomes] == [
        ("TB-RAW-FILE", "SUCCESS"),
        ("TB-RAW-TABLE", "SUCCESS"),
        ("TB-RAW-FORM", "SUCCESS"),
        ("TB-RAW-EMPTY", "SUCCESS"),
        ("TB-RAW-COLUMN", "SUCCESS"),
        ("TB-RAW-UNKNOWN", "SUCCESS"),
        ("TB-RAW-SHAPE", "SUCCESS"),
        ("TB-RAW-READ", "SUCCESS"),
    ]


def test_an_export_that_is_not_as_specified(tmp_path):
    findings, _ = check(
        tmp_path,
        raw("ae.csv", {"S": ["1", "2"], "EXTRA": ["", "x"]}, (RowProblem(3, "4 cells; the header has 2"),)),
        raw("diary.csv", {"X": ["1"]}),
        raw("more.xlsx", {"X": []}, sheet="Notes"),
    )
    assert [
        (
            f.rule,
            f.severity.value,
            f.dataset,
            f.record,
            f.subject,
            f.variables,
            f.message,
            [(o.file, o.sheet, o.row, o.columns) for o in f.origins],
        )
        for f in findings
    ] == [
        (
            "TB-RAW-TABLE",
            "Warning",
            "diary",
            None,
            None,
            (),
            "No form specification names this file or sheet; nothing of it is used: diary.csv (1 records)",
            [("diary.csv", None, None, ())],
        ),
        (
            "TB-RAW-TABLE",
            "Warning",
            "Notes",
            None,
            None,
            (),
            "No form specification names this file or sheet; nothing of it is used: more.xlsx, sheet Notes (0 records)",
            [("more.xlsx", "Notes", None, ())],
        ),
        ("TB-RAW-FORM", "Error", "DM", None, None, (), "A required form is not in the export: DM, looked for as dm", []),
        (
            "TB-RAW-COLUMN",
            "Error",
            "AE",
            None,
            None,
            ("TERM",),
            "A specified column is not in the export: TERM in AE; was one of these renamed, which no specification names: EXTRA?",
            [("ae.csv", None, 1, ())],
        ),
        (
            "TB-RAW-UNKNOWN",
            "Warning",
            "AE",
            None,
            None,
            ("EXTRA",),
            "No form specification names this column; its values are not used: EXTRA in ae.csv",
            [("ae.csv", None, 1, ("EXTRA",))],
        ),
        (
            "TB-RAW-SHAPE",
            "Error",
            "AE",
            2,
            "2",
            (),
            "The row cannot be read as it stands: 4 cells; the header has 2",
            [("ae.csv", None, 3, ())],
        ),
    ]


@pytest.mark.parametrize("names", [("ae.csv", "ae_2.csv"), ("ae_2.csv", "ae_march.csv")], ids=["as they were", "renamed"])
def test_ids_name_no_file_and_no_row_and_are_all_different(tmp_path, names):
    problem = RowProblem(3, "4 cells; the header has 3")
    one = {"S": ["1", "2"], "TERM": ["x", "y"], "EXTRA": ["a", "b"]}
    lost = RowProblem(9, "1 cell; the header has 3")
    tables = [raw(names[0], one, (problem, lost)), raw(names[1], one, (problem, lost)), raw("dm.csv", {"S": []})]
    findings, _ = check(tmp_path, *tables)
    ids = [finding.id for finding in findings]
    assert [finding.rule for finding in findings] == ["TB-RAW-EMPTY"] + ["TB-RAW-UNKNOWN"] * 2 + ["TB-RAW-SHAPE"] * 4
    assert len(set(ids)) == 7
    moved = [
        raw(names[1], one, (problem, lost)),
        raw(names[0], one, (problem, RowProblem(12, lost.what))),
        raw("dm.csv", {"S": []}),
    ]
    assert [finding.id for finding in check(tmp_path, *moved)[0]] == ids


def told(findings):
    return [
        (f.rule, f.severity.value, f.dataset, f.record, f.subject, f.message, [(o.file, o.sheet, o.row) for o in f.origins])
        for f in findings
    ]


def test_what_was_read_otherwise_than_it_stands_is_told_unless_it_is_settled(tmp_path):
    ae = raw("ae.csv", {"S": ["1", "2"], "TERM": ["x", "y"]})
    ae = replace(ae, notes=(ReadNote(3, "is hidden"), ReadNote(1, "is a title"), ReadNote(None, "2 keys were left")))
    ae = replace(ae, notes=(*ae.notes, ReadNote(1, "is a title of the table", settled=True)))
    stray = replace(raw("b.xlsx", {"X": ["1"]}, sheet="Log"), notes=(ReadNote(None, "the sheet is odd"), ReadNote(2, "x", True)))
    findings, outcomes = check(tmp_path, raw("dm.csv", {"S": ["1"]}), ae, stray)
    said = "The table is read otherwise than it stands: "
    assert told(findings)[1:] == [
        ("TB-RAW-READ", "Notice", "AE", 2, "2", f"{said}is hidden", [("ae.csv", None, 3)]),
        ("TB-RAW-READ", "Notice", "AE", None, None, f"{said}is a title", [("ae.csv", None, 1)]),
        ("TB-RAW-READ", "Notice", "AE", None, None, f"{said}2 keys were left", [("ae.csv", None, None)]),
        ("TB-RAW-READ", "Notice", "Log", None, None, f"{said}the sheet is odd", [("b.xlsx", "Log", None)]),
    ]
    assert (outcomes[-1].rule, outcomes[-1].findings) == ("TB-RAW-READ", 4)


def test_a_file_that_was_gone_on_without_is_a_reject(tmp_path):
    export = RawExport(tmp_path, (raw("dm.csv", {"S": ["1"]}), raw("ae.csv", {"S": ["1"], "TERM": ["x"]})), ())
    unreadable = [
        Unreadable("LB.csv", "LB.csv, line 2, column 1: the byte 0xFF is not utf-8\nSave it."),
        Unreadable("x.csv", "y"),
    ]
    forms = collect_forms(export, SPECS)
    tables = {name: form_table(form, None) for name, form in forms.found.items()}
    findings, outcomes = check_export(forms, SPECS, tables, "S", unreadable)
    said = "The file cannot be read; nothing of it is used: "
    lost = f"{said}LB.csv, line 2, column 1: the byte 0xFF is not utf-8 Save it."
    assert told(findings) == [
        ("TB-RAW-FILE", "Reject", "LB.csv", None, None, lost, [("LB.csv", None, None)]),
        ("TB-RAW-FILE", "Reject", "x.csv", None, None, f"{said}y", [("x.csv", None, None)]),
    ]
    assert (outcomes[0].rule, outcomes[0].status.value, outcomes[0].findings) == ("TB-RAW-FILE", "ISSUE REPORTED", 2)


def test_a_form_without_records_is_told_where_it_is_required(tmp_path):
    findings, _ = check(tmp_path, raw("dm.csv", {"S": []}), raw("cm.csv", {"S": []}), raw("ae.csv", {"S": ["1"], "TERM": ["x"]}))
    assert [(finding.rule, finding.dataset) for finding in findings] == [("TB-RAW-EMPTY", "DM")]


def test_a_form_that_may_be_empty_is_no_finding(tmp_path, monkeypatch):
    monkeypatch.setitem(SPECS, "DM", SPECS["DM"].model_copy(update={"may_be_empty": True}))
    findings, _ = check(tmp_path, raw("dm.csv", {"S": []}), raw("ae.csv", {"S": ["1"], "TERM": ["x"]}))
    assert findings == []


def test_a_note_stays_the_same_finding_when_its_counts_change(tmp_path):
    ids = set()
    for count in (3, 14):
        table = replace(raw("dm.csv", {"S": ["1"]}), notes=(ReadNote(None, f"cells were filled: {count}"),))
        findings, _ = check(tmp_path, table, raw("ae.csv", {"S": ["1"], "TERM": ["x"]}))
        ids |= {finding.id for finding in findings}
    assert len(ids) == 1
