"""The plot of liver tests: the quadrants' numbers, the limits, the shell."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialbook.displays.drawings.hys_law import LiverTests, hys_law_plot
from trialbook.displays.drawn import Drawing

Texts = Callable[[Drawing], list[str]]
# What lies on a limit is not beyond it: the second subject of A.
DRUG = LiverTests("Drug <A>", [1.0, 3.0, 8.2, 5.0], [0.5, 2.0, 3.1, 1.0])
CONTROL = LiverTests("Observation", [0.8, 2.9], [0.4, 2.5])


def test_quadrants_are_named_and_counted(texts: Texts) -> None:
    said = [text.replace("\u00a0", " ") for text in texts(hys_law_plot([DRUG, CONTROL]))]
    assert said[-6:] == [
        "Hyperbilirubinemia: n = 1", "Hy's law range: n = 1", "Below both limits: n = 3", "Temple's corollary: n = 1",
        "Drug <A> (n = 4)", "Observation (n = 2)",
    ]  # fmt: skip
    assert hys_law_plot([DRUG, CONTROL]).words == (
        "Highest ALT or AST against highest bilirubin, in upper limits of normal; limits at 3 and 2. "
        "Drug <A>, 4 subjects: Hyperbilirubinemia 0, Hy's law range 1, Below both limits 2, Temple's corollary 1. "
        "Observation, 2 subjects: Hyperbilirubinemia 1, Hy's law range 0, Below both limits 1, Temple's corollary 0. "
        "In Hy's law range: Drug <A>: 8.2 and 3.1 × ULN."
    )


def test_arms_have_marks_of_different_shapes() -> None:
    drawn = str(hys_law_plot([DRUG, CONTROL]).body)
    assert (len(re.findall("<circle ", drawn)), len(re.findall('<polygon [^>]*fill="var', drawn))) == (4 + 1, 2 + 1)


def test_a_subject_beyond_the_usual_range_is_shown(places: Callable[[Drawing], list[Any]]) -> None:
    drawn = hys_law_plot([LiverTests("A", [300.0, 0.01], [50.0, 0.005])])
    places(drawn)
    circles = re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)"', str(drawn.body))
    assert all(46 < float(x) < 566 and 30 < float(y) < 430 for x, y in circles[:2])


def test_without_data_it_is_a_shell(texts: Texts) -> None:
    said = texts(hys_law_plot([LiverTests("A"), LiverTests("B")]))
    assert said[-7:] == [
        "Hyperbilirubinemia", "Hy's law range", "Below both limits", "Temple's corollary", "No data", "A", "B",
    ]  # fmt: skip
    assert hys_law_plot([]).words.endswith("No data.")


@pytest.mark.parametrize(
    ("transaminase", "bilirubin", "message"),
    [
        ([1.0], [], "A: 1 values of ALT or AST, 0 of bilirubin"),
        ([0.0], [1.0], "A: a liver test in upper limits of normal is above 0, and not 0"),
        ([1.0], [float("nan")], "A: a liver test in upper limits of normal is above 0, and not nan"),
    ],
)
def test_what_is_no_liver_test(transaminase: list[float], bilirubin: list[float], message: str) -> None:
    with pytest.raises(ValueError) as raised:
        LiverTests("A", transaminase, bilirubin)
    assert str(raised.value) == message


VALUES = st.lists(st.tuples(st.floats(0.005, 400), st.floats(0.005, 400)), max_size=12)
NAMES = st.text(st.sampled_from("abc XYZ <&> 1聚乙二醇干扰素"), min_size=1, max_size=150)


@settings(max_examples=25, deadline=None)
@given(arms=st.lists(st.tuples(NAMES, VALUES), max_size=4))
def test_each_subject_is_in_one_quadrant(places: Callable[[Drawing], list[Any]], arms: list[Any]) -> None:
    made = [LiverTests(name, [x for x, _ in values], [y for _, y in values]) for name, values in arms]
    for arm in made:
        assert sum(arm.within(beyond, other) for beyond in (True, False) for other in (True, False)) == len(arm.points)
    places(hys_law_plot(made))
