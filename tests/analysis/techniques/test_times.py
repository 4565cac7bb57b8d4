"""The techniques of times on the small trial, by hand.

Overall survival: Active dies on day 150 (A2), and is seen to 20, 120 and 184; Placebo dies on 60 and 100, and is seen to 184
twice. Progression: Active on day 100, seen to 20, 120 and 184; Placebo on day 15, with a death on 100, seen to 184 twice.
"""

from __future__ import annotations

import pytest

from trialbook.analysis.execute import times
from trialbook.analysis.techniques.times import reported_days


@pytest.mark.parametrize(
    ("analysis", "technique", "key", "expected"),
    [
        ("A-OS", "survival", ("events", "ACT", ""), 1),
        ("A-OS", "survival", ("censored", "ACT", ""), 3),
        ("A-OS", "survival", ("events", "PBO", ""), 2),
        # On day 150 two are at risk; on 60 four, on 100 three.
        ("A-OS", "survival", ("estimate", "ACT", "day 184"), 1 / 2),
        ("A-OS", "survival", ("estimate", "PBO", "day 184"), 1 / 2),
        ("A-OS", "survival", ("at_risk", "ACT", "day 1"), 4),
        ("A-OS", "survival", ("at_risk", "ACT", "day 184"), 1),
        ("A-OS", "survival", ("at_risk", "PBO", "day 184"), 2),
        ("A-OS", "survival", ("estimate", "ACT", "q25"), 150),
        # Exactly 3/4 from day 60 to 100, and 1/2 from 100 to 184: the midpoints.
        ("A-OS", "survival", ("estimate", "PBO", "q25"), 80),
        ("A-OS", "survival", ("estimate", "PBO", "median"), 142),
        ("A-OS", "survival_difference", ("estimate", "difference", "day 184"), 0),
        # Expected deaths of Active 3/7 + 1/2 + 1/2, variance 12/49 + 1/4 + 1/4, one observed.
        ("A-OS", "log_rank", ("statistic", "difference", ""), (1 - (3 / 7 + 1)) ** 2 / (12 / 49 + 1 / 2)),
        # Within sexes: F 2/4 and variance 1/4 on day 60; M 1/3 and 2/9 on day 100, then 1/2 and 1/4 on 150.
        (
            "A-OS",
            "stratified_log_rank",
            ("statistic", "difference", ""),
            (1 - (2 / 4 + 1 / 3 + 1 / 2)) ** 2 / (1 / 4 + 2 / 9 + 1 / 4),
        ),
        # Censored on day 90 at the rescue therapy of P3: on day 100 two of Placebo are at risk.
        ("A-OS-RESCUE", "survival", ("estimate", "PBO", "day 184"), 3 / 4 * 1 / 2),
        ("A-OS-RESCUE", "survival", ("events", "PBO", ""), 2),
        ("A-PROG", "incidence", ("events", "PBO", ""), 1),
        ("A-PROG", "incidence", ("competing", "PBO", ""), 1),
        ("A-PROG", "incidence", ("competing", "ACT", ""), 0),
        ("A-PROG", "incidence", ("estimate", "ACT", "day 184"), 1 / 3),
        ("A-PROG", "incidence", ("estimate", "PBO", "day 184"), 1 / 4),
        ("A-PROG", "incidence_difference", ("estimate", "difference", "day 184"), 1 / 12),
        ("A-PROG", "incidence", ("at_risk", "PBO", "day 184"), 2),
    ],
)
def test_a_number(small_trial, analysis, technique, key, expected):
    assert small_trial.told(analysis, technique)[key] == pytest.approx(expected, abs=1e-9)


def test_the_hazard_ratio_maximises_the_partial_likelihood(small_trial):
    """Its score is 0: 1 = 3r/(3r+4) + 3r/(3r+3) + 2r/(2r+2), with r the ratio; one death of Active among three."""
    ratio = small_trial.told("A-OS", "hazard_ratio")["estimate", "difference", ""]
    assert 3 * ratio / (3 * ratio + 4) + 3 * ratio / (3 * ratio + 3) + 2 * ratio / (2 * ratio + 2) == pytest.approx(1, abs=1e-6)


def test_records_as_the_methods_take_them(small_trial):
    found = times(small_trial.trial, small_trial.protocol.analysis.analyses[6])
    assert found.time.tolist() == [184, 100, 120, 20, 184, 15, 184, 100]
    assert found.cause.tolist() == [0, 1, 0, 0, 0, 1, 0, 2]
    assert found.treated.tolist() == [1, 1, 1, 1, 0, 0, 0, 0]
    assert found.strata.tolist() == ["F", "M", "F", "M", "F", "F", "M", "M"]
    assert (found.horizon, found.ticks) == (184, [1, 184])


@pytest.mark.parametrize(("horizon", "expected"), [(800, [1, 184]), (184, [1, 184]), (100, [1])])
def test_numbers_at_risk_are_told_every_half_year(small_trial, horizon, expected):
    assert reported_days(small_trial.protocol, horizon) == expected


def test_a_number_that_the_data_do_not_tell_has_a_reason(small_trial):
    found = small_trial.results.get("A-OS", "survival", "estimate", "ACT", "q75")
    assert found.value != found.value
    assert found.reason == "survival and its upper limit did not come down to 0.25"
