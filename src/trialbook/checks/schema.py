"""Rules as an ordinary pandera schema, and what running it says of each rule."""

from __future__ import annotations

import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera.config import ValidationDepth, config_context
from pandera.errors import SchemaError, SchemaErrorReason, SchemaErrors

from trialbook.checks.against import Against
from trialbook.checks.rule import Rule
from trialbook.findings import RuleStatus

_BESIDE = "beside"
"""Where a schema keeps which records of other tables a rule's records were held against."""


class RuleError(ValueError):
    """A rule that broke, or gave something else than one bool for the table or a mask with one value a record."""


@dataclass(frozen=True)
class Verdict:
    """What a rule said of a table: ``failing`` are positions of records; with ``whole``, the table itself fails.

    ``beside`` gives by other table, for every record, the position of the record there that it was held against, -1 for none.
    """

    rule: Rule
    status: RuleStatus
    reason: str | None = None
    failing: np.ndarray | None = None
    whole: bool = False
    beside: Mapping[str, np.ndarray] = field(default_factory=dict)


def build_schema(
    table: str,
    rules: Sequence[Rule],
    tables: Mapping[str, pd.DataFrame],
    why: Mapping[str, Mapping[str, str]] | None = None,
) -> tuple[pa.DataFrameSchema, list[Verdict]]:
    """The schema of those rules that can run on ``tables``, and a SKIPPED verdict with the reason for each of the others.

    The tables a rule reads are bound here. ``why`` gives, by table, the reason for columns that are known not to be there.
    """
    checks, skipped = [], []
    beside: dict[str, Mapping[str, np.ndarray]] = {}
    for one in rules:
        reason = one.absent(table, tables, why)
        if reason:
            skipped.append(Verdict(one, RuleStatus.SKIPPED, reason))
        else:
            checks.append(_as_check(one, [tables.get(name, pd.DataFrame()) for name in one.reads], beside))
    frame = tables.get(table, pd.DataFrame())
    columns = {column: pa.Column(None, required=False, nullable=True) for column in frame.columns}
    return pa.DataFrameSchema(columns=columns, checks=checks, name=table, strict=False, metadata={_BESIDE: beside}), skipped


def _as_check(one: Rule, read: Sequence[pd.DataFrame], beside: dict[str, Mapping[str, np.ndarray]]) -> pa.Check:
    def run(frame: pd.DataFrame) -> pd.Series | bool:
        if one.of_records and not len(frame):
            return True
        try:
            # Copies that share the cells until written to: what a rule does to its tables, no other rule sees.
            result = one.check(*(table.copy(deep=False) for table in (frame, *read)))
        except (Exception, SystemExit) as error:
            raise RuleError(f"{type(error).__name__}: {error}{_place(one, error)}") from error
        if isinstance(result, Against):
            beside[one.id] = result.beside
            result = result.mask
        mask = checked_mask(result, frame)
        # Of what passes pandera asks for no more than that: it would look for the failure cases.
        return True if isinstance(mask, pd.Series) and mask.all() else mask

    # Without ignore_na=False pandera drops rows with nulls, so the wrong row is blamed; one failure case is
    # enough, since the mask itself is read: collecting all of them costs far more than the check.
    return pa.Check(run, name=one.id, error=one.message, ignore_na=False, n_failure_cases=1)


def _place(one: Rule, error: BaseException) -> str:
    """Where in the rule's own module it broke; nothing for the kit's rules, whose breaking is no one's to mend but ours."""
    function = getattr(one.check, "func", None)
    if function is None:
        return ""
    file = function.__code__.co_filename
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == file]
    return f" ({Path(file).name}, line {lines[-1]})" if lines else ""


def checked_mask(result: object, frame: pd.DataFrame) -> pd.Series | bool:
    """What a rule gave, as one bool, or as a mask with the index of ``frame``; raises :class:`RuleError` where it is neither."""
    if isinstance(result, bool | np.bool_):
        return bool(result)
    if not isinstance(result, pd.Series | np.ndarray) or result.ndim != 1:
        raise RuleError(f"gave {type(result).__name__}; a mask with one value a record, or one bool, is expected")
    mask = pd.Series(result)
    if len(mask) != len(frame):
        raise RuleError(f"gave a mask of {len(mask)} values for {len(frame)} records")
    if mask.isna().any():
        raise RuleError(f"gave a mask with {int(mask.isna().sum())} nulls")
    if not pd.api.types.is_bool_dtype(mask.dtype) or isinstance(mask.dtype, pd.CategoricalDtype):
        raise RuleError(f"gave a mask of {mask.dtype}, not of bool")
    if isinstance(result, pd.Series) and not mask.index.equals(frame.index) and set(mask.index) == set(frame.index):
        raise RuleError("gave a mask in another order than the records")
    return mask.astype(bool).set_axis(frame.index)


def run_schema(schema: pa.DataFrameSchema, frame: pd.DataFrame, rules: Sequence[Rule]) -> list[Verdict]:
    """Validate ``frame`` and give a verdict for each rule that the schema holds, in the rules' order."""
    held = {check.name for check in schema.checks}
    errors: dict[str, SchemaError] = {}
    try:
        # A user's PANDERA_VALIDATION_… settings must not make rules pass that never ran.
        with config_context(validation_enabled=True, validation_depth=ValidationDepth.SCHEMA_AND_DATA):
            # Pandera aligns by label, and would fail where labels are not unique.
            schema.validate(frame.reset_index(drop=True), lazy=True)
    except SchemaErrors as found:
        errors = {error.check.name: error for error in found.schema_errors}
    beside = (schema.metadata or {}).get(_BESIDE, {})
    return [_verdict(one, errors.get(one.id), beside.get(one.id, {})) for one in rules if one.id in held]


def _verdict(one: Rule, error: SchemaError | None, beside: Mapping[str, np.ndarray]) -> Verdict:
    if error is None:
        return Verdict(one, RuleStatus.SUCCESS)
    if error.reason_code is SchemaErrorReason.CHECK_ERROR:
        reason = str(error.failure_cases).removeprefix('RuleError("').removesuffix('")')
        return Verdict(one, RuleStatus.EXECUTION_ERROR, reason)
    output = error.check_output
    if isinstance(output, pd.Series):
        return Verdict(one, RuleStatus.ISSUE_REPORTED, failing=np.flatnonzero(~output.to_numpy(dtype=bool)), beside=beside)
    return Verdict(one, RuleStatus.ISSUE_REPORTED, whole=True)
