"""Each kind of defect that one form or dataset can show is found, at the very cell; expected_defects.yml says by which rule."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from trialbook.quality import Found, Quality, measure, quality_text
from trialbook.run import Study
from trialbook.simulation.course import Course
from trialbook.simulation.kinds_dates import date_kinds
from trialbook.simulation.kinds_records import record_kinds
from trialbook.simulation.kinds_values import value_kinds

EXPECTED: Mapping[str, Any] = YAML(typ="safe").load(Path(__file__).with_name("expected_defects.yml"))
KINDS: Mapping[str, Mapping[str, Any]] = EXPECTED["kinds"]
SHOWN = {name: kind for name, kind in KINDS.items() if "rules" in kind}
# A sheet breaks in its own ways and delimited text in its own; these are trials of the planned size, in which every kind occurs.
SEEDS = {2: "workbook", 3: "zip"}
SUBJECTS, RATE = 96, 0.002

# The exports are broken once, not once a process.
pytestmark = pytest.mark.xdist_group("broken exports")


def form_of(study: Study, entry: Mapping[str, Any]) -> str:
    """The form that a file or sheet of an export is."""
    table = entry["sheet"] or Path(entry["file"]).stem
    named = (name for name, spec in study.specs.forms.items() if spec.is_named(table))
    return next(named, "") or next(name for name, spec in study.specs.forms.items() if spec.matches(table))


def is_shown(one: Found) -> bool:
    """Whether one of the rules that are expected to show the kind names the cell."""
    patterns = KINDS[one.entry["kind"]]["rules"]
    return any(fnmatchcase(finding.rule, pattern) for finding in one.naming for pattern in patterns)


@pytest.fixture(scope="module")
def quality(trial: Study) -> Quality:
    return measure(trial.root, SEEDS, SUBJECTS, RATE, jobs=2)


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


def test_each_kind_that_an_export_can_show_is_found_at_its_cell_by_the_rule_that_is_meant(trial: Study, quality: Quality) -> None:
    wanted = [one for one in quality.found if one.entry["kind"] in SHOWN]
    assert set(SHOWN) - {one.entry["kind"] for one in wanted if is_shown(one)} == set()
    others = [one for one in wanted if one.naming and not is_shown(one)]
    assert [(form_of(trial, one.entry), dict(one.entry), sorted({f.rule for f in one.naming})) for one in others] == []


def test_the_rules_find_what_is_broken_and_nothing_else(quality: Quality) -> None:
    assert quality.good, quality_text(quality, verbose=True)
