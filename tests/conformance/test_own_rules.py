"""The kit's own conformance rules: each with a failing and a passing case, run by CDISC's engine, whole results asserted.

A case (``own/<rule id>.yml``) is written as tables; STUDYID and DOMAIN, types and labels come from the standard where the
table does not state them. A case may state other ``labels`` of datasets and other attributes of ``variables``
(``{AE: {AESEV: {label: ...}}}``). A cell in double quotes keeps its blanks. ``found`` lists what the rule is to find in the
failing tables: dataset, record (null for a finding about the dataset) and the values reported, those of variables that are not
in the dataset left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from trialbook.conformance.engine import EngineDataset, RuleRun, engine_dataset, run_rules
from trialbook.conformance.rules import CoreRule, own_rules
from trialbook.datasets import SdtmDataset, Variable
from trialbook.findings.terms import RuleStatus
from trialbook.standards import load_ct, load_standard

CASES = Path(__file__).parent / "own"
CASE_FILES = sorted(CASES.glob("*.yml"))
STANDARD = load_standard("sdtmig-3.4")
ABSENT = "Not in dataset"
WORDS_IN_A_ROW = 8
NO_TABLES = frozenset({"found", "labels", "variables"})

Found = tuple[str, int | None, tuple[tuple[str, str | float], ...]]


@cache
def rules() -> dict[str, CoreRule]:
    return {rule.id: rule for rule in own_rules().rules}


@cache
def case(file: Path) -> dict[str, Any]:
    return yaml.safe_load(file.read_text(encoding="utf-8"))


def datasets(tables: dict[str, Any], suffix: str) -> list[EngineDataset]:
    return [
        engine_dataset(dataset(name, text, suffix, tables.get("labels", {}).get(name), tables.get("variables", {}).get(name, {})))
        for name, text in tables.items()
        if name not in NO_TABLES
    ]


def dataset(name: str, text: str, suffix: str, label: str | None, attributes: dict[str, dict[str, Any]]) -> SdtmDataset:
    """A case's table as a dataset, of a kind of file: a missing text is null to the engine in CSV, and ``""`` elsewhere."""
    head, *rows = [[in_cell(cell) for cell in line.split("|")] for line in text.splitlines() if line.strip()]
    cells = {variable: [row[at] for row in rows] for at, variable in enumerate(head)}
    listed = STANDARD.dataset(name)
    stated = {one.name for one in STANDARD.variables(name)}
    filled = {"STUDYID": "STUDY", "DOMAIN": name[:2]}
    columns = {key: [value] * len(rows) for key, value in filled.items() if key in stated and key not in cells} | cells
    variables = {column: replace(stated_by_the_standard(name, column), **attributes.get(column, {})) for column in columns}
    frame = pd.DataFrame({column: typed(columns[column], variables[column]) for column in columns})
    known = listed.label if listed else ""
    return SdtmDataset(name, known if label is None else label, frame, variables, file=f"{name.lower()}.{suffix}")


def in_cell(cell: str) -> str:
    cell = cell.strip()
    return cell[1:-1] if len(cell) > 1 and cell[0] == cell[-1] == '"' else cell


def stated_by_the_standard(dataset: str, name: str) -> Variable:
    known = STANDARD.variable(dataset, name) or STANDARD.model_variable(dataset, name)
    return Variable(name, known.label, known.type) if known else Variable(name)


def typed(cells: list[str], variable: Variable) -> pd.Series:
    if variable.type == "Num":
        return pd.Series([float(cell) if cell else float("nan") for cell in cells], dtype="float64")
    return pd.Series(cells, dtype="str")


def found(run: RuleRun) -> list[Found]:
    return sorted(
        (
            issue.dataset,
            issue.record,
            tuple(sorted((name, plain(value)) for name, value in issue.values.items() if value != ABSENT)),
        )
        for one in run.datasets
        for issue in one.issues
    )


def expected(tables: dict[str, Any]) -> list[Found]:
    return sorted(
        (dataset, record, tuple(sorted((name, plain(value)) for name, value in values.items())))
        for dataset, record, values in tables.get("found", [])
    )


def plain(value: object) -> str | float:
    """A value by which a case and the engine are compared: numbers as numbers, all others as text."""
    text = "" if value is None else str(value)
    try:
        return float(text)
    except ValueError:
        return text


