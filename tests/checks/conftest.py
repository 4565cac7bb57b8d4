"""Tables to check, written out: each test says the cells, and reads the findings as rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest

from trialbook.checks import Rule, Severity
from trialbook.checks.check import check_tables
from trialbook.checks.tables import CheckedTable
from trialbook.findings import Finding, Origin, Role, RuleOutcome, Stage

STUDY = "TINY01"


def text_or_number(cells: Sequence[Any]) -> pd.Series:
    """A Num column where all cells are numbers or None, else text; a Series as it is."""
    if isinstance(cells, pd.Series):
        return cells
    number = len(cells) > 0 and all(cell is None or isinstance(cell, int | float) for cell in cells)
    return pd.Series(cells, dtype="float64" if number else "str")


def _table(
    name: str, cells: Mapping[str, Sequence[Any]], keys: Sequence[str] = (), stage: Stage = Stage.RAW, subject: str = "SUBJECT"
) -> CheckedTable:
    frame = pd.DataFrame({column: text_or_number(values) for column, values in cells.items()})

    def locate(positions: np.ndarray, variables: Sequence[str], role: Role) -> list[tuple[Origin, ...]]:
        return [(Origin(role, f"{name.lower()}.csv", None, int(at) + 2, tuple(variables)),) for at in positions]

    return CheckedTable(name, "", stage, frame, frame.get(subject), tuple(keys), locate)


def _run(rules: Sequence[Rule], *tables: CheckedTable, study: str = STUDY) -> tuple[list[Finding], list[RuleOutcome]]:
    return check_tables({table.name: table for table in tables}, {tables[0].name: rules}, {}, study)


def _rule(check: Callable[..., Any], variables: Sequence[str] = (), **more: Any) -> Rule:
    more = {"id": "R1", "severity": Severity.ERROR, "message": "is wrong", "mend": tuple(variables)} | more
    return Rule(check=check, variables=tuple(variables), **more)


@pytest.fixture
def table() -> Callable[..., CheckedTable]:
    """``table(name, cells, keys, stage, subject)``: origins are the file ``<name>.csv``, whose header is row 1."""
    return _table


@pytest.fixture
def run() -> Callable[..., tuple[list[Finding], list[RuleOutcome]]]:
    """``run(rules, table, *others)``: the findings, and the rules' outcomes."""
    return _run


@pytest.fixture
def make_rule() -> Callable[..., Rule]:
    """``make_rule(check, variables, **fields)``: a rule, R1 unless it is named."""
    return _rule


@pytest.fixture
def status(run: Callable[..., Any]) -> Callable[..., tuple[str, str | None]]:
    """``status(rule, *tables)``: what became of one rule, and why."""

    def outcome(one: Rule, *tables: CheckedTable) -> tuple[str, str | None]:
        (only,) = run([one], *tables)[1]
        return only.status.value, only.reason

    return outcome
