"""Texts that sites write freely: as they are compared, and how precisely a number is printed."""

from __future__ import annotations

import pandas as pd
import pytest

from trialbook.mapping.numbers import last_place
from trialbook.mapping.plain import words


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Febrile Neutropenia", "febrileneutropenia", True),
        ("ＡＬＴ升高", "alt 升高", True),
        ("肺炎\u3000（重症）", "肺炎(重症)", True),
        ("Rash", "Rash 2", False),
        ("", "  ", True),
    ],
)
def test_words_are_compared_without_width_case_and_spaces(one, other, same):
    first, second = words(pd.Series([one, other], dtype="str"))
    assert (first == second) is same


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.25", 0.01),
        ("<0.001", 0.001),
        ("１．５", 0.1),
        ("≤ 0.10", 0.01),
        ("12", 1),
        ("12.", 1),
        ("", 1),
        ("ND", 1),
        ("1.2e-3", 1),
    ],
)
def test_the_last_printed_digit_of_a_number(text, expected):
    assert last_place(pd.Series([text], dtype="str")).tolist() == [pytest.approx(expected)]
