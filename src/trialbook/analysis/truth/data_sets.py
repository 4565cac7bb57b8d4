"""The data sets of the checks: those of publications that a package ships, and one that was made for the purpose."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pandas as pd

from trialbook.errors import TrialbookError

MADE = Path(__file__).parent / "made.csv"


@dataclass(frozen=True)
class DataSet:
    """``about``: what it is and from where; ``read`` gives it as a frame, a row a subject."""

    about: str
    read: Callable[[], pd.DataFrame]


@cache
def data_set(name: str) -> pd.DataFrame:
    """A data set of :data:`DATA_SETS`; KeyError for another name. It is read once: who changes it takes a copy."""
    return DATA_SETS[name].read()


def _of_lifelines(file: str, separator: str = ",") -> Callable[[], pd.DataFrame]:
    """A file that lifelines ships, without its import, which takes seconds."""

    def read() -> pd.DataFrame:
        spec = importlib.util.find_spec("lifelines")
        if spec is None or not spec.submodule_search_locations:
            raise TrialbookError(
                f"lifelines, which ships {file}, is not installed", remedy="Install trialbook with its dependencies."
            )
        return pd.read_csv(Path(spec.submodule_search_locations[0]) / "datasets" / file, sep=separator)

    return read


def _known(read: Callable[[], pd.DataFrame], column: str) -> Callable[[], pd.DataFrame]:
    return lambda: read().dropna(subset=[column])


_LUNG = _of_lifelines("lung.csv")
DATA_SETS: Mapping[str, DataSet] = {
    "made": DataSet(
        "24 subjects made for this purpose, in whom events of two causes and censorings are tied in every way",
        lambda: pd.read_csv(MADE),
    ),
    "lung": DataSet("228 patients with lung cancer (Loprinzi, J Clin Oncol 1994; 12: 601-607), shipped by lifelines", _LUNG),
    "lung_ecog": DataSet("the same, the 227 whose ECOG performance status is known", _known(_LUNG, "ph.ecog")),
    "remission": DataSet(
        "42 patients in remission, 6-MP against placebo (Freireich, Blood 1963; 21: 699-716), shipped by lifelines",
        _of_lifelines("anderson.csv", r" "),
    ),
    "larynx": DataSet(
        "90 patients with cancer of the larynx (Kardaun, Stat Neerl 1983; 37: 103-125), shipped by lifelines",
        _of_lifelines("larynx.csv"),
    ),
}
"""By name; the made one has time, cause (0 is censored), event, group and stratum, and 1 or 0 for two groups and a stratum."""
