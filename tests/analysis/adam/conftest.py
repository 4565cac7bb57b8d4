"""Small tables as the analysis datasets' code takes them: texts, numbers, and dates as days since 1960."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd
import pytest

from trialbook.analysis.adam.making import Materials
from trialbook.protocol import Visit

Rows = Sequence[Mapping[str, Any]]
VISITS = {
    one.visit: one
    for one in (
        Visit(visitnum=10, visit="SCREENING", day=-14, window=(0, 13)),
        Visit(visitnum=20, visit="BASELINE", day=1, window=(0, 7)),
        Visit(visitnum=30, visit="MONTH 1", day=31, window=(-7, 7)),
        Visit(visitnum=90, visit="MONTH 6", day=184, window=(-14, 14)),
        Visit(visitnum=160, visit="RELAPSE", window=(-7, 7)),
    )
}


def day(text: str | None) -> float:
    """``2024-03-05`` as days since 1960; NaN of None."""
    return float("nan") if text is None else float((date.fromisoformat(text) - date(1960, 1, 1)).days)


def table(rows: Rows, *columns: str) -> pd.DataFrame:
    """Rows as a frame of text and float64 columns; without rows, text columns."""
    if not rows:
        return pd.DataFrame({name: pd.Series(dtype="str") for name in columns})
    frame = pd.DataFrame(rows)
    for name in frame:
        if pd.api.types.is_numeric_dtype(frame[name].dtype):
            frame[name] = frame[name].astype("float64")
        else:
            frame[name] = frame[name].astype("str")
    return frame


@pytest.fixture(name="day")
def day_fixture() -> Callable[[str | None], float]:
    """An ISO 8601 date as analysis datasets hold it."""
    return day


@pytest.fixture(name="table")
def table_fixture() -> Callable[..., pd.DataFrame]:
    """Rows as a frame."""
    return table


@pytest.fixture(name="visits")
def visits_fixture() -> dict[str, Visit]:
    """Five planned visits: two before treatment, two after, and one that an event decides."""
    return VISITS


@pytest.fixture
def materials() -> Callable[..., Materials]:
    """``materials(DM=rows, ADSL=rows, …)``: datasets by name; ADSL stands for what was made before, the others for SDTM."""

    def made(functions: dict[str, Any] | None = None, constants: dict[str, Any] | None = None, **datasets: Rows) -> Materials:
        frames = {name: table(rows, "USUBJID") for name, rows in datasets.items()}
        adam = {name: frames.pop(name) for name in [one for one in frames if one.startswith("AD")]}
        return Materials(frames, functions or {}, constants or {}, VISITS, frozenset(), adam)

    return made


@pytest.fixture
def dated() -> Callable[..., pd.DataFrame]:
    """``dated("RELAPSE", ("S1", "2024-03-05"), ("S2", "2024-03"))``: records of an event, of partial dates the first day."""

    def made(event: str, *records: tuple[str, str]) -> pd.DataFrame:
        from trialbook.analysis.adam.endpoints_spec import EventSource
        from trialbook.analysis.adam.events import dated as read

        rows = [{"USUBJID": who, "RSDTC": when, "RSSEQ": place + 1} for place, (who, when) in enumerate(records)]
        source = table(rows, "USUBJID", "RSDTC")
        spec = EventSource(dataset="RS", date="RSDTC", text=event.capitalize())
        return read(Materials({"RS": source}), event, [spec])

    return made
