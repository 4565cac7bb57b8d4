"""A run end to end on a study of two forms: export in, findings with their raw cells out."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pandas as pd
import pytest

from trialbook.datasets import SdtmDataset, Variable, write_datasets
from trialbook.errors import ExportError, SpecError
from trialbook.findings import Threshold, findings_json, json_schema
from trialbook.run import Run, Study, check_standard_only

DM = """SUBJECT,SITE,SEX,CONSENT,DEATH
001,S1,Female,2024-01-10,
002,S1,Male,2024-01-11,2024-02-01
"""
AE = """SUBJECT,TERM,SEVERITY,SERIOUS,CRITERION,START,END
001,Nausea,Mild,No,,2024-01-12,2024-01-13
001,Rash,Mild,No,,2024-01-15,
"""
FAULTY = (
    AE
    + """002,Fever,Severe,Yes,,2024-02-03,
002,Cough,Grade 2,No,,31.1.2024,
009,Headache which lasted long,Mild,No,,2024-01-12,
"""
)


@pytest.fixture
def export(tmp_path):
    """Write an export and give its folder."""

    def write(name: str = "export", **files: str | bytes) -> Path:
        folder = tmp_path / name
        folder.mkdir()
        for stem, content in files.items():
            data = content if isinstance(content, bytes) else content.encode("utf-8")
            (folder / f"{stem}.csv").write_bytes(data)
        return folder

    return write


def own(run: Run) -> list[tuple]:
    """The findings as rows, without those that variables are not in the datasets: the study maps few."""
    return [
        (
            f.severity.value,
            f.stage.value,
            f.rule,
            f.record,
            f.subject,
            dict(f.values),
            [(o.role.value, o.file, o.row, ",".join(o.columns)) for o in f.origins],
        )
        for f in run.results.findings
        if not f.rule.endswith("-PRESENT")
    ]


def reasons(run: Run, *prefixes: str) -> dict[str, tuple[str, str | None]]:
    return {o.rule: (o.status.value, o.reason) for o in run.results.rules if o.rule.startswith(prefixes)}


def test_a_faulty_export_gives_each_fault_with_its_raw_cells(tiny_study, export):
    run = Study(tiny_study).validate(export(dm=DM, ae=FAULTY))
    died = {"AESTDTC": "2024-02-03", "DM.DTHDTC": "2024-02-01"}
    assert own(run) == [
        (
            "Reject",
            "cross",
            "TINY-AE-101",
            4,
            "TINY01-002",
            died,
            [("correct", "ae.csv", 4, "START"), ("compared", "dm.csv", 3, "DEATH")],
        ),
        (
            "Error",
            "raw",
            "TINY-AE-001",
            3,
            "TINY01-002",
            {"SERIOUS": "Yes", "CRITERION": ""},
            [("correct", "ae.csv", 4, "CRITERION"), ("compared", "ae.csv", 4, "SERIOUS")],
        ),
        (
            "Error",
            "raw",
            "TB-RAW-AE-SEVERITY-CODE",
            4,
            "TINY01-002",
            {"SEVERITY": "Grade 2"},
            [("correct", "ae.csv", 5, "SEVERITY")],
        ),
        ("Error", "raw", "TB-RAW-AE-START-DATE", 4, "TINY01-002", {"START": "31.1.2024"}, [("correct", "ae.csv", 5, "START")]),
        ("Error", "cross", "TB-AE-USUBJID-DM", 5, "TINY01-009", {"USUBJID": "TINY01-009"}, [("correct", "ae.csv", 6, "SUBJECT")]),
        (
            "Warning",
            "raw",
            "AEForm-TERM-str_length",
            5,
            "TINY01-009",
            {"TERM": "Headache which lasted long"},
            [("correct", "ae.csv", 6, "TERM")],
        ),
    ]


@pytest.mark.parametrize("threshold", list(Threshold))
def test_findings_json_is_valid_and_counts_what_is_in_it(tiny_study, export, threshold):
    run = Study(tiny_study).validate(export(dm=DM, ae=FAULTY))
    record = json.loads(findings_json(run.results, threshold))
    jsonschema.validate(record, json_schema(), format_checker=jsonschema.FormatChecker())
    assert record["run"]["study"] == "TINY01"
    assert [(one["file"], one["encoding"], one["rows"]) for one in record["run"]["inputs"]] == [
        ("ae.csv", "utf-8", 5),
        ("dm.csv", "utf-8", 2),
    ]
    assert sum(record["counts"].values()) == len(record["findings"]) == sum(rule["findings"] for rule in record["rules"])
    assert len({finding["id"] for finding in record["findings"]}) == len(record["findings"])


def test_ids_stay_when_the_file_is_renamed_split_and_reordered(tiny_study, export):
    study = Study(tiny_study)
    header, *rows = FAULTY.splitlines(keepends=True)
    one = study.validate(export(dm=DM, ae=FAULTY))
    other = study.validate(export("other", dm=DM, ae_1=header + "".join(rows[3:][::-1]), ae_2=header + "".join(rows[:3])))
    assert {f.id for f in one.results.findings} == {f.id for f in other.results.findings}
    assert one.datasets["AE"].frame.equals(other.datasets["AE"].frame)


# The gate


CLEAN = "SUBJECT,SITE,SEX,CONSENT,DEATH\n001,S1,Female,2024-01-10,\n"


def narrow(study: Path) -> Study:
    """The study without its domains: only the raw forms are checked, so that an export can be without findings."""
    for path in (study / "sdtm_specs" / "domains").iterdir():
        path.unlink()
    return Study(study)


@pytest.mark.parametrize(
    ("ae", "open_at"),
    [
        (AE, {"reject": True, "error": True, "warning": True, "never": True}),
        (
            AE.replace("Rash", "Rash of more than twenty letters"),
            {"reject": True, "error": True, "warning": False, "never": True},
        ),
        (AE.replace("Mild,No", "Mild,Yes"), {"reject": True, "error": False, "warning": False, "never": True}),
    ],
    ids=["clean", "a Warning", "an Error"],
)
def test_the_gate_closes_from_the_threshold_on(tiny_study, export, ae, open_at):
    run = narrow(tiny_study).validate(export(dm=CLEAN, ae=ae))
    assert {threshold.value: run.gate_open(threshold) for threshold in Threshold} == open_at


def test_a_rule_that_breaks_closes_the_gate(tiny_study, export):
    path = tiny_study / "validators" / "ae.py"
    path.write_text(path.read_text().replace('ae["CRITERION"] != ""', 'ae["CRITERIA"] != ""'))
    run = narrow(tiny_study).validate(export(dm=CLEAN, ae=AE))
    assert own(run) == []
    assert reasons(run, "TINY-AE-001") == {"TINY-AE-001": ("EXECUTION ERROR", "KeyError: 'CRITERIA' (ae.py, line 24)")}
    assert [run.gate_open(threshold) for threshold in Threshold] == [False, False, False, True]


# What is not there


def test_rules_of_an_absent_form_are_skipped_and_the_form_is_a_finding(tiny_study, export):
    run = Study(tiny_study).validate(export(dm=DM))
    assert [row[2:4] for row in own(run)] == [("TB-RAW-FORM", None)]
    assert set(reasons(run, "TB-RAW-AE", "TINY-AE-001", "AEForm").values()) == {("SKIPPED", "the form AE is not in the export")}
    assert reasons(run, "TINY-AE-101", "TB-MAP-AE") == {
        "TINY-AE-101": ("SKIPPED", "the export has none of its forms (AE)"),
        "TB-MAP-AE": ("SKIPPED", "the export has none of its forms (AE)"),
    }


def test_rules_that_need_an_absent_column_are_skipped(tiny_study, export):
    run = Study(tiny_study).validate(export(dm=DM, ae=AE.replace("CRITERION", "CRIT")))
    assert [row[2:4] for row in own(run)] == [("TB-RAW-COLUMN", None)]
    assert reasons(run, "TINY-AE-001") == {"TINY-AE-001": ("SKIPPED", "AE has no CRITERION in the export")}


def test_a_column_that_one_file_lacks_is_one_finding_and_not_one_a_record(tiny_study, export):
    folder = export(dm=DM, ae=AE)
    (folder / "ae_2.csv").write_text("SUBJECT,TERM,SERIOUS,CRITERION,START,END\n001,Rash,No,,2024-02-01,\n", encoding="utf-8")
    run = Study(tiny_study).validate(folder)
    assert [row[2:4] for row in own(run) if row[2].startswith("TB-RAW")] == [("TB-RAW-COLUMN", None)]
    told = "1 failing record is told of already, in the raw data, by TB-RAW-COLUMN"
    assert reasons(run, "TB-RAW-AE-SEVERITY-REQUIRED") == {"TB-RAW-AE-SEVERITY-REQUIRED": ("ISSUE REPORTED", told)}


def test_rules_that_read_an_absent_dataset_are_skipped(tiny_study, export):
    run = Study(tiny_study).validate(export(ae=AE))
    assert reasons(run, "TINY-AE-101", "TB-AE-USUBJID-DM") == {
        "TINY-AE-101": ("SKIPPED", "DM is not there: the export has none of its forms (DM)"),
        "TB-AE-USUBJID-DM": ("SKIPPED", "DM is not there: the export has none of its forms (DM)"),
    }


@pytest.mark.parametrize(
    ("dm", "ae"),
    [(DM.splitlines()[0] + "\n", AE), (DM, AE.splitlines()[0] + "\n"), (DM.splitlines()[0] + "\n", AE.splitlines()[0] + "\n")],
    ids=["no subject", "no event", "nothing"],
)
def test_a_form_with_a_header_only_is_a_form(tiny_study, export, dm, ae):
    run = Study(tiny_study).validate(export(dm=dm, ae=ae))
    assert [o for o in run.results.rules if o.status == "EXECUTION ERROR"] == []
    empty = [name for name, table in run.datasets.items() if not len(table.frame)]
    assert [row[2] for row in own(run) if row[2].endswith("-RECORDS")] == [f"TB-{name}-RECORDS" for name in sorted(empty)]


def test_a_subject_twice_in_dm_breaks_no_rule_and_is_told_of_once(tiny_study, export):
    run = Study(tiny_study).validate(export(dm=DM + "001,S1,Female,2024-01-20,\n", ae=AE))
    assert [o for o in run.results.rules if o.status == "EXECUTION ERROR"] == []
    assert sorted(row[2:4] for row in own(run)) == [
        ("TB-RAW-DM-KEY", 1),
        ("TB-RAW-DM-KEY", 3),
    ]
    told = "2 failing records are told of already, in the raw data, by TB-RAW-DM-KEY"
    assert reasons(run, "TB-DM-KEY") == {"TB-DM-KEY": ("ISSUE REPORTED", told)}


def test_where_the_conformance_rules_are_left_out_the_report_says_so(tiny_study, export):
    run = Study(tiny_study).validate(export(dm=DM, ae=AE), core=None)
    left_out = "the conformance rules were left out of this run: CDISC's, the kit's and the study's"
    assert reasons(run, "CORE") == {"CORE": ("SKIPPED", left_out)}


# What cannot be run


def test_an_export_that_is_not_there_is_an_error_of_the_user(tiny_study, tmp_path):
    with pytest.raises(ExportError):
        Study(tiny_study).validate(tmp_path / "nothing")


def test_bytes_that_are_no_text_stop_the_run(tiny_study, export):
    with pytest.raises(ExportError, match=r"ae\.csv"):
        Study(tiny_study).validate(export(dm=DM, ae=AE.encode() + "发热".encode("gb18030")))


def test_a_broken_specification_stops_the_run_with_its_line(tiny_study, export):
    path = tiny_study / "sdtm_specs" / "domains" / "ae.yml"
    path.write_text(path.read_text().replace("assign_no_ct: TERM", "assign_no_ct: TERMS"))
    with pytest.raises(SpecError, match=r"ae\.yml, line 7.*no column 'TERMS'"):
        Study(tiny_study).validate(export(dm=DM, ae=AE))


# Datasets that exist already


def test_mapped_datasets_written_and_checked_give_the_findings_of_the_datasets(tiny_study, export, tmp_path):
    study = Study(tiny_study)
    raw = export(dm=DM, ae=FAULTY)
    out = tmp_path / "sdtm"
    out.mkdir()
    write_datasets(study.map(raw).datasets.values(), out, "xpt")
    run = study.check(out)
    assert [row[:6] for row in own(run)] == [row[:6] for row in own(study.validate(raw)) if row[1] != "raw"]
    assert own(run)[0][6] == [("correct", "ae.xpt", 4, "AESTDTC"), ("compared", "dm.xpt", 2, "DTHDTC")]
    jsonschema.validate(json.loads(findings_json(run.results, Threshold.ERROR)), json_schema())


@pytest.mark.parametrize("format", ["xpt", "json", "parquet", "csv"])
def test_the_standard_alone_needs_no_study(tmp_path, format):
    cells = {
        "STUDYID": ["S"],
        "DOMAIN": ["DM"],
        "USUBJID": ["1"],
        "SUBJID": ["1"],
        "SITEID": ["01"],
        "SEX": ["X"],
        "COUNTRY": ["CHN"],
    }
    variables = {
        "STUDYID": Variable("STUDYID", "Study Identifier"),
        "DOMAIN": Variable("DOMAIN", "Domain Abbreviation"),
        "USUBJID": Variable("USUBJID", "Unique Subject Identifier"),
        "SUBJID": Variable("SUBJID", "Subject Identifier for the Study"),
        "SITEID": Variable("SITEID", "Study Site Identifier"),
        "SEX": Variable("SEX", "Sex"),
        "COUNTRY": Variable("COUNTRY", "Country"),
    }
    dm = SdtmDataset("DM", "Demographics", pd.DataFrame(cells, dtype="str"), variables)
    write_datasets([dm], tmp_path, format)
    run = check_standard_only(tmp_path)
    found = [(row[0], row[2], row[3], row[5]) for row in own(run)]
    assert [row for row in found if row[0] != "Notice"] == [("Error", "TB-DM-SEX-CT", 1, {"SEX": "X"})]
    assert run.results.run.study == ""
    jsonschema.validate(json.loads(findings_json(run.results, Threshold.ERROR)), json_schema())


def test_a_run_is_a_table_and_frames_for_a_notebook(tiny_study, export):
    study = Study(tiny_study)
    run = study.validate(export(dm=DM, ae=FAULTY))
    assert len(run.findings) == len(run.results.findings)
    assert list(run.tables) == ["DM", "AE"]
    assert "TINY-AE-101" in [check.name for check in study.schema("AE", run.tables).checks]


def test_the_steps_of_a_run_are_told(tiny_study, export):
    told: list[str] = []
    Study(tiny_study).validate(export(dm=DM, ae=AE), progress=told.append)
    assert told == [
        "reading the export",
        "mapping to SDTM",
        "checking the forms",
        "checking the datasets",
        "running the conformance rules",
    ]


def test_what_was_not_collected_is_not_shown_as_right(tiny_study, export):
    """The column END is not in the export: rules about AEENDTC are skipped with that reason, and the dataset still has it."""
    ae = "SUBJECT,TERM,SEVERITY,SERIOUS,CRITERION,START\n001,Nausea,Mild,No,,2024-01-12\n"
    run = Study(tiny_study).validate(export(dm=DM, ae=ae))
    statuses = {one.rule: (one.status.value, one.reason) for one in run.results.rules}
    assert statuses["TB-AE-AEENDTC-ISO8601"] == ("SKIPPED", "AE has no END in the export")
    assert statuses["TB-AE-AESTDTC-ISO8601"] == ("SUCCESS", None)
    assert statuses["TB-AE-AEENDTC-PRESENT"] == ("SUCCESS", None)
    assert list(run.tables["AE"]["AEENDTC"]) == [""]
