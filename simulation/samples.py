"""Whom and when blood and marrow are taken from: a row a visit that takes place, screening and unplanned visits included."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .people import days
from .plan import EXTRA, SCREENING, planned_visits, visits_of
from .visits import NEVER

STOPS = ("ADVERSE EVENT", "WITHDRAWAL BY SUBJECT", "PHYSICIAN DECISION")
"""Why treatment ends early with a visit of its own; who relapses has one too."""


def taken_at(
    numbers: pd.DataFrame, trial: pd.DataFrame, day: np.ndarray, here: np.ndarray, random: np.random.Generator
) -> pd.DataFrame:
    """Columns SUBJID, I (row of ``trial``; -1: screening failed), NUMBER (row of ``numbers``), VISIT, DAY, DATE, RELAPSES."""
    names = planned_visits()["VISIT"].to_numpy(dtype=object)
    i, column = np.nonzero(here)
    rows = [pd.DataFrame({"I": i, "VISIT": names[column], "DAY": day[i, column], "RELAPSES": False})]

    relapses = np.flatnonzero(trial["RELAPSE"] < NEVER)
    rows.append(pd.DataFrame({"I": relapses, "VISIT": EXTRA, "DAY": trial["RELAPSE"].to_numpy()[relapses], "RELAPSES": True}))
    stops = np.flatnonzero(trial["EOT_REASON"].isin(STOPS))
    at = trial["EOT"].to_numpy()[stops] + random.integers(1, 6, len(stops))
    free = (at <= trial["END"].to_numpy()[stops]) & ~((day[stops] == at[:, None]) & here[stops]).any(axis=1)
    free &= (at < trial[["RELAPSE", "DEATH", "HSCT"]].min(axis=1).to_numpy()[stops]) & (at > 0)
    rows.append(pd.DataFrame({"I": stops[free], "VISIT": EXTRA, "DAY": at[free], "RELAPSES": False}))

    place = pd.Series(np.arange(len(trial)), index=trial["SUBJID"])
    screening = pd.DataFrame(
        {"NUMBER": np.arange(len(numbers)), "VISIT": SCREENING, "DATE": numbers["SCREENING"], "RELAPSES": False}
    )
    screening["I"] = numbers["SUBJID"].map(place).fillna(-1).astype(int)
    rand = trial["RAND"].to_numpy("datetime64[D]")
    dates = screening["DATE"].to_numpy("datetime64[D]")
    screening["DAY"] = np.where(screening["I"] >= 0, (dates - rand[screening["I"]]).astype(int), -1)
    visits = pd.concat(rows, ignore_index=True)
    visits["DATE"] = rand[visits["I"]] + days(visits["DAY"])
    visits["NUMBER"] = pd.Series(np.arange(len(numbers)), index=numbers["SUBJID"])[trial["SUBJID"].iloc[visits["I"]]].to_numpy()
    table = pd.concat([screening, visits], ignore_index=True).sort_values(["NUMBER", "DATE"], ignore_index=True, kind="stable")
    return table.assign(SUBJID=numbers["SUBJID"].to_numpy()[table["NUMBER"]])


def only(table: pd.DataFrame, *activities: str) -> pd.DataFrame:
    """The visits at which the schedule has one of the activities."""
    visits = [visit for activity in activities for visit in visits_of(activity)]
    return table[table["VISIT"].isin(visits)].reset_index(drop=True)
