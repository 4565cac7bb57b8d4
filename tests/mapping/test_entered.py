"""What a form says of the entry of its records: when, and by whom."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from trialbook.mapping import ExportSpec, FormSpec, Specs
from trialbook.mapping.column_use import column_uses
from trialbook.mapping.domain_spec import CommonSpec

VS: dict[str, Any] = {
    "form": "VS",
    "tables": ["vs"],
    "subject": "SUBJ",
    "date": "DAT",
    "keys": ["SUBJ"],
    "entered": "SAVED",
    "entered_by": "USER",
    "columns": {
        "SUBJ": {},
        "DAT": {"type": "date", "format": "y-m-d"},
        "SAVED": {"type": "datetime", "format": "y-m-d H:M"},
        "USER": {},
    },
}


def test_the_columns_of_entry_go_into_no_dataset_and_are_accounted_for() -> None:
    spec = FormSpec.model_validate(VS)
    uses = column_uses(Specs(Path(), ExportSpec(), {"VS": spec}, {}, CommonSpec(), {}, None, {}))
    assert {use.column: (use.status.value, use.text) for use in uses} == {
        "SUBJ": ("mapped", "used as key"),
        "DAT": ("unaccounted", ""),
        "SAVED": ("mapped", "used as date of entry"),
        "USER": ("mapped", "used as person entering"),
    }


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"entered": "USER"}, "entered is USER, which is no column with a date"),
        ({"entered": "WHEN"}, "entered is WHEN, which is no column with a date"),
        ({"entered_by": "WHO"}, "entered_by is WHO, which is not among the columns"),
        ({"date": None}, "entered is given without date, from which on the days until the entry count"),
        ({"date": "USER"}, "date is USER, which is no column with a date"),
    ],
)
def test_columns_that_are_not_there_or_no_dates(change: dict[str, Any], what: str) -> None:
    with pytest.raises(ValidationError, match=what):
        FormSpec.model_validate(VS | change)
