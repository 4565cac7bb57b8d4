"""Blood counts and chemistry by visit, in agreement with adverse events and injections. Form LAB.

Outside an adverse event a value lies within its range or is an old, slight deviation at screening; within one it has the event's
CTCAE grade on the day it starts and a grade less after. Interferon lowers counts and raises transaminases.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from .events import profile
from .people import clock, text
from .plan import drug, limit, visits_of
from .samples import only


class Test(NamedTuple):
    """A test: its specimen, local unit, decimals; range of men and women; middle value of either, spread between and within
    subjects (of the log); what interferon does to it (log); another laboratory's unit with factor and decimals.
    """

    specimen: str
    unit: str
    decimals: int
    men: tuple[float, float]
    women: tuple[float, float]
    middle: tuple[float, float]
    spread: tuple[float, float]
    drug: float
    other: str
    factor: float
    other_decimals: int


COLUMNS = (
    *("SUBJID", "VISIT", "LAB_DAT", "LAB_TIM", "SPECIMEN", "ACCESSION"),
    *("TEST_LOCAL", "RESULT_TXT", "UNIT_LOCAL", "LLN", "ULN", "CLINSIG"),
)
COUNT, ENZYME = "10^9/L", "U/L"
TESTS = {
    "WBC": Test("BLOOD", COUNT, 2, (3.5, 9.5), (3.5, 9.5), (5.6, 5.4), (0.15, 0.12), -0.2, "10^3/uL", 1, 2),
    "NEUT": Test("BLOOD", COUNT, 2, (1.8, 6.3), (1.8, 6.3), (3.2, 3.1), (0.18, 0.15), -0.25, "10^3/uL", 1, 2),
    "LYM": Test("BLOOD", COUNT, 2, (1.1, 3.2), (1.1, 3.2), (1.9, 1.9), (0.15, 0.1), -0.1, "10^3/uL", 1, 2),
    "HGB": Test("BLOOD", "g/L", 0, (130, 175), (115, 150), (146, 128), (0.05, 0.03), -0.02, "g/dL", 0.1, 1),
    "PLAT": Test("BLOOD", COUNT, 0, (125, 350), (125, 350), (205, 212), (0.17, 0.1), -0.22, "10^3/uL", 1, 0),
    "ALT": Test("SERUM", ENZYME, 0, (9, 50), (7, 40), (24, 19), (0.25, 0.2), 0.25, ENZYME, 1, 0),
    "AST": Test("SERUM", ENZYME, 0, (15, 40), (13, 35), (23, 20), (0.18, 0.13), 0.2, ENZYME, 1, 0),
    "BILI": Test("SERUM", "umol/L", 1, (3.4, 26), (3.4, 21), (12, 10), (0.25, 0.2), 0.05, "mg/dL", 1 / 17.1, 2),
    "CREAT": Test("SERUM", "umol/L", 0, (57, 97), (41, 73), (76, 57), (0.09, 0.05), 0, "mg/dL", 1 / 88.4, 2),
    "TSH": Test("SERUM", "mIU/L", 3, (0.27, 4.2), (0.27, 4.2), (1.7, 1.8), (0.4, 0.2), 0, "uIU/mL", 1, 3),
    "FT3": Test("SERUM", "pmol/L", 2, (3.1, 6.8), (3.1, 6.8), (4.8, 4.7), (0.1, 0.06), 0, "pmol/L", 1, 2),
    "FT4": Test("SERUM", "pmol/L", 2, (12, 22), (12, 22), (16.4, 16.3), (0.09, 0.06), 0, "pmol/L", 1, 2),
}
BLOOD = ("WBC", "NEUT", "LYM", "HGB", "PLAT")
CHEMISTRY = ("ALT", "AST", "BILI", "CREAT")
GRADES = {
    "NEUT": {1: (1.52, 1.78), 2: (1.02, 1.48), 3: (0.77, 0.98), 4: (0.15, 0.48)},
    "PLAT": {1: (78, 122), 2: (52, 74), 3: (26, 48), 4: (8, 24)},
    "HGB": {1: (101, np.nan), 2: (81, 99), 3: (66, 79)},
    "ALT": {1: (1.1, 2.9), 2: (3.1, 4.9), 3: (5.1, 12.0)},
    "BILI": {1: (1.06, 1.45), 2: (1.56, 2.9), 3: (3.1, 5.0)},
}
"""Values of each CTCAE grade (version 5) within its limits; of ALT and BILI in multiples of the upper limit of normal."""


def deep() -> tuple[float, float]:
    """Neutrophils of grade 3 at which the dose is reduced, and treatment is not stopped."""
    return drug().stop_below["NEUT"] + 0.02, drug().reduce_below["NEUT"] - 0.02


def laboratory_form(
    table: pd.DataFrame,
    numbers: pd.DataFrame,
    trial: pd.DataFrame,
    events: pd.DataFrame,
    random: np.random.Generator,
    parameters: Mapping[str, Any],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """LAB, and the counts (NEUT, PLAT in 10^9/L) of each visit, in the order of ``table``."""
    blood = only(table, "CBC", "CHEMISTRY")
    values, limits = _values(blood, numbers, trial, events, random)
    lab = _lab(blood, numbers, values, limits, random, parameters)
    counts = blood[["SUBJID", "VISIT", "DAY"]].assign(NEUT=values["NEUT"], PLAT=values["PLAT"])
    return lab, counts


def normal_range(test: Test, women: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The limits of normal by sex, in the local unit."""
    return np.where(women, test.women[0], test.men[0]), np.where(women, test.women[1], test.men[1])


