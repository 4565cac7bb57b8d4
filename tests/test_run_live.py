"""Findings from one export to the next: what is new, what persists, what is resolved, and what nobody looked at."""

from __future__ import annotations

import json
import random
from collections import Counter
from datetime import date
from pathlib import Path

import jsonschema
import openpyxl
import pytest

from trialbook.conformance.rules import own_rules
from trialbook.errors import SpecError, TrialbookError
from trialbook.findings import Results, Threshold, findings_json, json_schema
from trialbook.run import Study
from trialbook.run.explained import explanation_complaints

Rows = list[list[str]]
DM = [
    ["SUBJECT", "SITE", "SEX", "CONSENT", "DEATH"],
    ["001", "S1", "Female", "2024-01-10", ""],
    ["002", "S1", "Male", "2024-01-11", "2024-02-01"],
]
AE = [
    ["SUBJECT", "TERM", "SEVERITY", "SERIOUS", "CRITERION", "START", "END"],
    ["001", "Nausea", "Mild", "No", "", "2024-01-12", "2024-01-13"],
    ["001", "Rash", "Mild", "Yes", "", "2024-01-15", ""],
    ["002", "Fever", "Severe", "Yes", "Hospital", "2024-02-03", ""],
    ["002", "Cough", "Grade 2", "No", "", "2024-01-20", ""],
    ["002", "Cold", "Mild", "No", "", "31.1.2024", ""],
    ["009", "Headache", "Mild", "No", "", "2024-01-12", ""],
]


@pytest.fixture
def run(tiny_study, tmp_path):
    """Validate an export given by its tables, against the last run's findings.json or another's; every file is kept valid."""
    made = []

    def validate(previous: int | None = None, skip_unreadable: bool = False, answers: Path | None = None, **tables: Rows | bytes):
        number = len(made)
        folder = tmp_path / f"export{number}"
        folder.mkdir()
        for name, rows in tables.items():
            data = rows if isinstance(rows, bytes) else "".join(",".join(row) + "\n" for row in rows).encode()
            (folder / f"{name}.csv").write_bytes(data)
        before = None if previous is None else made[previous]
        results = (
            Study(tiny_study).validate(folder, False, skip_unreadable=skip_unreadable, previous=before, answers=answers).results
        )
        return keep(results)

    def keep(results: Results) -> Results:
        text = findings_json(results, Threshold.ERROR)
        jsonschema.Draft202012Validator(json_schema()).validate(json.loads(text))
        made.append(tmp_path / f"findings{len(made)}.json")
        made[-1].write_text(text, encoding="utf-8")
        return results

    validate.keep = keep
    validate.files = made
    return validate


def edited(rows: Rows, at: tuple[int, str], value: str) -> Rows:
    """The rows with one cell changed: the record, from 1, and its column."""
    copy = [list(row) for row in rows]
    copy[at[0]][copy[0].index(at[1])] = value
    return copy


def without(rows: Rows, record: int) -> Rows:
    return [row for index, row in enumerate(rows) if index != record]


def told(results: Results, status: str = "") -> list[tuple[str, str | None]]:
    """Rule and subject of the findings, or of those with a status; without those of variables that a study of two forms lacks."""
    found = [one for one in results.findings if not one.rule.endswith("-PRESENT")]
    return sorted((one.rule, one.subject) for one in found if not status or (one.status and one.status.value == status))


def listed(entries) -> list[tuple[str, str | None]]:
    return sorted((entry["rule"], entry["subject"]) for entry in entries)


def ids(results: Results) -> set[str]:
    return {one.id for one in results.findings}


def test_the_same_export_again_changes_nothing(run):
    first = run(dm=DM, ae=AE)
    assert {one.status for one in first.findings} == {None}
    assert (first.history, first.resolved, first.not_assessed) == ((), (), ())
    again = run(0, dm=DM, ae=AE)
    assert ids(again) == ids(first)
    assert {one.status.value for one in again.findings if one.status} == {"persisting"}
    assert (again.resolved, again.not_assessed) == ((), ())
    assert [entry["counts"] for entry in again.history] == [Counter(one.severity.value for one in first.findings) | {"Notice": 0}]


