"""Rules as an ordinary pandera schema, and what running it says of each rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaError, SchemaErrors

from trialbook.checks.rule import Rule
from trialbook.findings import RuleStatus


class MaskError(ValueError):
    """A rule gave something else than one bool for the table or a mask with one value a record."""


@dataclass(frozen=True)
class Verdict:
    """What a rule said of a table: ``failing`` are positions of records; with ``whole``, the table itself fails."""

    rule: Rule
    status: RuleStatus
    reason: str | None = None
    failing: np.ndarray | None = None
    whole: bool = False


def build_schema(
    table: str, rules: Sequence[Rule], tables: Mapping[str, pd.DataFrame], base: pa.DataFrameSchema | None = None
) -> tuple[pa.DataFrameSchema, list[Verdict]]:
    """The schema of those rules that can run on ``tables``, and a SKIPPED verdict with the reason for each of the others.

    The tables a rule reads are bound here. ``base`` is a pandera schema to build on: a study's own model.
    """
    checks, skipped = [], []
    for one in rules:
        reason = one.absent(table, tables)
        if reason:
            skipped.append(Verdict(one, RuleStatus.SKIPPED, reason))
        else:
            checks.append(_as_check(one, [tables[name] for name in one.reads]))
    columns = {} if base is None else dict(base.columns)
    for column in tables.get(table, pd.DataFrame()).columns:
        columns.setdefault(column, pa.Column(None, required=False, nullable=True))
    inherited = [] if base is None else list(base.checks)
    return pa.DataFrameSchema(columns=columns, checks=[*inherited, *checks], name=table, strict=False), skipped


def _as_check(one: Rule, read: Sequence[pd.DataFrame]) -> pa.Check:
    def run(frame: pd.DataFrame) -> pd.Series | bool:
        result = one.check(frame, *read)
        if isinstance(result, bool | np.bool_):
            return bool(result)
        if not isinstance(result, pd.Series | np.ndarray):
            raise MaskError(f"gave {type(result).__name__}; a mask with one value a record, or one bool, is expected")
        mask = pd.Series(result)
        if len(mask) != len(frame):
            raise MaskError(f"gave a mask of {len(mask)} values for {len(frame)} records")
        if mask.isna().any():
            raise MaskError(f"gave a mask with {int(mask.isna().sum())} nulls")
        if mask.dtype.kind != "b" and str(mask.dtype) != "boolean":
            raise MaskError(f"gave a mask of {mask.dtype}, not of bool")
        return mask.astype(bool).set_axis(frame.index)

    # Without ignore_na=False pandera drops rows with nulls, so the wrong row is blamed; one failure case is
    # enough, since the mask itself is read: collecting all of them costs far more than the check.
    return pa.Check(run, name=one.id, error=one.message, ignore_na=False, n_failure_cases=1)


def run_schema(schema: pa.DataFrameSchema, frame: pd.DataFrame, rules: Sequence[Rule]) -> list[Verdict]:
    """Validate ``frame`` and give a verdict for each rule that the schema holds, in the rules' order.

    Pandera's own checks and columns of a study's model come after them, as rules named after the schema and the check.
    """
    held = {check.name for check in schema.checks}
    errors: dict[str, SchemaError] = {}
    own: list[Verdict] = []
    by_id = {one.id: one for one in rules}
    try:
        schema.validate(frame, lazy=True)
    except SchemaErrors as found:
        for error in found.schema_errors:
            name = getattr(error.check, "name", None)
            if name in by_id:
                errors[name] = error
            else:
                own.append(_native(str(schema.name), error, frame))
    return [_verdict(one, errors.get(one.id)) for one in rules if one.id in held] + own


def _verdict(one: Rule, error: SchemaError | None) -> Verdict:
    if error is None:
        return Verdict(one, RuleStatus.SUCCESS)
    output = error.check_output
    if isinstance(output, pd.Series):
        return Verdict(one, RuleStatus.ISSUE_REPORTED, failing=np.flatnonzero(~output.to_numpy(dtype=bool)))
    if output is False:
        return Verdict(one, RuleStatus.ISSUE_REPORTED, whole=True)
    return Verdict(one, RuleStatus.EXECUTION_ERROR, _first_line(error))


def _first_line(error: SchemaError) -> str:
    return str(error).split("Traceback", 1)[0].strip().removeprefix("Error while executing check function:").strip()


def _native(schema: str, error: SchemaError, frame: pd.DataFrame) -> Verdict:
    """A failure of pandera's own declarations in a study's model."""
    from trialbook.findings import Severity

    column = error.schema.name if error.schema is not None and error.schema.name != schema else None
    name = getattr(error.check, "name", None) or str(error.check)
    variables = (str(column),) if column in frame.columns else ()
    one = Rule(f"{schema}-{column}-{name}" if column else f"{schema}-{name}", Severity.ERROR, _first_line(error), bool, variables)
    if error.check_output is None and getattr(error.check, "name", None):
        return Verdict(one, RuleStatus.EXECUTION_ERROR, _first_line(error))
    if isinstance(error.check_output, pd.Series) and len(error.check_output) == len(frame):
        return _verdict(one, error)
    return Verdict(one, RuleStatus.ISSUE_REPORTED, whole=True)
