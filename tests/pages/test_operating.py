"""The operating characteristics on a page: the plan's scenarios, what the simulated trials show, and the formula beside it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from trialbook.pages import operating, session

PROTOCOL = Path(__file__).parent / "small_protocol"
SCENARIOS = """
operating:
  trials: 200
  seed: 5
  strata: {A: 0.4, B: 0.6}
  scenarios:
    - {id: PLANNED, text: As planned}
    - {id: ALIKE, text: No difference, treatment: {response: [0.2]}}
    - {id: LOST, text: Lost, treatment: {response: [0.5, 0.7], missing: [0.1, 0.2]}, control: {response: [0.2, 0.4]}}
"""


@pytest.fixture
def here(small_study: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    shutil.copytree(PROTOCOL, small_study / "protocol", dirs_exist_ok=True)
    monkeypatch.chdir(small_study / "book")
    session._study.cache_clear()
    operating.characteristics.cache_clear()
    yield small_study
    operating.characteristics.cache_clear()


def plan(here: Path) -> None:
    with (here / "protocol/analysis.yml").open("a", encoding="utf-8") as file:
        file.write(SCENARIOS)


def test_the_scenarios_are_the_plans(here: Path, rows: Callable[[str], list[list[str]]]) -> None:
    plan(here)
    assert rows(operating.scenarios_of_trials_table()) == [
        ["Scenario", "What is assumed", "Response, %", "Difference, %", "Missing, %"],
        ["PLANNED", "As planned", "60 / 20", "40.0", "0 / 0"],
        ["ALIKE", "No difference", "20 / 20", "0.0", "0 / 0"],
        ["LOST", "Lost", "50 / 70 / 20 / 40", "30.0", "10/20 / 0"],
    ]


def test_simulated_and_computed_stand_beside_each_other(here: Path, rows: Callable[[str], list[list[str]]]) -> None:
    plan(here)
    found = operating.characteristics()
    shown = rows(operating.rejections_table())
    assert [row[:2] for row in shown[1:]] == [["PLANNED", "power"], ["ALIKE", "type-1 error"], ["LOST", "power"]]
    fisher = found[0].tests[0]
    assert (
        shown[1][2]
        == f"{100 * fisher.rejected.value:.1f} ± {100 * fisher.rejected.error:.1f} / formula {100 * fisher.computed:.1f}"
    )
    estimates = operating.estimates_table()
    assert len(rows(estimates)) == 1 + 3 * len(operating.INTERVALS)
    # Of the treated a tenth of the responders is lost: 0.62 * 0.1 of all.
    assert "LOST: −6.2" in estimates


def test_the_same_seed_gives_the_same_trials(here: Path) -> None:
    plan(here)
    first = operating.characteristics()
    operating.characteristics.cache_clear()
    assert operating.characteristics() == first


def test_a_plan_without_scenarios_says_so(here: Path) -> None:
    for shown in (operating.scenarios_of_trials_table(), operating.rejections_table(), operating.estimates_table()):
        assert "names no scenarios" in shown
    assert operating.seeds_sentence() == ""
