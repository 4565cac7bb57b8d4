"""The techniques of a response on the small trial: 2 of 4 (A4 is missing) against 1 of 4 (progression before in P2)."""

from __future__ import annotations

from dataclasses import replace
from math import isnan

import pytest

from trialbook.analysis.execute import responses
from trialbook.analysis.techniques.responses import EMPTY, Counts, decisive_test, tipping, tipping_grid
from trialbook.analysis.techniques.responses import test as primary_test
from trialbook.errors import TrialbookError
from trialbook.protocol.analysis import Technique


@pytest.fixture
def cure(small_trial):
    """The records of the main analysis."""
    return responses(small_trial.trial, small_trial.protocol.analysis.analyses[0])


def test_responders_subjects_and_missing_of_each_arm_and_stratum(cure):
    assert cure.strata == ["F", "M"]
    assert {(arm, stratum): cure.counts(arm, stratum) for arm in ("ACT", "PBO") for stratum in ("F", "M", None)} == {
        ("ACT", "F"): Counts(1, 2, 0),
        ("ACT", "M"): Counts(1, 2, 1),
        ("ACT", None): Counts(2, 4, 1),
        ("PBO", "F"): Counts(0, 2, 0),
        ("PBO", "M"): Counts(1, 2, 0),
        ("PBO", None): Counts(1, 4, 0),
    }
    # The arm that is treated first.
    assert cure.table() == (2, 4, 1, 4)
    assert cure.tables() == ([1, 1], [2, 2], [0, 1], [2, 2])


def test_proportions_and_what_the_others_were(small_trial):
    counts = {
        key: value
        for key, value in small_trial.told("A-CURE", Technique.PROPORTION).items()
        if key[0] in ("subjects", "responders")
    }
    assert counts == {
        ("subjects", "ACT", ""): 4,
        ("responders", "ACT", ""): 2,
        ("subjects", "ACT", "Response"): 2,
        ("subjects", "ACT", "No response"): 1,
        ("subjects", "ACT", "Missing"): 1,
        ("subjects", "PBO", ""): 4,
        ("responders", "PBO", ""): 1,
        ("subjects", "PBO", "Response"): 1,
        ("subjects", "PBO", "No response"): 2,
        ("subjects", "PBO", "Intercurrent event"): 1,
    }


# By hand: 2/4 - 1/4; within sexes (1/2 - 0) and (1/2 - 1/2) with equal weights; Fisher of 2/4 against 1/4 is 1; CMH: the sum of
# observed minus expected is 1/2, its variance 12/48 + 16/48, so chi-squared is (1/4) / (7/12) = 3/7.
@pytest.mark.parametrize(
    ("analysis", "technique", "key", "expected"),
    [
        ("A-CURE", "proportion", ("estimate", "ACT", ""), 0.5),
        ("A-CURE", "proportion", ("estimate", "PBO", ""), 0.25),
        ("A-CURE", "difference", ("estimate", "difference", ""), 0.25),
        ("A-CURE", "newcombe", ("estimate", "difference", ""), 0.25),
        ("A-CURE", "stratified_difference", ("estimate", "difference", ""), 0.25),
        ("A-CURE", "test", ("p_value", "difference", ""), 1.0),
        ("A-CURE", "stratified_test", ("statistic", "difference", ""), 3 / 7),
        ("A-CURE-SEX", "difference", ("estimate", "difference", "F"), 0.5),
        ("A-CURE-SEX", "difference", ("estimate", "difference", "M"), 0.0),
        ("A-CURE-SEX", "proportion", ("responders", "ACT", "M"), 1),
        ("A-CURE-MI", "imputation", ("missing", "ACT", ""), 1),
        ("A-CURE-MI", "imputation", ("missing", "PBO", ""), 0),
        # A4 responds or not: 3 or 2 of 4 against 1 of 4; Fisher's p of 3/4 against 1/4 is 34/70.
        ("A-CURE-TIP", "tipping_point", ("p_value", "difference", "0/0"), 1.0),
        ("A-CURE-TIP", "tipping_point", ("p_value", "difference", "1/0"), 34 / 70),
        ("A-CURE-TIP", "tipping_point", ("changed", "all", ""), 0),
    ],
)
def test_a_number(small_trial, analysis, technique, key, expected):
    assert small_trial.told(analysis, technique)[key] == pytest.approx(expected, abs=1e-12)


