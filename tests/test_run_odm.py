"""One study as CSV files and as ODM-XML: the same datasets, the same findings, each by its own place."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import jsonschema
import pandas as pd
import pytest

from trialbook.findings import Threshold, findings_json, json_schema
from trialbook.run import Run, Study

DM = """SUBJECT,SITE,SEX,CONSENT,DEATH
001,S1,Female,2024-01-10,
002,S1,Male,2024-01-11,2024-02-01
"""
AE = """SUBJECT,TERM,SEVERITY,SERIOUS,CRITERION,START,END
001,Nausea,Mild,No,,2024-01-12,2024-01-13
001,Rash,Mild,No,,2024-01-15,
002,Fever,Severe,Yes,,2024-02-03,
002,Cough,Grade 2,No,,31.1.2024,
"""


def as_odm(**forms: str) -> str:
    """The CSV files as ODM: SUBJECT is the subject's key only, and each record an item group of a form."""
    data = ""
    for name, text in forms.items():
        for number, record in enumerate(csv.DictReader(io.StringIO(text)), start=1):
            items = "".join(
                f'<ItemData ItemOID="IT.{name}.{column}" Value="{value}"/>'
                for column, value in record.items()
                if column != "SUBJECT"
            )
            data += (
                f'<SubjectData SubjectKey="{record["SUBJECT"]}"><StudyEventData StudyEventOID="SE.{name}">'
                f'<FormData FormOID="F.{name}" FormRepeatKey="{number}"><ItemGroupData ItemGroupOID="IG.{name}">{items}'
                "</ItemGroupData></FormData></StudyEventData></SubjectData>"
            )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" FileType="Snapshot">'
        f'<ClinicalData StudyOID="S" MetaDataVersionOID="1">{data}</ClinicalData></ODM>'
    )


@pytest.fixture
def study(tiny_study: Path) -> Study:
    for form in ("ae", "dm"):
        file = tiny_study / "sdtm_specs" / "forms" / f"{form}.yml"
        text = file.read_text().replace(
            "SUBJECT: {label: Subject number,", "SUBJECT: {label: Subject number, aliases: [SubjectKey],"
        )
        file.write_text(text)
    return Study(tiny_study)


def validated(study: Study, folder: Path, **files: str) -> Run:
    folder.mkdir()
    for name, text in files.items():
        (folder / name.replace("_", ".")).write_text(text, encoding="utf-8")
    return study.validate(folder)


def test_csv_and_odm_of_one_study_give_the_same(study: Study, tmp_path: Path) -> None:
    by_csv = validated(study, tmp_path / "csv", dm_csv=DM, ae_csv=AE)
    by_odm = validated(study, tmp_path / "odm", export_xml=as_odm(DM=DM, AE=AE))
    assert list(by_odm.datasets) == list(by_csv.datasets) == ["DM", "AE"]
    for name, table in by_csv.datasets.items():
        pd.testing.assert_frame_equal(by_odm.datasets[name].frame, table.frame)
    assert {finding.id for finding in by_odm.results.findings} == {finding.id for finding in by_csv.results.findings}


def test_findings_name_the_path(study: Study, tmp_path: Path) -> None:
    run = validated(study, tmp_path / "odm", export_xml=as_odm(DM=DM, AE=AE))
    record = json.loads(findings_json(run.results, Threshold.ERROR))
    jsonschema.Draft202012Validator(json_schema()).validate(record)
    (code,) = (one for one in record["findings"] if one["values"] == {"SEVERITY": "Grade 2"} and one["stage"] == "raw")
    assert code["origins"] == [
        {
            "role": "correct",
            "file": "export.xml",
            "sheet": "F.AE",
            "path": "/ODM/ClinicalData/SubjectData[@SubjectKey='002']/StudyEventData[@StudyEventOID='SE.AE']"
            "/FormData[@FormOID='F.AE'][@FormRepeatKey='4']/ItemGroupData[@ItemGroupOID='IG.AE']",
            "columns": ["SEVERITY"],
        }
    ]
    assert not [one for one in record["findings"] if one["rule"] == "TB-RAW-UNKNOWN"]
