"""What a rule misses, in plain words."""

from __future__ import annotations

import pytest

from trialbook.conformance.reasons import NO_DATASET, NO_VARIABLE, OUT_OF_SCOPE, kind_of_reason, plain_reason

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


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("--DTC is not in the dataset", NO_VARIABLE),
        ("AE, DM: --DTC is not in the dataset; TA: SV is not there", NO_VARIABLE),
        ("SV is not there", NO_DATASET),
        ("AE, DM: SV is not there; TA: DD is not there", NO_DATASET),
        (OUT_OF_SCOPE, OUT_OF_SCOPE),
        ("there is no Define-XML to hold the datasets against", "there is no Define-XML to hold the datasets against"),
        ("the form AE is not there yet", "the form AE is not there yet"),
    ],
)
def test_kind_of_reason(reason: str, kind: str) -> None:
    assert kind_of_reason(reason) == kind
