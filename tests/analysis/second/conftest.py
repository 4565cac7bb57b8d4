"""R's figures and data sets of the reference material, as the methods of the second path take them."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from trialbook.analysis.second.times import Time

SCALE = 100
"""Times of the data sets are days or months with up to two decimals; the methods take whole days."""


@pytest.fixture(scope="session")
def expected(shared: Path) -> Callable[[str], Any]:
    """A file of R's and SAS's figures."""
    return lambda name: json.loads((shared / "stats" / "expected" / f"{name}.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def times(shared: Path) -> Callable[..., list[Time]]:
    """The times of a data set, in hundredths: its columns of time and status, the arm that is treated, the stratum."""

    def read(name: str, time: str, status: str, arm: tuple[str, str], stratum: str = "", event: str = "") -> list[Time]:
        with (shared / "stats" / "data" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            rows = [row for row in csv.DictReader(file) if not stratum or row[stratum] not in ("", "NA")]
        return [
            Time(
                round(float(row[time]) * SCALE),
                int(row[status] == event) if event else int(row[status]),
                row[arm[0]] == arm[1],
                row[stratum] if stratum else "",
            )
            for row in rows
        ]

    return read
