"""Every figure of R for times to events and competing risks in the reference material is reproduced."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pandas as pd
import pytest

import trialbook.analysis as methods
from trialbook.analysis.methods.regression import Regression
from trialbook.analysis.truth.truth import checks

type Found = Iterator[tuple[str, float, float]]
type Read = Callable[[str], pd.DataFrame]


def each(path: str, values: Any, tolerance: float) -> Found:
    for place, value in enumerate(values):
        yield f"{path}/{place}", float(value), tolerance


def survival(path: str, file: Any, data: pd.DataFrame) -> Found:
    groups = sorted(set(data["group"]), key=str)
    curves = {
        (group, short): methods.kaplan_meier(own["time"], own["event"], transform=transform)
        for group, own in data.groupby("group")
        for short, transform in (("loglog", "log-log"), ("log", "log"))
    }
    named = {str(group): group for group in groups}
    for place, row in enumerate(file["at_times"]):
        for short in ("loglog", "log"):
            curve = curves[named[row["strata"].partition("=")[2]], short]
            found = curve.at(row["time"])
            for key, value in ((f"{short}_lo", found.low), (f"{short}_hi", found.high)):
                yield f"{path}/at_times/{place}/{key}", value, 1e-12
        figures = {"n_risk": curve.at_risk_at([row["time"]])[0], "surv": found.value, "se": found.standard_error}
        yield from ((f"{path}/at_times/{place}/{key}", float(value), 1e-12) for key, value in figures.items())
    for place, group in enumerate(groups):
        for percent in (25, 50, 75):
            for short in ("loglog", "log"):
                found = methods.quantile(curves[group, short], percent / 100)
                for key, value in (("lo", found.low), ("hi", found.high)):
                    yield f"{path}/quantile_{short}_{key}/{percent}/{place}", value, 1e-9
            yield f"{path}/quantile/{percent}/{place}", found.value, 1e-9
        curve = curves[group, "loglog"]
        # R takes the longest time of all groups, and extends the curves of the others to it.
        mean, middle = methods.restricted_mean(curve, data["time"].max(), extend=True), methods.median(curve)
        row = {key: float(curve.subjects) for key in ("records", "n.max", "n.start")} | {"events": float(curve.events.sum())}
        row |= {"rmean": mean.value, "se(rmean)": mean.standard_error}
        row |= {"median": middle.value, "0.95LCL": middle.low, "0.95UCL": middle.high}
        yield from ((f"{path}/table/{place}/{key}", value, 1e-9) for key, value in row.items())


def log_rank(path: str, data: pd.DataFrame, strata: str | None = None, rho: float = 0) -> Found:
    found = methods.log_rank(data["time"], data["event"], data["group"], strata=data[strata] if strata else None, rho=rho)
    for key, value in (("chisq", found.test.statistic), ("df", found.test.df), ("p", found.test.p_value)):
        yield f"{path}/{key}", float(value or 0), 1e-9
    yield from each(f"{path}/obs", found.observed, 1e-9)
    yield from each(f"{path}/exp", found.expected, 1e-9)


def regression(path: str, file: Any, found: Regression, likeness: float = 5e-9) -> Found:
    """R stops its steps at a gain of 1e-9 of the likelihood, so that its last digits are not settled."""
    hazard = ("hr", "hr_lo", "hr_hi") if "hr" in file else ("shr", "lo", "hi")
    ratios = [(one.value, one.low, one.high) for one in found.ratios]
    columns = dict(zip(hazard, zip(*ratios, strict=True), strict=True)) | {
        "coef": found.coefficients,
        "se": found.standard_errors,
    }
    for key, values in columns.items():
        for name, value in zip(found.names, values, strict=True):
            yield f"{path}/{key}/{name}", float(value), likeness * max(1, abs(value))
    rounded = "shr" in file  # crr's summary has two digits of the p value
    for name, p in zip(found.names, found.p_values, strict=True):
        yield f"{path}/p/{name}", float(f"{p:.2g}") if rounded else float(p), likeness
    yield f"{path}/n", float(found.subjects), 0
    if rounded:
        yield f"{path}/loglik_null", found.log_likelihood[0], 1e-9
        yield f"{path}/loglik", found.log_likelihood[1], 1e-9
        return
    yield f"{path}/nevent", float(found.events), 0
    yield from each(f"{path}/loglik", found.log_likelihood, 1e-9)
    for key, test in (("lrt", found.likelihood_ratio), ("score", found.score)):
        yield from each(f"{path}/{key}", (test.statistic, test.df, test.p_value), 1e-9)
    yield from each(f"{path}/wald", (found.wald.statistic, found.wald.df), 0.005 + 1e-9)  # R rounds it to two decimals
    yield f"{path}/wald/2", found.wald.p_value, 1e-8


def km_logrank_cox(file: Any, read: Read) -> Found:
    for name, source in (("aml", "aml"), ("gehan", "gehan"), ("lung", "lung"), ("myeloid_os", "myeloid")):
        data, figures = read(source), file[name]
        known = data.dropna(subset=["ph.ecog"]) if name == "lung" else data
        yield from survival(f"{name}/km", figures["km"], data)
        yield from log_rank(f"{name}/logrank", data)
        for key, wanted in figures.items():
            if key.startswith("cox"):
                rows = known if key in ("cox_multi", "cox_strat") else data
                last = sorted(set(rows["group"]))[-1]
                names = list(wanted["coef"])
                covariates = rows[names] if name == "lung" else {names[0]: rows["group"] == last}
                strata = rows["ph.ecog"] if key == "cox_strat" else None
                found = methods.cox(rows["time"], rows["event"], covariates, strata=strata, ties=wanted["ties"])
                yield from regression(f"{name}/{key}", wanted, found)
            if key.startswith("rmst"):
                for place, (_, own) in enumerate(data.groupby("group")):
                    mean = methods.restricted_mean(methods.kaplan_meier(own["time"], own["event"]), wanted["tau"])
                    yield f"{name}/{key}/rmean/{place}", mean.value, 1e-10
                    yield f"{name}/{key}/se/{place}", mean.standard_error, 1e-10
    yield from log_rank("aml/gehan_peto", read("aml"), rho=1)
    yield from log_rank("lung/logrank_strat_ecog", read("lung").dropna(subset=["ph.ecog"]), strata="ph.ecog")


def incidences(path: str, file: Any, data: pd.DataFrame, by: str | None) -> Found:
    for place, curve in enumerate(file["curves"]):
        group, _, cause = curve.rpartition(" ")
        own = data if by is None else data[data[by].astype(str) == group]
        curves = methods.cumulative_incidence(own["time"], own["cause"])
        for at, time in enumerate(file["times"]):
            found = curves.at(time, int(cause))
            figures = {"est": found.value, "var": found.standard_error**2, "se": found.standard_error}
            figures |= {"loglog_lo": found.low, "loglog_hi": found.high}
            yield from ((f"{path}/{key}/{place}/{at}", value, 1e-11) for key, value in figures.items())
    if by:
        yield from gray(f"{path}/gray", data, by)


def gray(path: str, data: pd.DataFrame, by: str, strata: str | None = None) -> Found:
    for of in (1, 2):
        found = methods.gray(data["time"], data["cause"], data[by], of=of, strata=data[strata] if strata else None)
        for key, value in (("stat", found.statistic), ("p", found.p_value), ("df", found.df)):
            yield f"{path}/{of}/{key}", float(value or 0), 1e-10


def competing_risks(file: Any, read: Read) -> Found:
    by = {"cif_D": "D", "cif_phase": "Phase", "cif_all": None, "cif_trt": "trt", "cif_sex": "sex"}
    for name, figures in file.items():
        data = columns_of(read(name))
        for key, wanted in figures.items():
            path = f"{name}/{key}"
            if key.startswith("cif"):
                yield from incidences(path, wanted, data, by[key])
            elif key.startswith("fg"):
                # Where R stops its steps, and at the maximum, which they do not quite reach.
                stopped, top = (
                    methods.fine_gray(data["time"], data["cause"], data[list(wanted["coef"])], of=wanted["failcode"], gtol=gtol)
                    for gtol in (1e-6, None)
                )
                assert top.coefficients == pytest.approx(stopped.coefficients, abs=1e-6)
                assert top.log_likelihood[1] >= wanted["loglik"] - 1e-11
                yield from regression(path, wanted, stopped, likeness=1e-11)
            elif key == "csh":
                covariates = data[list(wanted["coef"])]
                found = methods.cause_specific(data["time"], data["cause"], covariates, ties=wanted["ties"])
                yield from regression(path, wanted, found)
            else:
                yield from gray(path, data, "trt", key.removeprefix("gray_strat_"))


def columns_of(data: pd.DataFrame) -> pd.DataFrame:
    """The covariates as R's model.matrix names them."""
    made = {f"Phase{phase}": data["Phase"] == phase for phase in ("CR1", "CR2", "CR3")} if "Phase" in data else {}
    for name, column, value in (("SexF", "Sex", "F"), ("DAML", "D", "AML"), ("SourcePB", "Source", "PB"), ("trtB", "trt", "B")):
        if column in data:
            made[name] = data[column] == value
    return data.assign(**made)


