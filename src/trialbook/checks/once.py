"""What several rules of a run ask of the same tables, made once.

Text columns are known by the memory that they stand in, which is held meanwhile and which Arrow never writes to; numbers and days
by their content. So a table that a rule has changed is another one, and nothing that is kept can grow old. Outside of a run
nothing is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from hashlib import blake2b
from typing import Any

import numpy as np
import pandas as pd

_kept: ContextVar[dict[Hashable, tuple[Any, list[Any]]] | None] = ContextVar("kept", default=None)


class _NotKnownError(Exception):
    """An argument that can't be told from another one."""


@contextmanager
def one_run() -> Iterator[None]:
    """Within it :func:`once` keeps what its functions give; at its end all of that is let go."""
    token = _kept.set({})
    try:
        yield
    finally:
        _kept.reset(token)


def once[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """A function of tables, columns and plain values that is run once in a run for the same ones; below ``@classmethod``.

    It must depend on nothing else and change nothing. Each caller gets its own copy of the tables, columns and arrays that it
    gave: what one does to them, no other sees. For a table with a column or an index of an unusual kind it is run each time.
    """

    @wraps(function)
    def kept(*args: P.args, **kwargs: P.kwargs) -> R:
        known = _kept.get()
        if known is None:
            return function(*args, **kwargs)
        held: list[Any] = []
        try:
            key = (function, _identity(args, held), _identity(kwargs, held))
        except _NotKnownError:
            return function(*args, **kwargs)
        if key not in known:
            known[key] = function(*args, **kwargs), held
        return _copied(known[key][0])

    return kept


def _copied(value: Any) -> Any:
    if isinstance(value, pd.DataFrame | pd.Series):
        return value.copy(deep=False)
    if isinstance(value, np.ndarray | set | list):
        return value.copy()
    if isinstance(value, tuple):
        return tuple(map(_copied, value))
    if isinstance(value, dict):
        return {name: _copied(one) for name, one in value.items()}
    return value


def _identity(value: Any, held: list[Any]) -> Hashable:
    """What is equal for equal values only, as long as all in ``held`` is held."""
    if isinstance(value, pd.DataFrame):
        columns = ((name, _column(column.array, held)) for name, column in value.items())
        return ("frame", _identity(value.index, held), *columns)
    if isinstance(value, pd.Series):
        return ("series", value.name, _identity(value.index, held), _column(value.array, held))
    if isinstance(value, pd.RangeIndex):
        return ("range", value.start, value.stop, value.step)
    if isinstance(value, pd.Index) and not isinstance(value, pd.MultiIndex):
        return ("index", value.name, _column(value.array, held))
    if isinstance(value, Mapping):
        return ("mapping", *((name, _identity(one, held)) for name, one in value.items()))
    if isinstance(value, tuple | list):
        return (type(value), *(_identity(one, held) for one in value))
    try:
        hash(value)
    except TypeError:
        raise _NotKnownError from None
    return (type(value), value)


def _column(array: Any, held: list[Any]) -> Hashable:
    if isinstance(array, pd.arrays.ArrowStringArray):
        chunks = array.__arrow_array__().chunks
        held += chunks
        return ("text", *((one.offset, len(one), *map(_address, one.buffers())) for one in chunks))
    if isinstance(array, pd.arrays.NumpyExtensionArray | pd.arrays.DatetimeArray | pd.arrays.TimedeltaArray):
        values = np.ascontiguousarray(array.to_numpy())
        if values.dtype.kind in "biufmM":
            return (values.dtype.str, len(values), blake2b(values.view("uint8"), digest_size=16).digest())
    raise _NotKnownError


def _address(buffer: Any) -> int | None:
    return None if buffer is None else buffer.address
