"""Defects of what decides eligibility, in subjects who were randomized, and of the site's answers to the criteria.

What changes with a value, so that its record agrees in itself, is nothing that anyone could see.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from trialbook.simulation import defect, remove, set_value
from trialbook.simulation.changes import Candidates, Tables

from .places import has, known, records, shift
from .plan import SCREENING, entry_reduction, limit


def _at_entry(tables: Tables, form: str, random: np.random.Generator, **wanted: str) -> Iterator[tuple[int, pd.Series]]:
    """The records at screening of the randomized that have these values."""
    frame = tables[form]
    where = has(tables, form, known(tables["RAND"], "RAND_DTTM"))
    if "VISIT" in frame:
        where &= frame["VISIT"] == SCREENING
    for column, value in wanted.items():
        where &= frame[column] == value
    yield from records(frame, where, random)


@defect("CRITERION_TICKED_AGAINST_DATA")
def criterion_ticked_against_data(tables: Tables, random: np.random.Generator) -> Candidates:
    """The site answers a criterion otherwise than the data do."""
    ie = tables["IE"]
    for record, row in records(ie, ie["IE_ANS"] != "", random):
        yield set_value("IE", record, "IE_ANS", "N" if row["IE_ANS"] == "Y" else "Y")


@defect("CRITERION_UNANSWERED")
def criterion_unanswered(tables: Tables, random: np.random.Generator) -> Candidates:
    """One criterion of all has no answer."""
    for record, _ in records(tables["IE"], tables["IE"]["IE_ANS"] != "", random):
        yield set_value("IE", record, "IE_ANS", "")


@defect("TRANSAMINASE_ABOVE_LIMIT")
def transaminase_above_limit(tables: Tables, random: np.random.Generator) -> Candidates:
    """A transaminase at screening just above what the protocol takes; the units of result and range are the same."""
    times = limit("aminotransferase_limit")
    for test in ("ALT", "AST"):
        for record, row in _at_entry(tables, "LAB", random, TEST_LOCAL=test):
            yield [
                set_value("LAB", record, "RESULT_TXT", f"{np.ceil(times * float(row['ULN'])) + 1:.0f}"),
                set_value("LAB", record, "CLINSIG", "Y", detectable=False),
            ]


@defect("CREATININE_ABOVE_LIMIT")
def creatinine_above_limit(tables: Tables, random: np.random.Generator) -> Candidates:
    """Creatinine at screening, above what the protocol takes."""
    times = limit("creatinine_limit")
    for record, row in _at_entry(tables, "LAB", random, TEST_LOCAL="CREAT"):
        yield set_value("LAB", record, "RESULT_TXT", f"{times * float(row['ULN']) * 1.1:.2f}")


def _assays(tables: Tables, random: np.random.Generator) -> Iterator[tuple[int, pd.Series]]:
    """The molecular results that count: of marrow, positive, of a sample that was not measured again."""
    again = tables["MRD_PCR"]["SAMPLE_ID"].value_counts()
    for record, row in _at_entry(tables, "MRD_PCR", random, SPECIMEN="BONE MARROW", RESULT="POSITIVE"):
        if again[row["SAMPLE_ID"]] == 1:
            yield record, row


@defect("REDUCTION_TOO_SMALL")
def reduction_too_small(tables: Tables, random: np.random.Generator) -> Candidates:
    """The molecular ratio at screening is as high as the protocol does not take."""
    at_diagnosis = known(tables["DX"], "QPCR_DX_RATIO_PCT")
    for record, row in _assays(tables, random):
        if row["SUBJID"] in at_diagnosis:
            ratio = float(at_diagnosis[row["SUBJID"]]) / 10 ** (entry_reduction() - random.uniform(0.05, 0.6))
            yield set_value("MRD_PCR", record, "RATIO_PCT", f"{ratio:.5f}")


@defect("NOTHING_DETECTED_AT_ENTRY")
def nothing_detected_at_entry(tables: Tables, random: np.random.Generator) -> Candidates:
    """Molecular disease is no longer detected at screening."""
    for record, _ in _assays(tables, random):
        copies = set_value("MRD_PCR", record, "TARGET_COPIES", "0", detectable=False)
        ratio, result = (set_value("MRD_PCR", record, *of) for of in (("RATIO_PCT", "0"), ("RESULT", "NEGATIVE")))
        yield [copies, ratio, result]


@defect("FLOW_POSITIVE_AT_ENTRY")
def flow_positive_at_entry(tables: Tables, random: np.random.Generator) -> Candidates:
    """Flow cytometry sees residual disease at screening."""
    for record, _ in _at_entry(tables, "MRD_MFC", random, RESULT="NEGATIVE"):
        share = set_value("MRD_MFC", record, "MRD_PCT", f"{random.uniform(0.02, 1.5):.2f}", detectable=False)
        yield [share, set_value("MRD_MFC", record, "RESULT", "POSITIVE")]


@defect("PERFORMANCE_TOO_POOR")
def performance_too_poor(tables: Tables, random: np.random.Generator) -> Candidates:
    """A performance status at screening that the protocol does not take."""
    for record, _ in _at_entry(tables, "VS_ECOG", random):
        yield set_value("VS_ECOG", record, "ECOG", f"{limit('ecog_maximum') + 1:.0f}")


@defect("RISK_GROUP_EXCHANGED")
def risk_group_exchanged(tables: Tables, random: np.random.Generator) -> Candidates:
    """The risk group is not the one that the trial is for."""
    for record, _ in _at_entry(tables, "DX", random, ELN2022_RISK="favorable"):
        yield set_value("DX", record, "ELN2022_RISK", str(random.choice(["intermediate", "adverse"])))


@defect("CYCLES_REMOVED")
def cycles_removed(tables: Tables, random: np.random.Generator) -> Candidates:
    """The last cycles of consolidation are not in the export, so that fewer are left than the protocol asks for."""
    chemo, least = tables["PRIORCHEMO"], limit("consolidation_minimum")
    for record, row in _at_entry(tables, "PRIORCHEMO", random, PHASE="CONSOLIDATION", CYCLE_NO=f"{least:.0f}"):
        own = (chemo["SUBJID"] == row["SUBJID"]) & (chemo["PHASE"] == "CONSOLIDATION")
        later = chemo.index[own & (chemo["CYCLE_NO"].astype(int) > least)]
        yield [remove("PRIORCHEMO", record), *(remove("PRIORCHEMO", other) for other in later)]


@defect("HIGH_DOSES_DENIED")
def high_doses_denied(tables: Tables, random: np.random.Generator) -> Candidates:
    """So many high-dose cycles are marked as none that fewer are left than the protocol asks for."""
    chemo, least = tables["PRIORCHEMO"], int(limit("hdac_minimum"))
    high = chemo[chemo["HDAC_YN"] == "Y"]
    for _, row in _at_entry(tables, "PRIORCHEMO", random, HDAC_YN="Y", CYCLE_NO="1"):
        own = high.index[high["SUBJID"] == row["SUBJID"]]
        yield [set_value("PRIORCHEMO", record, "HDAC_YN", "N") for record in own[least - 1 :]]


@defect("SAMPLE_BEFORE_CONSENT")
def sample_before_consent(tables: Tables, random: np.random.Generator) -> Candidates:
    """A marrow of screening was taken before the subject had consented."""
    consent = known(tables["DM"], "ICF_DAT")
    for record, row in _at_entry(tables, "BM", random):
        if row["SUBJID"] in consent:
            yield set_value("BM", record, "BM_DAT", shift(consent[row["SUBJID"]], -int(random.integers(2, 12))))
