"""Every figure of R and SAS for proportions, and for numbers of subjects, in the reference material is reproduced."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import nan
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest

import trialbook.analysis as methods
from trialbook.analysis.methods.counts import Tables
from trialbook.analysis.methods.differences import DIFFERENCE_METHODS
from trialbook.analysis.methods.proportions import PROPORTION_METHODS
from trialbook.analysis.methods.strata import mantel_haenszel_variance
from trialbook.protocol import power
from trialbook.protocol.sample_size import Method, control_arm, detectable, logrank_events

type Found = Iterator[tuple[str, float, float]]
PRINTED = 0.5e-4 + 1e-9
"""What is printed with four decimals is rounded by half a unit of the last."""

CAMIS = ([20, 8], [40, 12], [25, 4], [49, 10])
BERKELEY = (
    [512, 353, 120, 138, 53, 22],
    [825, 560, 325, 417, 191, 373],
    [89, 17, 202, 131, 94, 24],
    [108, 25, 593, 375, 393, 341],
)


def each(path: str, values: Any, tolerance: float) -> Found:
    for place, value in enumerate(values):
        yield f"{path}/{place}", float(value), tolerance


def limits(path: str, found: Any, tolerance: float) -> Found:
    yield from each(path, (found.low, found.high), tolerance)


def all_three(path: str, found: Any, tolerance: float) -> Found:
    yield from each(path, (found.value, found.low, found.high), tolerance)


def proportions(file: Any) -> Found:
    for place, row in enumerate(file["single"]):
        for method in PROPORTION_METHODS:
            yield from limits(f"single/{place}/{method}", methods.proportion(row["x"], row["n"], method=method), 1e-11)
    for name, row in file["two"].items():
        counts = row["x1"], row["n1"], row["x2"], row["n2"]
        for method in DIFFERENCE_METHODS:
            found = methods.risk_difference(*counts, method=method)
            for path in ("newcombe10", "epi_ci_pd_newcombe") if method == "newcombe" else (method,):
                yield from limits(f"two/{name}/{path}", found, 1e-10)
        yield f"two/{name}/diff", found.value, 1e-12
        yield f"two/{name}/fisher_p", methods.fisher(*counts).p_value, 1e-12
        # R looks for it with uniroot, to 1.2e-4 on a scale from 0 to 1; where it is infinite the file has nothing.
        odds = methods.conditional_odds_ratio(*counts).value
        yield f"two/{name}/fisher_or", odds if np.isfinite(odds) else nan, 1e-3 * odds
        plain, corrected = (methods.pearson_chi_squared(*counts, corrected=one) for one in (False, True))
        yield f"two/{name}/chisq", plain.statistic, 1e-11
        yield f"two/{name}/chisq_p", plain.p_value, 1e-12
        yield f"two/{name}/chisq_cc_p", corrected.p_value, 1e-12
    for name in file["newcombe1998_published_method10"]:
        row = file["two"][name]
        found = methods.newcombe(row["x1"], row["n1"], row["x2"], row["n2"])
        yield from limits(f"newcombe1998_published_method10/{name}", found, PRINTED)
    yield from sas_differences("sas_camis_36_154_12_77")
    for row, counts in (("cp_row1", (36, 154)), ("cp_row2", (12, 77))):
        yield from limits(f"sas_camis_36_154_12_77/{row}", methods.clopper_pearson(*counts), PRINTED)


def sas_differences(path: str) -> Found:
    for method in ("agresti_caffo", "miettinen_nurminen", "mee", "newcombe", "wald"):
        yield from limits(f"{path}/{method}", methods.risk_difference(36, 154, 12, 77, method=method), PRINTED)


def ratesci(file: Any) -> Found:
    counts = {"a": (56, 70, 48, 80), "b": (9, 10, 3, 10), "c": (6, 7, 2, 7), "d": (5, 56, 0, 29), "camis": (36, 154, 12, 77)}
    counts |= {"trial_like": (29, 48, 14, 48), "trial_like2": (24, 43, 11, 43)}
    found = {f"unstratified_MN/{name}": methods.miettinen_nurminen(*one) for name, one in counts.items()}
    found["camis_strat_MN"] = methods.stratified_miettinen_nurminen(*CAMIS)
    for path, one in found.items():
        for key, value in (("lower", one.low), ("est", one.value), ("upper", one.high)):
            yield f"{path}/{key}", float(value), 1e-9


def strata_of_camis(path: str, names: dict[str, str]) -> Found:
    """What SAS prints of the tables of CAMIS, by the names that a file has for it."""
    test, equal = methods.cochran_mantel_haenszel(*CAMIS), methods.breslow_day(*CAMIS)
    singles = {"cmh": test.statistic, "p": test.p_value, "bd": equal.statistic, "bd_p": equal.p_value}
    for name, value in singles.items():
        if name in names:
            yield f"{path}/{names[name]}", value, PRINTED
    if "bd" not in names:
        yield from each(f"{path}/breslow_day", (equal.statistic, equal.p_value), PRINTED)


def sas_camis(file: Any) -> Found:
    yield from sas_differences("rd_36_154_vs_12_77")
    path = "cmh_placebo_vs_xanomeline"
    yield from strata_of_camis(path, {"cmh": "cmh", "p": "p"})
    yield from all_three(f"{path}/mh_or", methods.common_odds_ratio(*CAMIS), PRINTED)
    yield from all_three(f"{path}/mh_rr_col1", methods.common_risk_ratio(*CAMIS), PRINTED)
    yield from all_three(f"{path}/summary_score_rd", methods.summary_score(*CAMIS), PRINTED)
    yield from all_three(f"{path}/strat_newcombe_rd", methods.stratified_newcombe(*CAMIS), PRINTED)


def stratified_2x2(file: Any) -> Found:
    path, tables = "camis_placebo_vs_xan_female", Tables.of_strata(*CAMIS)
    yield f"{path}/mh_rd", float(methods.mantel_haenszel(*CAMIS).value), 1e-12
    for name, sato in (("sato", True), ("wald_mhw", False)):
        yield f"{path}/se_{name}", float(np.sqrt(mantel_haenszel_variance(tables, sato=sato))), 1e-12
        yield from limits(f"{path}/ci_{name}", methods.mantel_haenszel(*CAMIS, sato=sato), 1e-12)
    yield from limits(f"{path}/ci_mn_strat", methods.stratified_miettinen_nurminen(*CAMIS), 1e-11)
    yield f"{path}/mn_strat_z0", methods.stratified_score_test(*CAMIS).statistic, 1e-12
    of = {path: (CAMIS, "cmh", "cmh_p", "cmh_cc", "cmh_cc_p", "mh_or", "mh_or_ci")}
    of["ucb"] = (BERKELEY, "cmh", "p", "cmh_cc", "p_cc", "or", "ci")
    for place, (strata, *names) in of.items():
        tests = [methods.cochran_mantel_haenszel(*strata, corrected=one) for one in (False, True)]
        figures = [figure for test in tests for figure in (test.statistic, test.p_value)]
        odds = methods.common_odds_ratio(*strata)
        yield from ((f"{place}/{name}", value, 1e-11) for name, value in zip(names, (*figures, odds.value), strict=False))
        yield from limits(f"{place}/{names[-1]}", odds, 1e-11)
    yield from strata_of_camis("sas_camis", {"cmh": "cmh", "p": "p", "bd": "breslow_day", "bd_p": "breslow_day_p"})
    odds, score = methods.common_odds_ratio(*CAMIS), methods.summary_score(*CAMIS)
    newcombe = methods.stratified_newcombe(*CAMIS)
    for name, found in (("mh_or", odds), ("summary_score", score), ("newcombe_strat", newcombe)):
        yield f"sas_camis/{'summary_score_rd' if name == 'summary_score' else name}", float(found.value), PRINTED
        yield from limits(f"sas_camis/{name}_ci", found, PRINTED)
    yield "sas_camis/summary_score_se", float(score.high - score.low) / 2 / NormalDist().inv_cdf(0.975), PRINTED


def sample_size(file: Any) -> Found:
    """Computed by :mod:`trialbook.protocol`; what R finds with uniroot it finds to its tolerance, by default 1.2e-4."""
    yield "r_help/n_p50_75_pow90", control_arm(Method.POOLED, 0.5, 0.75, power=0.9), 1e-4
    yield "r_help/power_n50", power.z_power(50, 50, 0.5, 0.75), 1e-9
    yield "r_help/p2_n50_pow90", detectable(Method.POOLED, 50, 50, 0.5, power=0.9), 1.2e-4
    yield "r_help/n_p10_29", control_arm(Method.POOLED, 0.10, 0.29, power=0.8), 1.2e-4
    for place, row in enumerate(file["fleiss"]):
        for method in (Method.POOLED, Method.UNPOOLED, Method.FLEISS_CC):
            yield f"fleiss/{place}/{method}", control_arm(method, row["p1"], row["p2"], power=row["power"]), 1e-7
    yield "pwr_h/h_30_60", power.effect_size(0.3, 0.6), 1e-12
    yield "pwr_h/n", control_arm(Method.ARCSINE, 0.3, 0.6), 1e-4
    for place, row in enumerate(file["schoenfeld_events"]):
        yield f"schoenfeld_events/{place}/events", logrank_events(row["hr"], power=row["power"]), 1e-9


FILES = {
    "proportions": proportions,
    "ratesci_mn": ratesci,
    "stratified_2x2": stratified_2x2,
    "sas_camis": sas_camis,
    "sample_size": sample_size,
}


@pytest.mark.parametrize("name", FILES)
def test_every_figure_is_reproduced(name: str, expected: Callable[[str], Any], reproduced: Callable[..., None]) -> None:
    reproduced(name, FILES[name](expected(name)))


def test_no_file_of_figures_is_left_out(shared: Path) -> None:
    """Those of times to events are in the test beside this one."""
    there = {path.stem for path in (shared / "stats" / "expected").glob("*.json")}
    assert there == {*FILES, "km_logrank_cox", "competing_risks"}
