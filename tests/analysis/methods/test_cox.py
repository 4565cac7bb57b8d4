from __future__ import annotations

from math import exp, inf, nan

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from trialbook.analysis.methods import results
from trialbook.analysis.methods.cox import Ties, cox
from trialbook.analysis.methods.log_rank import log_rank

# R 4.2.2, survival 3.5-3: coxph(Surv(time, event) ~ b + c + v, ties = ...) on the invented subjects.
INVENTED = {
    # ties: coefficients, standard errors, log likelihoods, score test
    "efron": (
        [-0.194346286926706, -0.445072945683803, 0.0365426422293956],
        [0.596132614327716, 0.614110258350803, 0.4983365689612634],
        (-40.986568478483157, -40.717582274484862),
        0.536952146912135,
    ),
    "breslow": (
        [-0.192268805988015, -0.430577780907915, 0.0363907422639481],
        [0.594761016070786, 0.614277380586756, 0.4973475889159720],
        (-41.277351328613186, -41.026405407097513),
        0.501370537664876,
    ),
    "exact": (
        [-0.201157061601184, -0.446974591003039, 0.0379058717711186],
        [0.608064585158209, 0.625617849081865, 0.5074020758346379],
        (-37.520832575683436, -37.260286023879893),
        0.520852772964499,
    ),
}
# The same with ~ b + c + strata(stratum).
STRATIFIED = {
    "efron": (
        [-0.00951481857477721, -0.526803279718198],
        [0.59087147746845825, 0.647180744224942],
        (-29.862302573676317, -29.424686419875297),
        0.827810089389796,
    ),
    "breslow": (
        [-0.0180560318478884, -0.523320995193876],
        [0.5909231416621330, 0.647295000717155],
        (-30.075395789137023, -29.650669325215819),
        0.803957902613839,
    ),
    "exact": (
        [-0.0180844318281577, -0.536604852174046],
        [0.6016277447228233, 0.655298460498525],
        (-28.476008212556426, -28.039879531246548),
        0.827110351465998,
    ),
}


@pytest.mark.parametrize("ties", INVENTED)
@pytest.mark.parametrize("stratified", [False, True])
def test_several_covariates_and_ties_are_r_s(invented: pd.DataFrame, ties: Ties, stratified: bool) -> None:
    names = ["b", "c"] if stratified else ["b", "c", "v"]
    strata = invented["stratum"] if stratified else None
    found = cox(invented["time"], invented["event"], invented[names], strata=strata, ties=ties)
    coefficients, errors, likelihoods, score = (STRATIFIED if stratified else INVENTED)[ties]
    assert (found.names, found.subjects, found.events) == (tuple(names), 24, 17)
    assert found.coefficients == pytest.approx(coefficients, abs=1e-8)
    assert found.standard_errors == pytest.approx(errors, abs=1e-8)
    assert found.log_likelihood == pytest.approx(likelihoods, abs=1e-10)
    assert found.score.statistic == pytest.approx(score, abs=1e-10)
    assert found.likelihood_ratio.statistic == pytest.approx(2 * (likelihoods[1] - likelihoods[0]), abs=1e-10)
    assert [one.value for one in found.ratios] == pytest.approx([exp(one) for one in coefficients])
    limits = [(exp(b - 1.959963984540054 * e), exp(b + 1.959963984540054 * e)) for b, e in zip(coefficients, errors, strict=True)]
    assert [(one.low, one.high) for one in found.ratios] == [pytest.approx(pair) for pair in limits]


FITS = [
    ("aml", "aml", "cox_efron"),
    ("aml", "aml", "cox_breslow"),
    ("gehan", "gehan", "cox_efron"),
    ("gehan", "gehan", "cox_breslow"),
    ("gehan", "gehan", "cox_exact"),
    ("lung", "lung", "cox"),
    ("lung", "lung", "cox_multi"),
    ("lung", "lung", "cox_strat"),
    ("myeloid_os", "myeloid", "cox"),
]


