"""The algorithms that fill a variable from raw records: sdtm.oak's vocabulary, one function each.

Every function takes the records, the algorithm and where its values are wanted (elsewhere they count for nothing, and
nothing is wrong with them), and gives text, one value a record, ``""`` where it has none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from trialbook.datasets import iso8601
from trialbook.expressions import parse as parse_expression
from trialbook.mapping.codes import read_terms
from trialbook.mapping.datetimes import beyond_parts
from trialbook.mapping.datetimes import parse as parse_datetimes
from trialbook.mapping.distinct import distinct_rows, each_distinct, spread
from trialbook.mapping.domain_spec import Algorithm
from trialbook.mapping.forms import Form
from trialbook.mapping.functions import call_function
from trialbook.mapping.provenance import Cells, Source
from trialbook.mapping.records import MappingIssue, RawRecords
from trialbook.mapping.specs import Specs


def fill(
    records: RawRecords, name: str, algorithms: tuple[Algorithm, ...], specs: Specs, forms: Mapping[str, Form]
) -> tuple[pd.Series, Source]:
    """The values of the variable ``name``, and where each came from; the first algorithm that gives a value wins."""
    values = pd.Series("", index=range(len(records)), dtype="str")
    choice = np.full(len(records), -1)
    ways: list[Cells] = []
    for algorithm in algorithms:
        wanted = (values == "").to_numpy(dtype=bool)
        if algorithm.condition_add and len(records):
            wanted = wanted & records.holds(algorithm.condition_add, name)
        if wanted.any():
            found = OPERATIONS[algorithm.operation](records, algorithm, wanted, specs, forms)
            takes = wanted & (found != "").to_numpy(dtype=bool)
            values = found.where(takes, values)
            choice[takes] = len(ways)
        ways.append(tuple(records.locate(column) for column in _read_by(algorithm)))
    # An empty value has an origin too: the raw cells that should have given it.
    choice[choice < 0] = len(ways)
    ways.append(tuple(dict.fromkeys(cell for cells in ways for cell in cells)))
    return values, Source(tuple(ways), choice)


def _read_by(algorithm: Algorithm) -> tuple[str, ...]:
    """The columns a value comes from; a constant comes from those that decide that it applies."""
    if algorithm.condition_add and not algorithm.columns:
        return tuple(sorted(parse_expression(algorithm.condition_add).names))
    return algorithm.columns


def _assign_no_ct(
    records: RawRecords, algorithm: Algorithm, wanted: np.ndarray, specs: Specs, forms: Mapping[str, Form]
) -> pd.Series:
    return records.column(str(algorithm.assign_no_ct))


def _assign_ct(
    records: RawRecords, algorithm: Algorithm, wanted: np.ndarray, specs: Specs, forms: Mapping[str, Form]
) -> pd.Series:
    name = str(algorithm.assign_ct)
    alias, column = records.locate(name)
    declared = records.forms[alias].spec.columns[column].codelist
    codelist = algorithm.codelist or declared
    collected = records.column(name)
    wanted_list = specs.codelists[str(codelist)]
    terms = read_terms(collected, wanted_list)
    # The form's own rules report a value that is not in the column's code list: only another list's gaps are ours to report.
    lost = wanted & ((collected != "") & (terms == "")).to_numpy(dtype=bool)
    if declared:
        lost &= (read_terms(collected, specs.codelists[declared]) != "").to_numpy(dtype=bool)
    if codelist != declared and lost.any():
        message = f"The code list {codelist} has no term for the value of {column}"
        rows, form = np.unique(records.rows[alias][lost]), records.forms[alias].name
        issue = MappingIssue("TERM", records.domain, form, (column,), rows, message, str(codelist), wanted_list)
        records.issues.append(issue)
    return terms


def _assign_unit(
    records: RawRecords, algorithm: Algorithm, wanted: np.ndarray, specs: Specs, forms: Mapping[str, Form]
) -> pd.Series:
    """The unit term of a collected unit by ``units.yml``; one that is not known there stays as it is collected."""
    return each_distinct(records.column(str(algorithm.assign_unit)), specs.units.term)


def _hardcode(
    records: RawRecords, algorithm: Algorithm, wanted: np.ndarray, specs: Specs, forms: Mapping[str, Form]
) -> pd.Series:
    value = algorithm.hardcode_ct if algorithm.hardcode_ct is not None else algorithm.hardcode_no_ct
    return pd.Series(value, index=range(len(records)), dtype="str")


def _assign_datetime(
    records: RawRecords, algorithm: Algorithm, wanted: np.ndarray, specs: Specs, forms: Mapping[str, Form]
) -> pd.Series:
    names = algorithm.assign_datetime or ()
    if len(names) == 1:
        return records.given(names[0])
    distinct = distinct_rows([records.column(name) for name in names])
    parts = pd.DataFrame(np.nan, index=range(len(distinct.rows)), columns=list(iso8601.PARTS))
    beyond = pd.Series("", index=parts.index, dtype="str")
    for at, name in enumerate(names):
        alias, column = records.locate(name)
        spec = records.forms[alias].spec.columns[column]
        cells = pd.Series([row[at] for row in distinct.rows], dtype="str")
        read, fits = parse_datetimes(cells, spec.format, records.unknown_date_parts)
        # An offset from UTC is that of the time it stands beside.
        more = beyond_parts(cells, spec.format, records.unknown_date_parts)
        beyond = beyond.where(parts["H"].notna() | (more == ""), more)
        parts = parts.fillna(read.where(fits))
    return spread((iso8601.compose(parts) + beyond).tolist(), distinct.of, pd.RangeIndex(len(records)))


def _derive(records: RawRecords, algorithm: Algorithm, wanted: np.ndarray, specs: Specs, forms: Mapping[str, Form]) -> pd.Series:
    assert algorithm.derive is not None
    return call_function(algorithm.derive, records.meant, len(records), specs, forms).astype("str").fillna("")


Operation = Callable[[RawRecords, Algorithm, np.ndarray, Specs, Mapping[str, Form]], pd.Series]
OPERATIONS: dict[str, Operation] = {
    "assign_no_ct": _assign_no_ct,
    "assign_ct": _assign_ct,
    "assign_unit": _assign_unit,
    "hardcode_no_ct": _hardcode,
    "hardcode_ct": _hardcode,
    "assign_datetime": _assign_datetime,
    "derive": _derive,
}
