"""Why an expression is unknown: the columns that would decide it, and none that another part has made pointless."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialbook.expressions import Table, parse


def reasons(text: str, absent: frozenset[str] = frozenset(), **cells: str) -> str:
    """The names, with blanks between; for one record."""
    table = Table({name: pd.Series([cell], dtype="str") for name, cell in cells.items()}, 1, absent)
    found = parse(text).condition.reasons(table)
    return " ".join(sorted(name for name, mask in found.items() if mask[0]))


E4 = 'R == "Y" or (I == "Y" and E == "N")'

CASES = [
    ('A == "Y"', {"A": ""}, "A"),
    ('A == "Y"', {"A": "N"}, ""),
    ('not A == "Y"', {"A": ""}, "A"),
    ("A < B", {"A": "", "B": "1"}, "A"),
    ("A < B", {"A": "x", "B": ""}, "A B"),
    ("A == B", {"A": "x", "B": ""}, "B"),
    ("A <= 2 * B", {"A": "1", "B": ""}, "B"),
    ("A / B <= 2", {"A": "1", "B": "0"}, "B"),
    ("A / (B / C) <= 2", {"A": "1", "B": "0", "C": "0"}, "C"),
    ('A in ["x", 1]', {"A": ""}, "A"),
    ('A in ["x", 1]', {"A": "y"}, "A"),
    ('A in ["x", 1]', {"A": "x"}, ""),
    ("A > months_before(B, 1)", {"A": "2024-01-01", "B": "2024-01"}, "B"),
    ("date(A) > B", {"A": "", "B": ""}, "A B"),
    ("missing(A)", {"A": ""}, ""),
    ("True", {"A": ""}, ""),
    ('A == "Y" and B == "Y"', {"A": "", "B": ""}, "A B"),
    ('A == "Y" and B == "Y"', {"A": "", "B": "Y"}, "A"),
    ('A == "Y" and B == "Y"', {"A": "", "B": "N"}, ""),
    ('A == "Y" or B == "Y"', {"A": "", "B": "N"}, "A"),
    ('A == "Y" or B == "Y"', {"A": "", "B": "Y"}, ""),
    (E4, {"R": "", "I": "N", "E": ""}, "R"),
    (E4, {"R": "N", "I": "Y", "E": ""}, "E"),
    (E4, {"R": "", "I": "", "E": "Y"}, "R"),
    (E4, {"R": "", "I": "", "E": ""}, "E I R"),
    (E4, {"R": "Y", "I": "", "E": ""}, ""),
    (f"not ({E4}) and A > 1", {"R": "N", "I": "", "E": "N", "A": "2"}, "I"),
    (f"not ({E4}) and A > 1", {"R": "N", "I": "", "E": "N", "A": "1"}, ""),
]


@pytest.mark.parametrize(("text", "cells", "expected"), CASES)
def test_only_what_decides_is_named(text: str, cells: dict[str, str], expected: str) -> None:
    assert reasons(text, **cells) == expected


def test_of_an_absent_column_even_missing_is_unknown() -> None:
    assert reasons("missing(A) and missing(B)", frozenset({"A"}), A="", B="") == "A"
    assert reasons("missing(A) and missing(B)", frozenset({"A"}), A="", B="x") == ""


def test_each_record_has_its_own() -> None:
    table = Table({"A": pd.Series(["", "1", ""], dtype="str"), "B": pd.Series(["", "", "9"], dtype="str")}, 3)
    found = parse("A > 5 or B > 5").condition.reasons(table)
    assert {name: mask.tolist() for name, mask in found.items()} == {"A": [True, False, False], "B": [True, True, False]}


LEAVES = ['A == "Y"', "B > 1", "A != C", "B < 2 * C", "C / B > 1", 'C in ["Y", 1]', "date(A) > C", "missing(B)"]
trees = st.recursive(
    st.sampled_from(LEAVES),
    lambda inner: (
        st.one_of(st.builds("({} and {})".format, inner, inner), st.builds("({} or {})".format, inner, inner))
        | st.builds("(not {})".format, inner)
    ),
    max_leaves=6,
)
cells = st.sampled_from(["", "Y", "1", "2.5", "0", "2024-01-01"])


@settings(max_examples=150, deadline=None)
@given(trees, st.tuples(cells, cells, cells))
def test_reasons_are_there_exactly_where_the_truth_is_unknown(text: str, record: tuple[str, str, str]) -> None:
    table = Table({name: pd.Series([cell], dtype="str") for name, cell in zip("ABC", record, strict=True)}, 1)
    condition = parse(text).condition
    named = [name for name, mask in condition.reasons(table).items() if mask[0]]
    assert bool(named) == table.truth(condition).isna()[0]