@pytest.mark.parametrize(("name", "data", "fit"), FITS)
def test_the_data_sets_of_the_reference_give_r_s_figures(expected, reference, name: str, data: str, fit: str) -> None:
    figures, table = expected("km_logrank_cox")[name], reference(data)
    assert sorted(key for key in figures if key.startswith("cox")) == sorted(key for of, _, key in FITS if of == name)
    wanted = figures[fit]
    if fit in ("cox_multi", "cox_strat"):
        table = table.dropna(subset=["ph.ecog"])
    first, second = ("6-MP", "control") if name == "gehan" else sorted(set(table["group"]))
    assert set(table["group"]) == {first, second}
    covariates = table[list(wanted["coef"])] if name == "lung" else {next(iter(wanted["coef"])): table["group"] == second}
    strata = table["ph.ecog"] if fit == "cox_strat" else None
    found = cox(table["time"], table["event"], covariates, strata=strata, ties=wanted["ties"])
    assert (found.subjects, found.events, found.names) == (wanted["n"], wanted["nevent"], tuple(wanted["coef"]))
    for part, ours in (
        ("coef", found.coefficients),
        ("se", found.standard_errors),
        ("p", found.p_values),
        ("hr", [one.value for one in found.ratios]),
        ("hr_lo", [one.low for one in found.ratios]),
        ("hr_hi", [one.high for one in found.ratios]),
    ):
        # R stops its steps at a gain of 1e-9 of the likelihood: its last digits are not settled.
        assert list(ours) == pytest.approx(list(wanted[part].values()), abs=5e-9), part
    assert found.log_likelihood == pytest.approx(wanted["loglik"], abs=1e-10)
    for part, test in (("lrt", found.likelihood_ratio), ("score", found.score)):
        assert [test.statistic, test.df, test.p_value] == pytest.approx(wanted[part], abs=1e-10), part
    assert [found.wald.statistic, found.wald.df] == pytest.approx(wanted["wald"][:2], abs=0.005)  # R rounds it to 2 places
    assert found.wald.p_value == pytest.approx(wanted["wald"][2], abs=1e-8)


def test_lung_cancer_by_sex_age_and_performance_status(lung: pd.DataFrame) -> None:
    """R 4.2.2: coxph(Surv(time, status) ~ sex + age + ph.ecog, lung)."""
    known = lung.dropna(subset=["ph.ecog"])
    found = cox(known["time"], known["event"], known[["sex", "age", "ph.ecog"]])
    assert found.coefficients == pytest.approx([-0.5526123957036, 0.01106676456007, 0.4637284753704], abs=1e-8)
    assert found.standard_errors == pytest.approx([0.1677390537873, 0.009267411013701, 0.113577266162], abs=1e-8)
    assert found.likelihood_ratio == results.Tested(pytest.approx(30.500668773157), pytest.approx(1.082817699199e-06), 3)


def test_the_leukemia_trial_by_each_rule_for_ties(leukemia: pd.DataFrame) -> None:
    """R 4.2.2: coxph(Surv(time, cens) ~ treat, MASS::gehan, ties = ...); 1.509 by Breslow is Cox's example, as SAS has it."""
    found = [
        cox(leukemia["time"], leukemia["event"], leukemia["placebo"], ties=ties).coefficients[0]
        for ties in ("efron", "breslow", "exact")
    ]
    assert found == pytest.approx([1.572125148829, 1.509191412586, 1.628243951592], abs=1e-9)


def test_events_at_time_0_count_as_in_r() -> None:
    found = cox([0, 0, 1, 2, 3, 4], [1, 0, 1, 1, 0, 1], [1, 2, 1, 2, 1, 2])
    assert (found.coefficients[0], found.standard_errors[0]) == pytest.approx((-0.940613641736337, 1.240258352596783), abs=1e-8)
    assert found.log_likelihood == pytest.approx((-4.276666119016055, -3.968588545971576))