@pytest.mark.parametrize("seed", range(2))
def test_no_id_knows_the_order_of_rows_or_columns_the_name_of_a_file_or_the_layout(run, tiny_study, tmp_path, seed):
    """With twins too: records of one key, alike and not."""
    twins = [*AE, AE[2], ["001", "Rash", "Grade 9", "Yes", "", "2024-01-15", ""]]
    first = run(dm=DM, ae=twins)
    chance = random.Random(seed)
    rows = chance.sample(twins[1:], len(twins) - 1)
    columns = chance.sample(range(len(AE[0])), len(AE[0]))
    shuffled = [[row[column] for column in columns] for row in (AE[0], *rows)]
    assert ids(run(dm=DM, ae=shuffled)) == ids(first)
    assert ids(run(dm=DM, ae_2026_11=shuffled)) == ids(first)
    cut = chance.randint(2, len(shuffled) - 1)
    assert ids(run(dm=DM, ae_1=shuffled[:cut], ae_2=[shuffled[0], *shuffled[cut:]])) == ids(first)
    book = openpyxl.Workbook()
    for name, table in (("AE", shuffled), ("DM", DM)):
        sheet = book.create_sheet(name)
        for row in table:
            sheet.append(row)
    del book["Sheet"]
    book.save(tmp_path / "export.xlsx")
    assert ids(run.keep(Study(tiny_study).validate(tmp_path / "export.xlsx", False).results)) == ids(first)


@pytest.mark.parametrize(
    ("at", "value", "gone"),
    [
        ((2, "CRITERION"), "Hospital", [("TINY-AE-001", "TINY01-001")]),
        ((4, "SEVERITY"), "Moderate", [("TB-RAW-AE-SEVERITY-CODE", "TINY01-002")]),
        ((3, "START"), "2024-01-30", [("TINY-AE-101", "TINY01-002")]),
    ],
)
def test_a_mended_cell_resolves_its_findings_and_no_other(run, at, value, gone):
    first = run(dm=DM, ae=AE)
    second = run(0, dm=DM, ae=edited(AE, at, value))
    rules = {rule for rule, _ in gone}
    assert rules <= {entry["rule"] for entry in second.resolved}
    assert {entry["subject"] for entry in second.resolved} == {gone[0][1]}
    assert (second.not_assessed, told(second, "new")) == ((), [])
    assert ids(second) == ids(first) - {entry["id"] for entry in second.resolved}
    assert {entry["reason"] for entry in second.resolved if entry["rule"] in rules} == {
        f"{rule} ran on AE and does not find it any more" for rule in rules
    }
    # What is resolved stays out of later runs.
    third = run(1, dm=DM, ae=edited(AE, at, value))
    assert (third.resolved, third.not_assessed, told(third, "new")) == ((), (), [])


def test_still_wrong_with_another_value_persists(run):
    first = run(dm=DM, ae=AE)
    second = run(0, dm=DM, ae=edited(AE, (4, "SEVERITY"), "Grade 7"))
    assert (ids(second), second.resolved, told(second, "new")) == (ids(first), (), [])


def test_a_key_written_in_another_way_is_the_same_key(run, tiny_study):
    form = tiny_study / "sdtm_specs" / "forms" / "ae.yml"
    text = form.read_text(encoding="utf-8").replace("format: y-m-d, required", "format: [y-m-d, d.m.y], required")
    form.write_text(text.replace("keys: [SUBJECT, TERM, START]", "keys: [SUBJECT, SERIOUS, START]"), encoding="utf-8")
    first = run(dm=DM, ae=AE)
    otherwise = edited(edited(AE, (2, "START"), "15.01.2024"), (2, "SERIOUS"), "Y")
    raw = {one.id for one in first.findings if one.rule == "TB-RAW-AE-SEVERITY-CODE"}
    again = run(0, dm=DM, ae=edited(edited(otherwise, (4, "START"), "20.1.2024"), (4, "SERIOUS"), "N"))
    assert raw <= ids(again)


