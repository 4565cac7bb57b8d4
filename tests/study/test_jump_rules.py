"""Values that no body changes by so much, and vital signs that cannot stand beside each other."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from trialbook.run import Study

Row = dict[str, str]
Passes = Callable[..., list[bool]]


def weights(*values: str, subject: str = "A") -> list[Row]:
    return [{"SUBJID": subject, "DAT": f"2024/{month}/5", "WEIGHT": value} for month, value in enumerate(values, 1)]


@pytest.mark.parametrize(
    ("rows", "right"),
    [
        (weights("60", "61", "60", "59"), [True] * 4),
        (weights("60", "120", "60", "59"), [True, False, True, True]),
        (weights("60", "30", "60", "59"), [True, False, True, True]),
        (weights("120", "60", "60", "59"), [False, True, True, True]),
        (weights("60", "61", "60", "120"), [True, True, True, False]),
        (weights("60", "120"), [True, True]),
        (weights("60", "61", "120", "119", "118"), [True] * 5),
        (weights("60", "", "610", "59"), [True] * 4),
        ([*weights("60", "61"), *weights("120", "119", subject="B")], [True] * 4),
        (list(reversed(weights("60", "120", "60", "59"))), [True, True, False, True]),
        (weights("60", "74", "60"), [True, True, True]),
        (weights("60", "76", "60"), [True, False, True]),
    ],
)
def test_weights(passes: Passes, rows: list[Row], right: list[bool]) -> None:
    """The one that differs from both neighbours, at an end from the next two; not a lasting change, nor what is impossible."""
    assert passes("IFN-VS-007", rows) == right


def test_weight_and_enrolment(passes: Passes) -> None:
    dm = [{"SUBJID": "A", "WEIGHT_KG": "60"}, {"SUBJID": "B", "WEIGHT_KG": "600"}]
    rows = [*weights("120", "61"), *weights("60", subject="B"), *weights("60", subject="C")]
    assert passes("IFN-VS-009", rows, DM=dm) == [False, True, True, True]
    assert passes("IFN-VS-009", weights("120", "61", "60"), DM=dm) == [True] * 3


def results(test: str, *values: float) -> list[dict[str, object]]:
    return [
        {"USUBJID": "A", "LBTESTCD": test, "LBSPEC": "BLOOD", "LBDTC": f"2024-{month:02}-05", "LBSTRESN": value}
        for month, value in enumerate(values, 1)
    ]


@pytest.mark.parametrize(
    ("test", "values", "right"),
    [
        ("HGB", (130, 128, 131), [True] * 3),
        ("HGB", (130, 28, 131), [True, False, True]),
        ("HGB", (130, 13, 131), [True] * 3),
        ("CREAT", (70, 710, 72), [True, False, True]),
        ("PLAT", (200, 8, 210), [True] * 3),
        ("PLAT", (200, 1.9, 210), [True, False, True]),
        ("WBC", (5, 400, 6), [True, False, True]),
        ("WBC", (5, 60, 6), [True] * 3),
        ("TSH", (1.7, 0.001, 20), [True] * 3),
        ("HGB", (130, float("nan"), 28), [True] * 3),
        ("HGB", (130, 28), [True] * 2),
    ],
)
def test_results(trial: Study, test: str, values: tuple[float, ...], right: list[bool]) -> None:
    """In standard units; what is hardly possible in itself (13 g/L) another rule tells."""
    (rule,) = (one for model in trial.models.datasets["LB"] for one in model.declared_rules() if one.id == "IFN-LB-026")
    lb = pd.DataFrame(results(test, *map(float, values)))
    assert list(pd.Series(rule.check(lb))) == right


def test_the_table_is_in_order(trial: Study) -> None:
    limits = trial.models.datasets["LB"][0].table("jump_limits")
    assert set(limits["test"]) <= {*trial.specs.units.tests, "WEIGHT"}
    assert (limits["times"].astype("float64") > 1).all()


def test_blood_pressure(passes: Passes) -> None:
    pairs = [("120", "80"), ("80", "120"), ("90", "90"), ("1200", "80"), ("120", "165"), ("", "80"), ("120", "")]
    rows = [{"SBP": systolic, "DBP": diastolic} for systolic, diastolic in pairs]
    assert passes("IFN-VS-006", rows) == [True, False, False, True, True, True, True]


def test_the_dead_are_not_examined(passes: Passes) -> None:
    rows = [{"ECOG": "5", "TEMP": "36.5"}, {"ECOG": "5"}, {"ECOG": "4分", "TEMP": "36.5"}, {"TEMP": "36.5"}]
    assert passes("IFN-VS-008", rows) == [False, True, True, True]
