"""The data sets of the checks are those of the reference material, where it has them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pandas as pd
import pytest

from trialbook.analysis.truth import data_sets
from trialbook.analysis.truth.data_sets import DATA_SETS, data_set
from trialbook.errors import TrialbookError


def test_what_there_is() -> None:
    assert {name: data_set(name).shape for name in DATA_SETS} == {
        "made": (24, 8),
        "lung": (228, 10),
        "lung_ecog": (227, 10),
        "remission": (42, 5),
        "larynx": (90, 6),
    }


def test_the_made_one_has_ties_of_every_kind() -> None:
    made = data_set("made")
    causes = made.groupby("time")["cause"].agg(set)
    assert {frozenset(one) for one in causes} >= {frozenset(pair) for pair in ({1, 2}, {0, 1}, {0, 2}, {0, 1, 2}, {1})}
    assert made["event"].tolist() == (made["cause"] > 0).astype(int).tolist()
    for label, column in (("group", "b"), ("group", "c"), ("stratum", "v")):
        assert made[column].tolist() == (made[label] == column).astype(int).tolist()
    assert made.groupby(["group", "stratum"]).size().tolist() == [4] * 6


def test_lung_cancer_is_the_reference_s(reference: Callable[[str], pd.DataFrame]) -> None:
    theirs = reference("lung")
    columns = ["time", "age", "sex", "ph.ecog", "wt.loss"]
    pd.testing.assert_frame_equal(data_set("lung")[columns], theirs[columns], check_dtype=False)
    assert data_set("lung")["status"].tolist() == theirs["event"].astype(int).tolist()


def test_remission_is_the_reference_s(reference: Callable[[str], pd.DataFrame]) -> None:
    theirs = reference("gehan").assign(Rx=lambda data: (data["treat"] == "control").astype(int))
    ours = data_set("remission")[["t", "status", "Rx"]].sort_values(["Rx", "t", "status"])
    assert ours.to_numpy().tolist() == theirs.sort_values(["Rx", "time", "cens"])[["time", "cens", "Rx"]].to_numpy().tolist()


def test_lifelines_is_not_imported_for_its_data() -> None:
    """Its import takes seconds."""
    code = "import sys; import trialbook.analysis.truth.data_sets as d; d.data_set('larynx'); print('lifelines' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_without_lifelines_the_error_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data_sets.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(TrialbookError, match=r"lifelines, which ships larynx\.csv, is not installed"):
        DATA_SETS["larynx"].read()
