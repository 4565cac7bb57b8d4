"""Multiple imputation of a binary outcome within cells, and Rubin's rules for what the completed data sets give."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isinf, sqrt

import numpy as np
import numpy.typing as npt

from trialbook.analysis.methods.counts import Array, Tables, checked_level, responders, whole
from trialbook.analysis.methods.results import Estimate, Tested
from trialbook.analysis.methods.strata import common_difference, mantel_haenszel_variance, nothing_to_compare

JEFFREYS = 0.5


@dataclass(frozen=True)
class Pooled:
    """What all imputations say together (Rubin, Multiple Imputation for Nonresponse in Surveys, 1987, section 3.1).

    ``estimate``, and ``test`` that the true value is 0, by Student's t with ``df`` degrees of freedom (no whole number, so the
    test itself names none); ``within`` and ``between``: the mean of the imputations' variances, the variance of their estimates;
    ``missing_information``: the fraction of information that is missing; ``imputations``: how many.
    """

    estimate: Estimate
    test: Tested
    within: float
    between: float
    df: float
    missing_information: float
    imputations: int


def impute_responders(
    x: npt.ArrayLike,
    n: npt.ArrayLike,
    missing: npt.ArrayLike,
    *,
    imputations: int,
    rng: np.random.Generator,
    odds_ratio: npt.ArrayLike = 1.0,
    prior: float = JEFFREYS,
) -> npt.NDArray[np.int64]:
    """Responders drawn for the ``missing`` subjects of each cell; the first axis of what is given are the imputations.

    ``x`` responders of the ``n`` subjects with an outcome, arrays of one shape: a cell holds subjects who are alike but for the
    outcome, as an arm's in a stratum. The draws are proper: each imputation draws the cell's probability from its posterior,
    Beta(x + prior, n - x + prior), Jeffreys' by default, and then the responders from it. ``odds_ratio`` multiplies the odds of
    response of those who are missing, in all cells or each: 1 is missing at random, less makes it worse (delta adjustment). A
    cell where nobody was observed is drawn from the prior alone. Raises ValueError for what are no counts, no imputation or no
    odds.

    Source: Rubin 1987, chapter 4; Carpenter and Kenward, Multiple Imputation and its Application, 2013, chapter 10 (the shift).
    """
    few, many = responders(x, n, "observed")
    gone = whole(missing, "missing subjects")
    odds = np.asarray(odds_ratio, dtype=np.float64)
    if imputations < 1:
        raise ValueError(f"imputations: found {imputations}, expected 1 or more")
    if not (np.isfinite(odds) & (odds > 0)).all() or not prior > 0:
        raise ValueError(f"odds_ratio {odds_ratio!r} and prior {prior!r}: expected finite numbers above 0")
    few, many, gone, odds = np.broadcast_arrays(few, many, gone, odds)
    chance = rng.beta(few + prior, many - few + prior, size=(imputations, *few.shape))
    shifted = chance * odds / (1 - chance + chance * odds)
    return rng.binomial(gone.astype(np.int64), shifted)


def pool(estimates: npt.ArrayLike, variances: npt.ArrayLike, *, level: float = 0.95, complete_df: float = inf) -> Pooled:
    """Rubin's rules for the estimates and variances of two or more imputations.

    The total variance is the mean variance and (1 + 1/m) times that between the m imputations. Degrees of freedom are Rubin's
    (1987) where ``complete_df``, those that complete data would have, is infinite (SAS's ``mianalyze`` without ``edf``); else
    those of Barnard and Rubin (Biometrika 1999; 86: 948-955), which are fewer than ``complete_df``. Where all imputations agree
    they are infinite, or Barnard and Rubin's limit. No estimate where nothing varies, neither within nor between.
    """
    from scipy.special import stdtr, stdtrit

    values, spreads = np.asarray(estimates, dtype=np.float64), np.asarray(variances, dtype=np.float64)
    if values.ndim != 1 or values.shape != spreads.shape or len(values) < 2:
        raise ValueError(f"estimates {values.shape} and variances {spreads.shape}: expected as many of both, two or more")
    if not np.isfinite(values).all() or not (np.isfinite(spreads) & (spreads >= 0)).all() or not complete_df > 0:
        raise ValueError("estimates, variances and complete_df: found NaN, infinite or negative ones, expected numbers")
    checked_level(level)
    m, value = len(values), float(values.mean())
    within, between = float(spreads.mean()), float(values.var(ddof=1))
    added = (1 + 1 / m) * between
    total = within + added
    if total == 0:
        unknown = "neither the imputed data sets nor the estimates within them vary"
        return Pooled(Estimate.unknown(unknown), Tested.unknown(unknown), 0.0, 0.0, complete_df, 0.0, m)
    df = _degrees(m, added / total, complete_df)
    error = sqrt(total)
    # An infinite df is given as the largest number, at which Student's t is the normal distribution.
    student = np.finfo(np.float64).max if isinf(df) else df
    half = float(stdtrit(student, (1 + level) / 2)) * error
    statistic = value / error
    increase = added / within if within else inf
    information = (increase + 2 / (df + 3)) / (increase + 1) if within else 1.0
    return Pooled(
        Estimate(value, value - half, value + half),
        Tested(statistic, float(2 * stdtr(student, -abs(statistic)))),
        within,
        between,
        df,
        information,
        m,
    )


def imputed_difference(
    x1: npt.ArrayLike,
    n1: npt.ArrayLike,
    missing1: npt.ArrayLike,
    x2: npt.ArrayLike,
    n2: npt.ArrayLike,
    missing2: npt.ArrayLike,
    *,
    imputations: int,
    rng: np.random.Generator,
    odds_ratio1: npt.ArrayLike = 1.0,
    odds_ratio2: npt.ArrayLike = 1.0,
    stratified: bool = True,
    level: float = 0.95,
    complete_df: float = inf,
) -> Pooled:
    """The difference of proportions, arm 1 minus arm 2, where outcomes that are missing are imputed within arm and cell.

    Counts are sequences, one number a cell: responders and subjects with an outcome, subjects without. Each imputation
    (:func:`impute_responders`) is analysed by Mantel and Haenszel's difference over the cells with Sato's variance or, without
    ``stratified``, by the plain difference with Wald's; :func:`pool` puts them together. The odds ratios shift those who are
    missing, by arm. Limits are cut to [-1, 1]. No estimate where every cell lacks an arm.

    Source: Rubin 1987, section 3.1; Sato, Biometrics 1989; 45: 1323-1324.
    """
    first, second = whole(missing1, "arm 1: missing subjects"), whole(missing2, "arm 2: missing subjects")
    t = Tables.of_strata(x1, n1, x2, n2)
    whole_table = Tables.of_strata(x1, np.add(n1, first), x2, np.add(n2, second))
    arms = ((t.x1, t.n1, first, odds_ratio1), (t.x2, t.n2, second, odds_ratio2))
    drawn = [impute_responders(x, n, gone, imputations=imputations, rng=rng, odds_ratio=odds) for x, n, gone, odds in arms]
    nothing = nothing_to_compare(whole_table)
    if nothing:
        return Pooled(Estimate.unknown(nothing), Tested.unknown(nothing), 0.0, 0.0, complete_df, 0.0, imputations)
    parts: list[Array] = [t.x1 + drawn[0], whole_table.n1, t.x2 + drawn[1], whole_table.n2]
    if not stratified:
        parts = [part.sum(axis=-1, keepdims=True) for part in parts]
    completed = Tables.of_strata(*parts)
    spread = mantel_haenszel_variance(completed, sato=stratified)
    return _within(pool(common_difference(completed), spread, level=level, complete_df=complete_df))


def _degrees(m: int, share: float, complete_df: float) -> float:
    """``share``: the part of the total variance that imputation adds."""
    rubin = (m - 1) / share**2 if share else inf
    if isinf(complete_df):
        return rubin
    observed = (complete_df + 1) / (complete_df + 3) * complete_df * (1 - share)
    return 1 / (1 / rubin + 1 / observed) if observed else 0.0


def _within(pooled: Pooled) -> Pooled:
    one = pooled.estimate
    cut = Estimate(one.value, max(one.low, -1.0), min(one.high, 1.0), one.reason)
    return Pooled(cut, pooled.test, pooled.within, pooled.between, pooled.df, pooled.missing_information, pooled.imputations)
