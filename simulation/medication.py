"""What subjects take beside the trial's drug: for adverse events that are treated, and for what they had before. Form CM."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from .events import profile
from .people import days, text
from .visits import NEVER

CHRONIC = {
    "高血压": ("氨氯地平", "口服"),
    "2型糖尿病": ("二甲双胍", "口服"),
    "慢性胃炎": ("奥美拉唑", "口服"),
    "预防感染": ("复方磺胺甲噁唑", "口服"),
}
"""What a subject had, or feared, before it was screened, and what it takes for that."""

WITH_CHRONIC = 0.25
"""Of the subjects, those who take such a drug."""


@cache
def medications() -> pd.DataFrame:
    """``medications.csv`` in the order of the profile of adverse events: CMTRT (choices), ROUTE."""
    table = pd.read_csv(Path(__file__).parent / "medications.csv", dtype="str").set_index("AEDECOD")
    return table.loc[profile()["AEDECOD"]].reset_index(drop=True)


def medication_form(ae: pd.DataFrame, events: pd.DataFrame, trial: pd.DataFrame, random: np.random.Generator) -> pd.DataFrame:
    """CM of the events (a row of AE each), and of what was there before; numbered by subject in the order of the start."""
    treated = np.flatnonzero(ae["TREATMENT_YN"] == "Y")
    of, term = events.iloc[treated], medications().iloc[events["TERM"].to_numpy()[treated]]
    rand = trial["RAND"].to_numpy("datetime64[D]")
    over = (of["END"] < NEVER).to_numpy()
    start, end = of["START"].to_numpy(), np.where(over, of["END"], 0)
    # A drug is begun within days of the event, and not after it.
    latest = np.where(over, end, np.minimum(trial["CUT"], trial["END"]).to_numpy()[of["I"]])
    begin = np.clip(start + random.integers(0, 3, len(of)), start, np.maximum(latest, start))
    draw = random.random(len(of))
    own = pd.DataFrame(
        {
            "SUBJID": ae["SUBJID"].to_numpy()[treated],
            "CMTRT": [names.split("|")[int(at * len(names.split("|")))] for names, at in zip(term["CMTRT"], draw, strict=True)],
            "INDICATION": ae["AETERM"].to_numpy()[treated],
            "START": text(rand[of["I"]] + days(begin)),
            "END": np.where(over, text(rand[of["I"]] + days(end)), ""),
            "ONGO": np.where(over, "N", "Y"),
            "ROUTE": term["ROUTE"].to_numpy(),
        }
    )
    ill = np.flatnonzero(random.random(len(trial)) < WITH_CHRONIC)
    reasons = random.choice(np.array(list(CHRONIC), dtype=object), len(ill))
    before = trial["CONSENT"].to_numpy("datetime64[D]")[ill] - days(random.integers(30, 2000, len(ill)))
    earlier = pd.DataFrame(
        {
            "SUBJID": trial["SUBJID"].to_numpy()[ill],
            "CMTRT": [CHRONIC[reason][0] for reason in reasons],
            "INDICATION": reasons,
            "START": [date[:7] if day % 2 else date for date, day in zip(text(before), before.astype(int), strict=True)],
            "END": "",
            "ONGO": "Y",
            "ROUTE": [CHRONIC[reason][1] for reason in reasons],
        }
    )
    table = pd.concat([earlier, own], ignore_index=True).sort_values(["SUBJID", "START"], ignore_index=True, kind="stable")
    table.insert(1, "CM_NO", (table.groupby("SUBJID").cumcount() + 1).astype(str))
    return table
