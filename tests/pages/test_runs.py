"""What pages show of a run: the file they read it from, the marks they carry, and of a real export nothing of a subject."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from trialbook import pages
from trialbook.errors import TrialbookError
from trialbook.pages.inputs import EXPORT_VARIABLE, LEVEL_VARIABLE, RUN_VARIABLE
from trialbook.pages.runs import inputs_table, marks, subjects_mark, synthetic_mark
from trialbook.pages.shown import AGGREGATE, SUBJECT, ShownCounts, ShownGate, ShownInput, ShownRun
from trialbook.pages.shown_words import LEFT_OUT
from trialbook.pages.validated import make_shown_run, validate_shown

Rows = Callable[[str], list[list[str]]]
Leaked = Callable[..., dict[str, str]]

RUN = ShownRun(
    synthetic="Invented <b>for a test</b>.",
    level=SUBJECT,
    study="SMALL",
    standard="sdtmig-3.4",
    ct="sdtmct-2025-03-28",
    exported="2026-01-31",
    versions={"trialbook": "0.1.0"},
    counts=ShownCounts(
        files=1, records=2, forms=1, datasets=3, subjects=2, sites=1,
        severities={"Reject": 0, "Error": 2, "Warning": 1, "Notice": 0},
        statuses={"SUCCESS": 10, "ISSUE REPORTED": 2, "SKIPPED": 1, "EXECUTION ERROR": 0},
        explained=0,
    ),
    gate=ShownGate(False, "error", "Gate closed", ("2 findings of severity Error or worse: 2 Error.",)),
    inputs=(ShownInput("DM.csv", "ab" * 32, "utf-8", 2),),
    pieces={"verdict": "<p>Gate closed, 日本語</p>"},
)  # fmt: skip
REAL = replace(RUN, synthetic=None)


@pytest.fixture(autouse=True)
def shown(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a page was given to show; each test is a kernel of its own."""
    found: list[str] = []
    monkeypatch.setattr("trialbook.pages.runs.display", lambda piece: found.append(piece.data))
    for name in (EXPORT_VARIABLE, LEVEL_VARIABLE, RUN_VARIABLE):
        monkeypatch.delenv(name, raising=False)
    pages.latest_run.cache_clear()
    return found


