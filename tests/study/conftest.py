"""What the tests of the study share: a few raw records of the trial as SDTM."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from trialbook.datasets import SdtmDataset
from trialbook.run import Study

Rows = list[dict[str, str]]
Records = list[dict[str, object]]


@pytest.fixture(scope="session")
def trial(repository: Path) -> Study:
    """The study of this repository."""
    return Study(repository)


@pytest.fixture
def to_sdtm(trial: Study, tmp_path: Path) -> Callable[..., dict[str, Records]]:
    """A function from rows of forms to the records of all datasets, each with what it has: empty variables are left out.

    Columns that a row does not name are empty; a form that is not named is there and has no records.
    """

    def run(**forms: Rows) -> dict[str, Records]:
        for name, spec in trial.specs.forms.items():
            rows = pd.DataFrame(forms.get(name, []), columns=list(spec.columns), dtype="str").fillna("")
            rows.to_csv(tmp_path / f"{name}.csv", index=False)
        return {name: filled(dataset) for name, dataset in trial.map(tmp_path).datasets.items()}

    return run


def filled(dataset: SdtmDataset) -> Records:
    """The records without the variables that are empty, and without STUDYID and DOMAIN."""
    records = dataset.frame.drop(columns=["STUDYID", "DOMAIN", "RDOMAIN"], errors="ignore").to_dict("records")
    return [{name: value for name, value in record.items() if value != "" and not pd.isna(value)} for record in records]