def test_statsmodels_and_lifelines_agree(invented: pd.DataFrame) -> None:
    """Implementations of other hands; lifelines stops its steps early, so it is asked to go on."""
    import warnings

    from statsmodels.duration.hazard_regression import PHReg

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from lifelines import CoxPHFitter

        lifelines = CoxPHFitter().fit(
            invented[["time", "event", "b", "c"]].astype(float), "time", "event", fit_options={"precision": 1e-14}
        )
    x = invented[["b", "c"]].astype(float)
    statsmodels = PHReg(invented["time"], x, status=invented["event"].astype(int), ties="efron").fit(disp=0)
    found = cox(invented["time"], invented["event"], x)
    assert found.coefficients == pytest.approx(np.asarray(statsmodels.params), abs=1e-8)
    assert found.standard_errors == pytest.approx(np.asarray(statsmodels.bse), abs=1e-8)
    assert found.coefficients == pytest.approx(lifelines.params_.to_numpy(), abs=1e-8)


def test_an_arm_without_events_has_a_ratio_without_bound_and_r_s_tests() -> None:
    """R 4.2.2 stops at 21.9 and warns; its likelihood ratio is 5.99, p = 0.0143752624512, and its score test 5.05166051660517."""
    found = cox([1, 2, 3, 4, 5, 6], [1, 1, 1, 0, 0, 0], [1, 1, 1, 0, 0, 0])
    assert np.isnan(found.coefficients[0]) and np.isnan(found.ratios[0].value) and np.isnan(found.p_values[0])
    assert found.ratios[0].reason == "the likelihood rises for ever as the ratio goes to infinity"
    assert found.wald.reason == "a coefficient has no bound"
    assert found.likelihood_ratio.p_value == pytest.approx(0.0143752624512, abs=1e-7)
    assert found.score.statistic == pytest.approx(5.05166051660517)
    turned = cox([1, 2, 3, 4, 5, 6], [1, 1, 1, 0, 0, 0], [0, 0, 0, 1, 1, 1])
    assert turned.ratios[0].reason == "the likelihood rises for ever as the ratio goes to 0"


def test_what_has_no_bound_leaves_the_other_covariates_their_ratios() -> None:
    found = cox([1, 2, 3, 4, 5, 6], [1, 1, 1, 0, 0, 0], {"arm": [1, 1, 1, 0, 0, 0], "age": [3, 1, 2, 4, 2, 3]})
    alone = cox([1, 2, 3], [1, 1, 1], [3, 1, 2])  # once the ratio is infinite, only the arm with events is at risk
    assert np.isnan(found.ratios[0].value)
    assert (found.ratios[1].value, found.standard_errors[1]) == pytest.approx(
        (alone.ratios[0].value, alone.standard_errors[0]), rel=1e-6
    )


@pytest.mark.parametrize(
    ("time", "event", "covariate", "reason"),
    [
        ([], [], [], "no events"),
        ([5], [1], [1], "it does not vary, or only with the covariates before it, among those at risk when events happen"),
        ([1, 2, 3], [0, 0, 0], [0, 1, 0], "no events"),
        (
            [1, 2, 3],
            [1, 1, 1],
            [1, 1, 1],
            "it does not vary, or only with the covariates before it, among those at risk when events happen",
        ),
        (
            [1, 2, 3],
            [0, 1, 1],
            [1, 0, 0],
            "it does not vary, or only with the covariates before it, among those at risk when events happen",
        ),
    ],
)
def test_what_the_data_do_not_tell_has_a_reason(time, event, covariate, reason: str) -> None:
    found = cox(time, event, covariate)
    assert [one.reason for one in found.ratios] == [reason]
    assert (found.wald.reason, found.score.reason, found.likelihood_ratio.reason) == (reason, reason, reason)
    assert np.isnan(found.coefficients).all() and np.isnan(found.p_values).all()


def test_everybody_at_once() -> None:
    """All die at one time: by Breslow and Efron the ratio is told, by the exact likelihood nothing is."""
    assert cox([2, 2, 2], [1, 1, 1], [1, 0, 0], ties="breslow").ratios[0].value == pytest.approx(1)
    assert cox([2, 2, 2], [1, 1, 1], [1, 0, 0], ties="exact").ratios[0].reason.startswith("it does not vary")