def test_another_key_is_another_record(run):
    run(dm=DM, ae=AE)
    second = run(0, dm=DM, ae=edited(AE, (2, "TERM"), "Itch"))
    assert told(second, "new") == listed(second.resolved) == [("TINY-AE-001", "TINY01-001")]


def test_of_records_with_one_key_one_is_mended_and_the_other_stays_what_it_was(run):
    """Their ids are made of their content too, which changes, and of whether there are others, which changes too."""
    twin = [*AE, ["001", "Rash", "Severe", "Yes", "", "2024-01-15", ""]]
    first = run(dm=DM, ae=twin)
    rule = ("TINY-AE-001", "TINY01-001")
    assert told(first).count(rule) == 2
    mended = run(0, dm=DM, ae=edited(twin, (2, "CRITERION"), "Hospital"))
    assert (listed(mended.resolved), told(mended, "new")) == ([rule], [])
    changed = run(0, dm=DM, ae=edited(twin, (7, "SEVERITY"), "Moderate"))
    assert (changed.resolved, told(changed, "new"), ids(changed)) == ((), [], ids(first))
    # One of the two is removed: the other is alone of its key now, and keeps the id that it had.
    alone = run(0, dm=DM, ae=without(twin, 2))
    assert told(alone, "new") == []
    assert listed(alone.resolved).count(rule) == 1
    assert ids(alone) < ids(first)
    # And a twin that comes is new, while the first stays what it was.
    back = run(3, dm=DM, ae=twin)
    assert told(back, "new").count(rule) == 1
    assert told(back, "persisting").count(rule) == 1


def test_a_form_that_is_left_out_resolves_nothing_and_nothing_is_forgotten(run):
    first = run(dm=DM, ae=AE)
    of_ae = {one.id for one in first.findings if one.dataset == "AE"}
    second = run(0, dm=DM)
    assert second.resolved == ()
    assert {entry["id"] for entry in second.not_assessed} == of_ae
    assert {entry["reason"] for entry in second.not_assessed} == {
        "the form AE is not in the export",
        "AE was not made: the export has none of its forms (AE)",
    }
    third = run(1, dm=DM)
    assert (third.resolved, {entry["id"] for entry in third.not_assessed}) == ((), of_ae)
    assert {entry["last_seen"] for entry in third.not_assessed} == {first.run.started}
    fourth = run(2, dm=DM, ae=edited(AE, (2, "CRITERION"), "Hospital"))
    assert listed(fourth.resolved) == [("TB-RAW-FORM", None), ("TINY-AE-001", "TINY01-001")]
    assert (fourth.not_assessed, ids(fourth) & of_ae) == ((), of_ae - {entry["id"] for entry in fourth.resolved})
    assert {one.status.value for one in fourth.findings if one.id in of_ae and one.status} == {"persisting"}
    assert [entry["statuses"].get("not_assessed") for entry in fourth.history] == [None, len(of_ae), len(of_ae)]


def test_a_subject_that_is_left_out_resolves_nothing(run):
    run(dm=DM, ae=AE)
    second = run(0, dm=without(DM, 2), ae=[row for row in AE if row[0] != "002"])
    assert second.resolved == ()
    assert {(entry["subject"], entry["reason"]) for entry in second.not_assessed} == {
        ("TINY01-002", "no record of the subject TINY01-002 is in the export")
    }


def test_the_number_of_a_subject_is_corrected(run):
    """Who nobody knew is gone, and so is the finding about it."""
    run(dm=DM, ae=AE)
    second = run(0, dm=DM, ae=edited(AE, (6, "SUBJECT"), "001"))
    assert {entry["subject"] for entry in second.resolved} == {"TINY01-009"}
    assert second.not_assessed == ()


