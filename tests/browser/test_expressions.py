"""The language in JavaScript against the language in Python: thousands of made-up expressions over cells of every odd kind."""

from __future__ import annotations

import random
from decimal import Decimal
from importlib.resources import files

import pandas as pd
import pytest

from trialbook.expressions import ExpressionError, Table, exported, parse

pytestmark = pytest.mark.xdist_group("browser")

SCRIPT = files("trialbook.pages").joinpath("static/expressions.js").read_text(encoding="utf-8")
JUDGED = f"""([conditions, rows]) => {{
  {SCRIPT}
  const {{ truth, reasons }} = globalThis.trialbook;
  return conditions.map((tree) => rows.map((cells) => [truth(tree, cells), [...new Set(reasons(tree, cells))].sort()]));
}}"""
COLUMNS = ("A", "B", "C", "D")
CELLS = [
    "", "", "", "0", "-0", "0.0", "0e5", "1", "1.0", "+1", "01", "1.", ".5", "-.5e1", "2.5", " 2.5 ", "2.50000000000000000000001",
    "1e3", "1000", "1E-3", "1e999", "-1e999", "1e-999", "1e1000", "165.15", "110.1", "0.1", "0.3", "1e", "1_0", "0x1", "NaN",
    "Infinity", "٣", "3", "\u00a05\u2003", "\x1c5\x85", "\ufeff5", "5\n", "\u180e5", "Y", "y", "N", "é", "e\u0301", "9" * 60,
    "2024-02-29", "2024-03-31", "2024-03-30", "2024-01-31", "2023-02-29", "2100-02-29", "0001-01-01", "0001-01-31", "0099-12-31",
    "0000-01-01", "9999-12-31", "2024-2-3", "2024-13-01", "2024-00-10", "2024-04-31", "2024-03", " 2024-03-31", "２０２４-03-31",
    "1970-01-01", "1969-12-31", "2024-03-31T00:00", "G1",
]  # fmt: skip
NUMBERS = [
    "0",
    "1",
    "-1",
    "2.5",
    "1.5",
    "0.1",
    "1e3",
    "1E-3",
    "2.50000000000000000000001",
    "165.15",
    "5",
    "1000",
    "1e300",
    "limit",
]
TEXTS = ['"Y"', '"G1"', '"1"', '"1.0"', '"é"', '"2024-03-31"', "word"]
CONSTANTS = {"limit": Decimal("2.5"), "word": "Y", "genes": ("Y", "G1", "2.5"), "root": Decimal("0.5")}


def made(rng: random.Random, depth: int = 0) -> str:
    """A condition; deeper ones are simpler."""
    kind = rng.choices(
        ["numbers", "texts", "dates", "columns", "in", "missing", "constant", "not", "and", "or"],
        [6, 2, 4, 1, 3, 1, 0.2, *([2, 3, 3] if depth < 4 else [0, 0, 0])],
    )[0]
    column = rng.choice(COLUMNS)
    equal, ordered = rng.choice(["==", "!="]), rng.choice(["==", "!=", "<", "<=", ">", ">="])
    match kind:
        case "numbers":
            sides = [number(rng), rng.choice(COLUMNS)] if rng.random() < 0.5 else [column, number(rng)]
            more = f" {rng.choice(['<', '>='])} {number(rng)}" if rng.random() < 0.2 else ""
            return f"({f' {ordered} '.join(sides)}{more})"
        case "texts":
            return f"{column} {equal} {rng.choice(TEXTS)}"
        case "columns":
            return f"{column} {ordered} {rng.choice(COLUMNS)}"
        case "dates":
            return f"{date(rng)} {ordered} {rng.choice([date(rng), column])}"
        case "in":
            listed = (
                "genes" if rng.random() < 0.2 else f"[{', '.join(rng.sample([*NUMBERS[:-1], *TEXTS[:-1]], rng.randint(1, 4)))}]"
            )
            return f"{column} {rng.choice(['in', 'not in'])} {listed}"
        case "missing":
            return f"missing({column})"
        case "constant":
            return rng.choice(["True", "False"])
        case "not":
            return f"not ({made(rng, depth + 1)})"
    return "(" + f" {kind} ".join(made(rng, depth + 1) for _ in range(rng.randint(2, 3))) + ")"


def number(rng: random.Random, depth: int = 0) -> str:
    if depth > 2 or rng.random() < 0.5:
        return rng.choice(COLUMNS) if rng.random() < 0.5 else rng.choice([*NUMBERS, "10 ** 3", "10 ** -2", "10 ** root"])
    return f"({number(rng, depth + 1)} {rng.choice('*/')} {number(rng, depth + 1)})"


def date(rng: random.Random) -> str:
    column = rng.choice(COLUMNS)
    if rng.random() < 0.4:
        return f"date({column})"
    inner = date(rng) if rng.random() < 0.3 else column
    return f"{rng.choice(['days_before', 'months_before'])}({inner}, {rng.choice([0, 1, 2, 11, 12, 13, 30, 366, 25000, 100000])})"


@pytest.mark.parametrize("seed", [1, 2])
def test_python_and_javascript_agree(run_script, seed):
    rng = random.Random(seed)
    expressions = []
    while len(expressions) < 500:
        try:
            expressions.append(parse(made(rng), CONSTANTS))
        except ExpressionError:  # two literals compared, a division by zero: the language has no such expression
            continue
    rows = [{name: rng.choice(CELLS) for name in COLUMNS} for _ in range(30)]
    rows += [{name: rng.choice(CELLS[46:]) for name in COLUMNS} for _ in range(20)]
    table = Table({name: pd.Series([row[name] for row in rows], dtype="str") for name in COLUMNS}, len(rows))
    found = run_script(JUDGED, [[exported(one.condition) for one in expressions], rows])
    assert all(sum(truth is value for judged in found for truth, _ in judged) > 2000 for value in (True, False, None))
    for expression, judged in zip(expressions, found, strict=True):
        assert judged == in_python(expression.condition, table), expression.text


def in_python(condition, table):
    """The truth of each row, and the columns, by name, because of which it is unknown."""
    truths = table.truth(condition).to_numpy(dtype=object, na_value=None)
    masks = condition.reasons(table)
    return [[truth, sorted(name for name, mask in masks.items() if mask[row])] for row, truth in enumerate(truths)]
