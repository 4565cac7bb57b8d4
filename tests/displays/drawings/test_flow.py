"""The flow diagram: its words in their boxes, what must add up, the shell."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from trialbook.displays.drawings.flow import flow_diagram
from trialbook.displays.drawings.flow_counts import ArmFlow, Count, Flow
from trialbook.displays.drawn import Drawing

TREATED = ArmFlow(
    "Drug <A>",
    Count(5),
    Count(4),
    Count(1, (("Withdrew consent", 1),)),
    Count(1),
    Count(2, (("Adverse event", 1), ("Relapse", 1))),
    Count(5),
    Count(0),
)
CONTROL = ArmFlow("Observation", Count(4), Count(4), Count(0), Count(0), Count(0), Count(3), Count(1, (("No sample", 1),)))
TRIAL = Flow(Count(12), Count(3, (("Not meeting criteria", 2), ("Declined", 1))), Count(9), (TREATED, CONTROL))


def test_a_small_trial(texts: Callable[[Drawing], list[str]]) -> None:
    drawn = flow_diagram(TRIAL, analysed="Analysed for response")
    assert [text.replace("\u00a0", " ") for text in texts(drawn)] == [
        "Enrolment",
        "Assessed for eligibility (n = 12)",
        "Excluded (n = 3)", "Not meeting criteria (n = 2)", "Declined (n = 1)",
        "Randomized (n = 9)",
        "Allocation",
        "Allocated to Drug <A> (n = 5)", "Received allocated intervention (n = 4)",
        "Did not receive allocated intervention (n = 1)", "Withdrew consent (n = 1)",
        "Allocated to Observation (n = 4)", "Received allocated intervention (n = 4)",
        "Did not receive allocated intervention (n = 0)",
        "Follow-up",
        "Lost to follow-up (n = 1)", "Discontinued intervention (n = 2)", "Adverse event (n = 1)", "Relapse (n = 1)",
        "Lost to follow-up (n = 0)", "Discontinued intervention (n = 0)",
        "Analysis",
        "Analysed for response (n = 5)", "Excluded from analysis (n = 0)",
        "Analysed for response (n = 3)", "Excluded from analysis (n = 1)", "No sample (n = 1)",
    ]  # fmt: skip
    assert drawn.words.replace("\u00a0", " ").startswith(
        "Assessed for eligibility (n = 12), excluded (n = 3): Not meeting criteria (n = 2); Declined (n = 1), "
        "randomized (n = 9). "
        "Allocated to Drug <A> (n = 5); Received allocated intervention (n = 4); "
    )


def test_without_counts_it_is_a_shell(texts: Callable[[Drawing], list[str]]) -> None:
    shell = Flow(Count(), Count(reasons=(("Declined", None),)), Count(), (ArmFlow("A"), ArmFlow("B")))
    said = [text.replace("\u00a0", " ") for text in texts(flow_diagram(shell))]
    assert said[1:5] == ["Assessed for eligibility (n = )", "Excluded (n = )", "Declined (n = )", "Randomized (n = )"]
    assert not any(re.search(r"\d", text) for text in said)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Count(-1), "a flow diagram counts subjects: subjects can't be -1"),
        (lambda: Count(1, (("Moved", -2),)), "a flow diagram counts subjects: Moved can't be -2"),
        (lambda: Flow(Count(), Count(), Count(), ()), "a flow diagram has an arm at least"),
        (
            lambda: ArmFlow("A", Count(5), Count(4), Count(0)),
            "a flow diagram must add up: A: allocated 5, but 4 received the intervention + 0 did not receive it = 4",
        ),
        (
            lambda: ArmFlow("A", Count(5), analysed=Count(5), not_analysed=Count(1)),
            "a flow diagram must add up: A: allocated 5, but 5 analysed + 1 excluded from analysis = 6",
        ),
        (
            lambda: Flow(Count(12), Count(4), Count(9), (TREATED, CONTROL)),
            "a flow diagram must add up: assessed for eligibility 12, but 4 excluded + 9 randomized = 13",
        ),
        (
            lambda: Flow(Count(), Count(), Count(10), (TREATED, CONTROL)),
            "a flow diagram must add up: randomized 10, but 5 allocated to Drug <A> + 4 allocated to Observation = 9",
        ),
    ],
)
def test_what_does_not_add_up_is_refused(make: Callable[[], Any], message: str) -> None:
    with pytest.raises(ValueError) as raised:
        make()
    assert str(raised.value) == message


NAMES = st.text(st.sampled_from("abc XYZ <&> 1聚乙二醇干扰素"), min_size=1, max_size=120)
REASONS = st.lists(st.tuples(NAMES, st.integers(0, 2000)), max_size=4).map(tuple)


@settings(max_examples=25, deadline=None)
@given(names=st.lists(NAMES, min_size=1, max_size=5), reasons=st.lists(REASONS, min_size=4, max_size=4))
@example(names=["A"], reasons=[(), (), (("1111111XXXXXXXX乙乙乙乙乙乙乙乙", 100),), ()])
def test_every_text_is_in_a_box_of_its_own(places: Callable[[Drawing], list[Any]], names: list[str], reasons: list[Any]) -> None:
    arms = tuple(ArmFlow(name, lost=Count(3, reasons[0]), not_analysed=Count(1, reasons[1])) for name in names)
    drawn = flow_diagram(Flow(Count(5), Count(None, reasons[2]), Count(), arms))
    found = re.findall(r'<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"', str(drawn.body))
    boxes = [(float(x), float(y), float(x) + float(w), float(y) + float(h)) for x, y, w, h in found]
    for line in places(drawn):
        assert any(
            left <= line.left and line.right <= right + 0.1 and top <= line.top and line.bottom <= bottom
            for left, top, right, bottom in boxes
        ), line
    for at, one in enumerate(boxes):
        for other in boxes[at + 1 :]:
            assert one[2] <= other[0] + 0.2 or other[2] <= one[0] + 0.2 or one[3] <= other[1] + 0.2 or other[3] <= one[1] + 0.2
