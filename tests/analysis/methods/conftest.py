"""Times to events that the tests of the methods share: the data sets of the outside figures (``trialbook.analysis.truth``)."""

from __future__ import annotations

import pandas as pd
import pytest

from trialbook.analysis.truth.data_sets import data_set


@pytest.fixture(scope="session")
def invented() -> pd.DataFrame:
    """24 made subjects with ties of every kind: of events of one cause and of both, and of events and censorings.

    ``cause`` is 0 where censored. What the tests expect of them is what R 4.2.2 gives (survival 3.5-3, cmprsk 2.2-11).
    """
    made = data_set("made")
    return made.assign(**{name: made[name].astype(bool) for name in ("event", "b", "c", "v")})


@pytest.fixture(scope="session")
def lung() -> pd.DataFrame:
    """228 patients with lung cancer; ``event`` is death."""
    data = data_set("lung")
    return data.assign(event=data["status"])


@pytest.fixture(scope="session")
def leukemia() -> pd.DataFrame:
    """42 patients with acute leukemia (R's MASS::gehan without its pairs): 21 on 6-MP, 21 on placebo."""
    data = data_set("remission")
    return pd.DataFrame({"time": data["t"], "event": data["status"], "placebo": data["Rx"]})