def test_the_imputed_difference_lies_between_those_of_a4_failing_and_responding(small_trial):
    assert 0.25 < small_trial.told("A-CURE-MI", "imputation")["estimate", "difference", ""] < 0.5


def test_intervals_hold_their_estimates(small_trial):
    for analysis, techniques in (("A-CURE", ("difference", "newcombe", "stratified_difference")), ("A-CURE-MI", ("imputation",))):
        for technique in techniques:
            found = small_trial.told(analysis, technique)
            assert found["low", "difference", ""] < found["estimate", "difference", ""] < found["high", "difference", ""]


def test_an_arm_without_subjects_has_a_reason_for_its_tipping_points(cure):
    nobody = replace(cure, records=cure.records[cure.records["ARMCD"] == "ACT"])
    assert tipping_grid(nobody) is None
    (found,) = tipping(nobody)
    assert isnan(found.value)
    assert found.reason == EMPTY


@pytest.mark.parametrize(("setting", "expected"), [("pooled", 0.465209), ("fleiss_cc", 1.0), ("fisher", 1.0)])
def test_the_test_is_the_one_of_the_setting(cure, small_trial, monkeypatch, setting, expected):
    """Pearson's chi-squared of 2/4 against 1/4 is 8/15: p 0.465209; with continuity correction it is 0."""
    _set(small_trial.protocol, monkeypatch, "PRIMARY_TEST", setting)
    found = {one.key.statistic: one.value for one in primary_test(cure)}
    assert found["p_value"] == pytest.approx(expected, abs=1e-6)


def test_the_tipping_points_are_of_the_test_of_the_setting(cure, small_trial, monkeypatch):
    _set(small_trial.protocol, monkeypatch, "PRIMARY_TEST", "pooled")
    assert tipping_grid(cure).p_values[0, 0] == pytest.approx(0.465209, abs=1e-6)


@pytest.mark.parametrize(("setting", "expected"), [("pooled", 0.465209 / 2), ("fisher", 0.5)])
def test_a_one_sided_test_asks_for_more_responders_in_the_first_arm(small_trial, monkeypatch, setting, expected):
    """Fisher: the tables of 4 and 4 with 3 responders of which the first arm has 2 or 3: (24 + 4) / 56."""
    protocol = small_trial.protocol
    _set(protocol, monkeypatch, "PRIMARY_TEST", setting)
    testing = protocol.analysis.testing.model_copy(update={"sides": 1})
    monkeypatch.setitem(protocol.__dict__, "analysis", protocol.analysis.model_copy(update={"testing": testing}))
    decide = decisive_test(protocol)
    assert decide(2, 4, 1, 4).p_value == pytest.approx(expected, abs=1e-6)
    assert decide(1, 4, 2, 4).p_value > 0.5


def test_a_test_for_planning_only_is_refused(cure, small_trial, monkeypatch):
    _set(small_trial.protocol, monkeypatch, "PRIMARY_TEST", "arcsine")
    with pytest.raises(
        TrialbookError, match=r"the test 'arcsine' \(setting PRIMARY_TEST\) is one for planning and is not computed"
    ):
        list(primary_test(cure))


def _set(protocol, monkeypatch, name, value):
    settings = [one.model_copy(update={"value": value}) if one.id == name else one for one in protocol.analysis.settings]
    monkeypatch.setitem(protocol.__dict__, "analysis", protocol.analysis.model_copy(update={"settings": tuple(settings)}))