def test_a_file_that_is_left_out_beside_others_resolves_nothing(run):
    parts = {"ae_1": AE[:4], "ae_2": [AE[0], *AE[4:]]}
    first = run(dm=DM, **parts)
    in_1 = {one.id for one in first.findings if any(origin.file == "ae_1.csv" for origin in one.origins)}
    second = run(0, dm=DM, ae_2=parts["ae_2"])
    assert second.resolved == ()
    assert {entry["id"] for entry in second.not_assessed} == in_1
    assert {entry["reason"] for entry in second.not_assessed} == {
        "ae_1.csv is not in the export, though the other files of AE are"
    }
    # Joined into one file of another name, nothing is left out.
    joined = run(0, dm=DM, ae=edited(AE, (2, "CRITERION"), "Hospital"))
    assert (listed(joined.resolved), joined.not_assessed) == ([("TINY-AE-001", "TINY01-001")], ())


def test_a_file_that_cannot_be_read_resolves_nothing(run):
    parts = {"ae_1": AE[:4], "ae_2": [AE[0], *AE[4:]]}
    run(dm=DM, **parts)
    second = run(0, skip_unreadable=True, dm=DM, ae_2=parts["ae_2"], ae_1=b"SUBJECT,TERM\n\xff\xfe\x00")
    assert second.resolved == ()
    assert {entry["reason"] for entry in second.not_assessed} == {
        "ae_1.csv is not among the files that could be read (ae_1.csv could not)"
    }


def test_a_column_that_is_left_out_resolves_nothing(run):
    run(dm=DM, ae=AE)
    second = run(0, dm=DM, ae=[row[:2] + row[3:] for row in AE])
    assert [entry["rule"] for entry in second.resolved] == []
    reasons = {entry["rule"]: entry["reason"] for entry in second.not_assessed}
    assert reasons["TB-RAW-AE-SEVERITY-CODE"] == (
        "the rule TB-RAW-AE-SEVERITY-CODE was SKIPPED: AE has no SEVERITY in the export"
    )


def test_a_rule_that_breaks_or_is_taken_away_resolves_nothing(run, tiny_study):
    run(dm=DM, ae=AE)
    module = tiny_study / "validators" / "ae.py"
    whole = module.read_text(encoding="utf-8")
    module.write_text(whole.replace('(ae["SERIOUS"] != "Yes")', '(ae["SERIES"] != "Yes")'), encoding="utf-8")
    broken = run(0, dm=DM, ae=AE)
    assert listed(broken.not_assessed) == [("TINY-AE-001", "TINY01-001")]
    assert broken.not_assessed[0]["reason"].startswith("the rule TINY-AE-001 could not run (EXECUTION ERROR): KeyError: 'SERIES'")
    module.write_text(whole.replace("TINY-AE-001", "TINY-AE-009"), encoding="utf-8")
    renamed = run(1, dm=DM, ae=AE)
    assert (renamed.resolved, renamed.not_assessed[0]["reason"]) == ((), "the rule TINY-AE-001 does not belong to this run")
    assert told(renamed, "new") == [("TINY-AE-009", "TINY01-001")]
    module.write_text(whole, encoding="utf-8")
    assert told(run(2, dm=DM, ae=AE), "persisting").count(("TINY-AE-001", "TINY01-001")) == 1


def test_what_another_rule_tells_now_is_not_resolved(run):
    """The duplicate is told of in the raw records, and no more in the dataset."""
    twice = [*AE, ["001", "Rash", "Mild", "Yes", "", "2024-01-15", ""]]
    first = run(dm=DM, ae=twice)
    told_of = [one for outcome in first.outcomes for one in outcome.told]
    assert told_of
    assert not ids(first) & set(told_of)


EXPLAINED = """explanations:
- rule: TINY-AE-001
  scope: {subject: TINY01-001}
  text: The criterion is on paper.
  author: A. Manager
  date: 2024-03-01
"""


def explain(study: Path, text: str) -> None:
    (study / "validators" / "explanations.yml").write_text(text, encoding="utf-8")


def stale(results: Results) -> list[tuple[str, str, list[tuple[str, int | None]]]]:
    found = [one for one in results.findings if one.rule == "TB-EXPLANATION-STALE"]
    return [(one.dataset, one.message, [(origin.file, origin.row) for origin in one.origins]) for one in found]


