"""What is given against the leukemia after randomization, beside the trial's drug: transplants and other therapy.

Forms HSCT and SUBSEQ_TX. The transplant before a relapse, and what it leads to, is of the latent course (``disease.py``); what is
drawn here is drawn last and moves nothing of the course.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from trialbook.protocol.interventions import DAYS_A_MONTH

from .people import days, text
from .visits import NEVER

SALVAGE = ("FLAG-IDA", "CLAG", "维奈克拉+阿扎胞苷", "中剂量阿糖胞苷", "米托蒽醌+阿糖胞苷", "地西他滨+HAAG")
PREEMPTIVE = ("阿扎胞苷", "维奈克拉+阿扎胞苷", "中剂量阿糖胞苷")
RESCUE = "聚乙二醇干扰素α-2b"
"""What controls are given too when the disease rises, for as long as there is no relapse."""

MONTH_ALONE = 0.1
"""Of the therapies, those of which a site knows the month only: they are often given elsewhere."""


def therapy_forms(trial: pd.DataFrame, random: np.random.Generator, parameters: Mapping[str, Any]) -> dict[str, pd.DataFrame]:
    """HSCT and SUBSEQ_TX of the randomized; ``trial`` has END, EOT, RELAPSE, HSCT, DEATH and MRD_CONFIRM (days)."""
    salvage, again, transplant = _after_relapse(trial, random, parameters)
    early = _preemptive(trial, random, parameters)
    return {
        "HSCT": _transplants(trial, transplant, random, parameters),
        "SUBSEQ_TX": _therapies(trial, {"SALVAGE": salvage, "AGAIN": again, "EARLY": early}, random),
    }


def _seen(trial: pd.DataFrame, day: np.ndarray, happens: np.ndarray) -> np.ndarray:
    """The day where it comes while the subject lives and is followed, else NEVER."""
    here = (day <= trial["END"].to_numpy()) & (day < trial["DEATH"].to_numpy())
    return np.where(happens & here, day, NEVER)


def _after_relapse(
    trial: pd.DataFrame, random: np.random.Generator, parameters: Mapping[str, Any]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The days of the first and the second salvage therapy and of the transplant that follows; NEVER for none."""
    n, relapse = len(trial), trial["RELAPSE"].to_numpy()
    first, second, later = (parameters[f"{name}_after_relapse"] for name in ("salvage", "second_salvage", "hsct"))
    draw = random.random((3, n))
    wait = random.integers(first["days"][0], first["days"][1] + 1, n)
    more = random.integers(second["days"][0], second["days"][1] + 1, n)
    last = np.ceil(random.uniform(*later["months"], n) * DAYS_A_MONTH).astype(int)
    salvage = _seen(trial, relapse + wait, (relapse < NEVER) & (draw[0] < first["chance"]))
    again = _seen(trial, salvage + more, (salvage < NEVER) & (draw[1] < second["chance"]))
    from_last = np.where(again < NEVER, again, salvage)
    transplant = _seen(trial, from_last + last, (salvage < NEVER) & (draw[2] < later["chance"]))
    return salvage, again, transplant


def _preemptive(trial: pd.DataFrame, random: np.random.Generator, parameters: Mapping[str, Any]) -> np.ndarray:
    """The day of therapy begun on a confirmed rise of MRD by who is not transplanted, once study treatment is over."""
    n, about = len(trial), parameters["preemptive_after_mrd_rise"]
    draw, wait = random.random(n), random.integers(about["days"][0], about["days"][1] + 1, n)
    confirm, over = trial["MRD_CONFIRM"].to_numpy(), trial["EOT"].to_numpy()
    day = np.maximum(confirm + wait, over + 1)
    asked = (confirm < NEVER) & (over < NEVER) & (trial["HSCT"] == NEVER).to_numpy() & (draw < about["chance"])
    return _seen(trial, day, asked & (day < trial["RELAPSE"].to_numpy()))


def _transplants(
    trial: pd.DataFrame, after_relapse: np.ndarray, random: np.random.Generator, parameters: Mapping[str, Any]
) -> pd.DataFrame:
    """HSCT: nobody has two, as who is transplanted before a relapse is not transplanted again."""
    before = trial["HSCT"].to_numpy()
    at = np.flatnonzero((before < NEVER) | (after_relapse < NEVER))
    rises, draw = before[at] < NEVER, random.random((2, len(at)))
    donors = parameters["hsct_donor"]
    donor = random.choice(np.array(list(donors), dtype=object), len(at), p=list(donors.values()))
    autologous = draw[0] < parameters["hsct_autologous"]
    return pd.DataFrame(
        {
            "SUBJID": trial["SUBJID"].to_numpy()[at],
            "HSCT_NO": "1",
            "HSCT_DAT": _dates(trial, at, np.where(rises, before[at], after_relapse[at])),
            "TYPE": np.where(autologous, "AUTOLOGOUS STEM CELL TRANSPLANT", "ALLOGENEIC STEM CELL TRANSPLANT"),
            "DONOR": np.where(autologous, "", donor),
            "STATUS_AT_HSCT": np.select(
                [rises, draw[1] < parameters["hsct_second_remission"]], ["CR1", "CR2"], "NOT IN REMISSION"
            ),
            "REASON": np.where(rises, "MRD RELAPSE", "HEMATOLOGIC RELAPSE"),
        }
    )


def _therapies(trial: pd.DataFrame, begun: Mapping[str, np.ndarray], random: np.random.Generator) -> pd.DataFrame:
    """SUBSEQ_TX, numbered by subject in the order of the start."""
    rows = [
        pd.DataFrame({"I": np.flatnonzero(day < NEVER), "DAY": day[day < NEVER], "KIND": kind}) for kind, day in begun.items()
    ]
    table = pd.concat(rows, ignore_index=True).sort_values(["I", "DAY"], ignore_index=True, kind="stable")
    at, count = table["I"].to_numpy(), len(table)
    early, control = (table["KIND"] == "EARLY").to_numpy(), (trial["ARM"] == "CTRL").to_numpy()[at]
    draw = random.random((3, count))
    salvage, preemptive = (np.array(names, dtype=object)[(draw[0] * len(names)).astype(int)] for names in (SALVAGE, PREEMPTIVE))
    rescue = np.where(control & (draw[1] < 0.5), RESCUE, preemptive)
    start = _dates(trial, at, table["DAY"].to_numpy())
    cause = _dates(trial, at, np.where(early, trial["MRD_CONFIRM"].to_numpy()[at], trial["RELAPSE"].to_numpy()[at]))
    # A month alone where it leaves open neither what came first nor on which side of the cause it lies.
    apart = np.array([day[:7] != reason[:7] for day, reason in zip(start, cause, strict=True)], dtype=bool)
    wide = (draw[2] < MONTH_ALONE) & apart & ~table.duplicated("I", keep=False).to_numpy()
    return pd.DataFrame(
        {
            "SUBJID": trial["SUBJID"].to_numpy()[at],
            "TX_NO": (table.groupby("I").cumcount() + 1).astype(str),
            "TX": np.where(early, rescue, salvage),
            "START": np.where(wide, [day[:7] for day in start], start),
            "REASON": np.where(early, "MRD RELAPSE", "HEMATOLOGIC RELAPSE"),
        }
    )


def _dates(trial: pd.DataFrame, at: np.ndarray, day: np.ndarray) -> np.ndarray:
    """Days after randomization of those rows of ``trial`` as dates."""
    return text(trial["RAND"].to_numpy("datetime64[D]")[at] + days(day))
