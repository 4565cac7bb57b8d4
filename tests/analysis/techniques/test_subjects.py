"""Who went where, how the subjects were, and how they deviated: the small trial counted by hand (its README.md)."""

from __future__ import annotations

import pytest


def test_disposition(small_trial):
    found = {(group, level): value for (_, group, level), value in small_trial.told("A-DISPOSITION", "disposition").items()}
    assert {key: value for key, value in found.items() if value} == {
        ("all", "screened"): 9,
        ("all", "not randomized"): 1,
        ("all", "not randomized | SCREEN FAILURE"): 1,
        ("all", "randomized"): 8,
        ("ACT", "randomized"): 4,
        ("ACT", "treated"): 3,
        ("ACT", "treatment | COMPLETED"): 3,
        ("ACT", "treatment | DISCONTINUED"): 1,
        ("ACT", "treatment | DISCONTINUED | NEVER TREATED"): 1,
        ("ACT", "study | ONGOING"): 3,
        ("ACT", "study | DISCONTINUED"): 1,
        ("ACT", "study | DISCONTINUED | DEATH"): 1,
        ("ACT", "set | ITT"): 4,
        ("ACT", "set | SAFETY"): 3,
        ("PBO", "randomized"): 4,
        ("PBO", "treatment | COMPLETED"): 4,
        ("PBO", "study | ONGOING"): 2,
        ("PBO", "study | DISCONTINUED"): 2,
        ("PBO", "study | DISCONTINUED | DEATH"): 2,
        ("PBO", "set | ITT"): 4,
        ("PBO", "set | SAFETY"): 4,
    }


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        # 40, 50, 60, 70 against 45, 55, 65, 75.
        (("n", "ACT", "AGE"), 4),
        (("mean", "ACT", "AGE"), 55),
        (("sd", "ACT", "AGE"), (500 / 3) ** 0.5),
        (("median", "PBO", "AGE"), 60),
        (("q1", "PBO", "AGE"), 50),
        (("maximum", "all", "AGE"), 75),
        (("mean", "all", "AGE"), 57.5),
        (("subjects", "ACT", "SEX | F"), 2),
        (("subjects", "all", "SEX | M"), 4),
    ],
)
def test_baseline(small_trial, key, expected):
    assert small_trial.told("A-BASELINE", "baseline")[key] == pytest.approx(expected)


def test_deviations(small_trial):
    assert small_trial.told("A-DEVIATIONS", "deviations") == {
        ("subjects", "ACT", "UNTREATED"): 1,
        ("subjects", "ACT", "NO ASSESSMENT"): 1,
        ("subjects", "ACT", "any"): 1,
        ("subjects", "PBO", "UNTREATED"): 0,
        ("subjects", "PBO", "NO ASSESSMENT"): 0,
        ("subjects", "PBO", "any"): 0,
    }
