"""Cases held against their published results: rows counted, reasons asked for, tables written."""

from __future__ import annotations

import importlib.util
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from trialbook.conformance.engine import DatasetRun, Issue, RuleRun
from trialbook.conformance.parity import (
    Case,
    Compared,
    Parity,
    compare,
    find_cases,
    found_rows,
    published_rows,
    read_reasons,
    write_csv,
)
from trialbook.conformance.parity_report import complaints, parity_text
from trialbook.conformance.rules import read_rules
from trialbook.datasets import CaseSettings
from trialbook.errors import SpecError, TrialbookError
from trialbook.findings.terms import RuleStatus
from trialbook.standards import load_ct, load_standard

REPOSITORY = Path(__file__).resolve().parents[2]
RULE = """
Core: {Id: TEST-000001, Status: Published, Version: "1"}
Authorities:
  - Organization: CDISC
    Standards:
      - Name: SDTMIG
        Version: "3.4"
        References:
          - Origin: SDTM and SDTMIG Conformance Rules
            Version: "2.0"
            Rule Identifier: {Id: CG0000, Version: "1"}
            Citations: []
Description: A dose is above zero.
Executability: Fully Executable
Rule Type: Record Data
Sensitivity: Record
Scope:
  Classes: {Include: [INTERVENTIONS]}
  Domains: {Include: [EX]}
Check:
  all:
    - {name: EXDOSE, operator: less_than, value: 0}
Outcome:
  Message: The dose is below zero.
  Output Variables: [EXTRT, EXDOSE, EXLOC]
"""
EX = "STUDYID,DOMAIN,USUBJID,EXSEQ,EXTRT,EXDOSE\nS,EX,1,1,A,5\nS,EX,1,2,,-5\nS,EX,2,1,B,-0.5\n"
VARIABLES = "dataset,variable,label,type,length\n" + "".join(
    f"ex,{name},,{'Num' if name in ('EXSEQ', 'EXDOSE') else 'Char'},\n" for name in EX.partition("\n")[0].split(",")
)
RESULTS = (
    "Dataset,Record,Variable,Value\nEX,2,EXTRT,\nEX,2,EXDOSE,-5.0\nEX,2,EXLOC,Not in dataset\n"
    "EX,3,EXTRT,B\nEX,3,EXDOSE,-0.5\nEX,3,EXLOC,Not in dataset\n"
)
PUBLISHED = {
    "TEST-000001/negative/01": RESULTS,
    "TEST-000001/negative/02": RESULTS.replace("-0.5", "-1"),
    "TEST-000001/positive/01": None,
}


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """A folder ``rules`` and a folder ``cases``: one agrees, one does not, one has no published results."""
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "rule.yml").write_text(RULE, encoding="utf-8")
    for name, results in PUBLISHED.items():
        data = tmp_path / "cases" / name / "data"
        data.mkdir(parents=True)
        for file, content in (
            (".env", "PRODUCT=SDTMIG\nVERSION=3-4\n"),
            ("_datasets.csv", "Filename,Label\nex,Exposure\n"),
            ("_variables.csv", VARIABLES),
            ("ex.csv", EX),
        ):
            (data / file).write_text(content, encoding="utf-8")
        if results:
            (data.parent / "results").mkdir()
            (data.parent / "results" / "results.csv").write_text(results, encoding="utf-8")
    return tmp_path


def case(name: str) -> Case:
    return Case(name, name.partition("/")[0], Path(name), CaseSettings(("sdtmig", "3.4")))


ROWS = Counter({("EX", "2", "EXDOSE", "-5.0"): 1})
AGREES = Compared(case("R1/negative/01"), ROWS, ROWS)
DIFFERS = Compared(case("R1/negative/02"), ROWS, Counter({("EX", "2", "EXDOSE", "-5"): 2}))
TWICE = Compared(case("R1/negative/03"), ROWS, ROWS + ROWS)
BROKEN = Compared(case("R2/negative/01"), ROWS, Counter(), error="ex.csv: has no rows\nAdd them.")
UNPUBLISHED = Compared(case("R2/positive/01"), None, Counter())


def test_rows_count_as_often_as_they_are_there() -> None:
    assert [one.agrees for one in (AGREES, DIFFERS, TWICE, BROKEN, UNPUBLISHED)] == [True, False, False, False, False]
    assert (DIFFERS.missing, DIFFERS.extra) == (ROWS, Counter({("EX", "2", "EXDOSE", "-5"): 2}))
    assert (TWICE.missing, TWICE.extra) == (Counter(), ROWS)