@pytest.mark.parametrize(("name", "found"), [("km_logrank_cox", km_logrank_cox), ("competing_risks", competing_risks)])
def test_every_figure_is_reproduced(name: str, found, expected, reference: Read, reproduced: Callable[..., None]) -> None:
    reproduced(name, found(expected(name), reference))


ONLY_HERE = {
    "incidence-transplant": {
        "at(12, 1).value": "bmtcrr/cif_D/est/0/1",
        "at(12, 1).standard_error": "bmtcrr/cif_D/se/0/1",
        "at(12, 1).low": "bmtcrr/cif_D/loglog_lo/0/1",
        "at(12, 1).high": "bmtcrr/cif_D/loglog_hi/0/1",
    },
    "gray-transplant": {
        "statistic": "bmtcrr/cif_D/gray/1/stat",
        "p_value": "bmtcrr/cif_D/gray/1/p",
    },
    "gray-transplant-phase": {
        "statistic": "bmtcrr/cif_phase/gray/1/stat",
        "p_value": "bmtcrr/cif_phase/gray/1/p",
    },
    "gray-trial-1": {
        "statistic": "myeloid_cir/gray_strat_sex/1/stat",
        "p_value": "myeloid_cir/gray_strat_sex/1/p",
    },
    "gray-trial-2": {
        "statistic": "myeloid_cir/gray_strat_sex/2/stat",
        "p_value": "myeloid_cir/gray_strat_sex/2/p",
    },
    "fine-gray-trial": {
        "coefficients[0]": "myeloid_cir/fg_trt/coef/trtB",
        "standard_errors[0]": "myeloid_cir/fg_trt/se/trtB",
        "ratios[0].value": "myeloid_cir/fg_trt/shr/trtB",
        "ratios[0].low": "myeloid_cir/fg_trt/lo/trtB",
        "ratios[0].high": "myeloid_cir/fg_trt/hi/trtB",
    },
    "cause-specific-trial": {
        "ratios[0].value": "myeloid_cir/csh/hr/trtB",
        "ratios[0].low": "myeloid_cir/csh/hr_lo/trtB",
        "ratios[0].high": "myeloid_cir/csh/hr_hi/trtB",
        "p_values[0]": "myeloid_cir/csh/p/trtB",
    },
}
"""Where the figures stand that the package shows as checked in tests alone, by check and figure."""


def test_what_the_package_says_is_checked_in_tests_is_checked_above(figures_of: Callable[[str], dict[str, float]]) -> None:
    shown = {one.id: one.expected for one in checks() if one.only_in_tests}
    figures = figures_of("competing_risks")
    assert shown == {name: {figure: figures[place] for figure, place in places.items()} for name, places in ONLY_HERE.items()}
