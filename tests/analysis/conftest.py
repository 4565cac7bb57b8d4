"""The reference material on statistics, beside the repository: figures of R and SAS, and data that they are of."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest


@pytest.fixture(scope="session")
def expected(shared: Path) -> Callable[[str], Any]:
    """A file of R's and SAS's figures in the reference material."""
    return lambda name: json.loads((shared / "stats" / "expected" / f"{name}.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def reference(shared: Path) -> Callable[[str], pd.DataFrame]:
    """A data set of the reference material as ``time``, ``event`` or ``cause``, ``group`` and its other columns."""

    def read(name: str) -> pd.DataFrame:
        data = pd.read_csv(shared / "stats" / "data" / f"{name}.csv")
        match name:
            case "aml":
                return data.assign(event=data["status"], group=data["x"])
            case "gehan":
                return data.assign(event=data["cens"], group=data["treat"])
            case "lung":
                return data.assign(event=data["status"] == 2, group=data["sex"])
            case "myeloid":
                return data.assign(time=data["futime"], event=data["death"], group=data["trt"])
            case "bmtcrr":
                return data.assign(time=data["ftime"], cause=data["Status"])
            case "myeloid_cir":
                return data.assign(time=data["t"], cause=data["ev"])
            case "melanoma":
                return data.assign(cause=data["status"].map({1: 1, 2: 0, 3: 2}))
        raise AssertionError(f"{name} is no data set of the reference material")

    return read