MESSAGE = (
    "An explanation explains no finding any more: TINY-AE-001, subject TINY01-001, "
    "“The criterion is on paper. (A. Manager, 2024-03-01)”"
)


def test_an_explained_finding_closes_no_gate_and_a_stale_explanation_is_told(run, tiny_study):
    explain(tiny_study, EXPLAINED)
    first = run(dm=DM, ae=AE)
    assert {one.explanation for one in first.findings if one.rule == "TINY-AE-001"} == {
        "The criterion is on paper. (A. Manager, 2024-03-01)"
    }
    assert stale(first) == []
    mended = edited(AE, (2, "CRITERION"), "Hospital")
    second = run(0, dm=DM, ae=mended)
    assert stale(second) == [("AE", MESSAGE, [("validators/explanations.yml", 2)])]
    assert told(second, "new") == [("TB-EXPLANATION-STALE", "TINY01-001")]
    third = run(1, dm=DM, ae=mended)
    assert (told(third, "new"), third.resolved) == ([], ())
    explain(tiny_study, "explanations: []\n")
    fourth = run(2, dm=DM, ae=mended)
    assert listed(fourth.resolved) == [("TB-EXPLANATION-STALE", "TINY01-001")]
    (outcome,) = (one for one in fourth.rules if one.rule == "TB-EXPLANATION-STALE")
    assert outcome.status.value == "SUCCESS"


def test_an_explanation_is_not_stale_where_nobody_looked(run, tiny_study):
    explain(tiny_study, EXPLAINED)
    assert stale(run(dm=DM)) == []
    without_subject = [row for row in AE if row[0] != "001"]
    assert stale(run(dm=without(DM, 1), ae=without_subject)) == []
    module = tiny_study / "validators" / "ae.py"
    whole = module.read_text(encoding="utf-8")
    module.write_text(whole.replace('(ae["SERIOUS"] != "Yes")', '(ae["SERIES"] != "Yes")'), encoding="utf-8")
    assert stale(run(dm=DM, ae=AE)) == []


def test_explanations_of_a_reject_of_no_rule_and_of_a_single_finding(run, tiny_study):
    first = run(dm=DM, ae=AE)
    (one,) = (finding for finding in first.findings if finding.rule == "TINY-AE-001")
    entry = "- {}\n  text: x\n  author: y\n  date: 2024-03-01\n"
    named = ("rule: TINY-AE-101", "rule: TINY-AE-404", f"scope: {{finding: {one.id}}}", "scope: {finding: 0123456789abcdef}")
    explain(tiny_study, "explanations:\n" + "".join(entry.format(name) for name in named))
    second = run(0, dm=DM, ae=AE)
    assert [finding.rule for finding in second.findings if finding.explanation] == ["TINY-AE-001"]
    assert sorted(message.partition(":")[0] for _, message, _ in stale(second)) == [
        "An explanation explains no finding any more",
        "An explanation is about a Reject, which can't be explained",
        "An explanation names a rule that this study does not have",
    ]
    assert sorted(origins[0][1] or 0 for _, _, origins in stale(second)) == [2, 6, 14]


@pytest.fixture
def answered(tmp_path):
    """A queries.csv with answers, by the ids of findings."""

    def write(answers: dict[str, str]) -> Path:
        path = tmp_path / "answered.csv"
        lines = [",".join((f"'{id}", f'"{answer}"')) for id, answer in answers.items()]
        path.write_text("\n".join(["id,answer", *lines]), encoding="gb18030")
        return path

    return write


def states(results: Results) -> dict[str, tuple[str, str]]:
    return {query.id: (query.state.value, query.answer) for query in results.queries}


