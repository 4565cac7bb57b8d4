"""Times to events that the tests of the methods share: invented ones, those that the package lifelines ships, the reference's."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest


@pytest.fixture(scope="session")
def invented() -> pd.DataFrame:
    """24 invented subjects with ties of every kind: of events of one cause and of both, and of events and censorings.

    ``cause`` is 0 where censored. What the tests expect of them is what R 4.2.2 gives (survival 3.5-3, cmprsk 2.2-11).
    """
    return pd.DataFrame(
        {
            "time": [1, 1, 2, 2, 2, 3, 3, 4, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 10, 10, 11, 12, 12],
            "cause": [1, 2, 1, 0, 2, 1, 1, 2, 0, 1, 0, 2, 1, 1, 2, 0, 1, 0, 2, 1, 0, 1, 0, 2],
            "group": list("abc") * 8,
            "stratum": list("uv") * 12,
        }
    ).assign(
        event=lambda data: data["cause"] > 0,
        b=lambda data: data["group"] == "b",
        c=lambda data: data["group"] == "c",
        v=lambda data: data["stratum"] == "v",
    )


@pytest.fixture(scope="session")
def of_lifelines() -> Callable[[str], pd.DataFrame]:
    """A data set that lifelines ships, read without the import of lifelines."""
    spec = importlib.util.find_spec("lifelines")
    assert spec is not None and spec.submodule_search_locations
    folder = Path(spec.submodule_search_locations[0]) / "datasets"
    return lambda name: pd.read_csv(folder / name, sep=None, engine="python")


@pytest.fixture(scope="session")
def lung(of_lifelines: Callable[[str], pd.DataFrame]) -> pd.DataFrame:
    """228 patients with lung cancer (Loprinzi 1994; R's survival::lung); ``event`` is death."""
    data = of_lifelines("lung.csv")
    return data.assign(event=data["status"])


@pytest.fixture(scope="session")
def leukemia(of_lifelines: Callable[[str], pd.DataFrame]) -> pd.DataFrame:
    """42 patients with acute leukemia (Freireich 1963; R's MASS::gehan without its pairs): 21 on 6-MP, 21 on placebo."""
    data = of_lifelines("anderson.csv")
    return pd.DataFrame({"time": data["t"], "event": data["status"], "placebo": data["Rx"]})


@pytest.fixture(scope="session")
def larynx(of_lifelines: Callable[[str], pd.DataFrame]) -> pd.DataFrame:
    """90 patients with cancer of the larynx (Kardaun 1983; R's KMsurv::larynx)."""
    return of_lifelines("larynx.csv")


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
