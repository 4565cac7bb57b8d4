"""Times to events: every strategy with every order of events; the origin, the end of observation and the cut."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialbook.analysis.adam.endpoints_spec import TimesSpec
from trialbook.analysis.adam.times import times
from trialbook.errors import TrialbookError
from trialbook.protocol.objectives import Strategy

EFS = TimesSpec(events=("RELAPSE", "DEATH"), censored_at=("SEEN",))
CIR = TimesSpec(events=("RELAPSE",), censored_at=("SEEN",))
POLICY, COMPOSITE, HYPOTHETICAL, COMPETING = (
    Strategy.TREATMENT_POLICY,
    Strategy.COMPOSITE,
    Strategy.HYPOTHETICAL,
    Strategy.WHILE_ON_TREATMENT,
)
RANDOMIZED = "2024-01-01"


@pytest.fixture
def time(dated: Callable[..., pd.DataFrame], day: Callable[[str], float]) -> Callable[..., tuple[Any, ...]]:
    """AVAL, CNSR and EVNTDESC of S1, randomized on 2024-01-01, by the dates of what happened to it; ``""``: it did not."""

    def made(spec: TimesSpec, strategies: dict[str, Strategy], cut: float | None = None, **when: str) -> tuple[Any, ...]:
        named = ("RELAPSE", "DEATH", "THERAPY", "SEEN")
        events = {name: dated(name, *([("S1", when[name])] if when.get(name) else [])) for name in named}
        origin = pd.Series({"S1": day(RANDOMIZED)})
        found = times("EFS", "Event-free survival (days)", spec, events, strategies, origin, cut)
        assert len(found) == 1
        return tuple(found.loc[0, ["AVAL", "CNSR", "EVNTDESC"]])

    return made


# Relapse, death, other therapy, last seen in January 2024; the strategy for the therapy; time, CNSR and what ended it.
@pytest.mark.parametrize(
    ("relapse", "death", "therapy", "seen", "strategy", "expected"),
    [
        # Nothing but observation.
        ("", "", "", "2024-01-20", POLICY, (20, 1, "Seen")),
        ("", "", "", "", POLICY, (1, 1, "Observed on the day of origin alone")),
        ("", "", "", "2023-12-20", POLICY, (1, 1, "Observed on the day of origin alone")),
        # An event goes before the end of observation, whichever is later.
        ("2024-01-10", "", "", "2024-01-20", POLICY, (10, 0, "Relapse")),
        ("2024-01-25", "", "", "2024-01-20", POLICY, (25, 0, "Relapse")),
        ("2024-01-10", "2024-01-15", "", "2024-01-20", POLICY, (10, 0, "Relapse")),
        ("2024-01-15", "2024-01-10", "", "", POLICY, (10, 0, "Death")),
        # On one day the event that the endpoint names first.
        ("2024-01-10", "2024-01-10", "", "", POLICY, (10, 0, "Relapse")),
        # On the day of the randomization.
        ("2024-01-01", "", "", "", POLICY, (1, 0, "Relapse")),
        # Before it, and not counted: an error of the data, which a notice tells.
        ("2023-12-31", "", "", "2024-01-20", POLICY, (20, 1, "Seen")),
        ("2023-12-31", "2024-01-12", "", "2024-01-20", POLICY, (12, 0, "Death")),
        # A partial date is the first day that can be an event.
        ("2024-01", "", "", "2024-01-20", POLICY, (1, 0, "Relapse")),
        ("2024-02", "", "", "2024-01-20", POLICY, (32, 0, "Relapse")),
        ("2023", "", "", "2024-01-20", POLICY, (20, 1, "Seen")),
        # Other therapy before, on the day of, and after the event; by each strategy.
        ("2024-01-20", "", "2024-01-10", "2024-01-15", POLICY, (20, 0, "Relapse")),
        ("2024-01-20", "", "2024-01-10", "2024-01-15", HYPOTHETICAL, (10, 1, "Therapy")),
        ("2024-01-20", "", "2024-01-10", "2024-01-15", COMPETING, (10, 2, "Therapy")),
        ("2024-01-20", "", "2024-01-10", "2024-01-15", COMPOSITE, (10, 0, "Therapy")),
        ("2024-01-10", "", "2024-01-10", "", HYPOTHETICAL, (10, 0, "Relapse")),
        ("2024-01-10", "", "2024-01-10", "", COMPETING, (10, 0, "Relapse")),
        ("2024-01-10", "", "2024-01-20", "", HYPOTHETICAL, (10, 0, "Relapse")),
        ("2024-01-10", "", "2024-01-20", "", COMPETING, (10, 0, "Relapse")),
        # Without an event: under treatment policy observation goes on after the therapy.
        ("", "", "2024-01-10", "2024-01-20", POLICY, (20, 1, "Seen")),
        ("", "", "2024-01-10", "2024-01-20", HYPOTHETICAL, (10, 1, "Therapy")),
        ("", "", "2024-01-10", "2024-01-20", COMPETING, (10, 2, "Therapy")),
        ("", "", "2024-01-10", "2024-01-20", COMPOSITE, (10, 0, "Therapy")),
        # Seen last before the therapy, which prolongs no observation; a later event shows that observation went on.
        ("", "", "2024-01-20", "2024-01-10", HYPOTHETICAL, (10, 1, "Seen")),
        ("", "", "2024-01-20", "", HYPOTHETICAL, (1, 1, "Observed on the day of origin alone")),
        ("", "2024-01-25", "2024-01-20", "2024-01-10", HYPOTHETICAL, (20, 1, "Therapy")),
        # Therapy before the randomization is none that comes after it.
        ("", "", "2023-12-20", "2024-01-10", COMPOSITE, (10, 1, "Seen")),
    ],
)
def test_event_free_survival_by_what_came_first(time, relapse, death, therapy, seen, strategy, expected):
    assert time(EFS, {"THERAPY": strategy}, RELAPSE=relapse, DEATH=death, THERAPY=therapy, SEEN=seen) == expected


@pytest.mark.parametrize(
    ("relapse", "death", "expected"),
    [
        ("2024-01-10", "", (10, 0, "Relapse")),
        ("", "2024-01-10", (10, 2, "Death")),
        ("2024-01-10", "2024-01-15", (10, 0, "Relapse")),
        ("2024-01-15", "2024-01-10", (10, 2, "Death")),
        ("2024-01-10", "2024-01-10", (10, 0, "Relapse")),  # dying of it on the day that it is found
        ("", "", (20, 1, "Seen")),
    ],
)
@pytest.mark.parametrize(
    ("spec", "strategies"),
    [
        # As an estimand says it, and as a time without an estimand does.
        (CIR, {"DEATH": COMPETING, "THERAPY": POLICY}),
        (TimesSpec(events=("RELAPSE",), competing=("DEATH",), censored_at=("SEEN",)), {}),
    ],
)
def test_death_competes_with_relapse(time, spec, strategies, relapse, death, expected):
    assert time(spec, strategies, RELAPSE=relapse, DEATH=death, THERAPY="2024-01-02", SEEN="2024-01-20") == expected


@pytest.mark.parametrize(
    ("strategies", "expected"),
    [
        ({"RELAPSE": COMPOSITE, "DEATH": COMPOSITE}, (10, 0, "Relapse")),
        ({"RELAPSE": HYPOTHETICAL, "DEATH": COMPOSITE}, (10, 1, "Relapse")),
        ({"RELAPSE": COMPETING, "DEATH": COMPOSITE}, (10, 2, "Relapse")),
        ({"RELAPSE": POLICY, "DEATH": COMPOSITE}, (15, 0, "Death")),
        ({}, (10, 0, "Relapse")),
    ],
)
def test_the_strategy_decides_also_for_what_the_endpoint_names(time, strategies, expected):
    assert time(EFS, strategies, RELAPSE="2024-01-10", DEATH="2024-01-15", SEEN="2024-01-20") == expected


def test_strategies_that_leave_no_event_are_refused(time):
    with pytest.raises(TrialbookError, match="EFS: the strategies leave no event of this endpoint"):
        time(EFS, {"RELAPSE": POLICY, "DEATH": HYPOTHETICAL}, RELAPSE="2024-01-10")


@pytest.mark.parametrize(
    ("relapse", "seen", "expected"),
    [
        ("2024-01-31", "", (31, 0, "Relapse")),
        ("2024-02-01", "2024-01-10", (31, 1, "Cut at the end of the last planned visit")),
        ("", "2024-01-31", (31, 1, "Seen")),
        ("", "2024-03-01", (31, 1, "Cut at the end of the last planned visit")),
    ],
)
def test_nothing_after_the_cut_is_seen(time, relapse, seen, expected):
    assert time(EFS, {}, cut=31, RELAPSE=relapse, SEEN=seen) == expected


def test_a_record_is_traced_to_what_ended_it_and_a_cut_to_nothing(dated, day):
    origin = pd.Series({"S1": day(RANDOMIZED), "S2": day(RANDOMIZED), "S3": float("nan")})
    events = {
        "RELAPSE": dated("RELAPSE", ("S1", "2024-01")),
        "DEATH": dated("DEATH"),
        "SEEN": dated("SEEN", ("S2", "2025-01-01")),
    }
    found = times("EFS", "Event-free survival (days)", EFS, events, {}, origin, 31)
    columns = ["USUBJID", "PARAMCD", "PARAM", "STARTDT", "ADT", "ADTF", "SRCDOM", "SRCVAR", "SRCSEQ"]
    assert found[columns].astype("object").fillna("").values.tolist() == [
        ["S1", "EFS", "Event-free survival (days)", day(RANDOMIZED), day("2024-01-01"), "D", "RS", "RSDTC", 1.0],
        ["S2", "EFS", "Event-free survival (days)", day(RANDOMIZED), day("2024-01-31"), "", "", "", ""],
    ]


def test_nobody_has_no_time(dated):
    events = {name: dated(name) for name in ("RELAPSE", "DEATH", "SEEN")}
    assert times("EFS", "Event-free survival", EFS, events, {}, pd.Series(dtype="float64"), 31).empty


DAYS = st.one_of(st.just(""), st.dates(pd.Timestamp("2024-01-01").date(), pd.Timestamp("2024-03-01").date()).map(str))


@given(DAYS, DAYS, DAYS, DAYS)
@settings(max_examples=25, deadline=None)
def test_strategies_agree_on_who_had_no_therapy_and_order_the_times_of_who_had(relapse, death, therapy, seen):
    """Composite is never later than treatment policy, and no strategy but that changes a time without therapy."""
    found = {}
    for strategy in (POLICY, HYPOTHETICAL, COMPETING, COMPOSITE):
        when = {"RELAPSE": relapse, "DEATH": death, "THERAPY": therapy, "SEEN": seen}
        events = {name: _records(name, date) for name, date in when.items()}
        row = times("EFS", "", EFS, events, {"THERAPY": strategy}, pd.Series({"S1": _day("2024-01-01")})).loc[0]
        found[strategy] = (row["AVAL"], row["CNSR"])
    if not therapy:
        assert len(set(found.values())) == 1
    happened = found[POLICY][1] == 0 and (not therapy or found[POLICY][0] <= _day(therapy) - _day("2024-01-01") + 1)
    if happened:
        assert len(set(found.values())) == 1
    assert found[COMPOSITE][0] == found[COMPETING][0] >= found[HYPOTHETICAL][0]
    if relapse or death:
        assert found[COMPOSITE][0] <= found[POLICY][0]


def _day(text: str) -> float:
    return float((pd.Timestamp(text) - pd.Timestamp("1960-01-01")).days)


def _records(event: str, date: str) -> pd.DataFrame:
    rows = [("S1", _day(date), "", event, "RS", "RSDTC", 1.0, event, _day(date))] if date else []
    columns = ["USUBJID", "ADT", "ADTF", "EVNTDESC", "SRCDOM", "SRCVAR", "SRCSEQ", "EVENT", "LATEST"]
    return pd.DataFrame(rows, columns=columns).astype({"ADT": "float64", "SRCSEQ": "float64", "LATEST": "float64"})
