"""The plan executed: in its order, and what a technique can't be done on."""

from __future__ import annotations

import pytest

from trialbook.analysis.execute import execute
from trialbook.errors import TrialbookError
from trialbook.protocol.analysis import Technique


def test_results_stand_in_the_order_of_the_plan(small_trial):
    found = list(dict.fromkeys(one.key.analysis for one in small_trial.results.results))
    assert found == [one.id for one in small_trial.protocol.analysis.analyses]


def test_every_number_that_is_not_known_has_a_reason(small_trial):
    assert [one.key for one in small_trial.results.results if one.value != one.value and not one.reason] == []


def test_the_same_data_give_the_same_numbers(small_trial):
    assert execute(small_trial.trial).frame.equals(small_trial.results.frame)


@pytest.mark.parametrize(
    ("place", "technique", "message"),
    [
        (0, Technique.LOG_RANK, "A-CURE: log_rank is no technique of an endpoint that is binary"),
        (4, Technique.PROPORTION, "A-OS: proportion is no technique of an endpoint that is time_to_event"),
        (10, Technique.GRAY, "A-DISPOSITION: gray is no technique of an endpoint that is descriptive"),
    ],
)
def test_a_technique_of_another_kind_is_refused(small_trial, monkeypatch, place, technique, message):
    plan = small_trial.protocol.analysis
    changed = plan.analyses[place].model_copy(update={"techniques": (technique,)})
    monkeypatch.setitem(small_trial.protocol.__dict__, "analysis", plan.model_copy(update={"analyses": (changed,)}))
    with pytest.raises(TrialbookError, match=f"{message}\nCorrect techniques"):
        execute(small_trial.trial)


def test_a_set_without_a_flag_is_refused(small_trial):
    with pytest.raises(TrialbookError, match="no variable of ADSL tells who is in the analysis set FAS\nName its flag"):
        small_trial.trial.population("FAS")
    assert small_trial.trial.size("SAFETY") == {"ACT": 3, "PBO": 4}