@pytest.mark.parametrize(
    "suffix",
    [
        pytest.param("csv", marks=pytest.mark.xdist_group("CDISC's engine")),
        pytest.param("xpt", marks=pytest.mark.xdist_group("CDISC's engine, as for transport files")),
    ],
)
@pytest.mark.parametrize("file", CASE_FILES, ids=lambda file: file.stem)
def test_rule_finds_what_its_cases_say(file: Path, suffix: str) -> None:
    rule, ct = rules()[file.stem], load_ct("sdtmct-2025-03-28")
    for kind in ("failing", "passing"):
        tables = case(file)[kind]
        [run] = run_rules(datasets(tables, suffix), [rule.data], STANDARD, ct, workers=1)
        assert not run.failed, run.reason
        assert run.datasets, f"{kind}: {run.reason}"
        ended = {one.dataset: (one.status, one.reason) for one in run.datasets}
        ran = {RuleStatus.SUCCESS, RuleStatus.ISSUE_REPORTED}
        assert {name: end for name, end in ended.items() if end[0] not in ran} == {}, kind
        assert found(run) == expected(tables), kind


def test_every_rule_has_cases_and_every_case_a_rule() -> None:
    assert {file.stem for file in CASE_FILES} == set(rules())


@pytest.mark.parametrize("file", CASE_FILES, ids=lambda file: file.stem)
def test_case_has_what_must_not_be_found(file: Path) -> None:
    failing, passing = case(file)["failing"], case(file)["passing"]
    assert set(case(file)) == {"failing", "passing"}
    assert failing["found"], "the failing case finds nothing"
    assert "found" not in passing
    assert records(passing) > 0, "the passing case has no records"
    told = [record for _, record, _ in failing["found"] if record is not None]
    if told:
        assert records(failing) > len(told), "every record of the failing case is found"


def records(tables: dict[str, Any]) -> int:
    return sum(
        len([line for line in text.splitlines() if line.strip()]) - 1 for name, text in tables.items() if name not in NO_TABLES
    )


def test_there_are_enough_rules_of_enough_published_ids() -> None:
    published = {cited for rule in rules().values() for cited in rule.cites("sdtmig", "3.4")}
    assert len(rules()) >= 120
    assert len({cited for cited in published if cited.startswith("CG")}) >= 100


def test_all_rules_can_be_read() -> None:
    assert [str(one) for one in own_rules().unreadable] == []


@pytest.mark.parametrize("name", sorted(rules()))
def test_rule_states_what_the_published_ones_do_and_a_severity(name: str) -> None:
    rule = rules()[name]
    cites = rule.cites("sdtmig", "3.4")
    assert rule.file is not None
    assert rule.file.name == f"{name}.yml"
    assert rule.severity is not None
    assert rule.lists("sdtmig", "3.4")
    assert name.removesuffix("B") in {f"TB-{cited}" for cited in cites}, "a second rule of a published one has a B behind"
    assert rule.status == "Published"
    assert rule.description
    assert rule.message
    assert all(
        one.citations and one.document and (one.section or one.item) for one in rule.published if one.organization == "CDISC"
    )
    assert {one.guidance for entry in rule.published for one in entry.citations} == {""}, "a citation names the place, no more"


def test_no_published_id_is_answered_twice_in_one_scope() -> None:
    answers = sorted(
        (cited, rule.rule_type, rule.classes.include, rule.domains.include, rule.id)
        for rule in rules().values()
        for cited in rule.cites()
    )
    assert [(one[-1], two[-1]) for one, two in pairwise(answers) if one[:-1] == two[:-1]] == []


def test_wording_is_not_that_of_the_published_rules(shared: Path) -> None:
    theirs = {row for file in (shared / "core" / "rules").glob("*.yml") for row in rows_of_words(file)}
    ours = {rule.id: rule.description + " . " + rule.message for rule in rules().values()}
    assert {name: same for name, text in ours.items() if (same := sorted(set(in_a_row(text)) & theirs))} == {}


def rows_of_words(file: Path) -> Iterator[str]:
    rule = yaml.load(file.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    cited = [
        citation.get("Cited Guidance") or ""
        for authority in rule["Authorities"]
        for standard in authority["Standards"]
        for reference in standard["References"]
        for citation in reference.get("Citations") or []
    ]
    for text in (rule.get("Description") or "", rule["Outcome"]["Message"], *cited):
        yield from in_a_row(text)


def in_a_row(text: str) -> Iterator[str]:
    words = re.findall(r"[a-z0-9-]+", text.lower())
    for start in range(len(words) - WORDS_IN_A_ROW + 1):
        yield " ".join(words[start : start + WORDS_IN_A_ROW])
