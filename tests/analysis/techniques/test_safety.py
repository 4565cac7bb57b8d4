"""Safety on the small trial: events, their rates, laboratory values, shifts and Hy's law, counted by hand.

In the safety set are A1 to A3 and P1 to P4; the window is day 1 to 60. A1 has headache (grade 1, then 2) and a serious nausea
(grade 3); the headache of A2 begins after the window; nobody knows when that of P1 began, nor which day in January that of P2.
"""

from __future__ import annotations

import pytest

from trialbook.analysis.techniques.described import Descriptions
from trialbook.analysis.techniques.safety import liver_peaks


def test_adverse_events_by_category_term_and_worst_grade(small_trial):
    found = small_trial.told("A-AE", "adverse_events")
    assert {key: value for key, value in found.items() if value and key[0] == "subjects"} == {
        ("subjects", "ACT", "any"): 1,
        ("subjects", "ACT", "serious"): 1,
        ("subjects", "ACT", "any | grade 3"): 1,
        ("subjects", "ACT", "Gastrointestinal disorders"): 1,
        ("subjects", "ACT", "Gastrointestinal disorders | grade 3"): 1,
        ("subjects", "ACT", "Gastrointestinal disorders | Nausea"): 1,
        ("subjects", "ACT", "Gastrointestinal disorders | Nausea | grade 3"): 1,
        ("subjects", "ACT", "Nervous system disorders"): 1,
        ("subjects", "ACT", "Nervous system disorders | grade 2"): 1,
        ("subjects", "ACT", "Nervous system disorders | Headache"): 1,
        ("subjects", "ACT", "Nervous system disorders | Headache | grade 2"): 1,
        ("subjects", "PBO", "any"): 2,
        ("subjects", "PBO", "any | grade 1"): 1,
        ("subjects", "PBO", "any | grade 2"): 1,
        ("subjects", "PBO", "Nervous system disorders"): 1,
        ("subjects", "PBO", "Nervous system disorders | grade 1"): 1,
        ("subjects", "PBO", "Nervous system disorders | Headache"): 1,
        ("subjects", "PBO", "Nervous system disorders | Headache | grade 1"): 1,
        ("subjects", "PBO", "Not coded"): 1,
        ("subjects", "PBO", "Not coded | grade 2"): 1,
        ("subjects", "PBO", "Not coded | Not coded"): 1,
        ("subjects", "PBO", "Not coded | Not coded | grade 2"): 1,
    }
    assert {key[1:]: value for key, value in found.items() if value and key[0] == "events"} == {
        ("ACT", "any"): 3,
        ("ACT", "serious"): 1,
        ("ACT", "Gastrointestinal disorders"): 1,
        ("ACT", "Gastrointestinal disorders | Nausea"): 1,
        ("ACT", "Nervous system disorders"): 2,
        ("ACT", "Nervous system disorders | Headache"): 2,
        ("PBO", "any"): 2,
        ("PBO", "Nervous system disorders"): 1,
        ("PBO", "Nervous system disorders | Headache"): 1,
        ("PBO", "Not coded"): 1,
        ("PBO", "Not coded | Not coded"): 1,
    }


@pytest.mark.parametrize(
    ("key", "days", "events"),
    [
        # A1 to its first event on day 5, A2 and A3 to day 60.
        (("ACT", "any"), 5 + 60 + 60, 1),
        (("ACT", "serious"), 10 + 60 + 60, 1),
        # P1 and P2 on day 1, the first day that their events can have been; P3 and P4 to day 60.
        (("PBO", "any"), 1 + 1 + 60 + 60, 2),
        # P2 is last seen on day 51.
        (("PBO", "serious"), 60 + 51 + 60 + 60, 0),
    ],
)
def test_rates_of_first_events_in_a_hundred_patient_years(small_trial, key, days, events):
    found = small_trial.told("A-AE", "event_rates")
    assert found["years", *key] == pytest.approx(days / 365.25)
    assert found["estimate", *key] == pytest.approx(100 * events / (days / 365.25))
    assert found["low", *key] <= found["estimate", *key] < found["high", *key]


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (("n", "ACT", "ALT | BASELINE"), 2),
        (("mean", "ACT", "ALT | BASELINE"), 25),
        (("mean", "ACT", "ALT | WEEK 4"), 125),
        (("mean", "ACT", "ALT | WEEK 4 | change"), 100),
        (("mean", "PBO", "ALT | WEEK 4 | change"), -6),
        (("n", "PBO", "BILI | WEEK 4"), 1),
    ],
)
def test_laboratory_values_and_their_change(small_trial, key, expected):
    assert small_trial.told("A-LAB", "laboratory")[key] == expected


def test_shifts_from_the_grade_at_baseline_to_the_worst_after_it(small_trial):
    assert small_trial.told("A-LAB", "shift") == {
        ("subjects", "ACT", "ALT | 0 | 1"): 1,  # A2: 30 to 120, three times the limit
        ("subjects", "ACT", "ALT | 0 | 2"): 1,  # A1: 20 to 130
        ("subjects", "PBO", "ALT | 1 | 1"): 1,  # P1: 50 to 44
        ("subjects", "ACT", "BILI | 0 | 0"): 1,
        ("subjects", "ACT", "BILI | 0 | 1"): 1,
        ("subjects", "PBO", "BILI | 0 | 0"): 1,
    }


def test_what_is_three_times_the_limit_is_not_beyond_it(small_trial):
    analysis = next(one for one in small_trial.protocol.analysis.analyses if one.id == "A-LAB")
    peaks = liver_peaks(Descriptions(small_trial.trial, analysis))
    assert peaks[["TRANSAMINASE", "BILIRUBIN", "ARMCD"]].reset_index().values.tolist() == [
        ["A1", 3.25, 2.25, "ACT"],
        ["A2", 3.0, 0.5, "ACT"],
        ["P1", 1.1, 0.6, "PBO"],
    ]
    found = {key[1:]: value for key, value in small_trial.told("A-LAB", "hys_law").items() if value}
    assert found == {("ACT", "measured"): 2, ("ACT", "Hy's law"): 1, ("PBO", "measured"): 1}


def test_exposure_of_who_was_treated(small_trial):
    found = small_trial.told("A-EXPOSURE", "exposure")
    assert found["subjects", "ACT", "treated"] == 3
    assert found["subjects", "PBO", "treated"] == 0
    assert found["mean", "ACT", "NDOSE"] == pytest.approx(4 / 3)
    assert found["subjects", "ACT", "NDOSE | more than none"] == 3