def grades_of(table: pd.DataFrame, events: pd.DataFrame, term: str) -> tuple[np.ndarray, np.ndarray]:
    """The CTCAE grade (0: none) that the event gives each visit, and whether it is DEEP there."""
    of_term = events[events["TERM"] == list(profile()["AEDECOD"]).index(term)]
    grade, deep = np.zeros(len(table), dtype=int), np.zeros(len(table), dtype=bool)
    pairs = table[["I", "DAY"]].reset_index().merge(of_term[["I", "START", "END", "GRADE", "DEEP"]], on="I")
    pairs = pairs[(pairs["START"] <= pairs["DAY"]) & (pairs["DAY"] < pairs["END"])]
    first = pairs["DAY"] == pairs["START"]
    grade[pairs["index"]] = np.where(first, pairs["GRADE"], np.maximum(pairs["GRADE"] - 1, 1))
    deep[pairs["index"]] = first & pairs["DEEP"]
    return grade, deep


def _values(
    table: pd.DataFrame, numbers: pd.DataFrame, trial: pd.DataFrame, events: pd.DataFrame, random: np.random.Generator
) -> tuple[dict[str, np.ndarray], dict[str, tuple[np.ndarray, np.ndarray]]]:
    """The values of each test, and the limits between which another run of the sample would lie."""
    women = (numbers["SEX"] == "F").to_numpy()[table["NUMBER"]]
    i, count = table["I"].to_numpy(), len(table)
    known = (i >= 0) & trial["TREATED"].to_numpy()[i] if len(trial) else np.zeros(count, dtype=bool)
    treated = known & (table["DAY"] > trial["FIRST"].to_numpy()[i]) & (table["DAY"] <= trial["EOT"].to_numpy()[i] + 14)
    early = table["VISIT"].isin(["SCREENING", "BASELINE"]).to_numpy()
    old = random.random((2, len(numbers)))[:, table["NUMBER"]] < 0.05
    values, limits = {}, {}
    named = {"NEUT": "Neutrophil count decreased", "PLAT": "Platelet count decreased", "HGB": "Anaemia"}
    named |= {"ALT": "Alanine aminotransferase increased", "BILI": "Blood bilirubin increased"}
    for name in (*BLOOD[1:], *CHEMISTRY):
        test = TESTS[name]
        low, high = normal_range(test, women)
        below, above = low + 0.03 * (high - low), high - 0.05 * (high - low)
        # So that the leukocytes, their sum, lie within their own range too.
        if name == "NEUT":
            above = np.full(count, 5.6)
        if name == "LYM":
            below, above = np.full(count, 1.42), np.full(count, 3.1)
        if name in named:
            grade, is_deep = grades_of(table, events, named[name])
            unit = high if name in ("ALT", "BILI") else 1
            for one, (least, most) in GRADES[name].items():
                below = np.where(grade == one, least * unit, below)
                above = np.where(grade == one, (low - 2 if np.isnan(most) else most) * unit, above)
            below, above = (
                np.where(is_deep & (name == "NEUT"), edge, now) for edge, now in zip(deep(), (below, above), strict=True)
            )
        if name == "PLAT":
            below, above = (np.where(early & old[0], edge, now) for edge, now in zip((102, 123), (below, above), strict=True))
        if name in ("ALT", "AST"):
            most = limit("aminotransferase_limit")
            below, above = (
                np.where(early & old[1], part * high, now)
                for part, now in zip((1.06, min(2.1, most - 0.2)), (below, above), strict=True)
            )
            fails = (numbers["FAILS"] == "LIVER").to_numpy()[table["NUMBER"]]
            below, above = (
                np.where(fails, part * high, now) for part, now in zip((most + 0.1, most + 3), (below, above), strict=True)
            )
        if name == "AST":
            # Transaminases rise together, this one less.
            raised = np.maximum(0.55 * values["ALT"] / normal_range(TESTS["ALT"], women)[1], 1.05) * high
            rises = grades_of(table, events, named["ALT"])[0] > 0
            below, above = np.where(rises, 0.9 * raised, below), np.where(rises, 1.1 * raised, above)
        usual = np.log(np.where(women, test.middle[1], test.middle[0])) + test.drug * treated
        drawn = test.spread[0] * random.standard_normal(len(numbers))[table["NUMBER"]] + test.spread[1] * random.standard_normal(
            count
        )
        value = np.exp(usual + drawn)
        outside = (value < below) | (value > above)
        values[name] = np.where(outside, below + (above - below) * random.random(count), value)
        limits[name] = (below, above)
    other = 0.25 + 0.25 * random.random(count)
    values["WBC"] = values["NEUT"] + values["LYM"] + other
    limits["WBC"] = (values["WBC"] * 0.995, values["WBC"] * 1.005)
    return values, limits


