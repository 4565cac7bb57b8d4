"""ADaM's rules on values: flags, dates, texts with their numbers, parameters, baseline and change, times to events."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from trialbook.analysis.adam.columns import is_date
from trialbook.analysis.adam.conformance_variables import NAME
from trialbook.analysis.adam.making import SUBJECT
from trialbook.analysis.adam.violation import Violation, filled, shown, violated
from trialbook.datasets import SdtmDataset
from trialbook.standards.adam import Structure

POPULATIONS = ("FASFL", "SAFFL", "ITTFL", "PPROTFL", "COMPLFL", "RANDFL", "ENRLFL")
"""Flags of ADSL that are Y or N of each subject (section 3.2)."""
RECORDS = ("ABLFL", "ANL", "TRTEMFL", "ONTRTFL", "AOCC")
"""How flags of records begin that are Y or empty (section 3.3, OCCDS 1.1)."""
STATUS = ("COMPLETED", "DISCONTINUED", "ONGOING", "")
"""CDISC's code list SBJTSTAT."""
IMPUTED = ("D", "M", "Y", "")
"""CDISC's code list DATEFL."""
ROUNDING = 1e-8


def flags(dataset: SdtmDataset, structure: Structure) -> Iterator[Violation]:
    """Flags are Y, N or empty; those of populations never empty, those of records never N."""
    rule = "ADaMIG 1.3 section 3.1.4"
    for name in (one for one in dataset.frame if one.endswith("FL")):
        column = dataset.frame[name]
        allowed: tuple[str, ...] = ("Y", "N", "")
        if structure == "ADSL" and name in POPULATIONS:
            allowed = ("Y", "N")
        elif structure != "ADSL" and name.startswith(RECORDS):
            allowed = ("Y", "")
        text = f"is {{}}; {', '.join(one or 'empty' for one in allowed)} are expected"
        yield from violated(dataset.name, name, dataset.frame, ~column.isin(allowed), text, rule)


def dates(dataset: SdtmDataset) -> Iterator[Violation]:
    """Dates are whole days since 1960 with a format; what was imputed is told by a flag beside them (section 3.1.2 and 3.1.3)."""
    rule, frame = "ADaMIG 1.3 section 3.1.2", dataset.frame
    for name in (one for one in frame if is_date(one)):
        if not pd.api.types.is_numeric_dtype(frame[name].dtype):
            yield Violation(dataset.name, name, "is a date by its name and no number", rule)
            continue
        if not dataset.variables[name].format:
            yield Violation(dataset.name, name, "is a date without a format by which SAS shows it", rule)
        yield from violated(dataset.name, name, frame, frame[name] % 1 > 0, "is {}, no whole day", rule)
    for name in (one for one in frame if one.endswith("DTF")):
        wrong = ~frame[name].isin(IMPUTED)
        yield from violated(dataset.name, name, frame, wrong, "is {}; D, M, Y or empty are expected", "ADaMIG 1.3 section 3.1.3")
        date = name.removesuffix("F")
        if date in frame:
            wrong = (frame[name] != "") & frame[date].isna()
            yield from violated(dataset.name, name, frame, wrong, "tells of a date that is not there", "ADaMIG 1.3 section 3.1.3")


def one_to_one(dataset: SdtmDataset) -> Iterator[Violation]:
    """A number whose name is that of a text and N stands for that text, one for one (section 3.1.1)."""
    frame = dataset.frame
    for name in frame:
        text = name.removesuffix("N")
        paired = name.endswith("N") and text in frame and not name.endswith("FN")
        if not paired or not pd.api.types.is_numeric_dtype(frame[name].dtype) or pd.api.types.is_numeric_dtype(frame[text].dtype):
            continue
        yield from _one_to_one(dataset, frame, name, text, [], "ADaMIG 1.3 section 3.1.1")
        wrong = filled(frame[name]) & ~filled(frame[text])
        yield from violated(dataset.name, text, frame, wrong, f"is empty where {name} is not", "ADaMIG 1.3 section 3.1.1")


def statuses(dataset: SdtmDataset) -> Iterator[Violation]:
    """The status at the end of study and of treatment by CDISC's code list."""
    for name in (one for one in ("EOSSTT", "EOTSTT") if one in dataset.frame):
        wrong = ~dataset.frame[name].isin(STATUS)
        text = "is {}; COMPLETED, DISCONTINUED or ONGOING is expected"
        yield from violated(dataset.name, name, dataset.frame, wrong, text, "CDISC CT: SBJTSTAT")


