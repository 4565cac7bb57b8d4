"""Products, quotients, powers of ten and names of constants: exact, and refused with their place."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialbook.expressions import ExpressionError, parse

T, F, U = True, False, None
CONSTANTS = {
    "limit": Decimal("1.5"),
    "logs": Decimal(3),
    "half_logs": Decimal("4.5"),
    "genes": ("A", "B"),
    "one": "A",
}


def evaluate(text: str, **columns: list[str]) -> list[bool | None]:
    series = {name: pd.Series(cells, dtype="str") for name, cells in columns.items()}
    return [None if value is pd.NA else bool(value) for value in parse(text, CONSTANTS).evaluate(series.__getitem__)]


# 1.5 x 110.1 is 165.14999999999998 in floating point.
X = ["165.15", "165.16", "165.14", "1.65e2", "", "165.15", "<5", "165.15", "-3"]
ULN = ["110.1", "110.1", "110.1", "110.1", "110.1", "", "110.1", "0", "-2"]

ARITHMETIC = [
    # text                        165.15 .16 .14 1.65e2 ''   X/'' '<5'  /0  -3/-2
    ("X <= 1.5 * ULN", [T, F, T, T, U, U, U, F, T]),
    ("X <= ULN * limit", [T, F, T, T, U, U, U, F, T]),
    ("limit * ULN >= X", [T, F, T, T, U, U, U, F, T]),
    ("X / ULN <= limit", [T, F, T, T, U, U, U, U, T]),
    ("X / ULN == 1.5", [T, F, F, F, U, U, U, U, T]),
    ("X / ULN < 1.5", [F, F, T, T, U, U, U, U, F]),
    ("2 * (X / ULN) > 3", [F, T, F, F, U, U, U, U, F]),
    ("X / (ULN / 2) >= 3", [T, T, F, F, U, U, U, U, T]),
    ("X / (2 * 1.5) <= ULN / 2", [T, F, T, T, U, U, U, F, T]),
    ("X / ULN <= X / ULN", [T, T, T, T, U, U, U, U, T]),
    ("1 < X / ULN * 1 <= limit", [T, F, T, T, U, U, U, U, T]),
]


@pytest.mark.parametrize(("text", "truth"), ARITHMETIC)
def test_products_and_quotients_are_exact(text: str, truth: list[bool | None]) -> None:
    assert evaluate(text, X=X, ULN=ULN) == truth


BEFORE = ["200", "119", "15.3", "15.30000000000000000000000000000000000001", "119", "31622.7766", "31622.7767"]
AFTER = ["0.2", "0.119", "0.0153", "0.0153", "0", "1", "1"]

LOGS = [
    ("BEFORE > AFTER * 10 ** logs", [F, F, F, T, T, T, T]),
    ("BEFORE >= AFTER * 10 ** 3", [T, T, T, T, T, T, T]),
    ("BEFORE / AFTER > 10 ** logs", [F, F, F, T, U, T, T]),
    ("AFTER < BEFORE * 10 ** -3", [F, F, F, T, T, T, T]),
    ("BEFORE > AFTER * 10 ** half_logs", [F, F, F, F, T, F, T]),
]


@pytest.mark.parametrize(("text", "truth"), LOGS)
def test_a_log_reduction_is_exact(text: str, truth: list[bool | None]) -> None:
    assert evaluate(text, BEFORE=BEFORE, AFTER=AFTER) == truth


@pytest.mark.parametrize(
    ("text", "truth"),
    [
        ("G in genes", [T, T, F, U]),
        ("G not in genes", [F, F, T, U]),
        ("G == one", [T, F, F, U]),
        ('G in [one, "C"]', [T, F, T, U]),
    ],
)
def test_texts_and_lists_by_name(text: str, truth: list[bool | None]) -> None:
    assert evaluate(text, G=["A", "B", "C", ""]) == truth


def test_what_an_expression_names() -> None:
    found = parse('X <= limit * ULN and G in genes and G != "C"', CONSTANTS)
    assert (found.names, found.constants) == ({"X", "ULN", "G"}, {"limit", "genes"})
    assert sorted((use.column, use.kind, use.text) for use in found.uses) == [
        ("G", "text", "A"),
        ("G", "text", "B"),
        ("G", "text", "C"),
        ("ULN", "number", ""),
        ("X", "number", ""),
    ]


REFUSED = [
    ("X ** 2 > 1", 1, "** takes 10 before it and a number after it, as 10 ** 3"),
    ("X > 10 ** ULN", 5, "** takes 10 before it and a number after it, as 10 ** 3"),
    ("X > 2 ** 3", 5, "** takes 10 before it and a number after it, as 10 ** 3"),
    ("X > 10 ** 301", 5, "10 ** 301 is not a number that a measurement has"),
    ("X - 1 > 2", 1, "arithmetic other than *, / and 10 ** n is not part of the expression language"),
    ("X // 2 > 2", 1, "arithmetic other than *, / and 10 ** n is not part of the expression language"),
    ("X * 'a' > 2", 5, "'a' is not a number, and arithmetic takes numbers"),
    ("X * one > 2", 5, "one is not a number, and arithmetic takes numbers"),
    ("X * 2 == 'a'", 10, "'a' is text, and the other side is a number"),
    ("X / 0 > 2", 5, "divides by zero"),
    ("limit * 2 > 1", 1, "compares two literals: one side must be a column"),
    ("limit / logs == 1", 1, "compares two literals: one side must be a column"),
    ("X == genes", 6, "genes is a list: it stands after in or not in"),
    ("X < one", 5, "< compares numbers, and one is text"),
    ("X in limit", 6, 'a list of texts and numbers stands after in, as ["Y", "N"]'),
    ("X in [2 * ULN]", 7, "a list holds texts and numbers"),
    ("X * 2 in [4]", 1, "a column stands before in"),
    ("missing(limit)", 1, "missing(…) takes the name of one column"),
    ("X * 2", 1, "X * 2 alone is not a condition"),
    ("X + 2", 1, "arithmetic other than *, / and 10 ** n is not part of the expression language"),
]


@pytest.mark.parametrize(("text", "column", "what"), REFUSED)
def test_what_is_refused(text: str, column: int, what: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(text, CONSTANTS)
    assert (caught.value.what, caught.value.column) == (what, column)


def test_a_name_is_a_column_where_it_is_no_constant() -> None:
    assert parse("limit > 1").names == {"limit"}
    assert parse('col("limit") > limit', CONSTANTS).names == {"limit"}


decimals = st.decimals(min_value=-1000, max_value=1000, places=3)
OPERATORS = {"<": Fraction.__lt__, "<=": Fraction.__le__, ">": Fraction.__gt__, ">=": Fraction.__ge__, "==": Fraction.__eq__}


@settings(max_examples=150, deadline=None)
@given(decimals, decimals, decimals, decimals, st.sampled_from(list(OPERATORS)))
def test_quotients_compare_as_fractions_do(a: Decimal, b: Decimal, c: Decimal, d: Decimal, symbol: str) -> None:
    (found,) = evaluate(f"A / B {symbol} C / D", A=[str(a)], B=[str(b)], C=[str(c)], D=[str(d)])
    if not b or not d:
        assert found is None
    else:
        assert found == OPERATORS[symbol](Fraction(a) / Fraction(b), Fraction(c) / Fraction(d))


@settings(max_examples=100, deadline=None)
@given(st.text("0123456789", min_size=1, max_size=60), st.integers(-300, 300), st.integers(-300, 300), st.integers(-1, 1))
def test_a_power_of_ten_has_no_rounding(digits: str, exponent: int, power: int, step: int) -> None:
    one = Fraction(int(digits)) * Fraction(10) ** exponent
    shifted = Decimal((0, tuple(map(int, str(max(int(digits) + step, 0)))), exponent + power))
    (found,) = evaluate(f"A > B * 10 ** {power}", A=[str(shifted)], B=[f"{digits}e{exponent}"])
    assert found == (Fraction(shifted) > one * Fraction(10) ** power)
