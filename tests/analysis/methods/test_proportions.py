"""Intervals of one proportion: R's figures, what is exact at the ends, and that they invert their tests."""

from __future__ import annotations

import json
from math import comb
from pathlib import Path

import numpy as np
import pytest

from trialbook.analysis.methods.proportions import PROPORTION_METHODS, clopper_pearson, proportion, wilson
from trialbook.analysis.methods.results import Estimate

# R 4.2.2: prop.test(correct = FALSE and TRUE), binom.test, qbeta.
R = [
    (81, 263, "wilson", 0.2552885198783, 0.3662095769828),
    (81, 263, "wilson_cc", 0.2535086822952, 0.368176201043),
    (81, 263, "clopper_pearson", 0.2527367455853, 0.3676219226014),
    (81, 263, "jeffreys", 0.254521934991, 0.3656474991741),
    (0, 20, "wilson", 0, 0.1611251580528),
    (0, 20, "wilson_cc", 0, 0.2004533450135),
    (0, 20, "clopper_pearson", 0, 0.1684334709831),
    (0, 20, "jeffreys", 0, 0.1166389829049),
    (1, 29, "wilson", 0.006113214292763, 0.1717552187932),
    (1, 29, "clopper_pearson", 0.0008726468835799, 0.1776442954887),
    (29, 48, "wilson", 0.4631040849255, 0.7297917213941),
    (29, 48, "wilson_cc", 0.4529299602448, 0.7388490024208),
    (29, 48, "clopper_pearson", 0.4526958009107, 0.7423010271536),
    (29, 48, "jeffreys", 0.4630696683805, 0.7331178422639),
]


@pytest.mark.parametrize(("x", "n", "method", "low", "high"), R)
def test_r_s_figures(x, n, method, low, high):
    found = proportion(x, n, method=method)
    assert found == Estimate(pytest.approx(x / n, rel=1e-15), pytest.approx(low, abs=1e-11), pytest.approx(high, abs=1e-11))


def test_all_figures_of_the_reference(shared: Path):
    rows = json.loads((shared / "stats" / "expected" / "proportions.json").read_text(encoding="utf-8"))["single"]
    for row in rows:
        for method in PROPORTION_METHODS:
            found = proportion(row["x"], row["n"], method=method)
            assert (found.low, found.high) == pytest.approx(tuple(row[method]), abs=1e-11), (row, method)
    assert len(rows) == 8


@pytest.mark.parametrize("method", PROPORTION_METHODS)
@pytest.mark.parametrize("level", [0.5, 0.8, 0.9, 0.95, 0.99, 0.999])
def test_ends_are_exact_and_relabelled_outcomes_mirror(method, level):
    n = np.repeat([1, 2, 3, 20, 500], [2, 3, 4, 21, 501])
    x = np.concatenate([np.arange(size + 1) for size in (1, 2, 3, 20, 500)])
    found, other = PROPORTION_METHODS[method](x, n, level=level), PROPORTION_METHODS[method](n - x, n, level=level)
    assert (found.low[x == 0] == 0).all()
    assert (found.high[x == n] == 1).all()
    assert found.low == pytest.approx(1 - other.high, abs=1e-12)
    if method != "jeffreys":
        assert ((found.low <= found.value) & (found.value <= found.high)).all()


def test_clopper_and_pearson_invert_the_binomial_tails():
    # The chance of 3 or more of 10 at the lower limit, and of 3 or fewer at the upper, is half of what the level leaves.
    found = clopper_pearson(3, 10, level=0.9)
    tails = [
        sum(comb(10, k) * p**k * (1 - p) ** (10 - k) for k in counts)
        for p, counts in ((float(found.low), range(3, 11)), (float(found.high), range(4)))
    ]
    assert tails == pytest.approx([0.05, 0.05], abs=1e-12)


def test_nobody_gives_no_estimate():
    assert proportion(0, 0) == Estimate(
        pytest.approx(np.nan, nan_ok=True), *[pytest.approx(np.nan, nan_ok=True)] * 2, "no subjects"
    )
    many = wilson([0, 3, 0], [0, 5, 4])
    assert np.isnan(many.low).tolist() == [True, False, False]


def test_an_unknown_method_is_told():
    with pytest.raises(ValueError, match="method exact: expected one of wilson, wilson_cc, clopper_pearson, jeffreys"):
        proportion(1, 2, method="exact")