def parameters(dataset: SdtmDataset) -> Iterator[Violation]:
    """PARAMCD and PARAM stand for each other; PARAMCD can be a variable's name (section 3.3)."""
    frame, rule = dataset.frame, "ADaMIG 1.3 section 3.3"
    if not {"PARAM", "PARAMCD"} <= set(frame):
        return
    codes = {code: bool(NAME.fullmatch(code)) for code in frame["PARAMCD"].unique()}
    wrong = ~frame["PARAMCD"].map(codes).to_numpy(dtype=bool)
    yield from violated(dataset.name, "PARAMCD", frame, wrong, "is {}, which can't be a variable's name", rule)
    yield from _one_to_one(dataset, frame, "PARAMCD", "PARAM", [], rule)


def values(dataset: SdtmDataset) -> Iterator[Violation]:
    """Where AVAL and AVALC are both there, they stand for each other within a parameter (section 3.3)."""
    frame = dataset.frame
    if {"AVAL", "AVALC", "PARAMCD"} <= set(frame):
        yield from _one_to_one(dataset, frame, "AVAL", "AVALC", ["PARAMCD"], "ADaMIG 1.3 section 3.3")


def baseline(dataset: SdtmDataset) -> Iterator[Violation]:
    """One baseline a subject and parameter; BASE is its AVAL, on each of their records; CHG is AVAL without it (section 3.3)."""
    frame, rule = dataset.frame, "ADaMIG 1.3 section 3.3"
    by = [SUBJECT, "PARAMCD", *(["BASETYPE"] if "BASETYPE" in frame else [])]
    if "ABLFL" in frame:
        flagged = frame["ABLFL"] == "Y"
        twice = flagged & frame[flagged].duplicated(by, keep=False).reindex(frame.index, fill_value=False)
        yield from violated(dataset.name, "ABLFL", frame, twice, "marks several records of a subject and parameter", rule)
        if "BASE" in frame:
            based = frame[flagged].drop_duplicates(by)[[*by, "AVAL"]].rename(columns={"AVAL": "_AVAL"})
            expected = frame[by].merge(based, on=by, how="left")["_AVAL"].to_numpy(dtype="float64")
            wrong = ~_same(frame["BASE"].to_numpy(dtype="float64"), expected)
            yield from violated(dataset.name, "BASE", frame, wrong, "is {}, not AVAL of the record that ABLFL marks", rule)
    if {"CHG", "AVAL", "BASE"} <= set(frame):
        wrong = frame["CHG"].notna() & ~_same(frame["CHG"].to_numpy(dtype="float64"), (frame["AVAL"] - frame["BASE"]).to_numpy())
        yield from violated(dataset.name, "CHG", frame, wrong, "is {}, not AVAL - BASE", rule)


def censoring(dataset: SdtmDataset) -> Iterator[Violation]:
    """CNSR is a whole number, 0 of an event, on each record with a time; the time is that between its dates (BDS for TTE 1.0)."""
    frame, rule = dataset.frame, "ADaM BDS for TTE 1.0 section 4"
    if "CNSR" not in frame:
        return
    censored = frame["CNSR"]
    wrong = censored.isna() | (censored < 0) | (censored % 1 > 0)
    yield from violated(dataset.name, "CNSR", frame, wrong, "is {}; 0 or another whole number is expected", rule)
    time = frame["AVAL"]
    yield from violated(dataset.name, "AVAL", frame, ~(time >= 0), "is {}, no time of 0 or more", rule)
    if {"STARTDT", "ADT"} <= set(frame):
        yield from violated(dataset.name, "ADT", frame, ~(frame["ADT"] >= frame["STARTDT"]), "is before STARTDT", rule)


def _one_to_one(
    dataset: SdtmDataset, frame: pd.DataFrame, one: str, other: str, within: list[str], rule: str
) -> Iterator[Violation]:
    both = frame.loc[filled(frame[one]) & filled(frame[other]), [SUBJECT, *within, one, other]]
    pairs = both[[*within, one, other]].drop_duplicates()
    for name, opposite in ((one, other), (other, one)):
        several = pairs[pairs.duplicated([*within, name], keep=False)]
        if several.empty:
            continue
        value = several.iloc[0]
        wrong = both[name] == value[name]
        for key in within:
            wrong &= both[key] == value[key]
        alike = sorted({shown(each) for each in both.loc[wrong, opposite]})[:2]
        at = "".join(f" of {key} {value[key]}" for key in within)
        text = f"is {{}}{at} with several values of {opposite}, such as {' and '.join(alike)}"
        yield from violated(dataset.name, name, both, wrong, text, rule)


def _same(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    with np.errstate(invalid="ignore"):
        near = np.abs(one - other) <= ROUNDING * np.maximum(1.0, np.abs(other))
    return np.asarray(near | (np.isnan(one) & np.isnan(other)))
