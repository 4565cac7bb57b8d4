"""The algorithms that fill a variable from raw records: sdtm.oak's vocabulary, one function each.

Every function takes the records and the algorithm and gives text, one value a record, ``""`` where it has none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from trialbook.datasets import iso8601
from trialbook.errors import SpecError
from trialbook.mapping.datetimes import parse as parse_datetimes
from trialbook.mapping.domain_spec import Algorithm
from trialbook.mapping.forms import Form
from trialbook.mapping.provenance import Cells, Source
from trialbook.mapping.records import MappingIssue, RawRecords, holds
from trialbook.mapping.specs import Specs

FILLED_LATER = ("derive_study_day", "derive_seq")


def fill(
    records: RawRecords, algorithms: tuple[Algorithm, ...], specs: Specs, forms: Mapping[str, Form]
) -> tuple[pd.Series, Source]:
    """The values of a variable, and where each came from; the first algorithm that gives a value wins."""
    values = pd.Series("", index=range(len(records)), dtype="str")
    choice = np.full(len(records), -1)
    ways: list[Cells] = []
    for algorithm in algorithms:
        found = OPERATIONS[algorithm.operation](records, algorithm, specs, forms)
        takes = (values == "") & (found != "")
        if algorithm.condition_add:
            takes &= holds(algorithm.condition_add, records.column)
        values = found.where(takes, values)
        choice[takes.to_numpy()] = len(ways)
        ways.append(tuple(records.locate(name) for name in algorithm.columns))
        if len(algorithms) == 1:
            # An empty value has an origin too: the raw cell that should have given it.
            choice[:] = 0
    return values, Source(tuple(ways), choice)


def _assign_no_ct(records: RawRecords, algorithm: Algorithm, specs: Specs, forms: Mapping[str, Form]) -> pd.Series:
    return records.column(str(algorithm.assign_no_ct))


def _assign_ct(records: RawRecords, algorithm: Algorithm, specs: Specs, forms: Mapping[str, Form]) -> pd.Series:
    name = str(algorithm.assign_ct)
    alias, column = records.locate(name)
    declared = records.forms[alias].spec.columns[column].codelist
    codelist = algorithm.codelist or declared
    collected = records.column(name)
    terms = collected.map(specs.codelists[str(codelist)].by_value).fillna("").astype("str")
    # The form's own rules report a value that is not in the column's code list; another list is nobody's concern but ours.
    lost = ((collected != "") & (terms == "")).to_numpy() & (codelist != declared)
    if lost.any():
        message = f"The code list {codelist} has no term for the value of {column}"
        rows = records.rows[alias][lost]
        records.issues.append(MappingIssue("TERM", records.domain, records.forms[alias].name, (column,), rows, message))
    return terms


def _hardcode(records: RawRecords, algorithm: Algorithm, specs: Specs, forms: Mapping[str, Form]) -> pd.Series:
    value = algorithm.hardcode_ct if algorithm.hardcode_ct is not None else algorithm.hardcode_no_ct
    return pd.Series(value, index=range(len(records)), dtype="str")


def _assign_datetime(records: RawRecords, algorithm: Algorithm, specs: Specs, forms: Mapping[str, Form]) -> pd.Series:
    parts = pd.DataFrame(np.nan, index=range(len(records)), columns=list(iso8601.PARTS))
    for name in algorithm.assign_datetime or ():
        alias, column = records.locate(name)
        spec = records.forms[alias].spec.columns[column]
        read, fits = parse_datetimes(records.column(name), spec.format, records.unknown_date_parts)
        parts = parts.fillna(read.where(fits))
    return iso8601.compose(parts)


def _derive(records: RawRecords, algorithm: Algorithm, specs: Specs, forms: Mapping[str, Form]) -> pd.Series:
    call = algorithm.derive
    assert call is not None
    result = None
    try:
        reads = {name: forms[name].frame for name in call.reads}
        result = specs.function(call.function)(*(records.column(name) for name in call.from_), **reads)
    except Exception as error:
        what = f"{call.function} fails: {type(error).__name__}: {error}"
        raise SpecError(what, file=specs.folder / "derivations.py", remedy="Mend the function and run again.") from error
    if not isinstance(result, pd.Series) or len(result) != len(records):
        size = len(result) if isinstance(result, pd.Series) else type(result).__name__
        what = f"{call.function} gave {size}; a Series with one value for each of the {len(records)} records is expected"
        raise SpecError(what, file=specs.folder / "derivations.py")
    return result.reset_index(drop=True).astype("str").fillna("")


Operation = Callable[[RawRecords, Algorithm, Specs, Mapping[str, Form]], pd.Series]
OPERATIONS: dict[str, Operation] = {
    "assign_no_ct": _assign_no_ct,
    "assign_ct": _assign_ct,
    "hardcode_no_ct": _hardcode,
    "hardcode_ct": _hardcode,
    "assign_datetime": _assign_datetime,
    "derive": _derive,
}
