"""The truth of an expression, record by record: tables to read, and a plain evaluation of one record to agree with."""

from __future__ import annotations

import operator
from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialbook.expressions import ExpressionError, parse

T, F, U = True, False, None


def evaluate(text: str, **columns: list[str]) -> list[bool | None]:
    index = pd.Index(range(10, 10 + len(next(iter(columns.values())))))
    result = parse(text).evaluate(lambda name: pd.Series(columns[name], dtype="str", index=index), index)
    assert result.dtype == "boolean"
    assert result.index.equals(index)
    return [None if value is pd.NA else bool(value) for value in result]


# P and Q are "1" for true, "0" for false, "" for unknown: nine rows, every pair.
P = ["1", "1", "1", "0", "0", "0", "", "", ""]
Q = ["1", "0", "", "1", "0", "", "1", "0", ""]

KLEENE = [
    ('P == "1" and Q == "1"', [T, F, U, F, F, F, U, F, U]),
    ('P == "1" or Q == "1"', [T, T, T, T, F, U, T, U, U]),
    ('not P == "1"', [F, F, F, T, T, T, U, U, U]),
    ('not (P == "1" and Q == "1")', [F, T, U, T, T, T, U, T, U]),
    ("missing(P)", [F, F, F, F, F, F, T, T, T]),
    ('missing(P) or P == "1"', [T, T, T, F, F, F, T, T, T]),
    ("True and P == 1", [T, T, T, F, F, F, U, U, U]),
    ("False and P == 1", [F] * 9),
    ("True", [T] * 9),
]


@pytest.mark.parametrize(("text", "truth"), KLEENE)
def test_truth_tables_of_kleene(text: str, truth: list[bool | None]) -> None:
    assert evaluate(text, P=P, Q=Q) == truth


X = ["1.50", "1.5", " 1.5 ", "165.15", "-2", "1e1", "<5", "NA", "", "١"]

COMPARISONS = [
    # X:                 1.50 1.5 ' 1.5 ' 165.15 -2 1e1 <5 NA '' ١ (an Arabic digit is text)
    ('X == "1.5"', [F, T, F, F, F, F, F, F, U, F]),
    ('X != "1.5"', [T, F, T, T, T, T, T, T, U, T]),
    ("X == 1.5", [T, T, T, F, F, F, U, U, U, U]),
    ("X == 165.15", [F, F, F, T, F, F, U, U, U, U]),
    ("X <= 165.15", [T, T, T, T, T, T, U, U, U, U]),
    ("165.150000000000000001 > X", [T, T, T, T, T, T, U, U, U, U]),
    ("X > 165.14999999999999999", [F, F, F, T, F, F, U, U, U, U]),
    ("X >= -2", [T, T, T, T, T, T, U, U, U, U]),
    ("1.5 <= X < 10", [T, T, T, F, F, F, U, U, U, U]),
    ('X in ["NA", 1.5]', [T, T, T, F, F, F, U, T, U, U]),
    ('X not in ["NA", 1.5]', [F, F, F, T, T, T, U, F, U, U]),
    ('X in ["NA", "1.5"]', [F, T, F, F, F, F, F, T, U, F]),
]


@pytest.mark.parametrize(("text", "truth"), COMPARISONS)
def test_comparisons_of_a_column_with_literals(text: str, truth: list[bool | None]) -> None:
    assert evaluate(text, X=X) == truth


COLUMNS = [
    # A against B:  1.0/1  2/10  x/x  ''/''  a/''
    ("A == B", [F, F, T, U, U]),
    ("A != B", [T, T, F, U, U]),
    ("A < B", [F, T, U, U, U]),
    ("A >= B", [T, F, U, U, U]),
]


@pytest.mark.parametrize(("text", "truth"), COLUMNS)
def test_columns_compare_as_text_for_equality_and_as_numbers_for_order(text: str, truth: list[bool | None]) -> None:
    assert evaluate(text, A=["1.0", "2", "x", "", "a"], B=["1", "10", "x", "", ""]) == truth


def test_no_records_give_no_values() -> None:
    assert evaluate('A == "x" or A < 1 or A in [1, "y"] or missing(A)', A=[]) == []


def test_missing_values_of_pandas_are_missing_cells() -> None:
    column = pd.Series(["x", None], dtype="str")
    assert parse("missing(A)").evaluate(lambda _: column).tolist() == [False, True]


def test_an_expression_without_columns_needs_the_records() -> None:
    with pytest.raises(ExpressionError, match="names no column"):
        parse("True").evaluate(lambda _: pd.Series(dtype="str"))


