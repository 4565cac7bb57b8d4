"""The exports that are measured: the root study's synthetic trial with as many laboratory results as wanted, clean and failing.

Subjects, visits and all other forms are as ``trialbook simulate`` makes them, about one subject for 1,000 results; the laboratory
results of each visit are repeated as further samples with their own accession and time, until there are enough.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

from trialbook.run import Study
from trialbook.simulation.course import Course
from trialbook.simulation.rendering import Renderer
from trialbook.studymodules import namespace

ROOT = Path(__file__).resolve().parents[1]
RESULTS_A_SUBJECT = 1000
FAILING = 0.1
# A fault: the column and the text that takes the cell's place; None repeats the record before.
FAULTS = (
    ("RESULT_TXT", ""),
    ("RESULT_TXT", "5.0 H"),
    ("LAB_DAT", "31.12.2024"),
    ("LAB_TIM", "25:71"),
    ("VISIT", "第99次访视"),
    ("TEST_LOCAL", "白细泡"),
    ("SPECIMEN", ""),
    ("UNIT_LOCAL", "mg/kg"),
    ("SUBJID", "S99999"),
    None,
)


def write_exports(folder: Path, records: int, seed: int = 1) -> None:
    """``clean/`` and ``failing/`` in ``folder``: a CSV file a form in UTF-8, ``records`` laboratory results."""
    study = Study(ROOT)
    random = np.random.default_rng(seed)
    course = Course(ROOT / "simulation", namespace(study.protocol.id))
    values = course.tables(max(2, records // RESULTS_A_SUBJECT), random, study.specs)
    values["LAB"] = _repeated(values["LAB"], records, random)
    renderer = Renderer(study.specs, seed, course.file)
    written = {name: renderer.table(study.specs.forms[name], frame) for name, frame in values.items()}
    for name, tables in (("clean", written), ("failing", written | {"LAB": _broken(written["LAB"], random)})):
        (folder / name).mkdir()
        for form, table in tables.items():
            table.to_csv(folder / name / f"{form}.csv", index=False)


def _repeated(lab: pd.DataFrame, records: int, random: np.random.Generator) -> pd.DataFrame:
    """The same visits' samples again and again: sample ``n`` of an accession has a number and a time of its own."""
    at = np.arange(records) % len(lab)
    sample = np.arange(records) // len(lab)
    taken = lab.take(at).reset_index(drop=True)
    # One time a sample; before noon, as the first ones, so that no injection of the day comes before.
    known = (taken["LAB_TIM"] != "") & (sample > 0)
    codes = pd.factorize(taken["ACCESSION"])[0]
    minute = random.integers(6 * 60, 8 * 60, (codes.max() + 1, sample.max() + 1))[codes, sample]
    times = pd.Series([f"{hour:02d}:{rest:02d}" for hour, rest in zip(minute // 60, minute % 60, strict=True)], dtype="str")
    taken["LAB_TIM"] = taken["LAB_TIM"].mask(known, times)
    taken["ACCESSION"] = taken["ACCESSION"].mask(sample > 0, taken["ACCESSION"] + "-" + pd.Series(sample).astype("str"))
    return taken


def _broken(lab: pd.DataFrame, random: np.random.Generator) -> pd.DataFrame:
    """One in ten records with a fault, each fault in as many."""
    broken = lab.copy()
    chosen = random.permutation(len(lab) - 1)[: int(len(lab) * FAILING)] + 1
    for fault, rows in zip(FAULTS, np.array_split(chosen, len(FAULTS)), strict=True):
        if fault is None:
            broken.iloc[rows] = lab.iloc[rows - 1].to_numpy()
        else:
            broken.iloc[rows, broken.columns.get_loc(fault[0])] = fault[1]
    return broken


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="where clean/ and failing/ are written; it must be there")
    parser.add_argument("--records", type=int, default=1_000_000, help="laboratory results")
    options = parser.parse_args()
    write_exports(options.folder, options.records)
