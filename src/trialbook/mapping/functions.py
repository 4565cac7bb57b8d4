"""Calls of the study's own functions (its derivations), whose mistakes are told with file and line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from traceback import extract_tb

import pandas as pd

from trialbook.errors import SpecError
from trialbook.mapping.domain_spec import FunctionCall
from trialbook.mapping.forms import Form
from trialbook.mapping.specs import Specs


def call_function(
    call: FunctionCall, column: Callable[[str], pd.Series], size: int, specs: Specs, forms: Mapping[str, Form]
) -> pd.Series:
    """One value for each of ``size`` records, on their positions; ``column`` gives the columns that the call names.

    The function gets dates as ISO 8601 (:meth:`Form.given`), in whichever of its formats a site wrote them. Coded cells are
    terms in whole forms, and where the call asks for ``term(COLUMN)``. Raises :class:`SpecError` where the function fails or
    gives something else.
    """
    file, place = specs.derivations.files[call.function], f"function {call.function}"
    columns = [column(name) for name in call.from_]
    # Copies (made only where they are written to): a function must not change what other variables read.
    reads = {name: _whole(forms[name], specs) for name in call.reads}
    try:
        result = specs.function(call.function)(*columns, **reads)
    except Exception as error:
        lines = [frame.lineno for frame in extract_tb(error.__traceback__) if frame.filename == str(file)]
        what = f"{call.function} fails: {type(error).__name__}: {error}"
        where = f"line {lines[-1]}" if lines else place
        raise SpecError(what, file=file, place=where, remedy="Mend the function and run again.") from error
    expected = f"a Series with one value for each of the {size} records is expected"
    if not isinstance(result, pd.Series):
        raise SpecError(f"gave a {type(result).__name__}; {expected}", file=file, place=place)
    if len(result) != size:
        raise SpecError(f"gave {len(result)} values; {expected}", file=file, place=place)
    if not result.index.is_unique or not result.index.isin(range(size)).all():
        what = "gave a Series with another index than that of its columns, so no value can be told to belong to a record"
        raise SpecError(what, file=file, place=place, remedy="Keep the index of the columns that the function is given.")
    return result.sort_index().set_axis(range(size))


def _whole(form: Form, specs: Specs) -> pd.DataFrame:
    unknown = specs.export.unknown_date_parts
    return pd.DataFrame({name: form.meant(name, unknown, specs.codelists) for name in form.spec.columns})


def truth_by_function(
    call: FunctionCall, column: Callable[[str], pd.Series], size: int, specs: Specs, forms: Mapping[str, Form]
) -> pd.Series:
    """The same for a function that decides; raises :class:`SpecError` where it gives anything but True and False."""
    result = call_function(call, column, size, specs, forms)
    if result.dtype != "bool" and size:
        what = f"gave values of the type {result.dtype}; True or False is expected for each record"
        raise SpecError(what, file=specs.derivations.files[call.function], place=f"function {call.function}")
    return result.astype("bool")
