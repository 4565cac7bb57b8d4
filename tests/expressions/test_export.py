"""Trees as JSON: what each node becomes, and that nothing of an expression is lost."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from trialbook.expressions import conditions as c
from trialbook.expressions import exported, parse
from trialbook.expressions.arithmetic import Product, Quotient
from trialbook.expressions.dates import Before, DateOf
from trialbook.expressions.operands import Column, NumberLiteral, TextLiteral

AGE, A, B = ({"is": "column", "name": name} for name in ("AGE", "A", "B"))
CONSTANTS = {"limit": Decimal("2.50"), "word": "x", "genes": ("G1", "G2"), "days": Decimal(30)}

TREES: list[tuple[str, dict[str, Any]]] = [
    ("True", {"is": "constant", "value": True}),
    ("missing(AGE)", {"is": "missing", "column": "AGE"}),
    ('AGE != "Y"', {"is": "compare texts", "operator": "!=", "left": AGE, "right": {"is": "text", "value": "Y"}}),
    ("A == B", {"is": "compare texts", "operator": "==", "left": A, "right": B}),
    ("A == word", {"is": "compare texts", "operator": "==", "left": A, "right": {"is": "text", "value": "x"}}),
    ("A >= B", {"is": "compare numbers", "operator": ">=", "left": A, "right": B}),
    ("A < -0.10", {"is": "compare numbers", "operator": "<", "left": A, "right": {"is": "number", "value": "-0.10"}}),
    ("A == limit", {"is": "compare numbers", "operator": "==", "left": A, "right": {"is": "number", "value": "2.50"}}),
    (
        "A <= 2 * B * 10 ** 3",
        {
            "is": "compare numbers",
            "operator": "<=",
            "left": A,
            "right": {
                "is": "product",
                "left": {"is": "product", "left": {"is": "number", "value": "2"}, "right": B},
                "right": {"is": "number", "value": "1E+3"},
            },
        },
    ),
    (
        "A / B > 1",
        {
            "is": "compare numbers",
            "operator": ">",
            "left": {"is": "quotient", "dividend": A, "divisor": B},
            "right": {"is": "number", "value": "1"},
        },
    ),
    (
        "A >= months_before(days_before(B, days), 1)",
        {
            "is": "compare dates",
            "operator": ">=",
            "left": {"is": "date", "column": "A"},
            "right": {
                "is": "before",
                "day": {"is": "before", "day": {"is": "date", "column": "B"}, "count": 30, "unit": "days"},
                "count": 1,
                "unit": "months",
            },
        },
    ),
    ('A in ["x", 1.0, "y"]', {"is": "in", "column": "A", "texts": ["x", "y"], "numbers": ["1.0"]}),
    ("A not in genes", {"is": "not", "condition": {"is": "in", "column": "A", "texts": ["G1", "G2"], "numbers": []}}),
    (
        "1 < A < 2 or missing(B)",
        {
            "is": "or",
            "conditions": [
                {
                    "is": "and",
                    "conditions": [
                        {"is": "compare numbers", "operator": "<", "left": {"is": "number", "value": "1"}, "right": A},
                        {"is": "compare numbers", "operator": "<", "left": A, "right": {"is": "number", "value": "2"}},
                    ],
                },
                {"is": "missing", "column": "B"},
            ],
        },
    ),
    (
        'term(A) == "x"',
        {
            "is": "compare texts",
            "operator": "==",
            "left": {"is": "column", "name": "term(A)"},
            "right": {"is": "text", "value": "x"},
        },
    ),
]


@pytest.mark.parametrize(("text", "tree"), TREES, ids=[text for text, _ in TREES])
def test_the_tree_of_an_expression(text, tree):
    assert exported(parse(text, CONSTANTS).condition) == tree


@pytest.mark.parametrize("text", [text for text, _ in TREES])
def test_the_tree_is_the_whole_expression(text):
    condition = parse(text, CONSTANTS).condition
    assert condition_of(json.loads(json.dumps(exported(condition)))) == condition


def test_a_number_keeps_its_digits():
    digits = "0.1000000000000000055511151231257827021181583404541015625"
    assert exported(parse(f"A == {digits}").condition)["right"]["value"] == digits
    assert exported(parse("A == 1e-300 * 1e-300").condition)["right"]["value"] == "1E-600"


def condition_of(tree: dict[str, Any]) -> c.Condition:
    """The condition that a tree was made of."""
    match tree["is"]:
        case "constant":
            return c.Constant(tree["value"])
        case "missing":
            return c.Missing(Column(tree["column"]))
        case "in":
            return c.Membership(
                Column(tree["column"]), tuple(tree["texts"]), tuple(NumberLiteral(Decimal(one)) for one in tree["numbers"])
            )
        case "not":
            return c.Not(condition_of(tree["condition"]))
        case "and" | "or":
            return {"and": c.And, "or": c.Or}[tree["is"]](tuple(condition_of(one) for one in tree["conditions"]))
    kind = {"compare texts": c.TextComparison, "compare numbers": c.NumberComparison, "compare dates": c.DateComparison}
    return kind[tree["is"]](tree["operator"], operand_of(tree["left"]), operand_of(tree["right"]))


def operand_of(tree: dict[str, Any]) -> Any:
    match tree["is"]:
        case "column":
            return Column(tree["name"])
        case "text":
            return TextLiteral(tree["value"])
        case "number":
            return NumberLiteral(Decimal(tree["value"]))
        case "product":
            return Product(operand_of(tree["left"]), operand_of(tree["right"]))
        case "quotient":
            return Quotient(operand_of(tree["dividend"]), operand_of(tree["divisor"]))
        case "date":
            return DateOf(Column(tree["column"]))
    return Before(operand_of(tree["day"]), tree["count"], tree["unit"] == "months")
