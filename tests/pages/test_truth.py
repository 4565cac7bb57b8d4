"""The outside references on a page: what the source has beside what the code gives now."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from trialbook.analysis.methods import follow_up
from trialbook.pages.truth import figure_words, outside_references, public_methods_table
from trialbook.protocol.analysis import Technique

type Rows = Callable[[str], list[list[str]]]


def test_each_check_is_a_row(rows: Rows) -> None:
    assert rows(outside_references(Technique.TIPPING_POINT)) == [
        ["Reference", "Figure", "Expected", "This code", "Agrees"],
        [
            "24 of 43 against 11 of 43, five missing in each arm: Fisher's test of each completed table, no responder among arm "
            "1's missing / R 4.2.2: / sapply(11:16, function(x) fisher.test(matrix(c(24, 24, x, 48 - x), 2))$p.value)",
            " / ".join(f"p value 1, {place}" for place in range(1, 7)),
            "0.01043886878 / 0.01978888163 / 0.03532428759 / 0.0596806444 / 0.09585123405 / 0.146894599",
            "0.01043886878 / 0.01978888163 / 0.03532428759 / 0.0596806444 / 0.09585123405 / 0.146894599",
            "agrees",
        ],
    ]


def test_what_is_printed_is_shown_with_its_decimals(rows: Rows) -> None:
    found = [row for row in rows(outside_references(Technique.STRATIFIED_DIFFERENCE)) if "SAS" in row[0]]
    assert [row[2:] for row in found] == [["0.0448 / −0.1378 / 0.2236", "0.0448 / −0.1378 / 0.2236", "agrees"]]


def test_what_tests_alone_check_says_so(rows: Rows) -> None:
    found = [row for row in rows(outside_references(Technique.SUBDISTRIBUTION)) if row[0].startswith("454 subjects")]
    assert [row[1:] for row in found] == [
        [
            "coefficient 1 / standard error 1 / ratio 1 / ratio 1: lower limit / ratio 1: upper limit",
            "−0.1371031907 / 0.1399120683 / 0.8718802516 / 0.662770962 / 1.146965116",
            "–",
            "checked in tests: the data are not free to be shipped",
        ]
    ]


def test_a_figure_that_is_not_reached_is_shown(monkeypatch: pytest.MonkeyPatch, rows: Rows) -> None:
    plain = follow_up.kaplan_meier
    monkeypatch.setattr(follow_up, "kaplan_meier", lambda time, event, **more: plain(time + 1, event, **more))
    made = [row for row in rows(outside_references(Technique.FOLLOW_UP)) if row[0].startswith("The made")]
    assert [row[1:] for row in made] == [
        [
            "estimate / lower limit / upper limit",
            "12 / 7 / none",
            "13 / 8 / none",
            "estimate differs by 1 / lower limit differs by 1",
        ]
    ]


@pytest.mark.parametrize("technique", [Technique.SHIFT, Technique.DISPOSITION])
def test_what_counts_has_no_outside_reference(technique: Technique) -> None:
    assert "No outside reference: it only counts" in outside_references(technique)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("low", "lower limit"),
        ("value", "estimate"),
        ("estimate.low", "lower limit"),
        ("test.p_value", "p value"),
        ("at(365).value", "at 365"),
        ("at(8, 2).standard_error", "at 8, cause 2: standard error"),
        ("at(0.5).low", "at 0.5: lower limit"),
        ("ratios[1].value", "ratio 2"),
        ("ratios[0].high", "ratio 1: upper limit"),
        ("p_values[0][3]", "p value 1, 4"),
        ("overall.statistic", "overall: statistic"),
        ("missing_information", "missing information"),
    ],
)
def test_a_figure_in_words(path: str, words: str) -> None:
    assert figure_words(path) == words


def test_the_public_methods_are_listed(rows: Rows) -> None:
    found = {row[0].partition("(")[0]: row for row in rows(public_methods_table())}
    assert found["fisher"] == [
        "fisher(x1, n1, x2, n2, sides, greater)",
        "Fisher's exact test of equal proportions; its statistic is the responders of arm 1, the margins being given.",
        "7",
    ]
    assert "Estimate" not in found
    assert not [name for name, row in found.items() if re.search("[`:]func|``", row[1])]
