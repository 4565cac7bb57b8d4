"""What pages show of the analyses: in and out of its file, the numbers by both paths, where the two disagree."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from math import isnan, nan
from pathlib import Path

import pytest

from trialbook.errors import TrialbookError
from trialbook.pages.comparison import comparison_table
from trialbook.pages.shown_analysis import Sample, ShownAnalysis, ShownDisplay, ShownNumber
from trialbook.protocol.analysis import Technique

SAME = ShownNumber("A1", Technique.PROPORTION, "estimate", "TRT", "", 0.5, "", 0.5, True)
UNTOLD = ShownNumber("A1", Technique.SURVIVAL, "high", "TRT", "median", nan, "survival did not come down", nan, True)
OTHER = ShownNumber("A2", Technique.TEST, "p_value", "difference", "", 0.04, "", 0.05, False)
SHOWN = ShownAnalysis(
    study="S1",
    synthetic="Invented.",
    shells=False,
    versions={"trialbook": "0.1.0"},
    records={"ADSL": 3},
    displays=(ShownDisplay("14.1.1", "Table", "Ages", ("A1",), "<table>1</table>"),),
    numbers=(SAME, UNTOLD),
    only_second=0,
    samples={
        "A1": Sample(("x", "y"), (1, 2), (3, 4), (0, 1), (3, 3)),
        "A3": Sample(("x", "x"), time=(1.0, 2.5), cause=(1, 2), treated=(0, 1)),
    },
)


def test_it_comes_out_of_its_file_as_it_went_in(tmp_path: Path) -> None:
    file = tmp_path / "analysis.json"
    SHOWN.write(file)
    read = ShownAnalysis.read(file)
    assert replace(read, numbers=()) == replace(SHOWN, numbers=())
    assert read.numbers[0] == SAME
    assert isnan(read.numbers[1].value) and isnan(read.numbers[1].second)
    assert json.loads(file.read_text(encoding="utf-8"))["numbers"][1][5:8] == [None, "survival did not come down", None]


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"schema": 99}', '{"schema": 1, "study": "S1"}'])
def test_a_file_that_is_none_is_told(tmp_path: Path, text: str) -> None:
    file = tmp_path / "analysis.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(TrialbookError, match="can't be read as the analyses for pages"):
        ShownAnalysis.read(file)


def test_displays_and_samples_by_name() -> None:
    assert SHOWN.display("14.1.1") == "<table>1</table>"
    with pytest.raises(TrialbookError, match="no table or figure"):
        SHOWN.display("14.9")
    assert SHOWN.sample("A1").table == (3, 7, 1, 6)
    assert SHOWN.sample("A3").event == (True, False)
    with pytest.raises(TrialbookError, match="no data of the analysis 'A9'"):
        SHOWN.sample("A9")


def test_the_numbers_of_an_analysis_and_of_a_technique() -> None:
    assert list(SHOWN.of("A1", Technique.PROPORTION)) == [SAME]
    assert list(SHOWN.of("A2")) == []


def test_both_paths_agree(rows: Callable[[str], list[list[str]]]) -> None:
    table = comparison_table(SHOWN)
    assert "All 2 numbers agree" in table
    assert rows(table) == [
        ["Technique", "Numbers", "Agree", "Disagree"],
        ["Proportion", "1", "1", "0"],
        ["Kaplan-Meier estimate", "1", "1", "0"],
    ]


def test_a_number_on_which_they_disagree_is_named(rows: Callable[[str], list[list[str]]]) -> None:
    table = comparison_table(replace(SHOWN, numbers=(SAME, OTHER), only_second=1))
    assert "2 of 2 numbers disagree" in table
    assert "1 numbers are of the second path alone" in table
    assert rows(table)[-1] == ["A2", "test", "p_value", "difference", "—", "0.04", "0.05"]


def test_shells_have_nothing_to_compare() -> None:
    assert "No results" in comparison_table(replace(SHOWN, numbers=()))
