"""The trial schema: where arms share elements and where they part, what stands in the drawing, and that no text meets another."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from html import unescape
from itertools import combinations
from pathlib import Path

import pytest

from trialbook.displays.measured import text_width
from trialbook.pages import schema_drawing, session
from trialbook.pages.schema_layout import Node, lay_out
from trialbook.pages.schema_words import in_words
from trialbook.protocol.design import TrialDesign

PROTOCOL = Path(__file__).parent / "small_protocol"
TWO_ARMS = """
epochs: [{epoch: SCREENING}, {epoch: TREATMENT}, {epoch: FOLLOW-UP}]
elements:
  - {etcd: S, element: Screening, starts: Consent, ends: Randomization}
  - {etcd: A, element: "Drug <A>", starts: Randomized to A, duration: P6M}
  - {etcd: B, element: Observation, starts: Randomized to B, duration: P6M}
  - {etcd: F, element: Follow-up, starts: End of treatment, duration: P18M}
arms:
  - armcd: A
    path:
      - {etcd: S, epoch: SCREENING, branch: Randomized to Drug}
      - {etcd: A, epoch: TREATMENT, transition: "If ill, go to F"}
      - {etcd: F, epoch: FOLLOW-UP}
  - armcd: B
    path:
      - {etcd: S, epoch: SCREENING, branch: Randomized to Nothing}
      - {etcd: B, epoch: TREATMENT}
      - {etcd: F, epoch: FOLLOW-UP}
"""
HOSTILE = """
epochs: [{epoch: SCREENING}, {epoch: TREATMENT 1}, {epoch: WASHOUT}, {epoch: TREATMENT 2}, {epoch: FOLLOW-UP}]
elements:
  - {etcd: S, element: Screening and run-in on placebo tablets, starts: x, duration: P2W}
  - {etcd: A, element: Drug A 10 mg once daily with a meal, starts: a, duration: P4W}
  - {etcd: B, element: Pneumonoultramicroscopicsilicovolcanocon, starts: b, duration: P4W}
  - {etcd: W, element: Washout, starts: w, duration: P14D}
  - {etcd: F, element: Follow-up, starts: f, ends: g}
  - {etcd: R, element: Rescue, starts: r, ends: g}
arms:
  - armcd: AB
    path:
      - {etcd: S, epoch: SCREENING, branch: Randomized to AB, transition: "If screening fails, leave the trial"}
      - {etcd: A, epoch: TREATMENT 1, transition: "If not tolerated, go to F"}
      - {etcd: W, epoch: WASHOUT, transition: "If ill, go to B"}
      - {etcd: B, epoch: TREATMENT 2, transition: "If not tolerated, out of the trial and into the registry of those who were"}
      - {etcd: F, epoch: FOLLOW-UP}
  - armcd: BA
    path:
      - {etcd: S, epoch: SCREENING, branch: Randomized to BA, transition: "If screening fails, leave the trial"}
      - {etcd: B, epoch: TREATMENT 1, branch: Responder}
      - {etcd: W, epoch: WASHOUT}
      - {etcd: A, epoch: TREATMENT 2}
      - {etcd: F, epoch: FOLLOW-UP}
  - armcd: CC
    path:
      - {etcd: S, epoch: SCREENING, branch: Randomized to nothing, transition: "If screening fails, leave the trial"}
      - {etcd: A, epoch: TREATMENT 1}
      - {etcd: B, epoch: TREATMENT 1}
      - {etcd: F, epoch: FOLLOW-UP}
  - armcd: BR
    path:
      - {etcd: S, epoch: SCREENING, branch: Randomized to BA, transition: "If screening fails, leave the trial"}
      - {etcd: B, epoch: TREATMENT 1, branch: Non-responder}
      - {etcd: R, epoch: TREATMENT 2}
"""
ONE_ARM = """
epochs: [{epoch: TREATMENT}]
elements: [{etcd: A, element: Drug, starts: a, duration: P1Y6M}]
arms: [{armcd: ONE, path: [{etcd: A, epoch: TREATMENT}]}]
"""
DESIGNS = {"two arms": TWO_ARMS, "crossover with a second branch": HOSTILE, "one arm": ONE_ARM}


@pytest.fixture
def drawn(small_study: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    """The drawing of a design of the small study, whose arms are those of the design."""
    shutil.copytree(PROTOCOL, small_study / "protocol", dirs_exist_ok=True)
    monkeypatch.chdir(small_study / "book")

    def draw(design: str) -> str:
        arms = "".join(f"  - {{armcd: {code}, arm: The arm named {code}}}\n" for code in re.findall(r"armcd: (\w+)", design))
        study = small_study / "protocol/study.yml"
        head, _, _ = study.read_text(encoding="utf-8").partition("arms:\n")
        study.write_text(f"{head}arms:\n{arms}", encoding="utf-8")
        (small_study / "protocol/design.yml").write_text(design, encoding="utf-8")
        session._study.cache_clear()
        return str(schema_drawing.trial_schema())

    return draw


def layout(design: str) -> list[tuple[str, tuple[str, ...], int]]:
    from ruamel.yaml import YAML

    found = lay_out(TrialDesign.model_validate(YAML(typ="safe").load(design)))
    return [(node.step.etcd, tuple(node.arms), node.column) for node in found.nodes]


def test_arms_share_elements_until_they_part() -> None:
    assert layout(TWO_ARMS) == [
        ("S", ("A", "B"), 0), ("A", ("A",), 1), ("F", ("A",), 2), ("B", ("B",), 1), ("F", ("B",), 2),
    ]  # fmt: skip
    assert layout(HOSTILE) == [
        ("S", ("AB", "BA", "CC", "BR"), 0),
        ("A", ("AB",), 1), ("W", ("AB",), 3), ("B", ("AB",), 4), ("F", ("AB",), 5),
        ("B", ("BA", "BR"), 1), ("W", ("BA",), 3), ("A", ("BA",), 4), ("F", ("BA",), 5), ("R", ("BR",), 4),
        ("A", ("CC",), 1), ("B", ("CC",), 2), ("F", ("CC",), 5),
    ]  # fmt: skip


def test_an_epoch_that_comes_again_is_a_further_period() -> None:
    again = """