RUNS = [
    (
        RuleRun(
            "R",
            (DatasetRun("EX", RuleStatus.ISSUE_REPORTED, None, "m", (Issue("EX", 2, "1", {"EXDOSE": "-5.0", "EXTRT": ""}),)),),
        ),
        {("EX", "2", "EXDOSE", "-5.0"): 1, ("EX", "2", "EXTRT", ""): 1},
    ),
    (
        RuleRun(
            "R", (DatasetRun("", RuleStatus.ISSUE_REPORTED, None, "m", (Issue("STUDY", None, None, {"TX": "tx.csv"}),) * 2),)
        ),
        {("STUDY", "", "TX", "tx.csv"): 2},
    ),
    (RuleRun("R", (DatasetRun("EX", RuleStatus.EXECUTION_ERROR, "why"),)), {("EX", "", "EXECUTION_ERROR", "why"): 1}),
    (RuleRun("R", (DatasetRun("EX", RuleStatus.SKIPPED, "no such variable"), DatasetRun("EC", RuleStatus.SUCCESS))), {}),
    (RuleRun("R", reason="no dataset is in its scope"), {}),
    (RuleRun("R", reason="broke off", failed=True), {("", "", "EXECUTION_ERROR", "broke off"): 1}),
]


@pytest.mark.parametrize(("run", "rows"), RUNS)
def test_the_rows_of_a_run(run: RuleRun, rows: dict[tuple[str, str, str, str], int]) -> None:
    assert found_rows(run) == Counter(rows)


def test_published_rows(tmp_path: Path) -> None:
    file = tmp_path / "results.csv"
    assert published_rows(file) is None
    file.write_text('Dataset,Record,Variable,Value\nEX,2,A,"1, 2"\nEX,2,A,"1, 2"\nEX,,B,\n', encoding="utf-8")
    assert published_rows(file) == Counter({("EX", "2", "A", "1, 2"): 2, ("EX", "", "B", ""): 1})
    file.write_text("Dataset,Row\n", encoding="utf-8")
    with pytest.raises(TrialbookError) as caught:
        published_rows(file)
    assert caught.value.what == "its header is Dataset, Row, expected Dataset, Record, Variable, Value"


REASONS = [
    ({}, ["R1/negative/02", "R1/negative/03", "R2/negative/01"], []),
    ({"R1/negative/02": "x", "R1/negative/03": "x", "R2/negative/01": "x"}, [], []),
    (
        {"R1/negative/01": "x", "R1/negative/09": "x"},
        ["R1/negative/02", "R1/negative/03", "R2/negative/01"],
        ["R1/negative/01", "R1/negative/09"],
    ),
    ({"R2/positive/01": "x", "R3/negative/01": "x"}, ["R1/negative/02", "R1/negative/03", "R2/negative/01"], ["R2/positive/01"]),
]


@pytest.mark.parametrize(("reasons", "unexplained", "outdated"), REASONS)
def test_every_exception_has_a_reason_and_every_reason_an_exception(
    reasons: dict[str, str], unexplained: list[str], outdated: list[str]
) -> None:
    parity = Parity((AGREES, DIFFERS, TWICE, BROKEN, UNPUBLISHED), reasons)
    assert [one.case.name for one in parity.unexplained] == unexplained
    assert list(parity.outdated) == outdated
    assert parity.good == (not unexplained and not outdated) == (not complaints(parity))


def test_what_is_complained_of() -> None:
    assert complaints(Parity((AGREES, DIFFERS, BROKEN), {"R1/negative/01": "x"})) == [
        "R1/negative/02: does not agree, and has no reason\n"
        "    only published: EX, 2, EXDOSE, -5.0\n"
        "    only found: EX, 2, EXDOSE, -5",
        "R2/negative/01: does not agree, and has no reason: ex.csv: has no rows Add them.",
        "R1/negative/01: has a reason, and is no exception (any more)",
    ]


def test_the_tables(tmp_path: Path) -> None:
    parity = Parity((AGREES, DIFFERS, BROKEN, UNPUBLISHED), {"R1/negative/02": "Another\nversion."})
    text = parity_text(parity, "0.17.1", "SDTMIG 3.4")
    assert "**1 of 3 cases agree exactly (33.3%)**; 2 do not, and 1 have no published results." in text
    assert "| sdtmig-3.4 | 3 | 1 |" in text
    assert text.endswith(
        "| R1/negative/02 | 1 | 2 | 1 | 2 | Another version. |\n"
        "| R2/negative/01 | 1 | 0 | 1 | 0 | ex.csv: has no rows Add them. |\n"
    )
    write_csv(parity.compared, tmp_path / "out" / "parity.csv", parity.reasons)
    assert (tmp_path / "out" / "parity.csv").read_text(encoding="utf-8") == (
        "case,rule,standard,agrees,published,found,missing,extra,reason\n"
        "R1/negative/01,R1,sdtmig-3.4,true,1,1,0,0,\n"
        'R1/negative/02,R1,sdtmig-3.4,false,1,2,1,2,"Another\nversion."\n'
        'R2/negative/01,R2,sdtmig-3.4,false,1,0,1,0,"ex.csv: has no rows\nAdd them."\n'
        "R2/positive/01,R2,sdtmig-3.4,,,0,0,0,\n"
    )


