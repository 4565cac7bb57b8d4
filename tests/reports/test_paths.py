"""A record in ODM-XML has no row: each report shows its path."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from trialbook.findings import Origin, Results, Role
from trialbook.reports.notebook import findings_frame
from trialbook.reports.payload import findings_payload
from trialbook.reports.sheets import DETAILS, detail_rows
from trialbook.reports.wording import origin_text, path_text

PATH = "/ODM/ClinicalData/SubjectData[@SubjectKey='001']/StudyEventData[@StudyEventOID='SE.1']/FormData[@FormOID='F.AE']"
ORIGIN = Origin(Role.CORRECT, "export.xml", "F.AE", None, ("AETERM", "AESER"), PATH)
READ = "001 › SE.1 › F.AE"
TEXT = f"export.xml · F.AE · {READ} · AETERM, AESER"


@pytest.fixture
def one(results: Results) -> Results:
    return replace(results, findings=(replace(results.findings[0], origins=(ORIGIN,)),))


def test_in_words() -> None:
    assert origin_text(ORIGIN) == TEXT


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (PATH + "/ItemGroupData[@ItemGroupOID='IG.AE'][@ItemGroupRepeatKey='3']", "001 › SE.1 › F.AE › IG.AE #3"),
        ("/ODM/ClinicalData[@StudyOID='T.2']/SubjectData[@SubjectKey=\"O'Neil\"]", "T.2 › O'Neil"),
        ("/ODM/ClinicalData/SubjectData[@SubjectKey='筛选期'][2]", "筛选期 (2)"),
        ("/ODM/ClinicalData", "/ODM/ClinicalData"),
        ("line 3\n", "line 3\\n"),
        ("", ""),
    ],
)
def test_a_path_as_a_person_reads_it(path: str, text: str) -> None:
    assert path_text(path) == text


def test_in_the_workbook(one: Results) -> None:
    (row,) = detail_rows(one)
    found = dict(zip(DETAILS.names, row, strict=True))
    assert [found[name] for name in ("File", "Sheet", "Row", "Columns")] == ["export.xml", "F.AE", READ, "AETERM, AESER"]


def test_in_the_notebook(one: Results) -> None:
    assert findings_frame(one)["origin"].tolist() == [TEXT]


def test_in_the_page(one: Results) -> None:
    payload = json.loads(findings_payload(one))
    ((role, file, sheet, row, columns, path),) = payload["findings"][0][payload["fields"].index("origins")]
    texts = payload["strings"]
    assert [texts[at] for at in (role, file, sheet, path, *columns)] == ["correct", "export.xml", "F.AE", PATH, "AETERM", "AESER"]
    assert row is None