epochs: [{epoch: TREATMENT}, {epoch: REST}]
elements: [{etcd: A, element: a, starts: a, ends: e}, {etcd: R, element: r, starts: r, ends: e}]
arms: [{armcd: X, path: [{etcd: A, epoch: TREATMENT}, {etcd: R, epoch: REST}, {etcd: A, epoch: TREATMENT}]}]
"""
    assert layout(again) == [("A", ("X",), 0), ("R", ("X",), 1), ("A", ("X",), 2)]


def test_the_drawing_says_everything_in_words(drawn: Callable[[str], str]) -> None:
    words = re.search(r"<desc[^>]*>(.*?)</desc>", drawn(TWO_ARMS))
    assert words is not None
    assert unescape(words[1]) == (
        "Epochs in their order: Screening, Treatment, Follow-up. After Screening: Randomization; 1 : 1 (assumption); 40 planned. "
        "Randomized to Drug; Randomized to Nothing. The arm named A (A, 20 planned): Screening (S, Screening); then Drug <A> "
        "(A, Treatment, 6 months). If ill, go to F; then Follow-up (F, Follow-up, 18 months). The arm named B (B, 20 planned): "
        "Screening (S, Screening); then Observation (B, Treatment, 6 months); then Follow-up (F, Follow-up, 18 months)."
    )


@pytest.mark.parametrize("design", DESIGNS.values(), ids=DESIGNS)
def test_no_text_meets_another_or_leaves_the_drawing(drawn: Callable[[str], str], design: str) -> None:
    svg = drawn(design)
    size = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg)
    assert size is not None
    width, height = float(size[1]), float(size[2])
    places = list(texts(svg))
    assert places
    for text, left, top, right, bottom in places:
        assert left >= 0 and right <= width and top >= 0 and bottom <= height, text
    for one, other in combinations(places, 2):
        apart = one[3] <= other[1] or other[3] <= one[1] or one[4] <= other[2] + 0.5 or other[4] <= one[2] + 0.5
        assert apart, (one, other)


def texts(svg: str) -> Iterator[tuple[str, float, float, float, float]]:
    """Each line of text with left, top, right and bottom."""
    for found in re.finditer(r'<text font-size="([\d.]+)" text-anchor="(\w+)"[^>]*?( font-weight="600")?>(.*?)</text>', svg):
        size, bold = float(found[1]), bool(found[3])
        for x, y, line in re.findall(r'<tspan x="([-\d.]+)" y="([-\d.]+)">(.*?)</tspan>', found[4]):
            long = text_width(unescape(line), size, bold=bold)
            left = float(x) - (long / 2 if found[2] == "middle" else 0)
            yield line, left, float(y) - 0.8 * size, left + long, float(y) + 0.22 * size


def test_colours_are_the_themes_and_nothing_comes_from_outside(drawn: Callable[[str], str]) -> None:
    svg = drawn(TWO_ARMS)
    colours = set(re.findall(r'(?:fill|stroke)="([^"]+)"', svg))
    assert {one for one in colours if not one.startswith("var(") and one not in ("none", "currentColor")} == set()
    assert "Drug &lt;A&gt;" in svg
    assert re.findall(r"https?://[^\"']+", svg) == ["http://www.w3.org/2000/svg"]


def test_a_study_without_arms_says_so(small_study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(small_study / "book")
    session._study.cache_clear()
    assert "no arms are stated" in schema_drawing.trial_schema()


@pytest.mark.parametrize(
    ("duration", "said"),
    [("P6M", "6 months"), ("P1Y6M", "1 year 6 months"), ("P1W", "1 week"), ("P14D", "14 days"), ("PT6H", "PT6H"), ("6M", "6M")],
)
def test_durations_in_words(duration: str, said: str) -> None:
    assert in_words(duration) == said


def test_the_layout_knows_where_arms_part() -> None:
    from ruamel.yaml import YAML

    found = lay_out(TrialDesign.model_validate(YAML(typ="safe").load(HOSTILE)))
    parting: list[Node] = [node for node in found.nodes if node.parts]
    assert [node.step.etcd for node in parting] == ["S", "B"]
    assert found.lanes == ("AB", "BA", "BR", "CC")
    assert [(one.epoch, one.first, one.last) for one in found.periods][1] == ("TREATMENT 1", 1, 2)
