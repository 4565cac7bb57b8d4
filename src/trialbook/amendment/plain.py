"""Values as plain data that can be compared between two protocols; what is no data is told apart from it."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Mapping
from decimal import Decimal
from enum import Enum
from typing import Any

import pandas as pd
from pydantic import BaseModel

from trialbook.protocol.eligibility import Eligibility

NOT_DATA = object()
"""In place of a function, a class, a folder: of these nothing can be compared."""

_SCALARS = (str, int, float, bool, type(None), Decimal, datetime.date, datetime.datetime)
_OWN = ("trialbook.protocol", "trialbook_study_")
"""Where the classes come from that are the study's own data; others may hold anything, folders too."""


def as_data(value: Any) -> Any:
    """Plain data, equal where two values say the same; :data:`NOT_DATA` where a value is none."""
    if isinstance(value, Enum):
        return as_data(value.value)
    if isinstance(value, _SCALARS):
        return value
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json") if type(value).__module__.startswith(_OWN) else NOT_DATA
    if isinstance(value, Eligibility):
        return {**as_data(value.spec), "values": as_data(value.values)}
    if isinstance(value, pd.Series | pd.DataFrame):
        return value.to_csv()
    if isinstance(value, Mapping):
        return {str(key): data for key, one in value.items() if (data := as_data(one)) is not NOT_DATA}
    if isinstance(value, list | tuple):
        return [data for one in value if (data := as_data(one)) is not NOT_DATA]
    if isinstance(value, set | frozenset):
        return sorted(map(str, value))
    if dataclasses.is_dataclass(value) and not isinstance(value, type) and type(value).__module__.startswith(_OWN):
        return as_data({field.name: getattr(value, field.name) for field in dataclasses.fields(value)})
    return NOT_DATA
