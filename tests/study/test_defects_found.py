"""Each kind of defect that one form or dataset can show is found, at the very cell; expected_defects.yml says by which rule."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from trialbook.run import Run, Study
from trialbook.simulation import simulate_export
from trialbook.simulation.course import Course
from trialbook.simulation.kinds_dates import date_kinds
from trialbook.simulation.kinds_records import record_kinds
from trialbook.simulation.kinds_values import value_kinds

EXPECTED: Mapping[str, Any] = YAML(typ="safe").load(Path(__file__).with_name("expected_defects.yml"))
KINDS: Mapping[str, Mapping[str, Any]] = EXPECTED["kinds"]
SHOWN = {name: kind for name, kind in KINDS.items() if "rules" in kind}
# Each layout breaks in its own ways too; these trials are small, and have deaths, relapses and subjects screened again.
SEEDS = {27: "csv", 28: "workbook", 56: "zip"}
SUBJECTS, RATE = 20, 0.004


@dataclass(frozen=True)
class Found:
    """An entry of defects.json, its form, and the rules whose findings name its cell, or its whole row."""

    seed: int
    entry: Mapping[str, Any]
    form: str
    rules: frozenset[str]

    @property
    def across(self) -> bool:
        """Whether in this column the kind shows only where forms are compared."""
        kind = KINDS.get(self.entry["kind"], {})
        return "across" in kind or f"{self.form}.{str(self.entry['column']).upper()}" in kind.get("across_columns", {})

    @property
    def shown(self) -> bool:
        return any(fnmatchcase(rule, pattern) for rule in self.rules for pattern in KINDS[self.entry["kind"]]["rules"])


def compare(study: Study, seed: int, listed: Path, run: Run) -> list[Found]:
    """The entries of ``defects.json`` with what the run says of their cells."""
    cells: dict[tuple[object, ...], set[str]] = defaultdict(set)
    for finding in run.results.findings:
        for origin in finding.origins:
            for column in origin.columns or (None,):
                cells[origin.file, origin.sheet, origin.row, column].add(finding.rule)
            cells[origin.file, origin.sheet, origin.row].add(finding.rule)
    found = []
    for entry in json.loads(listed.read_text(encoding="utf-8")):
        row = (entry["file"], entry["sheet"], entry["row"])
        rules = cells[row] if entry["column"] is None else cells[*row, entry["column"]] | cells[*row, None]
        table = entry["sheet"] or Path(entry["file"]).stem
        form = next((name for name, spec in study.specs.forms.items() if spec.is_named(table)), "")
        form = form or next(name for name, spec in study.specs.forms.items() if spec.matches(table))
        found.append(Found(seed, entry, form, frozenset(rules)))
    return found


def broken(study: Study, seed: int, layout: str, folder: Path, subjects: int = SUBJECTS, rate: float = RATE) -> list[Found]:
    """A broken export, validated."""
    made = simulate_export(study.root, study.protocol.id, study.specs, folder, subjects, seed, rate, layout)
    assert made.listed is not None
    return compare(study, seed, made.listed, study.validate(made.export, core=False))


@pytest.fixture(scope="module")
def found(trial: Study, tmp_path_factory: pytest.TempPathFactory) -> list[Found]:
    folder = tmp_path_factory.mktemp("broken")
    return [one for seed, layout in SEEDS.items() for one in broken(trial, seed, layout, folder / str(seed))]


def test_every_kind_of_defect_has_an_expectation(trial: Study) -> None:
    course = Course(trial.root / "simulation", "kinds_under_test")
    records = [kind for layout in ("csv", "workbook") for kind in record_kinds(trial.specs, layout)]
    kinds = [*date_kinds(trial.specs), *value_kinds(trial.specs), *records, *course.kinds]
    assert sorted({kind.name for kind in kinds}) == sorted([*KINDS, *EXPECTED["undetectable"]])
    assert {kind.name for kind in kinds if not kind.detectable} <= set(EXPECTED["undetectable"])


def test_each_expectation_says_rules_or_why_there_are_none(trial: Study) -> None:
    assert [name for name, kind in KINDS.items() if ("rules" in kind) == ("across" in kind)] == []
    models = [*trial.models.forms.values(), *trial.models.datasets.values()]
    own = {rule.id for several in models for model in several for rule in model.declared_rules()}
    patterns = {pattern for kind in SHOWN.values() for pattern in kind["rules"] if pattern.startswith("IFN-")}
    assert [pattern for pattern in patterns if not any(fnmatchcase(rule, pattern) for rule in own)] == []


def alone(one: Found, among: list[Found]) -> bool:
    """Whether no defect of another kind breaks what the form has of the subject: two can hide each other (a key and its twin)."""
    place = (one.seed, one.form, one.entry["subject"])
    return all(
        (other.seed, other.form, other.entry["subject"]) != place or other.entry["kind"] == one.entry["kind"] for other in among
    )


def test_each_kind_that_a_form_or_dataset_can_show_is_found_at_its_cell(found: list[Found]) -> None:
    wanted = [one for one in found if one.entry["detectable"] and not one.across]
    assert set(SHOWN) - {one.entry["kind"] for one in wanted if one.shown} == set()
    missed = [(one.seed, one.form, dict(one.entry), sorted(one.rules)) for one in wanted if not one.shown and alone(one, found)]
    assert missed == []
