"""Diagnosis, chemotherapy until the end of consolidation, and the disease at each screening. Forms DX, PRIORCHEMO.

A person has one history, whatever the number under which it is screened. What a failed screening failed for is in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from .disease import entries
from .people import days, text
from .plan import entry_reduction, has_limit, limit

SUBTYPES = {
    "RUNX1::RUNX1T1": "AML伴t(8;21)(q22;q22.1)；RUNX1::RUNX1T1",
    "CBFB::MYH11": "AML伴inv(16)(p13.1q22)或t(16;16)(p13.1;q22)；CBFB::MYH11",
    "NPM1": "AML伴NPM1突变",
}
# {0}: the sex chromosomes; {1}: those that are left where one is lost.
KARYOTYPES = {
    "RUNX1::RUNX1T1": ("46,{0},t(8;21)(q22;q22.1)[20]", "45,{1},t(8;21)(q22;q22.1)[17]/46,{0}[3]"),
    "CBFB::MYH11": ("46,{0},inv(16)(p13.1q22)[20]", "47,{0},inv(16)(p13.1q22),+22[12]/46,{0}[8]"),
    "NPM1": ("46,{0}[20]", "47,{0},+8[9]/46,{0}[11]"),
}
PHENOTYPES = (
    "CD34+CD117+CD13+CD33+CD19+CD56+",
    "CD34+CD117+CD13+CD33+CD2+CD64+",
    "CD34-CD117+CD13+CD33+CD7+",
    "CD34+CD117+CD7+CD56+",
)
INDUCTION = ("IA（去甲氧柔红霉素+阿糖胞苷）", "DA（柔红霉素+阿糖胞苷）", "HAA（高三尖杉酯碱+阿糖胞苷+阿柔比星）")
OTHERS = ("MA（米托蒽醌+阿糖胞苷）", "AA（阿柔比星+阿糖胞苷）")
HIGH_DOSE = "大剂量阿糖胞苷"


def history(
    numbers: pd.DataFrame, trial: pd.DataFrame, random: np.random.Generator, parameters: Mapping[str, Any]
) -> pd.DataFrame:
    """A row a screening number; columns:

    MARKER, RATIO_PCT (at diagnosis, as the laboratory writes it); of the sample at screening ENTRY and LIMIT (log10 reduction
    measured, and that at the limit of detection), ABSENT (nothing detected), FLOW (% in flow cytometry, 0 where negative).
    """
    people = numbers["PERSON"].to_numpy()
    place = pd.Series(np.arange(len(trial)), index=trial["PERSON"]).reindex(people).fillna(-1).to_numpy(int)
    known, shares = place >= 0, parameters["marker"]
    of_others = random.choice(np.array(list(shares), dtype=object), people.max(initial=-1) + 1, p=list(shares.values()))
    table = entries(np.where(known, trial["MARKER"].to_numpy(object)[place], of_others[people]), random, parameters)
    for name in ("RATIO_PCT", "ENTRY", "LIMIT"):
        table[name] = np.where(known, trial[name].to_numpy()[place], table[name])
    # A sample of an earlier screening is another one of the same disease.
    again = known & (numbers["FAILS"] != "").to_numpy()
    table["LIMIT"] += np.where(again, random.uniform(0.02, 0.2, len(table)), 0)
    table["RATIO_PCT"] = np.round(table["RATIO_PCT"], 2)

    fails, draw, level = numbers["FAILS"].to_numpy(), random.random(len(table)), random.random((2, len(table)))
    residual, marrow = fails == "MRD", fails == "MARROW"
    flow = residual & (draw >= 0.75)
    low = (residual & (draw < 0.45)) | flow
    table["ENTRY"] = np.select(
        [marrow, flow, low], [0.2 + level[0], 1.2 + level[0], entry_reduction() - 1.4 + 1.3 * level[0]], table["ENTRY"]
    )
    table["ABSENT"] = residual & (draw >= 0.45) & ~flow
    table["FLOW"] = np.select([marrow, flow], [3 + 5 * level[1], 0.05 + 1.2 * level[1]], 0)
    return table.drop(columns="LATENT")


def diagnosis_forms(
    numbers: pd.DataFrame, past: pd.DataFrame, random: np.random.Generator, parameters: Mapping[str, Any]
) -> dict[str, pd.DataFrame]:
    """DX and PRIORCHEMO; ``past`` is what :func:`history` gives."""
    count = int(numbers["PERSON"].max()) + 1 if len(numbers) else 0
    first = numbers.drop_duplicates("PERSON").set_index("PERSON").reindex(range(count))
    consent = first["CONSENT"].to_numpy("datetime64[D]")
    cycles = _cycles(
        consent, (first["FAILS"] == "SECOND REMISSION").to_numpy(), (first["AGE"] > 60).to_numpy(), random, parameters
    )
    start = cycles.drop_duplicates("PERSON").set_index("PERSON")["START"].reindex(range(count)).to_numpy("datetime64[D]")
    found = start - days(random.integers(1, 7, count))
    return {"DX": _diagnosis(numbers, past, found, random), "PRIORCHEMO": _chemotherapy(numbers, cycles)}


def _diagnosis(numbers: pd.DataFrame, past: pd.DataFrame, found: np.ndarray, random: np.random.Generator) -> pd.DataFrame:
    person, marker = numbers["PERSON"].to_numpy(), past["MARKER"].to_numpy(object)
    draw, normal = random.random((6, len(found)))[:, person], random.standard_normal(len(found))[person]
    male, mutated = (numbers["SEX"] == "M").to_numpy(), marker == "NPM1"
    # A mutation of FLT3 beside that of NPM1 would be of another risk group.
    duplicated = ~mutated & (draw[1] < 0.08)
    karyotype = [
        KARYOTYPES[one][int(other)].format("XY" if man else "XX", "X,-Y" if man else "X,-X")
        for one, other, man in zip(marker, draw[0] < np.where(mutated, 0.08, 0.35), male, strict=True)
    ]
    return pd.DataFrame(
        {
            "SUBJID": numbers["SUBJID"],
            "DX_DAT": text(found[person]),
            "WHO_SUBTYPE": [SUBTYPES[one] for one in marker],
            "ELN2022_RISK": "favorable",
            "KARYOTYPE": karyotype,
            "FUSION": np.where(mutated, "NONE", marker),
            "NPM1": np.where(mutated, "MUTATED", "WILD TYPE"),
            "FLT3_ITD": np.where(duplicated, "MUTATED", "WILD TYPE"),
            "FLT3_AR": np.where(duplicated, np.char.mod("%.2f", 0.05 + 0.6 * draw[2]), ""),
            "CEBPA_BZIP": "WILD TYPE",
            "KIT": np.select([mutated, draw[3] < 0.25], ["NOT DONE", "MUTATED"], "WILD TYPE"),
            "BM_BLAST_PCT_DX": np.char.mod("%.1f", np.where(mutated, 30 + 62 * draw[4], 21 + 65 * draw[4])),
            "WBC_DX": np.char.mod("%.2f", np.exp(2.6 + 0.9 * normal)),
            "QPCR_DX_RATIO_PCT": np.char.mod("%.2f", past["RATIO_PCT"].to_numpy()),
            "LAIP": np.array(PHENOTYPES, dtype=object)[(draw[5] * len(PHENOTYPES)).astype(int)],
        }
    )


def _cycles(
    consent: np.ndarray, second: np.ndarray, old: np.ndarray, random: np.random.Generator, parameters: Mapping[str, Any]
) -> pd.DataFrame:
    """One row a cycle of a person: PERSON, NO (within its phase), INDUCTION, REMISSION (whether it brought it), HIGH, DOSE,
    START, END, CR (day of remission), WHICH (0 to 1).

    Consolidation ends some weeks before the first consent; of one in the ``second`` remission, a relapse earlier.
    """
    count = len(consent)
    inductions = _so_many("cycles_to_remission", "cr1_cycles", count, random, parameters)
    consolidations = _so_many("consolidation_cycles", "consolidation", count, random, parameters)
    high = np.minimum(_so_many("high_dose_cycles", "hdac", count, random, parameters), consolidations)
    known = max(parameters["cycles_to_remission"]) + max(parameters["consolidation_cycles"])
    longest = int((inductions + consolidations).max(initial=known))
    place, total = np.arange(longest)[None, :], (inductions + consolidations)[:, None]
    induction = place < inductions[:, None]
    number = np.where(induction, place, place - inductions[:, None]) + 1
    is_high = ~induction & (number <= high[:, None])
    lasts = np.where(induction, 7, np.where(is_high, 5, 6))
    begins = np.concatenate(
        [np.zeros((count, 1), dtype=int), random.integers(31, 43, (count, longest - 1)).cumsum(axis=1)], axis=1
    )
    every = np.arange(count)
    last_end = begins[every, total[:, 0] - 1] + lasts[every, total[:, 0] - 1] - 1
    ended = consent - days(random.integers(21, 46, count) + np.where(second, random.integers(200, 500, count), 0))
    begin = ended[:, None] - days(last_end[:, None] - begins)
    remission = begin + days(random.integers(25, 31, (count, longest)))
    which, full = random.random((count, longest)), np.where(old, "2", np.where(random.random(count) < 0.6, "3", "2"))
    i, at = np.nonzero(place < total)
    return pd.DataFrame(
        {
            "PERSON": i,
            "NO": number[i, at],
            "INDUCTION": induction[i, at],
            "REMISSION": (induction & (number == inductions[:, None]))[i, at],
            "HIGH": is_high[i, at],
            "DOSE": np.where(is_high[i, at], full[i], "0.1"),
            "START": begin[i, at],
            "END": begin[i, at] + days(lasts[i, at] - 1),
            "CR": remission[i, at],
            "WHICH": which[i, at],
        }
    )


def _so_many(shares: str, limits: str, count: int, random: np.random.Generator, parameters: Mapping[str, Any]) -> np.ndarray:
    """Numbers of cycles as the parameters share them out, of those that the protocol takes."""
    least, most = (limit(f"{limits}_{end}") if has_limit(f"{limits}_{end}") else None for end in ("minimum", "maximum"))
    taken = {
        number: share
        for number, share in parameters[shares].items()
        if (least is None or int(number) >= least) and (most is None or int(number) <= most)
    } or {int(least or most or 1): 1}
    chances = np.array(list(taken.values()), dtype=float)
    return random.choice(np.array(list(taken), dtype=int), count, p=chances / chances.sum())


def _chemotherapy(numbers: pd.DataFrame, cycles: pd.DataFrame) -> pd.DataFrame:
    table = numbers[["SUBJID", "PERSON"]].merge(cycles, on="PERSON", validate="m:m")
    first, induction = table["REMISSION"], table["INDUCTION"]
    given = [INDUCTION if one else OTHERS for one in induction]
    words = [options[int(at * len(options))] for at, options in zip(table["WHICH"], given, strict=True)]
    return pd.DataFrame(
        {
            "SUBJID": table["SUBJID"],
            "PHASE": np.where(induction, "INDUCTION", "CONSOLIDATION"),
            "CYCLE_NO": table["NO"].astype(str),
            "REGIMEN": np.where(table["HIGH"], HIGH_DOSE, words),
            "HDAC_YN": np.where(table["HIGH"], "Y", "N"),
            "ARAC_DOSE_G_M2": table["DOSE"],
            "START_DAT": text(table["START"].to_numpy()),
            "END_DAT": text(table["END"].to_numpy()),
            "CR_AFTER_YN": np.where(induction & ~first, "N", "Y"),
            "CR_DAT": np.where(first, text(table["CR"].to_numpy()), ""),
        }
    )
