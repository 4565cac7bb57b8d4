"""Who is screened: screening numbers in the order of consent, failures, rescreening, randomization. Forms DM, ELIG, RAND."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from .plan import SCREENING, limit, protocol

MENDABLE = ("INFECTION", "TRIAL", "LIVER")
"""Reasons to fail that a second screening may find gone; the others stay."""

LASTING = ("UNWILLING", "THYROID", "TRANSPLANT", "SECOND REMISSION", "MARROW", "MRD")
ETHNIC = {"Han": 0.91, "Hui": 0.03, "Man": 0.02, "Zhuang": 0.015, "Mongol": 0.015, "Miao": 0.01}
LETTERS = np.array(list("ABCDFGHJKLMNPQRSTWXYZ"), dtype=object)
SITE = "01"
DAY = np.timedelta64(1, "D")
CLOCK = np.array([f"{minute // 60:02d}:{minute % 60:02d}" for minute in range(24 * 60)], dtype=object)


def days(numbers: np.ndarray) -> np.ndarray:
    """Whole numbers as days of the calendar."""
    return np.asarray(numbers).astype("timedelta64[D]")


def text(dates: np.ndarray) -> np.ndarray:
    """Dates as ISO 8601; ``""`` for one that is not known."""
    dates = np.asarray(dates).astype("datetime64[D]")
    return np.where(np.isnat(dates), "", np.datetime_as_string(dates)).astype(object)


def clock(minutes: np.ndarray) -> np.ndarray:
    """Minutes after midnight as HH:MM."""
    return CLOCK[np.asarray(minutes).astype(int)]


def screen(subjects: int, random: np.random.Generator, parameters: Mapping[str, Any]) -> pd.DataFrame:
    """One row a screening number, in the order of consent; columns:

    SUBJID, SUBJID_PREV; PERSON (who it is); RANDOMIZED (bool); FAILS (why the screening failed, or ""); CONSENT and SCREENING
    (dates); SEX, BIRTH, AGE, INITIALS, ETHNIC, HEIGHT, WEIGHT; CHILDBEARING (Y, N or NA).
    """
    failures = int(random.binomial(round(subjects / (1 - parameters["screen_failure"])), parameters["screen_failure"]))
    reason = random.choice(np.array(MENDABLE + LASTING, dtype=object), failures)
    again = np.isin(reason, MENDABLE) & (random.random(failures) < parameters["rescreened"])
    again &= np.cumsum(again) <= subjects
    person = subjects + np.arange(failures)
    person[again] = random.choice(subjects, again.sum(), replace=False)

    first, cutoff = (np.datetime64(str(parameters[name]), "D") for name in ("first_consent", "data_cutoff"))
    recruited = min(int(parameters["recruitment_days"]), int((cutoff - first) / DAY) - 60)
    if recruited < 120:
        raise ValueError("parameters.yml: data_cutoff must be at least 180 days after first_consent")
    consent = first + days(random.integers(100, recruited, subjects))
    before = first + days(random.integers(0, recruited, failures))
    before[again] = consent[person[again]] - days(random.integers(35, 90, again.sum()))
    numbers = pd.DataFrame(
        {
            "PERSON": np.concatenate([np.arange(subjects), person]),
            "RANDOMIZED": np.concatenate([np.full(subjects, True), np.full(failures, False)]),
            "FAILS": np.concatenate([np.full(subjects, "", dtype=object), reason]),
            "CONSENT": np.busday_offset(np.concatenate([consent, before]), 0, roll="backward"),
        }
    )
    numbers = numbers.sort_values(["CONSENT", "RANDOMIZED"], ignore_index=True, kind="stable")
    width = max(3, len(str(len(numbers))))
    numbers["SUBJID"] = [f"S{number:0{width}d}" for number in range(1, len(numbers) + 1)]
    numbers["SUBJID_PREV"] = numbers.groupby("PERSON")["SUBJID"].shift(fill_value="")
    numbers["SCREENING"] = numbers["CONSENT"].to_numpy("datetime64[D]") + days(random.integers(0, 4, len(numbers)))
    people = _people(subjects + failures, random, parameters)
    numbers = numbers.join(people, on="PERSON")
    earliest = numbers.groupby("PERSON")["CONSENT"].transform("first").to_numpy("datetime64[D]")
    birth = earliest - days(np.floor(numbers["YEARS"] * 365.25) + numbers["REST"])
    numbers["BIRTH"] = birth
    numbers["AGE"] = completed_years(birth, numbers["CONSENT"].to_numpy("datetime64[D]"))
    fertile = (numbers["SEX"] == "F") & (numbers["AGE"] < 50)
    numbers["CHILDBEARING"] = np.where(numbers["SEX"] == "M", "NA", np.where(fertile, "Y", "N"))
    same = numbers.duplicated(["INITIALS", "BIRTH", "SEX"]) & (numbers["SUBJID_PREV"] == "")
    numbers.loc[same, "INITIALS"] = [f"{name[:3]}{LETTERS[-1 - at % 3]}" for at, name in enumerate(numbers["INITIALS"][same])]
    return numbers.drop(columns=["YEARS", "REST"])


def _people(count: int, random: np.random.Generator, parameters: Mapping[str, Any]) -> pd.DataFrame:
    """What a person keeps from one screening to the next."""
    age, population = parameters["age"], protocol().study.population
    male = random.random(count) < parameters["male"]
    height = np.where(male, 172, 160) + 6 * random.standard_normal(count)
    initials = LETTERS[random.integers(0, len(LETTERS), (count, 4))]
    years = np.round(age["mean"] + age["sd"] * random.standard_normal(count))
    return pd.DataFrame(
        {
            "SEX": np.where(male, "M", "F"),
            # The highest less one, so that nobody is past the limit at a second screening.
            "YEARS": np.clip(years, population.minimum_age, population.maximum_age - 1),
            "REST": random.integers(1, 360, count),
            "INITIALS": ["".join(letters) for letters in initials],
            "ETHNIC": random.choice(np.array(list(ETHNIC), dtype=object), count, p=list(ETHNIC.values())),
            "HEIGHT": np.round(height),
            "WEIGHT": np.round(np.clip((height / 100) ** 2 * (22.5 + 2.6 * random.standard_normal(count)), 40, 120), 1),
            "MONTH_ONLY": random.random(count) < 0.015,
        }
    )


def completed_years(birth: np.ndarray, day: np.ndarray) -> np.ndarray:
    """Whole years from birth to day."""
    months = (day.astype("datetime64[M]") - birth.astype("datetime64[M]")).astype(int)
    of_month = [dates - dates.astype("datetime64[M]").astype("datetime64[D]") for dates in (birth, day)]
    return (months - (of_month[1] < of_month[0])) // 12


def randomize(numbers: pd.DataFrame, random: np.random.Generator) -> pd.DataFrame:
    """The randomized, one row each in the order of their numbers, with RAND (date), RAND_AT (minutes after midnight)."""
    trial = numbers[numbers["RANDOMIZED"]].reset_index(drop=True)
    # What is left of the time between consent and day 1, when the day is one of the week's work.
    longest = -int(protocol().visits[SCREENING].day or 0) - 4
    rand = trial["CONSENT"].to_numpy("datetime64[D]") + days(random.integers(5, longest, len(trial)))
    trial["RAND"] = np.busday_offset(rand, 0, roll="forward")
    trial["RAND_AT"] = random.integers(600, 1000, len(trial))
    return trial


def allocate(trial: pd.DataFrame, marker: np.ndarray, random: np.random.Generator, parameters: Mapping[str, Any]) -> np.ndarray:
    """The arms, 1:1 in blocks within each marker, as randomization comes."""
    arm = np.empty(len(trial), dtype=object)
    order = np.lexsort([trial["RAND_AT"], trial["RAND"].to_numpy("datetime64[D]")])
    size = int(parameters["block"])
    arms = np.array([one.armcd for one in protocol().study.arms], dtype=object)
    for one in parameters["marker"]:
        inside = order[marker[order] == one]
        blocks = np.tile(np.repeat(arms, size // len(arms)), (-(-len(inside) // size), 1))
        arm[inside] = random.permuted(blocks, axis=1).ravel()[: len(inside)]
    return arm


def enrolment_forms(numbers: pd.DataFrame, trial: pd.DataFrame, random: np.random.Generator) -> dict[str, pd.DataFrame]:
    """DM, ELIG, RAND; ``trial`` has MARKER and ARM too."""
    return {"DM": _demographics(numbers), "ELIG": _eligibility(numbers, random), "RAND": _randomization(trial)}


def _demographics(numbers: pd.DataFrame) -> pd.DataFrame:
    consent, birth = (numbers[name].to_numpy("datetime64[D]") for name in ("CONSENT", "BIRTH"))
    whole = text(birth)
    month = np.array([day[:7] for day in whole], dtype=object)
    # Only where the age is the same whatever the day, at each screening.
    apart = (consent.astype("datetime64[M]").astype(int) - birth.astype("datetime64[M]").astype(int)) % 12 != 0
    single = ~numbers.duplicated("PERSON", keep=False).to_numpy()
    return pd.DataFrame(
        {
            "SUBJID": numbers["SUBJID"],
            "SUBJID_PREV": numbers["SUBJID_PREV"],
            "SITEID": SITE,
            "INITIALS": numbers["INITIALS"],
            "SEX": numbers["SEX"],
            "BRTHDAT": np.where(numbers["MONTH_ONLY"] & apart & single, month, whole),
            "AGE": numbers["AGE"].astype(str),
            "ETHNICGRP": numbers["ETHNIC"],
            "HEIGHT_CM": numbers["HEIGHT"].astype(int).astype(str),
            "WEIGHT_KG": numbers["WEIGHT"].astype(str),
            "ICF_DAT": text(consent),
            "ICF_VER": np.where(consent < np.quantile(consent.astype(int), 0.5).astype("datetime64[D]"), "V1.0", "V1.1"),
        }
    )


def _eligibility(numbers: pd.DataFrame, random: np.random.Generator) -> pd.DataFrame:
    fails, count = numbers["FAILS"], len(numbers)
    screening = numbers["SCREENING"].to_numpy("datetime64[D]")
    took_part = (fails == "TRIAL").to_numpy()
    # So long ago that it excludes nobody, however long the months.
    longest = 31 * int(limit("trial_months")) + 1
    earlier = took_part | (random.random(count) < 0.06)
    ago = np.where(took_part, random.integers(5, 25, count), random.integers(max(120, longest), 700, count))

    def yes(reason: str) -> np.ndarray:
        return np.where(fails == reason, "Y", "N")

    return pd.DataFrame(
        {
            "SUBJID": numbers["SUBJID"],
            "SCR_DAT": text(screening),
            "DIAGNOSIS": "AML",
            "NEWLY_DX_YN": "Y",
            "CR_NO": np.where(fails == "SECOND REMISSION", "2", "1"),
            "REQ_HSCT_YN": yes("TRANSPLANT"),
            "HSCT_INDICATED_YN": yes("TRANSPLANT"),
            "HSCT_ELIGIBLE_YN": np.where((fails == "TRANSPLANT") | (numbers["AGE"] > 60), "N", "Y"),
            "UNCTRL_INF_YN": yes("INFECTION"),
            "SEV_ORGAN_YN": "N",
            "CHILDBEARING": numbers["CHILDBEARING"],
            "PREG_RESULT": np.where(numbers["CHILDBEARING"] == "Y", "NEGATIVE", "NOT APPLICABLE"),
            "WILLING_IFN_YN": np.where(fails == "UNWILLING", "N", "Y"),
            "THYROID_HX_YN": yes("THYROID"),
            "LAST_TRIAL_DAT": np.where(earlier, text(screening - days(ago)), "无"),
        }
    )


def _randomization(trial: pd.DataFrame) -> pd.DataFrame:
    rand = trial["RAND"].to_numpy("datetime64[D]")
    place = np.lexsort([trial["RAND_AT"], rand]).argsort() + 1
    width = max(3, len(str(len(trial))))
    return pd.DataFrame(
        {
            "SUBJID": trial["SUBJID"],
            "RAND_NO": [f"R{number:0{width}d}" for number in place],
            "RAND_DTTM": text(rand) + "T" + clock(trial["RAND_AT"]),
            "GROUP": trial["ARM"],
            "STRATUM": trial["MARKER"],
        }
    )
