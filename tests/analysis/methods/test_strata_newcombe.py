"""Stratified Newcombe: one stratum; nobody varies."""

from __future__ import annotations

import numpy as np
import pytest

from trialbook.analysis.methods.differences import newcombe
from trialbook.analysis.methods.strata_newcombe import stratified_newcombe

CAMIS = ([20, 8], [40, 12], [25, 4], [49, 10])


@pytest.mark.parametrize("level", [0.8, 0.95, 0.99])
def test_one_stratum_is_newcombe_s_own(level):
    tables = np.array([(x1, n1, x2, n2) for n1 in (1, 4, 30) for n2 in (1, 7) for x1 in range(n1 + 1) for x2 in range(n2 + 1)]).T
    found, own = stratified_newcombe(*tables[..., None], level=level), newcombe(*tables, level=level)
    assert found.low == pytest.approx(own.low, abs=1e-12)
    assert found.high == pytest.approx(own.high, abs=1e-12)


def test_swapped_arms_mirror_and_the_interval_contains_the_estimate():
    rng = np.random.default_rng(4)
    n = rng.integers(0, 15, (2, 500, 3))
    x = rng.binomial(n, rng.choice([0, 0.2, 0.8, 1], (2, 500, 3)))
    found, mirrored = stratified_newcombe(x[0], n[0], x[1], n[1]), stratified_newcombe(x[1], n[1], x[0], n[0])
    told = ~np.isnan(found.value)
    assert (mirrored.low == -found.high)[told].all()
    assert ((found.low >= -1) & (found.low <= found.value) & (found.value <= found.high) & (found.high <= 1))[told].all()
    assert (told == ((n[0] > 0) & (n[1] > 0)).any(axis=-1)).all()


def test_where_nobody_responds_the_limits_go_on_from_where_few_do():
    # Two equal strata of one arm share the deviate as one would, when nobody responds as when all strata respond alike.
    found = stratified_newcombe([0, 0], [50, 50], [0, 0], [50, 50])
    assert (float(found.value), float(found.low)) == (0, -float(found.high))
    near = stratified_newcombe([1, 1], [5000, 5000], [1, 1], [5000, 5000])
    other = stratified_newcombe([0, 0], [5000, 5000], [0, 0], [5000, 5000])
    assert 0 < float(other.high) < float(near.high) < 0.001


def test_a_stratum_that_lacks_an_arm_changes_nothing():
    more = [[*counts, one] for counts, one in zip(CAMIS, (0, 0, 3, 5), strict=True)]
    assert stratified_newcombe(*more) == stratified_newcombe(*CAMIS)
