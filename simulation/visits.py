"""When the subjects come: the planned visits of ``protocol/visits.yml``, what becomes of them, how each one's part ends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from trialbook.protocol.interventions import DAYS_A_MONTH

from .plan import marrow_months, planned_visits, visits_of

NEVER = 10**6
"""A day after randomization that does not come."""


def follow(trial: pd.DataFrame, random: np.random.Generator, parameters: Mapping[str, Any]) -> tuple[pd.DataFrame, np.ndarray]:
    """``trial`` with what happens as days after randomization, and the days of the visits, a row a subject, a column a visit.

    Of the latent course (months) RELAPSE, HSCT, DEATH, MRD_RISE become days, NEVER where not seen; MRD_CONFIRM is the second
    sample. END is the last day with data; EXIT is how the part ended (DEATH, LOST, WITHDRAWN, COMPLETED or ONGOING) on EXIT_DAY.
    """
    plan, n = planned_visits(), len(trial)
    spread = (plan["AFTER"] - plan["BEFORE"]).to_numpy() / 7
    drift = np.rint(np.clip(spread * random.standard_normal((n, len(plan))), plan["BEFORE"], plan["AFTER"]))
    drift[:, 0] = 0
    day = (plan["DAY"].to_numpy() + drift).astype(int)
    cut = ((np.datetime64(str(parameters["data_cutoff"]), "D") - trial["RAND"].to_numpy("datetime64[D]")).astype(int)).astype(int)

    # Who shows a rise is called back within the window of the visit.
    rise, confirm, again = np.full(n, NEVER), np.full(n, NEVER), random.integers(8, 15, n)
    for month in marrow_months():
        place = list(plan["VISIT"]).index(f"MONTH {month}")
        rises, planned = (trial["MRD_RISE"] == month).to_numpy(), int(plan["DAY"].iloc[place])
        day[:, place] = np.where(rises, np.minimum(day[:, place], 2 * planned - day[:, place]), day[:, place])
        rise = np.where(rises, day[:, place], rise)
        confirm = np.where(rises, np.minimum(rise + again, planned + int(plan["AFTER"].iloc[place])), confirm)
    relapse, hsct, death, lost = (_days(trial[name]) for name in ("RELAPSE", "HSCT", "DEATH", "LOST"))
    hsct = np.where(hsct < NEVER, np.maximum(hsct, confirm + 5), NEVER)
    for earlier in (relapse, hsct):
        death = np.where((death < NEVER) & (earlier < NEVER), np.maximum(death, earlier + 1), death)
    complete = day[:, -1]
    withdraws = random.random(n) < parameters["consent_withdrawn"]
    # Consent is withdrawn at a visit; a loss is told when the next contact fails.
    following = np.where(day >= lost[:, None], day, NEVER).min(axis=1)
    asked = [place for place, name in enumerate(plan["VISIT"]) if name in visits_of("SURVIVAL")]
    missed = np.where(day[:, asked] > lost[:, None], day[:, asked], NEVER).min(axis=1)
    left = np.where(withdraws, following, np.minimum(lost, NEVER))
    leaves = (left < np.minimum(death, complete)) & (withdraws | (missed < NEVER))
    left = np.where(leaves, left, NEVER)

    end = np.minimum.reduce([death, left, complete, cut])
    ways = [end == death, (left == end) & withdraws, left == end, complete == end]
    way = np.select(ways, ["DEATH", "WITHDRAWN", "LOST", "COMPLETED"], default="ONGOING")
    told = (way == "LOST") & (missed > cut)
    way = np.where(told, "ONGOING", way)
    seen = {
        "RELAPSE": np.where(relapse <= end, relapse, NEVER),
        "HSCT": np.where(hsct <= end, hsct, NEVER),
        "DEATH": np.where(way == "DEATH", death, NEVER),
    }
    known = (confirm <= end) & (confirm < np.minimum(seen["RELAPSE"], seen["HSCT"]))
    return (
        trial.assign(
            **seen,
            MRD_RISE=np.where(known, rise, NEVER),
            MRD_CONFIRM=np.where(known, confirm, NEVER),
            END=end,
            CUT=cut,
            EXIT=way,
            EXIT_DAY=np.where(way == "LOST", missed, np.where(way == "ONGOING", NEVER, end)),
        ),
        day,
    )


def _days(months: pd.Series) -> np.ndarray:
    finite = np.where(np.isfinite(months), months, 0)
    return np.where(np.isfinite(months), np.maximum(np.ceil(finite * DAYS_A_MONTH), 1), NEVER).astype(int)


def attended(trial: pd.DataFrame, day: np.ndarray) -> np.ndarray:
    """Which visits take place: all of who is there, until relapse. That one is left out is a defect (``defects_visits.py``)."""
    here = (day <= trial["END"].to_numpy()[:, None]) & (day < trial["RELAPSE"].to_numpy()[:, None])
    return here & (day != trial["DEATH"].to_numpy()[:, None])
