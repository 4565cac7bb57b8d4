"""Vital signs and performance status by visit. Form VS_ECOG."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .laboratory import grades_of
from .people import text
from .plan import SCREENING, limit
from .samples import only

ENTRY = (0.62, 0.95)
"""How many enter with ECOG 0, and with 0 or 1."""


def condition_form(
    table: pd.DataFrame, numbers: pd.DataFrame, trial: pd.DataFrame, events: pd.DataFrame, random: np.random.Generator
) -> pd.DataFrame:
    """VS_ECOG: fever with an event of it, some weight lost on interferon, worse performance with fatigue and relapse."""
    table = only(table, "EXAMINATION")
    number, i, count = table["NUMBER"].to_numpy(), table["I"].to_numpy(), len(table)
    usual, drawn = random.standard_normal((4, len(numbers)))[:, number], random.standard_normal((5, count))
    at_entry = np.searchsorted(ENTRY, random.random(int(numbers["PERSON"].max()) + 1 if len(numbers) else 0), side="right")
    fever, fatigue, pneumonia = (grades_of(table, events, name)[0] for name in ("Pyrexia", "Fatigue", "Pneumonia"))
    hot = np.maximum(fever, pneumonia)
    temperature = np.clip(36.5 + 0.1 * usual[0] + 0.2 * drawn[0], 36.0, 37.2)
    temperature = np.where(hot > 0, 37.7 + 0.6 * np.minimum(hot, 3) + 0.15 * np.clip(drawn[0], -2, 2), temperature)
    rate = np.clip(76 + 7 * usual[1] + 4 * drawn[1], 52, 98) + 10 * (hot > 0)
    systolic = np.clip(118 + 9 * usual[2] + 5 * drawn[2], 92, 139)
    diastolic = np.clip(0.62 * systolic + 2 + 4 * drawn[3], 55, 88)
    on = (i >= 0) & trial["TREATED"].to_numpy()[i] if len(trial) else np.zeros(count, dtype=bool)
    lost = np.where(on, 2.2 * np.clip(table["DAY"] / 120, 0, 1), 0)
    first = numbers["WEIGHT"].to_numpy()[number]
    weight = np.where(table["VISIT"] == SCREENING, first, first * (1 + 0.008 * usual[3] + 0.006 * drawn[4]) - lost)
    ecog = np.minimum(at_entry[numbers["PERSON"].to_numpy()[number]], int(limit("ecog_maximum")))
    ecog = np.where(fatigue > 1, np.maximum(ecog, fatigue - 1), ecog)
    ecog = np.where(table["RELAPSES"], np.minimum(ecog + 1 + (drawn[4] > 1), 3), ecog)
    whole = {"HR": rate, "SBP": systolic, "DBP": diastolic}
    return pd.DataFrame(
        {
            "SUBJID": table["SUBJID"],
            "VISIT": table["VISIT"],
            "DAT": text(table["DATE"].to_numpy()),
            "TEMP": np.char.mod("%.1f", temperature),
            **{name: np.char.mod("%.0f", value) for name, value in whole.items()},
            "WEIGHT": np.char.mod("%.1f", weight),
            "ECOG": ecog.astype(str),
        }
    )
