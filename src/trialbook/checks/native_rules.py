"""What a study's model declares in pandera's own words (fields and checks), as rules like all others.

Pandera's own null, unique, type and coercion failures carry no mask, and one value that does not coerce hides the other
violations of its column. As rules they give one finding a record, and an outcome where they pass or could not run.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera.engines import pandas_engine
from pandera.errors import ParserError

from trialbook.checks.rule import Check, Rule
from trialbook.errors import SpecError
from trialbook.findings import Severity

# What would change the table, or say what the specifications and the standard say already.
_REFUSED = {
    "parsers": "a parser; a check must not change the table",
    "strict": "strict; the columns come from the specifications and the standard",
    "ordered": "ordered; the order of variables is the standard's",
    "add_missing_columns": "add_missing_columns; a check must not change the table",
    "drop_invalid_rows": "drop_invalid_rows; a check must not change the table",
    "index": "an index; records are numbered by position",
    "dtype": "a type for all columns; give each its own",
}


def native_rules(schema: pa.DataFrameSchema) -> tuple[Rule, ...]:
    """The rules of a model's schema, named ``<model>-<column>-<kind or check>``; a check with ``raise_warning`` is a Warning.

    Cells of a column with ``coerce`` are checked as converted; those that don't convert are findings of kind ``TYPE``, and an
    empty one is null. Raises :class:`SpecError` for what a rule can't mean: a parser, an index, ``strict``, a ``regex`` column.
    """
    for name, what in _REFUSED.items():
        if getattr(schema, name):
            raise SpecError(f"{schema.name} declares {what}", remedy="Leave it out, or write a rule.")
    rules: list[Rule] = []
    for name, column in schema.columns.items():
        if column.regex or column.parsers or column.drop_invalid_rows:
            what = "a regular expression for names" if column.regex else "a parser or drop_invalid_rows"
            raise SpecError(f"{schema.name}.{name} declares {what}", remedy="Name the column; convert values in a rule.")
        rules.extend(_column_rules(f"{schema.name}-{name}", str(name), column, column.coerce or schema.coerce))
    columns = tuple(str(name) for name, column in schema.columns.items() if column.required)
    for check in schema.checks:
        rules.append(_from_check(f"{schema.name}-{check.name}", str(schema.name), check, None, None, columns))
    if schema.unique:
        keys = tuple(schema.unique)
        message = f"Another record has the same {', '.join(keys)}"
        rules.append(_rule(f"{schema.name}-UNIQUE", message, lambda f: ~f.duplicated(list(keys), keep=False), keys))
    return tuple(_numbered(rules))


def _column_rules(prefix: str, name: str, column: pa.Column, coerce: bool) -> Iterator[Rule]:
    dtype = column.dtype if coerce else None
    if column.required:
        yield Rule(f"{prefix}-PRESENT", Severity.ERROR, f"{name} is not there", lambda f: name in f)
    if column.dtype is not None:
        yield _rule(f"{prefix}-TYPE", f"{name} is not of type {column.dtype}", _type_check(name, column.dtype, coerce), (name,))
    if not column.nullable:
        yield _rule(f"{prefix}-NULL", f"{name} is empty", lambda f: ~_nulls(f[name], dtype), (name,))
    if column.unique:
        message = f"Another record has the same {name}"
        yield _rule(f"{prefix}-UNIQUE", message, lambda f: _nulls(f[name], dtype) | ~f[name].duplicated(keep=False), (name,))
    for check in column.checks:
        yield _from_check(f"{prefix}-{check.name}", name, check, name, dtype, (name,))


def _from_check(id: str, what: str, check: pa.Check, column: str | None, dtype: Any | None, variables: tuple[str, ...]) -> Rule:
    def run(frame: pd.DataFrame) -> pd.Series | bool:
        records = frame.reset_index(drop=True)
        size = len(records)
        if column is not None and dtype is not None:
            converted, fits = _convert(records[column], dtype)
            records = records[fits].assign(**{column: converted})
        elif column is not None and check.ignore_na:
            records = records[records[column].notna()]
        output = check(records, column).check_output
        if isinstance(output, pd.DataFrame):
            output = output.all(axis=1)
        if isinstance(output, pd.Series) and check.groupby is not None:
            return bool(output.all())
        # What was left out because it is null, or does not convert, is no failure of this check.
        return output.reindex(range(size), fill_value=True) if _same_records(output, records) else output

    severity = Severity.WARNING if check.raise_warning else Severity.ERROR
    return _rule(id, f"{what} fails {check.error or check.name}", run, variables, severity)


def _same_records(output: object, records: pd.DataFrame) -> bool:
    return isinstance(output, pd.Series) and output.index.equals(records.index)


def _type_check(name: str, dtype: Any, coerce: bool) -> Check:
    if coerce:
        return lambda f: _nulls(f[name], dtype) | _convert(f[name], dtype)[1]

    def check(frame: pd.DataFrame) -> pd.Series | bool:
        # Some of pandera's types answer with a bool, some cell by cell.
        answer = np.asarray(dtype.check(pandas_engine.Engine.dtype(frame[name].dtype), frame[name]))
        return pd.Series(answer) if answer.shape == (len(frame),) else bool(answer.all())

    return check


def _nulls(cells: pd.Series, dtype: Any | None) -> pd.Series:
    """Null as pandera has it; where cells are to be converted, the empty text too, since it holds nothing to convert."""
    return cells.isna() if dtype is None or cells.dtype != "str" else cells.isna() | (cells == "")


def _convert(cells: pd.Series, dtype: Any) -> tuple[pd.Series, pd.Series]:
    """The cells that convert, converted; and a mask of them. Null cells are not among them."""
    cells = cells.reset_index(drop=True)
    fits = ~_nulls(cells, dtype)
    try:
        return dtype.try_coerce(cells[fits]), fits
    except ParserError as error:
        fits[error.failure_cases["index"].to_numpy()] = False
        return dtype.try_coerce(cells[fits]), fits


def _rule(id: str, message: str, check: Check, variables: tuple[str, ...], severity: Severity = Severity.ERROR) -> Rule:
    return Rule(id, severity, message, check, variables, mend=variables)


def _numbered(rules: list[Rule]) -> Iterator[Rule]:
    """Rules whose ids are their own: a check that is declared twice on a column is told apart by a number."""
    seen: dict[str, int] = {}
    for one in rules:
        seen[one.id] = seen.get(one.id, 0) + 1
        yield one if seen[one.id] == 1 else replace(one, id=f"{one.id}-{seen[one.id]}")
