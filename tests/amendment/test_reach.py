"""What a function takes from the protocol, found in its code."""

from __future__ import annotations

from functools import cache, partial

import pytest

from trialbook.amendment.reach import Reach
from trialbook.run import Study

MODULE = """
from __future__ import annotations
from pathlib import Path
from trialbook.checks import Dataset, RawForm, Severity, rule
from trialbook.protocol import Protocol

PROTOCOL = Protocol(Path(__file__).resolve().parents[1] / "protocol")
POPULATION = PROTOCOL.study.population
OLDEST = POPULATION.maximum_age
UNUSED = PROTOCOL.study.title
DAY = "DAY 1"
LIMITS = {"low": PROTOCOL.study.population.minimum_age}

def oldest():
    return OLDEST

class AEForm(RawForm, form="AE"):
    @classmethod
    def helper(cls):
        return cls.protocol.study.population.sex

    @rule("NONE", Severity.ERROR, "m", variables=["TERM"])
    def takes_nothing(cls, ae): return ae["TERM"] != ""

    @rule("CHAIN", Severity.ERROR, "m", variables=["TERM"])
    def by_chain(cls, ae): return cls.protocol.study.population.minimum_age > 1

    @rule("MODEL", Severity.ERROR, "m", variables=["TERM"])
    def by_part_of_a_model(cls, ae): return POPULATION.minimum_age > 1

    @rule("GLOBAL", Severity.ERROR, "m", variables=["TERM"])
    def by_a_global(cls, ae): return OLDEST > 1

    @rule("CALL", Severity.ERROR, "m", variables=["TERM"])
    def by_a_function(cls, ae): return oldest() > 1

    @rule("METHOD", Severity.ERROR, "m", variables=["TERM"])
    def by_a_method(cls, ae): return cls.helper() == "All"

    @rule("LOCAL", Severity.ERROR, "m", variables=["TERM"])
    def by_a_local(cls, ae):
        study = cls.protocol.study
        return study.population.condition != study.title

    @rule("FORCE", Severity.ERROR, "m", variables=["TERM"], reads={"DM": []})
    def by_version(cls, ae, dm):
        return cls.in_force(ae, dm, lambda protocol: protocol.study.population.minimum_age) > 1

    @rule("VERSION", Severity.ERROR, "m", variables=["TERM"])
    def by_a_named_version(cls, ae):
        name = cls.protocol.versions[-1]
        return cls.protocol.version(name).study.population.sex == "All"

    @rule("KEY", Severity.ERROR, "m", variables=["TERM"])
    def by_key(cls, ae): return cls.protocol.visits[DAY].window == cls.protocol.visits["DAY 2"].day

    @rule("DICT", Severity.ERROR, "m", variables=["TERM"])
    def by_a_dict(cls, ae): return any(LIMITS[name] > 1 for name in LIMITS)

    @rule("ASKED", Severity.ERROR, "m", variables=["TERM"])
    def by_a_name_that_is_not_written(cls, ae):
        return all(getattr(PROTOCOL, name) for name in ae)

    @rule("LOOP", Severity.ERROR, "m", variables=["TERM"])
    def by_all_visits(cls, ae): return [one.day for one in cls.protocol.visits.values()] == []
"""
VISITS = "visits:\n  - {visitnum: 1, visit: DAY 1, day: 1, window: [0, 3]}\n  - {visitnum: 2, visit: DAY 2, day: 2}\n"


@pytest.fixture
def taken(tiny_study):
    """What the rules take, by id: the names and the data."""
    (tiny_study / "validators" / "ae.py").write_text(MODULE, encoding="utf-8")
    (tiny_study / "protocol" / "visits.yml").write_text(VISITS, encoding="utf-8")
    study = Study(tiny_study)
    found = {}
    for one in study.models.forms["AE"][0].all_rules():
        reach = Reach(study)
        reach.of(one.check)
        found[one.id] = reach.found
    return found


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("NONE", {}),
        ("CHAIN", {"study.population.minimum_age": [None]}),
        ("MODEL", {"POPULATION.minimum_age": [None]}),
        ("GLOBAL", {"OLDEST": [None]}),
        ("CALL", {"OLDEST": [None]}),
        ("METHOD", {"study.population.sex": ["All"]}),
        (
            "LOCAL",
            {
                "study.population.condition": ["None"],
                "study.title": ["A study of two forms, invented for the tests and the benchmarks"],
            },
        ),
        ("FORCE", {"study.population.minimum_age": [None]}),
        ("VERSION", {"study.population.sex": ["All"]}),
        ("KEY", {"visits.DAY 1.window": [[0, 3]], "visits.DAY 2.day": [2]}),
        ("DICT", {"LIMITS": [{"low": None}]}),
    ],
)
def test_what_a_rule_takes(taken, rule, expected):
    assert taken[rule] == expected


def test_of_what_is_gone_through_all_is_taken(taken):
    (visits,) = taken["LOOP"]["visits"]
    assert [*visits] == ["DAY 1", "DAY 2"]
    assert (visits["DAY 1"]["window"], visits["DAY 2"]["day"]) == ([0, 3], 2)


def test_a_part_that_is_asked_for_by_name_may_be_any(taken):
    (parts,) = taken["ASKED"]["the protocol"]
    assert sorted(parts) == ["study", "visits"]


def test_closures_partials_and_wrapped_functions(tiny_study):
    study = Study(tiny_study)

    def made(window):
        def check(frame, factor=2):
            return window[0] * factor

        check.__module__ = "trialbook.checks.made"
        return check

    for function in (made((-3, 3)), partial(made((-3, 3)), factor=1), cache(made((-3, 3)))):
        reach = Reach(study)
        reach.of(function)
        assert reach.found["window.0"] == [-3]


def test_functions_of_others_are_not_followed(tiny_study):
    reach = Reach(Study(tiny_study))
    reach.of(pytest.raises)
    assert reach.found == {}
