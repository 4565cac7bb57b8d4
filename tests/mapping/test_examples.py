"""Each algorithm of the mapping language by an example a person can read: specifications, raw files, and what must come of them.

A folder ``examples/<name>/`` holds ``sdtm_specs/``, ``raw/*.csv`` and ``expected/``: a CSV file for each dataset (all of them,
whole), ``issues.csv`` and ``not_made.csv`` (all of them, none where there is no file) and ``origins.csv`` (the raw cells, as
file, row and column, behind some values).
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from trialbook.datasets import SdtmDataset
from trialbook.exports import read_export
from trialbook.mapping import Forms, Mapped, MappedStudy, collect_forms, load_specs, map_forms
from trialbook.mapping.lint import lint_specs
from trialbook.standards import load_ct, load_standard

EXAMPLES = sorted(path for path in (Path(__file__).parent / "examples").iterdir() if path.is_dir())
ABOUT = ("issues", "origins", "not_made")


def run(example: Path) -> tuple[Forms, MappedStudy]:
    specs = load_specs(example / "sdtm_specs", f"example_{example.name}")
    forms = collect_forms(read_export(example / "raw", specs.export.encodings), specs.forms)
    return forms, map_forms(forms, specs, load_standard(), "TEST")


def rows_of(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def records_of(path: Path) -> list[list[str]]:
    return rows_of(path)[1:] if path.exists() else []


def as_rows(dataset: SdtmDataset) -> list[list[str]]:
    """The dataset as its CSV file would have it: a whole number without a point."""
    texts = dataset.frame.copy()
    for name, variable in dataset.variables.items():
        if variable.type == "Num":
            assert texts[name].dtype == "float64", name
            texts[name] = pd.Series([("" if np.isnan(number) else f"{number:g}") for number in texts[name]], dtype="str")
        assert texts[name].dtype == "str", name
    return [list(texts.columns), *(list(row) for row in texts.itertuples(index=False, name=None))]


def cells(forms: Forms, mapped: Mapped, record: int, variable: str) -> str:
    (found,) = mapped.provenance.cells(np.array([record]), [variable])
    texts = []
    for (name, position), columns in found.items():
        form = forms.found[name]
        table = form.tables[form.table[position]]
        texts += [f"{table.file} {form.row[position]} {column}" for column in columns]
    return "; ".join(texts)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_example(example: Path) -> None:
    forms, study = run(example)
    expected = example / "expected"
    made = {name.lower(): as_rows(mapped.dataset) for name, mapped in study.datasets.items()}
    assert made == {path.stem: rows_of(path) for path in expected.glob("*.csv") if path.stem not in ABOUT}
    issues = [[issue.rule, issue.table, " ".join(map(str, issue.records)), issue.message] for issue in study.issues]
    assert issues == records_of(expected / "issues.csv")
    assert [list(item) for item in study.not_made.items()] == records_of(expected / "not_made.csv")
    for dataset, record, variable, origin in records_of(expected / "origins.csv"):
        assert (dataset, record, variable, cells(forms, study.datasets[dataset], int(record), variable)) == (
            dataset, record, variable, origin,
        )  # fmt: skip


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_example_is_described_and_every_column_is_accounted_for_or_told(example: Path) -> None:
    assert (example / "README.md").read_text(encoding="utf-8").startswith(f"# {example.name}\n\n")
    specs = load_specs(example / "sdtm_specs", f"example_{example.name}")
    report = lint_specs(specs, load_standard(), load_ct("sdtmct-2025-03-28"))
    assert [(use.form, use.column) for use in report.columns] == [
        (form.form, column) for form in specs.forms.values() for column in form.columns
    ]