WRONG_REASONS = [
    ("cases:\n  R1/negative/01:\n    reason: ''\n", "line 3"),
    ("cases:\n  R1/negative/01: {}\n", "line 2"),
    ("cases:\n  R1/negative/01: {reason: x, because: y}\n", "line 2"),
    ("cases:\n  R1/negative/01: {reason: x}\n  R1/negative/01: {reason: y}\n", "line 3, column 3"),
]


@pytest.mark.parametrize(("content", "place"), WRONG_REASONS)
def test_a_reason_must_be_stated_once(content: str, place: str, tmp_path: Path) -> None:
    file = tmp_path / "reasons.yml"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(SpecError) as caught:
        read_reasons(file)
    assert caught.value.place == place


def test_the_reasons_of_the_repository_can_be_read() -> None:
    reasons = read_reasons(REPOSITORY / "benchmarks" / "parity_exceptions.yml")
    assert all(name.count("/") == 2 and reason.endswith(".") for name, reason in reasons.items())


def test_cases_are_found_by_name(published: Path) -> None:
    found = find_cases(published / "cases")
    assert [(one.name, one.rule, one.settings.standard) for one in found] == [
        (name, "TEST-000001", ("sdtmig", "3.4")) for name in PUBLISHED
    ]
    with pytest.raises(TrialbookError, match="holds no cases"):
        find_cases(published / "rules")


@pytest.mark.xdist_group("CDISC's engine")
def test_cases_run_and_compare(published: Path) -> None:
    seen: list[str] = []
    cases = find_cases(published / "cases")
    (cases[2].data / "_datasets.csv").write_text("Filename,Label\n", encoding="utf-8")
    rules = read_rules(published / "rules")
    told: Callable[[Case], None] = lambda one: seen.append(one.name)  # noqa: E731
    agrees, differs, broken = compare(cases, rules, load_standard(), load_ct("sdtmct-2025-03-28"), told)
    assert seen == list(PUBLISHED)
    assert (agrees.agrees, agrees.found.total(), agrees.statuses) == (True, 6, (("EX", RuleStatus.ISSUE_REPORTED),))
    assert dict(differs.missing) == {("EX", "3", "EXDOSE", "-1"): 1}
    assert dict(differs.extra) == {("EX", "3", "EXDOSE", "-0.5"): 1}
    assert broken.error is not None and "lists no dataset" in broken.error
    other = Case("X/negative/01", "X", cases[0].folder, cases[0].settings)
    (unknown,) = compare([other], rules, load_standard(), load_ct("sdtmct-2025-03-28"))
    assert unknown.error is not None and "X can't be run: it is not among them" in unknown.error


def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("benchmarks_parity", REPOSITORY / "benchmarks" / "parity.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.xdist_group("CDISC's engine")
def test_the_script_fails_without_a_reason(
    published: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    reasons, table = published / "reasons.yml", published / "parity.md"
    asked = ["parity.py", "--cases", f"{published / 'cases'}", "--rules", f"{published / 'rules'}"]
    asked += ["--reasons", f"{reasons}", "--table", f"{table}", "--out", f"{published / 'parity.csv'}"]
    monkeypatch.setattr("sys.argv", asked)
    reasons.write_text("cases: {}\n", encoding="utf-8")
    assert script().main() == 1
    assert "TEST-000001/negative/02: does not agree, and has no reason" in capsys.readouterr().err
    reasons.write_text("cases:\n  TEST-000001/negative/02: {reason: It was changed for this test.}\n", encoding="utf-8")
    assert script().main() == 0
    assert "1 of 2 cases agree exactly (50.0%)" in table.read_text(encoding="utf-8")
    assert len((published / "parity.csv").read_text(encoding="utf-8").splitlines()) == 4
    reasons.write_text("cases:\n  TEST-000001/negative/02: {reason: ''}\n", encoding="utf-8")
    assert script().main() == 2
