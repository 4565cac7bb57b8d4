"""Measurable residual disease (MRD) as the laboratories report it, by sample of marrow and blood. Forms MRD_PCR, MRD_MFC.

The molecular result of a marrow is that of the latent course (``disease.py``), so that the response (RESP) says the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from trialbook.protocol.interventions import DAYS_A_MONTH

from .people import days, text
from .plan import EXTRA, SCREENING, entry_reduction, last_of_treatment, marrow_months, month_of
from .samples import only

IN_BLOOD = 0.35
"""Log10 by which blood shows less of the disease than marrow does."""

FLOW_SEES = 2.0
"""Molecular log10 reduction below which flow cytometry sees residual cells."""

CLEARED = 0.75
"""How many are MRD-negative after a transplant."""

CELLS = "CD34/CD117/CD13/CD33/CD45/CD38/HLA-DR/CD7/CD56/CD19"
METHOD, LABORATORY = "RT-qPCR", "LAB01"
LEAST_COPIES = 3


def residual(trial: pd.DataFrame, table: pd.DataFrame, random: np.random.Generator) -> pd.DataFrame:
    """``table`` (visits, as ``taken_at`` gives them) with LEVEL, the log10 reduction in the marrow, and NEGATIVE.

    Before the first marrow that is negative, and at one that shows a rise or a relapse, nobody is negative.
    """
    i, day = table["I"].to_numpy(), table["DAY"].to_numpy()
    months = np.array((0, *marrow_months()), dtype=float)
    level = np.stack([trial["ENTRY"], *(trial[f"MEASURED_{month}"] for month in marrow_months())], axis=1)
    negative = np.stack([np.zeros(len(trial), dtype=bool), *(trial[f"NEGATIVE_{month}"] for month in marrow_months())], axis=1)
    planned = {visit: month_of(visit) for visit in table["VISIT"].unique() if visit not in (SCREENING, EXTRA)}
    at = np.clip(
        table["VISIT"].map(planned).fillna(pd.Series(day / DAYS_A_MONTH, index=table.index)).to_numpy(float), 0, months[-1]
    )
    before = np.minimum(np.searchsorted(months, at, side="right") - 1, len(months) - 2)
    part = (at - months[before]) / (months[before + 1] - months[before])
    now = np.where(part == 1, before + 1, before)
    measured = (1 - part) * level[i, before] + part * level[i, before + 1]
    # While in remission; what a relapse shows is drawn for it.
    measured = np.maximum(measured, 0.7)
    cleared = random.random(len(trial)) < CLEARED
    after = day >= trial["HSCT"].to_numpy()[i]
    absent = np.where(after, cleared[i], negative[i, now])
    measured = np.where(after, np.maximum(measured, 3.6), measured)
    relapses = table["RELAPSES"].to_numpy()
    measured = np.where(relapses, random.uniform(-0.3, 0.6, len(table)), measured)
    rises = (day == trial["MRD_RISE"].to_numpy()[i]) | relapses | (i < 0)
    return table.assign(LEVEL=measured, NEGATIVE=absent & ~rises)


def residual_forms(
    marrows: pd.DataFrame,
    table: pd.DataFrame,
    numbers: pd.DataFrame,
    trial: pd.DataFrame,
    past: pd.DataFrame,
    random: np.random.Generator,
    parameters: Mapping[str, Any],
) -> dict[str, pd.DataFrame]:
    """MRD_PCR and MRD_MFC of ``marrows`` (with POOR, LEVEL, NEGATIVE) and of blood at visits of ``table``; ``past``: history."""
    confirming = marrows[marrows["DAY"] == trial["MRD_RISE"].to_numpy()[marrows["I"]]]
    confirming = confirming.assign(DAY=trial["MRD_CONFIRM"].to_numpy()[confirming["I"]])
    later = confirming["DAY"].to_numpy()
    confirming["DATE"] = trial["RAND"].to_numpy("datetime64[D]")[confirming["I"]] + days(later)
    samples = pd.concat(
        [
            marrows.assign(SPECIMEN="BONE MARROW", FLOW=True),
            confirming.assign(SPECIMEN="BONE MARROW", FLOW=False),
            _blood(table, trial, random, parameters).assign(SPECIMEN="BLOOD", FLOW=False, POOR=False),
        ],
        ignore_index=True,
    )
    samples = samples.sort_values(["NUMBER", "DATE", "SPECIMEN"], ascending=[True, True, False], ignore_index=True)
    number, first = samples["NUMBER"].to_numpy(), (samples["VISIT"] == SCREENING).to_numpy()
    in_blood = np.where(samples["SPECIMEN"] == "BLOOD", IN_BLOOD, 0)
    samples["LEVEL"] = np.where(first, past["ENTRY"].to_numpy()[number], samples["LEVEL"]) + in_blood
    samples["NEGATIVE"] = np.where(first, past["ABSENT"].to_numpy()[number], samples["NEGATIVE"])
    samples["ID"] = np.char.zfill(np.arange(1, len(samples) + 1).astype(str), max(4, len(str(len(samples)))))
    return {
        "MRD_PCR": _molecular(samples, numbers, trial, past, random, parameters),
        "MRD_MFC": _flow(samples[samples["FLOW"]].reset_index(drop=True), past, random),
    }


def _blood(table: pd.DataFrame, trial: pd.DataFrame, random: np.random.Generator, parameters: Mapping[str, Any]) -> pd.DataFrame:
    """Blood is taken now and then, and mostly where the marrow of month 6 is refused."""
    visits = only(table, "MRD_BLOOD")
    refused = (visits["VISIT"] == last_of_treatment()) & (visits["I"] >= 0) & trial["MISSING_M6"].to_numpy()[visits["I"]]
    taken = visits[random.random(len(visits)) < np.where(refused, 0.7, parameters["blood_sample"])].reset_index(drop=True)
    return residual(trial, taken, random)


def _copies(
    samples: pd.DataFrame, trial: pd.DataFrame, past: pd.DataFrame, random: np.random.Generator, parameters: Mapping[str, Any]
) -> tuple[np.ndarray, np.ndarray]:
    """Copies of the target and of ABL1 by sample."""
    about, number, i = parameters["abl1_copies"], samples["NUMBER"].to_numpy(), samples["I"].to_numpy()
    at_diagnosis = np.log10(past["RATIO_PCT"].to_numpy()[number])
    control = about["log10_mean"] + about["sd"] * random.standard_normal(len(samples))
    marrow, visit = samples["FLOW"].to_numpy(), samples["VISIT"].to_numpy(object)
    for name, limits in (
        (SCREENING, past["LIMIT"].to_numpy()[number]),
        *((f"MONTH {month}", trial[f"LIMIT_{month}"].to_numpy()[i]) for month in marrow_months()),
    ):
        control = np.where(marrow & (visit == name), limits - at_diagnosis + 2 + np.log10(LEAST_COPIES), control)
    least = np.log10(about["fail_below"])
    poor = samples["POOR"].to_numpy(dtype=bool)
    control = np.where(poor, least - random.uniform(0.1, 1.4, len(samples)), np.maximum(control, least + 0.02))
    abl1 = np.ceil(10**control)
    target = np.rint(10 ** (at_diagnosis - 2 - samples["LEVEL"].to_numpy(float)) * abl1)
    negative = samples["NEGATIVE"].to_numpy(dtype=bool) | ((samples["SPECIMEN"] == "BLOOD") & (target < LEAST_COPIES))
    return np.where(negative & ~poor, 0, np.where(poor, target, np.maximum(target, LEAST_COPIES))), abl1


def _molecular(
    samples: pd.DataFrame,
    numbers: pd.DataFrame,
    trial: pd.DataFrame,
    past: pd.DataFrame,
    random: np.random.Generator,
    parameters: Mapping[str, Any],
) -> pd.DataFrame:
    about, number, count = parameters["abl1_copies"], samples["NUMBER"].to_numpy(), len(samples)
    at_diagnosis = past["RATIO_PCT"].to_numpy()[number]
    target, abl1 = _copies(samples, trial, past, random, parameters)
    first = (samples["FLOW"] & (samples["VISIT"] == SCREENING)).to_numpy()
    enters = first & (past["ENTRY"].to_numpy()[number] > entry_reduction()) & (target > 0)
    # What is rounded to whole copies and printed digits must still be the reduction that the subject entered with.
    for _ in range(100):
        short = enters & (at_diagnosis <= 10 ** entry_reduction() * _ratio(target, abl1).astype(float))
        if not short.any():
            break
        target = np.where(short & (target > LEAST_COPIES), target - 1, target)
        abl1 = np.where(short, np.ceil(abl1 * 1.01), abl1)

    # A run with too few copies of ABL1 is done again from the same sample.
    poor = samples["POOR"].to_numpy(dtype=bool)
    failed = np.flatnonzero((random.random(count) < about["p_fail"]) & ~poor)
    row = np.concatenate([np.arange(count), failed])
    bad = np.concatenate([poor, np.full(len(failed), True)])
    rerun = np.arange(len(row)) < count
    few = np.ceil(about["fail_below"] * random.uniform(0.05, 0.95, len(failed)))
    target = np.concatenate([target, np.rint(target[failed] * few / abl1[failed])])
    abl1 = np.concatenate([abl1, few])

    absent = (target == 0) & ~bad
    below = absent & (random.random(len(row)) < 0.15) & (samples["VISIT"] != SCREENING).to_numpy()[row]
    ratio, limit = _ratio(target, abl1), _ratio(np.full(len(row), LEAST_COPIES), abl1)
    seen = target > 0
    with np.errstate(divide="ignore"):
        reduction = np.log10(at_diagnosis[row]) - np.log10(np.where(seen, ratio.astype(float), limit.astype(float)))
    sampled = samples["DATE"].to_numpy("datetime64[D]")
    report = _reported(samples, numbers, trial, random)[row]
    batch = text(np.where(rerun, report, np.maximum(report - days(1), sampled[row])))
    form = pd.DataFrame(
        {
            "SUBJID": samples["SUBJID"].to_numpy()[row],
            "VISIT": samples["VISIT"].to_numpy()[row],
            "SAMPLE_DAT": text(sampled)[row],
            "SAMPLE_ID": ("M" + samples["ID"].to_numpy(object))[row],
            "SPECIMEN": samples["SPECIMEN"].to_numpy()[row],
            "METHOD": METHOD,
            "TARGET": past["MARKER"].to_numpy()[number][row],
            "TARGET_COPIES": np.where(below, "1", np.char.mod("%.0f", target)),
            "ABL1_COPIES": np.char.mod("%.0f", abl1),
            "RATIO_PCT": np.select([below, ~seen], ["<" + limit.astype(object), "0"], ratio),
            "LOG_REDUCTION": np.where(seen, "", ">") + np.char.mod("%.2f", reduction).astype(object),
            "RESULT": np.select(
                [bad, below, absent], ["NOT EVALUABLE", "BELOW LIMIT OF DETECTION", "NEGATIVE"], default="POSITIVE"
            ),
            "LOD_PCT": limit,
            "REPORT_DAT": text(report),
            "LAB_ID": LABORATORY,
            "BATCH": [f"Q{day[2:4]}{day[5:7]}{day[8:]}{'' if again else 'A'}" for day, again in zip(batch, rerun, strict=True)],
            "ORDER": row * 2 + rerun,
        }
    )
    return form.sort_values("ORDER", ignore_index=True).drop(columns="ORDER")


def _ratio(target: np.ndarray, abl1: np.ndarray) -> np.ndarray:
    """Copies a hundred copies of ABL1, as the laboratory prints them."""
    ratio = 100 * target / abl1
    return np.where(ratio >= 1, np.char.mod("%.2f", ratio), np.char.mod("%.5f", ratio))


def _reported(samples: pd.DataFrame, numbers: pd.DataFrame, trial: pd.DataFrame, random: np.random.Generator) -> np.ndarray:
    """The days of the reports: those of screening before eligibility is decided, none after a death or the cut-off."""
    i, sampled = samples["I"].to_numpy(), samples["DATE"].to_numpy("datetime64[D]")
    rand = trial["RAND"].to_numpy("datetime64[D]")[i]
    last = rand + days(trial[["DEATH", "CUT"]].min(axis=1).to_numpy()[i])
    decided = numbers["JUDGED"].to_numpy("datetime64[D]")[samples["NUMBER"]]
    last = np.where(samples["VISIT"] == SCREENING, decided, last)
    return np.minimum(sampled + days(random.integers(2, 8, len(samples))), np.maximum(last, sampled))


def _flow(samples: pd.DataFrame, past: pd.DataFrame, random: np.random.Generator) -> pd.DataFrame:
    number, poor, level = samples["NUMBER"].to_numpy(), samples["POOR"].to_numpy(dtype=bool), samples["LEVEL"].to_numpy(float)
    first = (samples["VISIT"] == SCREENING).to_numpy()
    cells = np.where(poor, random.integers(8_000, 90_000, len(samples)), random.integers(500_000, 1_500_000, len(samples)))
    limit = np.where(cells > 1_000_000, "0.005", "0.01")
    share = np.clip(60 * 10.0**-level * np.exp(0.3 * random.standard_normal(len(samples))), 0.02, 85)
    share = np.where(first, past["FLOW"].to_numpy()[number], np.where(level < FLOW_SEES, share, 0))
    seen = (share > 0) & ~poor
    return pd.DataFrame(
        {
            "SUBJID": samples["SUBJID"],
            "VISIT": samples["VISIT"],
            "SAMPLE_DAT": text(samples["DATE"].to_numpy()),
            "SAMPLE_ID": "F" + samples["ID"],
            "SPECIMEN": samples["SPECIMEN"],
            "MARKERS": CELLS,
            "CELLS_ACQUIRED": cells.astype(str),
            "MRD_PCT": np.select([poor, seen], ["", np.char.mod("%.2f", share)], "<" + limit.astype(object)),
            "LOD_PCT": limit,
            "RESULT": np.select([poor, seen], ["NOT EVALUABLE", "POSITIVE"], "NEGATIVE"),
        }
    )
