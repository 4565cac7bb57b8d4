"""A parsed expression as plain data (JSON), for those who evaluate it elsewhere: a browser, another program.

Every node is an object with its kind under ``is``. Nothing is left to parse: constants stand as the values they have, and a
number as a text that writes it exactly (``"2.5"``, ``"1E+3"``), since JSON's numbers are binary fractions elsewhere.

========================  ==================================================================================================
a condition               is true, false or unknown
========================  ==================================================================================================
``constant``              ``value``: true or false
``missing``               ``column``: true where the cell is empty
``compare texts``         ``operator`` (``==``, ``!=``), ``left``, ``right``: each a ``column`` or a ``text``
``compare numbers``       ``operator`` (also ``<``, ``<=``, ``>``, ``>=``), ``left``, ``right``: numbers, compared exactly
``compare dates``         ``operator``, ``left``, ``right``: days
``in``                    ``column``, ``texts``, ``numbers``: equal to one of the texts, or as a number to one of the numbers
``not``                   ``condition``
``and``, ``or``           ``conditions``
========================  ==================================================================================================

========================  ==================================================================================================
an operand                unknown where a cell is empty, or is not written as a number or a date
========================  ==================================================================================================
``column``                ``name``: the cell, as a text or as the number that it writes
``text``, ``number``      ``value``
``product``               ``left``, ``right``: numbers
``quotient``              ``dividend``, ``divisor``: numbers; unknown over zero, never rounded
``date``                  ``column``: the cell as a complete date, YYYY-MM-DD
``before``                ``day``, ``count``, ``unit`` (``days`` or ``months``): the day so many before
========================  ==================================================================================================
"""

from __future__ import annotations

from typing import Any

from trialbook.expressions import conditions as c
from trialbook.expressions.arithmetic import Product, Quotient
from trialbook.expressions.dates import Before, DateOf
from trialbook.expressions.operands import Column, NumberLiteral, TextLiteral

Node = dict[str, Any]


def exported(condition: c.Condition) -> Node:
    """The tree of a condition as JSON has it."""
    match condition:
        case c.Constant(value):
            return {"is": "constant", "value": value}
        case c.Missing(column):
            return {"is": "missing", "column": column.name}
        case c.TextComparison(symbol, left, right):
            return {"is": "compare texts", "operator": symbol, "left": _operand(left), "right": _operand(right)}
        case c.NumberComparison(symbol, left, right):
            return {"is": "compare numbers", "operator": symbol, "left": _operand(left), "right": _operand(right)}
        case c.DateComparison(symbol, left, right):
            return {"is": "compare dates", "operator": symbol, "left": _operand(left), "right": _operand(right)}
        case c.Membership(column, texts, numbers):
            return {"is": "in", "column": column.name, "texts": [*texts], "numbers": [str(one.value) for one in numbers]}
        case c.Not(inner):
            return {"is": "not", "condition": exported(inner)}
        case c.And(conditions):
            return {"is": "and", "conditions": [exported(one) for one in conditions]}
        case c.Or(conditions):
            return {"is": "or", "conditions": [exported(one) for one in conditions]}
    raise TypeError(f"{type(condition).__name__} is no condition of the language")


def _operand(operand: object) -> Node:
    match operand:
        case Column(name):
            return {"is": "column", "name": name}
        case TextLiteral(value):
            return {"is": "text", "value": value}
        case NumberLiteral(number):
            return {"is": "number", "value": str(number)}
        case Product(left, right):
            return {"is": "product", "left": _operand(left), "right": _operand(right)}
        case Quotient(dividend, divisor):
            return {"is": "quotient", "dividend": _operand(dividend), "divisor": _operand(divisor)}
        case DateOf(column):
            return {"is": "date", "column": column.name}
        case Before(day, count, months):
            return {"is": "before", "day": _operand(day), "count": count, "unit": "months" if months else "days"}
    raise TypeError(f"{type(operand).__name__} is no operand of the language")
