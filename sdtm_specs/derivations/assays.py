"""Results of assays in standard form, and which run of an assay a record is of."""

from __future__ import annotations

import pandas as pd

from trialbook.mapping.results import as_text, read_result

WORDS = {"nd": "NOT DETECTED", "未检出": "NOT DETECTED", "not detected": "NOT DETECTED"}
"""What laboratories write in place of a number; ``未查`` (not tested) is no result."""

MARKERS = ("RUNX1::RUNX1T1", "CBFB::MYH11", "NPM1")
"""The targets of the molecular assay, a fusion before a mutation."""


def assay_run(*parts: pd.Series) -> pd.Series:
    """One text of what tells a run of an assay from others (sample, target, report, batch), without what is empty."""
    table = pd.concat(parts, axis=1, keys=range(len(parts)))
    made = {row: " / ".join(filter(None, row)) for row in set(table.itertuples(index=False, name=None))}
    return pd.Series([made[row] for row in table.itertuples(index=False, name=None)], index=table.index, dtype="str")


def chemotherapy_cycle(subjid: pd.Series, phase: pd.Series, number: pd.Series) -> pd.Series:
    """Screening number, phase and number of a cycle as ``S001-INDUCTION-1``; empty without one of them."""
    known = (subjid != "") & (phase != "") & (number != "")
    return (subjid + "-" + phase + "-" + number).where(known, "").astype("str")


def standard_text(texts: pd.Series) -> pd.Series:
    """Each result as a number, a bound with its sign (``<0.001``) or a standard word; one that is none stays as it is written."""
    standard = {text: _standard(text) for text in texts.unique()}
    return texts.map(standard).astype("str")


def standard_number(texts: pd.Series) -> pd.Series:
    """The number of each result; empty for a bound and for a word."""
    standard = {text: _number(text) for text in texts.unique()}
    return texts.map(standard).astype("str")


def marker_at_diagnosis(fusion: pd.Series, npm1: pd.Series) -> pd.Series:
    """The target by which the leukemia is followed up: the fusion that was found, else NPM1 where it is mutated."""
    found = fusion.where(fusion.isin(MARKERS), "")
    return found.where((found != "") | (npm1 != "MUTATED"), "NPM1").astype("str")


def _standard(text: str) -> str:
    reading = read_result(text, WORDS) if text else None
    if reading is None:
        return text
    return reading.word if reading.number is None else reading.sign + as_text(reading.number)


def _number(text: str) -> str:
    reading = read_result(text) if text else None
    return "" if reading is None or reading.number is None or reading.sign else as_text(reading.number)
