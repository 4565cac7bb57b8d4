"""An analysis dataset made: its records taken from SDTM, its variables made one after the other, and held against ADaM."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from trialbook.analysis.adam.algorithms import ALGORITHMS
from trialbook.analysis.adam.columns import DATE_FORMAT, is_date
from trialbook.analysis.adam.making import SUBJECT, Materials
from trialbook.analysis.adam.spec import AnalysisDatasetSpec, RecordsSpec, VariableSpec
from trialbook.datasets import SdtmDataset, Variable
from trialbook.errors import TrialbookError
from trialbook.standards.adam import adam_variable

IDENTIFIERS = ("STUDYID", "USUBJID")
SOURCE = ("SRCDOM", "SRCVAR", "SRCSEQ")
"""ADaM's variables of datapoint traceability (ADaMIG 1.3 section 3.3.9)."""


def make_dataset(
    spec: AnalysisDatasetSpec, materials: Materials, more: Iterable[pd.DataFrame] = (), notices: Iterable[str] = ()
) -> SdtmDataset:
    """One analysis dataset by its specification; ``more`` are records made elsewhere, with the variables that they have.

    Records of a subject that ADSL does not have are left out, and a notice tells of them, beside the ``notices`` given. Raises
    TrialbookError naming dataset and variable where a variable can't be made, and where ADSL would have a subject twice.
    """
    groups = [_records(spec, records, materials) for records in spec.records]
    if spec.structure == "ADSL":
        _refuse_doubled(spec, groups)
    strangers = [_strangers(frame, materials) for frame in groups]
    groups = [frame[~unknown].reset_index(drop=True) for frame, unknown in zip(groups, strangers, strict=True)]
    frame = _together([*groups, *more])
    for name, variable in spec.variables.items():
        frame[name] = _made(spec.dataset, name, variable, frame, materials)
    kept = {name: variable for name, variable in variables_of(spec).items() if not variable.temporary}
    names = [*IDENTIFIERS, *(name for name in kept if name not in IDENTIFIERS)]
    if spec.structure == "BDS":
        names += [name for name in SOURCE if name not in names and name in frame]
    described = {name: describe(spec, name, kept.get(name)) for name in names}
    frame = frame[names].sort_values(list(spec.keys), kind="stable", na_position="first").reset_index(drop=True)
    told = sum(int(unknown.sum()) for unknown in strangers)
    left = [f"{told} records are of subjects that ADSL does not have, and are left out"] if told else []
    return SdtmDataset(spec.dataset, spec.label, frame, described, notices=(*left, *notices))


def _refuse_doubled(spec: AnalysisDatasetSpec, groups: list[pd.DataFrame]) -> None:
    subjects = pd.concat([frame[SUBJECT] for frame in groups])
    if subjects.duplicated().any():
        twice = subjects[subjects.duplicated()].iloc[0] or "a subject without a USUBJID"
        source = ", ".join(one.dataset for one in spec.records)
        what = f"{spec.dataset} has one record a subject, and {source} has several of {twice}"
        raise TrialbookError(what, remedy="Mend the export: trialbook validate tells which of its records they are.")


def _strangers(frame: pd.DataFrame, materials: Materials) -> np.ndarray:
    """Which records are of a subject that is not in ADSL; none while that is being made."""
    subjects = materials.adam.get("ADSL")
    if subjects is None:
        return np.zeros(len(frame), dtype=bool)
    return ~frame[SUBJECT].isin(subjects[SUBJECT]).to_numpy(dtype=bool)


def variables_of(spec: AnalysisDatasetSpec) -> dict[str, VariableSpec]:
    """The variables by name: those of single groups of records first."""
    found: dict[str, VariableSpec] = {}
    for records in spec.records:
        found = records.variables | found
    return found | spec.variables


def describe(spec: AnalysisDatasetSpec, name: str, variable: VariableSpec | None) -> Variable:
    """What the dataset's file says of a variable: the standard's label and type, unless the specification has its own.

    Raises TrialbookError where neither names a label or a type.
    """
    standard = adam_variable(spec.structure, name)
    label = (variable.label if variable else "") or (standard.label if standard else "")
    type_ = (variable.type if variable else None) or (standard.type if standard else None)
    if not label or type_ is None:
        lacking = "type" if label else "label"
        what = f"{spec.dataset}.{name} is no variable of ADaM's {spec.structure}, and has no {lacking} of its own"
        raise TrialbookError(what, remedy="Give it a label and a type (Char or Num) in analysis_specs/datasets/.")
    form = (variable.format if variable else "") or (DATE_FORMAT if type_ == "Num" and is_date(name) else "")
    return Variable(name, label, type_, format=form)


def _records(spec: AnalysisDatasetSpec, records: RecordsSpec, materials: Materials) -> pd.DataFrame:
    source = materials.frame(records.dataset)
    frame = source[materials.where(source, records.where)].reset_index(drop=True)
    sequence = f"{records.dataset}SEQ"
    if spec.structure == "BDS" and records.source:
        frame = frame.assign(SRCDOM=records.source, SRCVAR=records.value, SRCSEQ=float("nan"))
    elif spec.structure == "BDS" and sequence in frame:
        frame = frame.assign(SRCDOM=records.dataset, SRCVAR=records.value, SRCSEQ=frame[sequence].astype("float64"))
    for name, variable in records.variables.items():
        frame[name] = _made(spec.dataset, name, variable, frame, materials)
    return frame


def _made(dataset: str, name: str, variable: VariableSpec, frame: pd.DataFrame, materials: Materials) -> pd.Series:
    """The first value that one of the algorithms gives for each record."""
    made: pd.Series | None = None
    for algorithm in variable.algorithms:
        try:
            found = ALGORITHMS[algorithm.operation](materials, frame, algorithm)
            asked = materials.where(frame, algorithm.condition_add)
        except TrialbookError as error:
            raise TrialbookError(f"{dataset}.{name}: {error.what}", remedy=error.remedy) from None
        numeric = pd.api.types.is_numeric_dtype(found.dtype)
        found = found.where(pd.Series(asked, index=frame.index), float("nan") if numeric else "")
        made = found if made is None else made.where(made.notna() if numeric else made != "", found)
    assert made is not None
    return made


def _together(frames: list[pd.DataFrame]) -> pd.DataFrame:
    """Records under each other; a variable that some of them do not have is missing there."""
    if len(frames) == 1:
        return frames[0].reset_index(drop=True)
    frame = pd.concat(frames, ignore_index=True)
    texts = [name for name in frame if not pd.api.types.is_numeric_dtype(frame[name].dtype)]
    frame[texts] = frame[texts].fillna("").astype("str")
    return frame
