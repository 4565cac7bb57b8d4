"""What the tests of the study share: a few raw records of the trial as SDTM."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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


@pytest.fixture(scope="session")
def to_sdtm(trial: Study, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., dict[str, Records]]:
    """A function from rows of forms to the records of all datasets, each with what it has: empty variables are left out.

    Columns that a row does not name are empty; a form that is not named is there and has no records.
    """

    def run(**forms: Rows) -> dict[str, Records]:
        folder = tmp_path_factory.mktemp("export")
        for name, spec in trial.specs.forms.items():
            rows = pd.DataFrame(forms.get(name, []), columns=list(spec.columns), dtype="str").fillna("")
            rows.to_csv(folder / f"{name}.csv", index=False)
        return {name: filled(dataset) for name, dataset in trial.map(folder).datasets.items()}

    return run


@pytest.fixture(scope="session")
def of_each(to_sdtm: Callable[..., dict[str, Records]]) -> Callable[..., list[dict[str, Records]]]:
    """The same for several exports about one subject, S1, mapped as one: what the datasets have of each export's subject."""

    def run(exports: Sequence[Mapping[str, Rows]]) -> list[dict[str, Records]]:
        together: dict[str, Rows] = {}
        for number, forms in enumerate(exports):
            for name, rows in forms.items():
                together.setdefault(name, []).extend(row | {"SUBJID": f"S{number + 1:03}"} for row in rows)
        made = to_sdtm(**together)
        return [
            {name: of_subject(records, f"S{number + 1:03}") for name, records in made.items()} for number in range(len(exports))
        ]

    return run


def of_subject(records: Records, subject: str) -> Records:
    """The records of a subject, under the number S1."""
    own = [one for one in records if str(one.get("USUBJID", "")).endswith(f"-{subject}")]
    return [{name: v.replace(subject, "S1") if isinstance(v, str) else v for name, v in one.items()} for one in own]


def filled(dataset: SdtmDataset) -> Records:
    """The records without the variables that are empty, and without STUDYID and DOMAIN."""
    records = dataset.frame.drop(columns=["STUDYID", "DOMAIN", "RDOMAIN"], errors="ignore").to_dict("records")
    return [{name: value for name, value in record.items() if value != "" and not pd.isna(value)} for record in records]
