"""Thyroid function and antibodies, hepatitis and autoantibodies, pregnancy tests. Forms THYROID_AB, SEROLOGY."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from .laboratory import TESTS, grades_of, normal_range, written
from .people import text
from .plan import visits_of
from .samples import only


def thyroid_form(
    table: pd.DataFrame, numbers: pd.DataFrame, events: pd.DataFrame, random: np.random.Generator, parameters: Mapping[str, Any]
) -> pd.DataFrame:
    """THYROID_AB: thyroid function by visit; TPO antibodies at screening. Suppressed TSH is below what the assay measures."""
    table = only(table, "THYROID")
    women = (numbers["SEX"] == "F").to_numpy()[table["NUMBER"]]
    count = len(table)
    hypo, hyper = (grades_of(table, events, name)[0] for name in ("Hypothyroidism", "Hyperthyroidism"))
    other = random.random(count) < parameters["other_laboratory"]
    shares = {"TSH": (hypo > 0, (5.2, 9.5), 2.5), "FT4": (hyper > 0, (24.0, 45.0), 1), "FT3": (hyper > 0, (7.5, 14.0), 1)}
    parts = []
    for place, (name, (raised, (least, most), graver)) in enumerate(shares.items()):
        test = TESTS[name]
        low, high = normal_range(test, women)
        drawn = test.spread[0] * random.standard_normal(len(numbers))[table["NUMBER"]] + test.spread[1] * random.standard_normal(
            count
        )
        value = np.clip(np.exp(np.log(test.middle[0]) + drawn), low * 1.05, high * 0.95)
        grave = np.where(hypo > 1, graver, 1)
        value = np.where(raised, (least + (most - least) * random.random(count)) * grave, value)
        if name == "FT4":
            value = np.where(hypo > 1, 7 + 4 * random.random(count), value)
        result, *limits = (written(number, test, other) for number in (value, low, high))
        if name == "TSH":
            result = np.where(hyper > 0, "<0.005", result)
        parts.append(_thyroid_part(table, name, result, np.where(other, test.other, test.unit), *limits, place))
    first = table[table["VISIT"].isin(visits_of("THYROID", TEST="TPOAB"))].reset_index(drop=True)
    draw, level = random.random((2, len(first)))
    positive = draw < 0.06
    result = np.select(
        [positive, draw < 0.6, draw < 0.65, draw < 0.7],
        [np.char.mod("%.1f", 40 + 300 * level), "<9.0", "ND", "阴性"],
        np.char.mod("%.1f", 9 + 23 * level),
    )
    number = np.isin(result, ["ND", "阴性"])
    unit, low, high = (np.where(number, "", of_number) for of_number in ("IU/mL", "0", "34"))
    parts.append(_thyroid_part(first, "TPOAB", result, unit, low, high, len(shares)))
    made = pd.concat(parts, ignore_index=True).sort_values(["SUBJID", "DAT", "PLACE"], ignore_index=True, kind="stable")
    return made.drop(columns="PLACE")


def _thyroid_part(
    table: pd.DataFrame, name: str, result: np.ndarray, unit: np.ndarray, low: np.ndarray, high: np.ndarray, place: int
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "SUBJID": table["SUBJID"],
            "VISIT": table["VISIT"],
            "DAT": text(table["DATE"].to_numpy()),
            "TEST": name,
            "RESULT_TXT": result.astype(object),
            "UNIT_LOCAL": unit.astype(object),
            "LLN": low.astype(object),
            "ULN": high.astype(object),
            "PLACE": place,
        }
    )


def serology_form(table: pd.DataFrame, numbers: pd.DataFrame, random: np.random.Generator) -> pd.DataFrame:
    """SEROLOGY: hepatitis and autoantibodies at screening; pregnancy tests of women who can bear children."""
    parts = []
    first = only(table, "SEROLOGY")
    for place, (name, positive) in enumerate({"HBSAG": 0.02, "HCVAB": 0.004, "ANA": 0.05}.items()):
        draw = random.random(len(first))
        parts.append(
            _serology_part(first, name, np.select([draw < positive, draw > 0.995], ["POSITIVE", "NOT DONE"], "NEGATIVE"), place)
        )
    fertile = (numbers["CHILDBEARING"] == "Y").to_numpy()[table["NUMBER"]]
    women = only(table[fertile], "PREGNANCY")
    skipped = (random.random(len(women)) < 0.01) & ~women["VISIT"].isin(visits_of("ELIGIBILITY"))
    parts.append(_serology_part(women, "HCG", np.where(skipped, "NOT DONE", "NEGATIVE"), len(parts)))
    made = pd.concat(parts, ignore_index=True).sort_values(["SUBJID", "DAT", "PLACE"], ignore_index=True, kind="stable")
    return made.drop(columns="PLACE")


def _serology_part(table: pd.DataFrame, name: str, result: np.ndarray, place: int) -> pd.DataFrame:
    dates = text(table["DATE"].to_numpy())
    return pd.DataFrame(
        {"SUBJID": table["SUBJID"], "VISIT": table["VISIT"], "DAT": dates, "TEST": name, "RESULT": result, "PLACE": place}
    )