def _lab(
    table: pd.DataFrame,
    numbers: pd.DataFrame,
    values: dict[str, np.ndarray],
    limits: dict[str, tuple[np.ndarray, np.ndarray]],
    random: np.random.Generator,
    parameters: Mapping[str, Any],
) -> pd.DataFrame:
    count = len(table)
    again = np.flatnonzero(random.random(count) < parameters["rerun"])
    sample = np.concatenate([np.arange(count), again])
    rerun = np.arange(len(sample)) >= count
    minutes = random.integers(420, 540, count)[sample] + np.where(rerun, random.integers(20, 55, len(sample)), 0)
    other = random.random(len(sample)) < parameters["other_laboratory"]
    women = (numbers["SEX"] == "F").to_numpy()[table["NUMBER"]][sample]
    dates = text(table["DATE"].to_numpy())[sample]
    number = pd.Series(np.arange(len(sample)) + 1).astype(str).str.zfill(len(str(len(sample))))
    shared = pd.DataFrame(
        {
            "SUBJID": table["SUBJID"].to_numpy()[sample],
            "VISIT": table["VISIT"].to_numpy()[sample],
            "LAB_DAT": dates,
            "LAB_TIM": clock(minutes),
            "ACCESSION": np.where(other, "W", "L") + number,
            "ORDER": sample * 2 + rerun,
        }
    )
    parts = []
    for place, name in enumerate((*BLOOD, *CHEMISTRY)):
        test = TESTS[name]
        kept = shared["VISIT"].isin(visits_of("CHEMISTRY" if name in CHEMISTRY else "CBC")).to_numpy() & ~(
            rerun & (name in CHEMISTRY)
        )
        low, high = limits[name]
        value = values[name][sample] * np.where(rerun, np.exp(0.02 * random.standard_normal(len(sample))), 1)
        value = np.clip(value, low[sample], high[sample])
        normal = normal_range(test, women)
        result, least, most = (written(number, test, other) for number in (value, *normal))
        outside = (value < normal[0]) | (value > normal[1])
        significant = (value < 0.8 * normal[0]) | (value > 1.5 * normal[1])
        part = shared.assign(
            SPECIMEN=test.specimen,
            TEST_LOCAL=name,
            RESULT_TXT=result,
            UNIT_LOCAL=np.where(other, test.other, test.unit),
            LLN=least,
            ULN=most,
            CLINSIG=np.where(outside, np.where(significant, "Y", "N"), ""),
            PLACE=place,
        )
        parts.append(part[kept])
    lab = pd.concat(parts, ignore_index=True).sort_values(["ORDER", "PLACE"], ignore_index=True)
    return lab[[*COLUMNS]]


def written(value: np.ndarray, test: Test, other: np.ndarray) -> np.ndarray:
    """Numbers as the laboratory prints them, in its unit."""
    usual = np.char.mod(f"%.{test.decimals}f", value)
    elsewhere = np.char.mod(f"%.{test.other_decimals}f", value * test.factor)
    return np.where(other, elsewhere, usual).astype(object)
