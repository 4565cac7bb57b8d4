"""Tests of two proportions: figures of R; the test within strata."""

from __future__ import annotations

from math import isnan, pi, sqrt
from statistics import NormalDist

import pytest

from trialbook.analysis.second.score_interval import Counts
from trialbook.analysis.second.two_by_two import cochran_mantel_haenszel, p_value
from trialbook.protocol.sample_size import Method


@pytest.mark.parametrize(
    ("method", "sides", "expected"),
    [
        # R: fisher.test(matrix(c(3, 1, 1, 3), 2)), the tea of Fisher's lady: 34/70 and 17/70.
        (Method.FISHER, 2, 34 / 70),
        (Method.FISHER, 1, 17 / 70),
        # R: prop.test(c(3, 1), c(4, 4), correct = FALSE): chi-squared 2.
        (Method.POOLED, 2, 0.1572992070502851),
        # R: prop.test(c(3, 1), c(4, 4)): chi-squared 0.5.
        (Method.FLEISS_CC, 2, 0.4795001221869535),
        # (0.5 / sqrt(2 * 0.75 * 0.25 / 4))**2 is 2.6667.
        (Method.UNPOOLED, 2, 0.1024704348597501),
        # 2 asin(sqrt(3/4)) - 2 asin(sqrt(1/4)) is pi / 3.
        (Method.ARCSINE, 2, 2 * NormalDist().cdf(-pi / 3 * sqrt(2))),
    ],
)
def test_each_method(method, sides, expected):
    assert p_value(Counts(3, 4, 1, 4), method, sides) == pytest.approx(expected, abs=1e-9)


def test_cochran_mantel_haenszel():
    # R: mantelhaen.test(correct = FALSE) of CAMIS's example, whose statistic is the square of 0.4653546911692.
    strata = [Counts(20, 40, 25, 49), Counts(8, 12, 4, 10)]
    assert cochran_mantel_haenszel(strata) == pytest.approx((0.4653546911692**2, 0.6416774751712), abs=1e-12)


def test_nothing_to_compare():
    assert isnan(p_value(Counts(0, 0, 3, 5), Method.FISHER, 2))
    assert isnan(p_value(Counts(0, 4, 0, 5), Method.POOLED, 2))
    assert all(isnan(one) for one in cochran_mantel_haenszel([Counts(0, 4, 0, 5), Counts(1, 1, 0, 0)]))