@pytest.fixture
def here(small_study: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A page's kernel starts in the page's folder."""
    monkeypatch.setenv(EXPORT_VARIABLE, str(small_study / "export"))
    monkeypatch.chdir(small_study / "book")
    return small_study


def stored(run: ShownRun, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = folder / "run.json"
    run.write(file)
    monkeypatch.setenv(RUN_VARIABLE, str(file))
    return file


def test_a_page_reads_what_the_build_has_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shown: list[str]) -> None:
    file = stored(RUN, tmp_path, monkeypatch)
    run = pages.latest_run()
    assert (run, pages.latest_run() is run) == (RUN, True)
    assert shown == [synthetic_mark(RUN.synthetic or "")]
    assert (run.counts.findings, run.counts.rules, run.piece("verdict")) == (3, 13, "<p>Gate closed, 日本語</p>")
    assert json.loads(file.read_text(encoding="utf-8"))["schema"] == 1
    assert [path.name for path in tmp_path.iterdir()] == ["run.json"]


def test_reading_it_loads_neither_data_nor_rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stored(RUN, tmp_path, monkeypatch)
    code = "import sys; from trialbook.pages import latest_run, inputs_table; inputs_table(latest_run()); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-P", "-c", code], cwd=tmp_path, capture_output=True, encoding="utf-8", check=True)
    assert not {"pandas", "pandera", "trialbook.run", "trialbook.study_folders"} & set(done.stdout.split())


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("{", "is not what pages may show of a run"),
        ("[]", "is not what pages may show of a run"),
        ('{"schema": 2}', "expected schema 1"),
        (RUN.to_json().replace('"level"', '"cells"'), "is not what pages may show of a run"),
    ],
)
def test_a_file_that_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, what: str) -> None:
    file = stored(RUN, tmp_path, monkeypatch)
    file.write_text(text, encoding="utf-8")
    with pytest.raises(TrialbookError, match=what):
        pages.latest_run()


def test_a_file_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(RUN_VARIABLE, str(tmp_path / "nothing.json"))
    with pytest.raises(TrialbookError, match="can't be read: No such file"):
        pages.latest_run()


def test_data_of_subjects_are_shown_only_where_they_are_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shown: list[str]
) -> None:
    stored(REAL, tmp_path, monkeypatch)
    with pytest.raises(TrialbookError, match="holds data of real subjects, which nobody asked to show"):
        pages.latest_run()
    assert shown == []
    monkeypatch.setenv(LEVEL_VARIABLE, "1")
    assert pages.latest_run() == REAL
    assert shown == [subjects_mark()]


def test_marks() -> None:
    assert "&lt;b&gt;for a test&lt;/b&gt;" in marks(RUN)[0]
    assert "CONTAINS DATA OF SUBJECTS" in marks(REAL)[0]
    assert marks(replace(REAL, level=AGGREGATE)) == []


def test_files_are_named_by_their_forms_where_only_aggregates_are_shown(rows: Rows) -> None:
    assert rows(inputs_table(RUN)) == [["File", "Encoding", "Rows", "SHA-256"], ["DM.csv", "utf-8", "2", "ab" * 32]]
    of_forms = replace(REAL, level=AGGREGATE, inputs=(ShownInput("DM, AE", "cd" * 32, None, 1204),))
    assert rows(inputs_table(of_forms)) == [
        ["File of the form", "Encoding", "Rows", "SHA-256"],
        ["DM, AE", "—", "1,204", "cd" * 32],
    ]


def test_invented_data_are_shown_as_they_are(here: Path, shown: list[str], rows: Rows) -> None:
    run = pages.latest_run()
    assert (run.level, run.synthetic, run.names_subjects) == (SUBJECT, "Invented for a test.", False)
    assert shown == [synthetic_mark("Invented for a test.")]
    assert rows(inputs_table(run))[1][:3] == ["DM.csv", "utf-8", "2"]
    assert (run.counts.files, run.counts.records, run.counts.forms, run.counts.subjects) == (2, 2, 1, 2)
    assert "has_site" not in run.to_json()
    assert "SMALL-2" in run.piece("findings")
    assert run.piece("left_out") == ""
    assert rows(run.piece("tables"))[:2] == [
        ["Name", "Kind", "Label", "Records", "Reject", "Error", "Warning", "Notice"],
        ["DM", "form", "Demographics <script>alert(1)</script>", "2", "0", "2", "0", "0"],
    ]


def test_the_same_export_gives_the_same_bytes(here: Path, tmp_path: Path) -> None:
    files = [tmp_path / "new" / name for name in ("one.json", "two.json")]
    for file in files:
        make_shown_run(here, here / "export", False, file)
    assert files[0].read_bytes() == files[1].read_bytes()


def test_an_export_that_is_not_there(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(EXPORT_VARIABLE, str(here / "nothing"))
    with pytest.raises(TrialbookError):
        pages.latest_run()


BROKEN_RULES = """
from trialbook.checks import RawForm, Severity, rule


class DMBroken(RawForm, form="DM"):
    @rule("SMALL-002", Severity.WARNING, "The initials are {INITIALS}", variables=["INITIALS"], query="Is {INITIALS} right?")
    def initials(cls, dm):
        return dm["INITIALS"] != "QXZW"

    @rule("SMALL-003", Severity.ERROR, "The number is none", variables=["SUBJECT"])
    def breaks(cls, dm):
        return dm["INITIALS"].astype(float) > 0
"""
EXPLANATION = """\
explanations:
  - {rule: SMALL-001, scope: {subject: SMALL-8802}, text: Mrs Quendel of site Yew has it so, author: Dr Quorn, date: 2026-01-31}
"""
HOSTILE = {
    "export/DM.csv": (
        "SUBJECT,SEX,SITE,CONSENT,INITIALS,OTHER,Dr Quincy\n"
        "8801,女,01,2024-01-05,QXZW,,\n8802,男,,2024-02,QYVK,Xylem,\n8803,男,01,2024-99-17,QZZT,,note\n"
        "8804,w,01,1961-03-02,QAAB,,\n8805,男,02,2024-01-09,QBBC,,\n8805,男,02,2024-01-09,QBBC,,\n8806,男,Zuckmayer,2024-01-11,QCCD,,\n"
    ),
    "export/8801-Quimby.csv": "WHAT\nof 8801\n",
    "validators/broken.py": BROKEN_RULES,
    "validators/explanations.yml": EXPLANATION,
}


@pytest.fixture
def real(here: Path) -> Path:
    """The small study with a real export in which whatever can carry a cell carries one."""
    (here / "export/SYNTHETIC.txt").unlink()
    for name, text in HOSTILE.items():
        (here / name).write_text(text, encoding="utf-8")
    return here


def test_of_a_real_export_aggregates_are_shown(real: Path, shown: list[str], rows: Rows, leaked: Leaked) -> None:
    run = pages.latest_run()
    assert (run.level, run.synthetic, shown) == (AGGREGATE, None, [])
    assert leaked([run.to_json()], real / "export", real, [run.exported]) == {}
    for cell in ("8801", "8802", "8805", "QXZW", "Quincy", "Quimby", "Quendel", "Quorn", "Zuckmayer", "1961", "Xylem", "Yew"):
        assert cell not in run.to_json(), cell
    assert "Aggregates only" in run.piece("left_out")
    assert "trialbook book build --subject-level" in run.piece("left_out")
    assert [row[:3] for row in rows(inputs_table(run))[1:]] == [["DM", "utf-8", "7"], ["of no form", "utf-8", "1"]]
    assert [row[:2] for row in rows(run.piece("sites"))[1:]] == [["01", "3"], ["smaller sites, or no site known", "3"]]
    by_rule = {row[1]: row for row in rows(run.piece("findings"))}
    assert by_rule["SMALL-002"] == ["Warning", "SMALL-002", "DM", "The initials are INITIALS", "1", "1"]
    assert by_rule["TB-RAW-TABLE"][3:] == ["No form specification names this file or sheet; nothing of it is used", "1", "0"]
    assert "ValueError; what it said may quote data and is left out here" in run.piece("rules")
    assert LEFT_OUT not in run.piece("rules")
    assert run.counts.explained == 1
    assert run.gate.open is False


def test_counts_and_gate_are_those_of_the_whole_run(real: Path) -> None:
    of_aggregates = validate_shown(real, real / "export", False)
    whole = validate_shown(real, real / "export", True)
    assert (of_aggregates.counts, of_aggregates.gate) == (whole.counts, whole.gate)


def test_subject_level_shows_what_aggregates_leave_out(
    real: Path, shown: list[str], monkeypatch: pytest.MonkeyPatch, leaked: Leaked
) -> None:
    monkeypatch.setenv(LEVEL_VARIABLE, "1")
    run = pages.latest_run()
    assert (run.level, shown, run.piece("left_out")) == (SUBJECT, [subjects_mark()], "")
    found = leaked([run.to_json()], real / "export", real, [run.exported])
    assert {"8801", "8802", "QXZW", "Zuckmayer", "8801-Quimby.csv", "SMALL-8802"} <= set(found)
    assert "Mrs Quendel" in run.to_json()