def test_of_covariates_that_say_the_same_the_second_has_no_ratio(invented: pd.DataFrame) -> None:
    """As R's NA: coxph leaves it out."""
    b = invented["b"].astype(float)
    found = cox(invented["time"], invented["event"], {"b": b, "twice": 2 * b + 1, "c": invented["c"]})
    plain = cox(invented["time"], invented["event"], invented[["b", "c"]])
    assert found.coefficients == pytest.approx([plain.coefficients[0], nan, plain.coefficients[1]], nan_ok=True)
    assert [bool(one.reason) for one in found.ratios] == [False, True, False]
    assert (found.score.df, found.score.statistic) == (2, pytest.approx(plain.score.statistic))


@pytest.mark.parametrize(
    ("covariates", "message"),
    [
        ({}, "at least one covariate is needed"),
        ([1.0, nan, 3], "covariate x1 is missing for the subject at position 1"),
        ({"age": [1, 2]}, r"covariate age must be one number a subject: found \(2,\) for 3 subjects"),
        ({"age": [1, 2, inf]}, "covariate age is missing for the subject at position 2"),
        ({"arm": ["A", "B", "A"]}, "covariate arm must be numbers: found <U1"),
        (np.zeros((3, 1, 1)), "covariates are a column each: found 3 dimensions"),
    ],
)
def test_what_is_no_covariate_is_an_error(covariates, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        cox([1, 2, 3], [1, 1, 1], covariates)


def test_an_unknown_rule_for_ties_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"ties are handled by one of \('efron', 'breslow', 'exact'\): found 'exakt'"):
        cox([1, 2], [1, 1], [0, 1], ties="exakt")


trials = st.lists(st.tuples(st.integers(0, 12), st.booleans(), st.booleans()), min_size=3, max_size=30)


@settings(max_examples=40, deadline=None)
@given(trials, st.sampled_from(["efron", "breslow", "exact"]), st.randoms(use_true_random=False))
def test_arms_turned_round_turn_the_sign(data: list[tuple[int, bool, bool]], ties: Ties, random) -> None:
    """Whatever the order of the subjects, the unit of time, and with all in one stratum."""
    time, event, arm = (np.array(column) for column in zip(*data, strict=True))
    plain = cox(time, event, arm, ties=ties)
    shuffled = random.sample(range(len(data)), len(data))
    other = cox(time[shuffled] * 30.4375, event[shuffled], ~arm[shuffled], strata=[1] * len(data), ties=ties)
    assert other.coefficients == pytest.approx(-plain.coefficients, abs=1e-7, nan_ok=True)
    assert other.standard_errors == pytest.approx(plain.standard_errors, abs=1e-6, nan_ok=True)
    assert other.score.statistic == pytest.approx(plain.score.statistic, abs=1e-9, nan_ok=True)
    assert other.log_likelihood == pytest.approx(plain.log_likelihood, abs=1e-7, nan_ok=True)


@settings(max_examples=30, deadline=None)
@given(trials)
def test_the_score_test_of_the_exact_likelihood_is_the_log_rank_test(data: list[tuple[int, bool, bool]]) -> None:
    """Kalbfleisch and Prentice 2002, section 4.2.2."""
    time, event, arm = zip(*data, strict=True)
    score, test = cox(time, event, arm, ties="exact").score, log_rank(time, event, arm).test
    assume(not test.reason)
    assert score.statistic == pytest.approx(test.statistic, abs=1e-9)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.integers(-3, 3)), min_size=3, max_size=20))
def test_without_ties_the_rules_for_ties_agree(data: list[tuple[bool, int]]) -> None:
    event, age = zip(*data, strict=True)
    fits = [cox(range(len(data)), event, age, ties=ties) for ties in ("efron", "breslow", "exact")]
    for other in fits[1:]:
        assert other.coefficients == pytest.approx(fits[0].coefficients, abs=1e-6, nan_ok=True)
        assert other.log_likelihood == pytest.approx(fits[0].log_likelihood, abs=1e-9, nan_ok=True)
