"""Specifications that can't be read, each with its file and line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from trialbook.analysis.adam.loading import load_analysis_specs
from trialbook.errors import SpecError
from trialbook.tlf.spec import load_displays


@pytest.fixture
def root(repository: Path, tmp_path: Path) -> Path:
    """A copy of the small trial's specifications."""
    shutil.copytree(repository / "tests" / "small_trial" / "analysis_specs", tmp_path / "analysis_specs")
    return tmp_path


def test_datasets_come_in_order_with_adsl_first(root):
    specs = load_analysis_specs(root, "loaded1")
    assert list(specs.datasets) == ["ADSL", "ADAE", "ADEX", "ADLB", "ADRS", "ADTTE"]
    assert sorted(specs.derivations.functions) == ["doses", "end_of_window", "grade"]


@pytest.mark.parametrize(
    ("file", "old", "new", "place", "message"),
    [
        ("datasets/adsl.yml", "dataset: ADSL", "dataset: ADXX", "line 1", "dataset: is ADXX, but the file is adsl.yml"),
        ("datasets/adsl.yml", "structure: ADSL", "structure: XXX", "line 3", "structure: "),
        ("datasets/adsl.yml", "AGE: {assign: AGE}", "AGE: {assing: AGE}", "line 11", "assing"),
        ("datasets/adsl.yml", "AGE: {assign: AGE}", "AGE: {assign: AGE, hardcode: 1}", "line 11", "takes exactly one operation"),
        ("datasets/adsl.yml", "value: SSDTC}", "value: SSDTC, pick: last}", "line 24", "pick needs by"),
        ("endpoints.yml", "treated: ACT, ", "", "line 1", "treated"),
        (
            "endpoints.yml",
            "events: [DEATH], censored_at: [SEEN], label: Overall",
            "censored_at: [SEEN], label: Overall",
            "",
            "events",
        ),
    ],
)
def test_a_mistake_is_told_with_file_and_line(root, edit, file, old, new, place, message):
    edit(root / "analysis_specs" / file, old, new)
    with pytest.raises(SpecError) as raised:
        load_analysis_specs(root, "loaded2")
    assert raised.value.file == root / "analysis_specs" / file
    assert place in str(raised.value.place)
    assert message in raised.value.what


@pytest.mark.parametrize(
    ("gone", "message"),
    [
        ("endpoints.yml", "the study does not say how analysis datasets are made\nWrite analysis_specs/endpoints.yml"),
        ("datasets/adsl.yml", "has no specification of ADSL\nWrite adsl.yml."),
    ],
)
def test_a_file_that_is_not_there(root, gone, message):
    (root / "analysis_specs" / gone).unlink()
    with pytest.raises(SpecError, match=message):
        load_analysis_specs(root, "loaded3")


def test_displays_that_are_not_there_or_there_twice(root, edit):
    edit(root / "analysis_specs" / "displays.yml", "number: 14.1.2", "number: 14.1.1")
    with pytest.raises(SpecError, match=r"the display 14\.1\.1 is there twice"):
        load_displays(root)
    (root / "analysis_specs" / "displays.yml").unlink()
    with pytest.raises(SpecError, match="the study names no tables and figures\nWrite"):
        load_displays(root)
