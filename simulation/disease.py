"""The latent course: measurable residual disease (MRD) as log10 reduction since diagnosis, relapse, transplant, death, loss.

All times are months after randomization; ``inf`` where a thing never happens. Nothing here is known to a site: ``course.py``
makes of it what the forms say.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from .plan import entry_reduction, marrow_months

CLASSES = ("clear", "stable", "rise")


def simulate_disease(
    arm: np.ndarray,
    random: np.random.Generator,
    parameters: Mapping[str, Any],
    *,
    marker: np.ndarray | None = None,
    eligible: bool = True,
) -> pd.DataFrame:
    """One row a subject, whose arm is ``IFN`` or ``CTRL``; columns:

    MARKER; RATIO_PCT (transcript ratio at diagnosis, %); CLASS; ENTRY (measured log10 reduction); LIMIT (log10 reduction at the
    limit of detection at entry); for each planned marrow MEASURED_<month> and LIMIT_<month>, the same of that sample, and
    NEGATIVE_<month>, whether it is MRD-negative; MISSING_M6 (bool: that of month 6 tells nothing);
    MRD_RISE (the marrow that shows the rise), RELAPSE, HSCT, DEATH, LOST (months); CAUSE of death (RELAPSE, TREATMENT, HSCT, "").
    ``marker``: the subjects' markers where they are drawn already. With ``eligible``, entries are redrawn
    until the measured reduction is more than the protocol asks for, and less than that at the limit of detection (inclusion 4).
    """
    n, markers = len(arm), parameters["marker"]
    if marker is None:
        marker = random.choice(np.array(list(markers), dtype=object), n, p=list(markers.values()))
    entry = entries(marker, random, parameters, eligible)
    course = np.full(n, "", dtype=object)
    for name, chances in parameters["latent"].items():
        inside = arm == name
        course[inside] = random.choice(np.array(CLASSES, dtype=object), inside.sum(), p=[chances[one] for one in CLASSES])
    slopes = parameters["slope_log_per_month"]
    mean, spread = (np.array([slopes[one][at] for one in course], dtype=float).reshape(n) for at in (0, 1))
    slope = mean + spread * random.standard_normal(n)
    table = entry.assign(CLASS=course)
    months = marrow_months()
    measured, limit = _samples(entry, slope, months, random, parameters)
    table = table.assign(**_negative(measured >= limit, course, months))
    for name, of_samples in (("MEASURED", measured), ("LIMIT", limit)):
        table = table.assign(**{f"{name}_{month}": of_samples[:, place] for place, month in enumerate(months)})
    table["MISSING_M6"] = random.random(n) < np.where(
        arm == "IFN", *(parameters["missing_m6_bm"][one] for one in ("IFN", "CTRL"))
    )
    return table.assign(**_events(entry, slope, measured, course, random, parameters)).drop(columns="LATENT")


def entries(
    marker: np.ndarray, random: np.random.Generator, parameters: Mapping[str, Any], eligible: bool = True
) -> pd.DataFrame:
    """What the disease is at entry, a row a marker: MARKER, RATIO_PCT, LATENT (true log10 reduction), ENTRY, LIMIT."""
    table = _draw_entries(marker, random, parameters)
    while eligible:
        wrong = ~((table["ENTRY"] > entry_reduction()) & (table["ENTRY"] < table["LIMIT"]))
        if not wrong.any():
            break
        again = _draw_entries(marker[wrong], random, parameters)
        table = pd.concat([table[~wrong], again.set_axis(table.index[wrong])]).sort_index()
    return table


def _draw_entries(marker: np.ndarray, random: np.random.Generator, parameters: Mapping[str, Any]) -> pd.DataFrame:
    n = len(marker)
    at_diagnosis = parameters["baseline_ratio_pct"]
    ratio = random.standard_normal(n)
    for name, about in at_diagnosis.items():
        ratio = np.where(marker == name, about["log10_mean"] + about["sd"] * ratio, ratio)
    about = parameters["entry_log_reduction"]
    latent = np.minimum(about["loc"] + random.gamma(about["gamma_shape"], about["gamma_scale"], n), about["max"])
    return pd.DataFrame(
        {
            "MARKER": marker,
            "RATIO_PCT": 10**ratio,
            "LATENT": latent,
            "ENTRY": latent + parameters["assay_sd"] * random.standard_normal(n),
            "LIMIT": _limit(ratio, n, random, parameters),
        }
    )


def _limit(log_ratio: np.ndarray, n: int, random: np.random.Generator, parameters: Mapping[str, Any]) -> np.ndarray:
    """The log10 reduction at three copies of the target, by the ABL1 copies of the sample."""
    about = parameters["abl1_copies"]
    copies = about["log10_mean"] + about["sd"] * random.standard_normal(n)
    return log_ratio - 2 + copies - np.log10(3)


def _samples(
    entry: pd.DataFrame, slope: np.ndarray, months: tuple[int, ...], random: np.random.Generator, parameters: Mapping[str, Any]
) -> tuple[np.ndarray, np.ndarray]:
    """Measured log10 reduction and reduction at the limit of detection, a row a subject and a column a marrow."""
    n, log_ratio = len(entry), np.log10(entry["RATIO_PCT"].to_numpy())
    noise = parameters["assay_sd"] * random.standard_normal((n, len(months)))
    measured = entry["LATENT"].to_numpy()[:, None] + slope[:, None] * np.array(months) + noise
    limit = np.stack([_limit(log_ratio, n, random, parameters) for _ in months], axis=1)
    return measured, limit


def _negative(negative: np.ndarray, course: np.ndarray, months: tuple[int, ...]) -> dict[str, np.ndarray]:
    """MRD-negative by marrow. Who does not rise and is negative at month 6 stays so, and was not before by chance alone.

    A single positive sample after negative ones would be an unconfirmed MRD relapse, which the latent course does not mean.
    """
    at = months.index(6)
    steady = (course != "rise")[:, None]
    before = negative[:, :at] & negative[:, at : at + 1]
    before = np.logical_and.accumulate(before[:, ::-1], axis=1)[:, ::-1]
    after = np.logical_or.accumulate(negative[:, at:], axis=1)
    kept = np.where(steady, np.concatenate([before, after], axis=1), np.logical_and.accumulate(negative, axis=1))
    return {f"NEGATIVE_{month}": kept[:, place] for place, month in enumerate(months)}


def _events(
    entry: pd.DataFrame,
    slope: np.ndarray,
    measured: np.ndarray,
    course: np.ndarray,
    random: np.random.Generator,
    parameters: Mapping[str, Any],
) -> dict[str, np.ndarray]:
    """MRD_RISE, RELAPSE, HSCT, DEATH, LOST and CAUSE by subject."""
    n = len(entry)
    months = np.array(marrow_months(), dtype=float)
    with np.errstate(divide="ignore"):
        falls = (entry["LATENT"].to_numpy() - parameters["relapse"]["below_log_reduction"]) / -slope
    relapse = np.where(slope < 0, np.maximum(falls, 0.25), np.inf)
    relapse = np.minimum(relapse, _waiting(n, random, parameters["relapse"]["background_24m"], 24))
    treatment = _waiting(n, random, parameters["trm_24m_without_hsct"], 24)

    best = np.maximum.accumulate(np.concatenate([entry["ENTRY"].to_numpy()[:, None], measured[:, :-1]], axis=1), axis=1)
    rises = (best - measured >= 1) & (course == "rise")[:, None] & (months < np.minimum(relapse, treatment)[:, None])
    mrd_rise = np.where(rises.any(axis=1), months[rises.argmax(axis=1)], np.inf)
    after = parameters["hsct_after_mrd_rise"]
    hsct = mrd_rise + random.uniform(*after["months"], n)
    hsct = np.where((random.random(n) < after["chance"]) & (hsct < np.minimum(relapse, treatment)), hsct, np.inf)
    relapse = np.where(np.isfinite(hsct) | (treatment <= relapse), np.inf, relapse)
    treatment = np.where(np.isfinite(hsct), np.inf, treatment)

    of_hsct = _waiting(n, random, parameters["hsct_trm_12m"], 12)
    deaths = {
        "TREATMENT": np.where(treatment < relapse, treatment, np.inf),
        "HSCT": np.where(of_hsct <= 12, hsct + of_hsct, np.inf),
        "RELAPSE": relapse + _waiting(n, random, parameters["post_relapse_death_12m"], 12),
    }
    death = np.minimum.reduce(list(deaths.values()))
    cause = np.array(list(deaths), dtype=object)[np.argmin(np.stack(list(deaths.values())), axis=0)]
    return {
        "MRD_RISE": mrd_rise,
        "RELAPSE": relapse,
        "HSCT": hsct,
        "DEATH": death,
        "CAUSE": np.where(np.isfinite(death), cause, ""),
        "LOST": _waiting(n, random, parameters["ltfu_24m"], 24),
    }


def _waiting(n: int, random: np.random.Generator, chance: float, months: float) -> np.ndarray:
    """Months until an event of constant hazard that ``chance`` of the subjects have had after ``months``."""
    return random.exponential(-months / np.log1p(-chance), n)