def test_a_question_is_open_answered_and_closed(run, answered, tiny_study):
    export = tiny_study / "sdtm_specs" / "export.yml"
    export.write_text("encodings: [gb18030]\n", encoding="utf-8")
    first = run(dm=DM, ae=AE)
    asked = {one.id: one.rule for one in first.findings if one.id in states(first)}
    (criterion,) = (id for id, rule in asked.items() if rule == "TINY-AE-001")
    (severity,) = (id for id, rule in asked.items() if rule == "TB-RAW-AE-SEVERITY-CODE")
    assert set(states(first).values()) == {("open", "")}
    # Answered, and still wrong.
    second = run(0, dm=DM, ae=AE, answers=answered({criterion: "已住院", severity: "中度"}))
    assert (states(second)[criterion], states(second)[severity]) == (("answered", "已住院"), ("answered", "中度"))
    assert {one.answer for one in second.findings if one.id == criterion} == {"已住院"}
    # Corrected: closed. The other's form is not there: it stays answered, though the file is not given again.
    third = run(1, dm=DM, ae=edited(AE, (2, "CRITERION"), "Hospital"))
    assert (states(third)[criterion], states(third)[severity]) == (("closed", "已住院"), ("answered", "中度"))
    fourth = run(2, dm=DM)
    assert (states(fourth)[criterion], states(fourth)[severity]) == (("closed", "已住院"), ("answered", "中度"))
    # The file comes again, with the closed question in it: that is no stray. An empty answer takes none away.
    fifth = run(3, dm=DM, ae=edited(AE, (2, "CRITERION"), "Hospital"), answers=answered({criterion: "已住院", severity: ""}))
    assert (states(fifth)[severity], fifth.stray_answers) == (("answered", "中度"), ())
    # It is wrong again: the question is what it was, with the answer that did not hold.
    sixth = run(4, dm=DM, ae=AE)
    assert states(sixth)[criterion] == ("answered", "已住院")


def test_an_answer_to_what_nobody_asks_is_kept_and_told(run, answered, tiny_study):
    (tiny_study / "sdtm_specs" / "export.yml").write_text("encodings: [gb18030]\n", encoding="utf-8")
    first = run(dm=DM, ae=AE)
    (known,) = (one.id for one in first.findings if one.rule == "TINY-AE-001")
    stray = {"id": "0123456789abcdef", "answer": "别的"}
    second = run(0, dm=DM, ae=AE, answers=answered({known: "yes", stray["id"]: stray["answer"]}))
    assert second.stray_answers == (stray,)
    assert run(1, dm=DM, ae=AE).stray_answers == (stray,)
    with pytest.raises(TrialbookError) as raised:
        run(None, dm=DM, ae=AE, answers=answered({stray["id"]: "别的"}))
    assert str(raised.value) == (
        "answered.csv: none of its 1 answer is to a question that this run, or the one before, knows\n"
        "Give the queries.csv of a run of this study. Give --previous too, the findings.json of the run that asked."
    )


def test_the_question_asked_before_goes_on_being_asked_whatever_the_order(run):
    """Three records alike but for their order: one question, of one id."""
    twins = [*AE, ["001", "Nausea", "Severe", "No", "", "2024-01-12", "2024-01-13"]]
    first = run(dm=DM, ae=twins)
    (asked,) = (one.id for one in first.findings if one.rule == "TB-RAW-AE-KEY" and one.id in states(first))
    assert states(run(0, dm=DM, ae=[AE[0], *twins[:0:-1]])).keys() == states(first).keys() >= {asked}


def test_lint_knows_the_conformance_rules_and_reads_what_is_known_of_them(tiny_study):
    known = "explanations:" + "".join(
        f"\n- {{rule: {rule}, text: Still in the trial., author: A. Manager, date: 2024-03-01}}"
        for rule in (own_rules().rules[0].id, "CORE-000191", "TB-CG9999")
    )
    explain(tiny_study, known)
    (complaint,) = explanation_complaints(Study(tiny_study), date(2024, 3, 2))
    assert (complaint.line, complaint.text) == (4, "TB-CG9999 is no rule of this study")
    (tiny_study / "validators" / "known_issues.yml").write_text("known_issues: [{id: one}]\n", encoding="utf-8")
    with pytest.raises(SpecError, match=r"known_issues\.0\.rules"):
        explanation_complaints(Study(tiny_study), date(2024, 3, 2))