def test_columns_of_other_records_are_not_aligned_in_silence() -> None:
    columns = {"A": pd.Series(["x"], index=[0], dtype="str"), "B": pd.Series(["x"], index=[1], dtype="str")}
    with pytest.raises(ValueError, match="same records"):
        parse("A == B").evaluate(columns.__getitem__)


# One record evaluated without pandas: None is unknown.

OPERATORS = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
CELLS = ["", "x", "Y", "1", "1.0", "-3", "2.50", "1e1", " 2.5"]


def plain_number(cell: str) -> Decimal | None:
    return None if cell in ("", "x", "Y") else Decimal(cell.strip())


def plain(tree: tuple, record: dict[str, str]) -> bool | None:
    match tree:
        case ("and", one, two):
            sides = {plain(one, record), plain(two, record)}
            return False if False in sides else None if None in sides else True
        case ("or", one, two):
            sides = {plain(one, record), plain(two, record)}
            return True if True in sides else None if None in sides else False
        case ("not", one):
            value = plain(one, record)
            return None if value is None else not value
        case ("missing", name):
            return record[name] == ""
        case ("text", name, symbol, text):
            return OPERATORS[symbol](record[name], text) if record[name] else None
        case ("columns", name, symbol, other):
            return OPERATORS[symbol](record[name], record[other]) if record[name] and record[other] else None
        case ("number", name, symbol, number):
            value = plain_number(record[name])
            return None if value is None else OPERATORS[symbol](value, Decimal(number))
    raise AssertionError(tree)


def written(tree: tuple) -> str:
    match tree:
        case (("and" | "or") as word, one, two):
            return f"({written(one)} {word} {written(two)})"
        case ("not", one):
            return f"not ({written(one)})"
        case ("missing", name):
            return f"missing({name})"
        case ("text", name, symbol, text):
            return f'{name} {symbol} "{text}"'
        case (_, name, symbol, other):
            return f"{name} {symbol} {other}"
    raise AssertionError(tree)


names = st.sampled_from("AB")
leaves = st.one_of(
    st.tuples(st.just("missing"), names),
    st.tuples(st.just("text"), names, st.sampled_from(["==", "!="]), st.sampled_from(["x", "Y", "1"])),
    st.tuples(st.just("columns"), names, st.sampled_from(["==", "!="]), names),
    st.tuples(st.just("number"), names, st.sampled_from(list(OPERATORS)), st.sampled_from(["1", "2.5", "-3", "10.000"])),
)
trees = st.recursive(
    leaves,
    lambda inner: st.one_of(st.tuples(st.sampled_from(["and", "or"]), inner, inner), st.tuples(st.just("not"), inner)),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None)
@given(trees, st.lists(st.tuples(st.sampled_from(CELLS), st.sampled_from(CELLS)), min_size=1, max_size=12))
def test_whole_columns_agree_with_one_record_at_a_time(tree: tuple, records: list[tuple[str, str]]) -> None:
    expected = [plain(tree, dict(zip("AB", record, strict=True))) for record in records]
    assert evaluate(written(tree), A=[a for a, _ in records], B=[b for _, b in records]) == expected


@pytest.mark.parametrize(
    ("text", "truth"),
    [
        ("missing(P)", U),
        ("not missing(P)", U),
        ('P == "1"', U),
        ("missing(P) or missing(Q)", T),
        ("missing(P) and missing(Q)", U),
        ("missing(Q)", T),
    ],
)
def test_of_an_absent_column_nothing_is_known(text: str, truth: bool | None) -> None:
    empty = pd.Series([""], dtype="str")
    (found,) = parse(text).evaluate(lambda _: empty, absent={"P"})
    assert (None if found is pd.NA else bool(found)) is truth


@pytest.mark.parametrize(
    ("text", "truth"),
    [
        ('term(P) == "Y"', [T, T, F, U, U]),
        ('term(col("P")) in ["N", "Y"] and not missing(P)', [T, T, T, U, F]),
        ('P == "是"', [T, F, F, F, U]),
    ],
)
def test_a_condition_asks_for_terms(text: str, truth: list[bool | None]) -> None:
    cells = pd.Series(["是", "有", "否", "?", ""], dtype="str")
    terms = {"是": "Y", "有": "Y", "否": "N"}
    found = parse(text).evaluate(lambda _: cells, term=lambda _: cells.map(terms).astype("str").fillna(""))
    assert [None if value is pd.NA else bool(value) for value in found] == truth


def test_terms_without_code_lists() -> None:
    with pytest.raises(ExpressionError, match="asks for terms, and there are no code lists here"):
        parse('term(P) == "Y"').evaluate(lambda _: pd.Series(["Y"], dtype="str"))
