"""Intervals of one proportion: what is exact at the ends, and that they invert their tests."""

from __future__ import annotations

from math import comb

import numpy as np
import pytest

from trialbook.analysis.methods.proportions import PROPORTION_METHODS, clopper_pearson, proportion, wilson
from trialbook.analysis.methods.results import Estimate


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
