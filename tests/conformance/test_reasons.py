"""What a rule misses, in plain words."""

from __future__ import annotations

import pytest

from trialbook.conformance.reasons import plain_reason

RULE = '{"name": "--DTC", "operator": "exists"}, {"name": "--ENTPT"}, {"name": "AESCAN"}, {"name": "$min_date"}'


@pytest.mark.parametrize(
    ("reason", "dataset", "expected"),
    [
        (None, "AE", None),
        ("no dataset is in its scope", "", "no dataset is in its scope"),
        ("Column not found in data: AEDTC", "AE", "--DTC is not in the dataset"),
        # In a dataset of relations the engine puts nothing in the place of the dashes.
        ("Column not found in data: DTC", "SUPPAE", "--DTC is not in the dataset"),
        ("Column not found in data: AESCAN", "AE", "AESCAN is not in the dataset"),
        ("Column not found in data: AEDTC, AEENTPT", "AE", "--DTC, --ENTPT are not in the dataset"),
        ("Column not found in data: ['DSPTCD'] not in index", "DS", "DSPTCD is not in the dataset"),
        (
            "Column not found in data: None of [Index(['AEDTC', 'AESCAN'], dtype='str')] are in the [columns]",
            "AE",
            "--DTC, AESCAN are not in the dataset",
        ),
        ("Column not found in data: $min_date", "AE", "$min_date is not in the dataset"),
        (
            "Domain not found: Failed to execute rule operation. Domain SV does not exist. Operation: distinct, "
            "Target: VISITNUM, Core ID: CORE-000168",
            "AE",
            "SV is not there",
        ),
        ("Column not found in data: ???", "AE", "Column not found in data: ???"),
        ("Column not found", "AE", "Column not found"),
        ("1 finding is told of already by TB-AE-KEY", "AE", "1 finding is told of already by TB-AE-KEY"),
    ],
)
def test_plain_reason(reason: str | None, dataset: str, expected: str | None) -> None:
    assert plain_reason(reason, dataset, RULE) == expected
