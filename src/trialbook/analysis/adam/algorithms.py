"""The operations by which variables of analysis datasets are made: each takes the records and gives one value a record."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from trialbook.analysis.adam.columns import by_subject, imputed_parts, sas_days, study_day
from trialbook.analysis.adam.making import SUBJECT, Materials
from trialbook.analysis.adam.spec import Algorithm, Extreme, Merged
from trialbook.errors import TrialbookError

Operation = Callable[[Materials, pd.DataFrame, Algorithm], pd.Series]


def assign(materials: Materials, frame: pd.DataFrame, algorithm: Algorithm) -> pd.Series:
    """A variable of the record, or ``ADSL.X``."""
    name = str(algorithm.assign)
    dataset, _, variable = name.rpartition(".")
    if dataset:
        return materials.beside(frame, dataset, variable)
    if name not in frame:
        raise TrialbookError(f"assign: {name} is no variable of the records")
    return frame[name]


def hardcode(materials: Materials, frame: pd.DataFrame, algorithm: Algorithm) -> pd.Series:
    """The same value on each record."""
    value = algorithm.hardcode
    if isinstance(value, str):
        return pd.Series(value, index=frame.index, dtype="str")
    return pd.Series(float(value or 0), index=frame.index)


def derive_merged(materials: Materials, frame: pd.DataFrame, algorithm: Algorithm) -> pd.Series:
    """A value of the subject's record in another dataset."""
    merged = algorithm.derive_merged
    assert merged is not None
    picked = picked_records(materials, merged, frame)
    return by_subject(picked.set_index(SUBJECT)[merged.value], frame[SUBJECT])


def picked_records(materials: Materials, merged: Merged, frame: pd.DataFrame) -> pd.DataFrame:
    """At most one record a subject of a dataset; raises TrialbookError where a subject has several and nothing says which."""
    source = materials.frame(merged.dataset)
    found = source[materials.where(source, merged.where)]
    for name, own in merged.same.items():
        asked = frame.drop_duplicates(SUBJECT).set_index(SUBJECT)[own]
        found = found[found[name] == by_subject(asked, found[SUBJECT])]
    if merged.pick is None:
        if found[SUBJECT].duplicated().any():
            subject = found.loc[found[SUBJECT].duplicated(), SUBJECT].iloc[0]
            what = f"{merged.dataset} has several records of {subject} for which {merged.where or 'nothing else'} is true"
            raise TrialbookError(what, remedy="Say which counts: pick: first or last, and by.")
        return found
    ordered = found.iloc[in_order(found, merged.by)]
    return ordered.drop_duplicates(SUBJECT, keep=merged.pick)


def derive_code(materials: Materials, frame: pd.DataFrame, algorithm: Algorithm) -> pd.Series:
    """What each value stands for."""
    coded = algorithm.derive_code
    assert coded is not None
    texts = materials.column(frame, coded.from_)[1]
    numeric = not any(isinstance(value, str) for value in coded.values.values())
    found = texts.map(coded.values)
    return found.astype("float64") if numeric else found.astype("object").fillna("").astype("str")


def derive_flag(materials: Materials, frame: pd.DataFrame, algorithm: Algorithm) -> pd.Series:
    """``Y`` where an expression is true."""
    flagged = algorithm.derive_flag
    assert flagged is not None
    return _flags(materials.where(frame, flagged.where), frame.index, flagged.no)


def derive_number(materials: Materials, frame: pd.DataFrame, algorithm: Algorithm) -> pd.Series:
    """The number that a text writes; NaN where it writes none."""
    text = materials.column(frame, str(algorithm.derive_number))[1]
    return pd.to_numeric(text.where(text != "", None), errors="coerce").astype("float64")


def derive_dt(materials: Materials, frame: pd.DataFrame, algorithm: Algorithm) -> pd.Series:
    """A numeric date from an ISO 8601 text, imputed where that is asked for."""
    dated = algorithm.derive_dt
    assert dated is not None
    text = materials.column(frame, dated.from_)[1]
    days = sas_days(text, dated.impute)
    if dated.not_before and dated.impute == "first":
        floor = sas_days(materials.column(frame, dated.not_before)[1])
        latest = sas_days(text, "last")
        if dated.not_after:
            latest = pd.Series(np.fmin(latest, sas_days(materials.column(frame, dated.not_after)[1], "last")), index=frame.index)
        imputed = sas_days(text).isna() & (days < floor) & (floor <= latest)
        days = days.where(~imputed, floor)
    return days


def derive_dtf(materials: Materials, frame: pd.DataFrame, algorithm: Algorithm) -> pd.Series:
    """Which part of a date was imputed: ``D`` the day, ``M`` the month and day (ADaMIG 1.3 section 3.1.3)."""
    dated = algorithm.derive_dtf
    assert dated is not None
    return imputed_parts(materials.column(frame, dated.from_)[1], dated.impute or "first")


def derive_dy(materials: Materials, frame: pd.DataFrame, algorithm: Algorithm) -> pd.Series:
    """The study day of a date."""
    day = algorithm.derive_dy
    assert day is not None
    return study_day(*(sas_days(materials.column(frame, name)[1]) for name in (day.date, day.reference)))


def derive_window(materials: Materials, frame: pd.DataFrame, algorithm: Algorithm) -> pd.Series:
    """The planned visit in whose window a study day lies."""
    windowed = algorithm.derive_window
    assert windowed is not None
    days = frame[windowed.day].to_numpy(dtype="float64")
    if windowed.after and windowed.after not in materials.visits:
        raise TrialbookError(f"derive_window: {windowed.after} is no visit of protocol/visits.yml", remedy="Correct after.")
    after = materials.visits[windowed.after].day if windowed.after else None
    texts, numbers = np.full(len(frame), "", dtype=object), np.full(len(frame), np.nan)
    for visit in materials.visits.values():
        if visit.first_day is None or visit.last_day is None or (after is not None and (visit.day or 0) <= after):
            continue
        inside = (days >= visit.first_day) & (days <= visit.last_day)
        texts[inside] = visit.visit
        numbers[inside] = visit.visitnum if windowed.gives == "visitnum" else float(visit.day or 0)
    if windowed.gives == "visit":
        return pd.Series(texts, index=frame.index, dtype="str")
    return pd.Series(numbers, index=frame.index)


def derive_extreme_flag(materials: Materials, frame: pd.DataFrame, algorithm: Algorithm) -> pd.Series:
    """``Y`` on one record of each group."""
    extreme = algorithm.derive_extreme_flag
    assert extreme is not None
    return _flags(_extremes(materials, frame, extreme), frame.index)


def derive_base(materials: Materials, frame: pd.DataFrame, algorithm: Algorithm) -> pd.Series:
    """The value on the baseline record of the record's group."""
    based = algorithm.derive_base
    assert based is not None
    keys = list(based.by)
    baseline = frame.loc[frame[based.flag] == "Y", [*keys, based.value]]
    if baseline.duplicated(keys).any():
        twice = ", ".join(str(value) for value in baseline.loc[baseline.duplicated(keys), keys].iloc[0])
        remedy = f"Let {based.flag} be Y on one record for each {', '.join(keys)}."
        raise TrialbookError(
            f"derive_base: {based.flag} marks several records of {twice}, and one is the baseline", remedy=remedy
        )
    found = frame[keys].merge(baseline, on=keys, how="left")[based.value].set_axis(frame.index)
    return found if pd.api.types.is_numeric_dtype(found.dtype) else found.fillna("").astype("str")


def derive_chg(materials: Materials, frame: pd.DataFrame, algorithm: Algorithm) -> pd.Series:
    """The second variable taken away from the first."""
    first, second = algorithm.derive_chg or ()
    return frame[first] - frame[second]


def derive_seq(materials: Materials, frame: pd.DataFrame, algorithm: Algorithm) -> pd.Series:
    """The record's number within its subject, in the order of the variables named."""
    order = in_order(frame, (SUBJECT, *(algorithm.derive_seq or ())))
    numbers = frame.iloc[order].groupby(SUBJECT, sort=False).cumcount() + 1
    return numbers.reindex(frame.index).astype("float64")


def derive(materials: Materials, frame: pd.DataFrame, algorithm: Algorithm) -> pd.Series:
    """What a function of the study makes of columns and datasets."""
    called = algorithm.derive
    assert called is not None
    function = materials.functions.get(called.function)
    if function is None:
        raise TrialbookError(
            f"analysis_specs/derivations.py has no function {called.function}", remedy="Write it, or correct the name."
        )
    columns = [assign(materials, frame, Algorithm(assign=name)) for name in called.from_]
    reads = {name.lower(): materials.frame(name) for name in called.reads}
    place = f"the function {called.function} of analysis_specs/derivations.py"
    try:
        found = function(*columns, **reads)
    except Exception as error:
        raise TrialbookError(f"{place} fails: {type(error).__name__}: {error}", remedy="Mend it and run again.") from error
    if not isinstance(found, pd.Series) or len(found) != len(frame):
        given = f"{len(found)} values" if isinstance(found, pd.Series) else f"a {type(found).__name__}"
        raise TrialbookError(f"{place} gave {given}; a Series with one for each of the {len(frame)} records is expected")
    return found.set_axis(frame.index)


def in_order(frame: pd.DataFrame, by: Sequence[str]) -> np.ndarray:
    """The positions of the records in the order of variables, downwards by those with ``-`` before them; stable."""
    if frame.empty:
        return np.arange(0)
    names = [name.removeprefix("-") for name in by]
    ordered = frame[names].reset_index(drop=True)
    ascending = [not name.startswith("-") for name in by]
    return ordered.sort_values(names, ascending=ascending, kind="stable", na_position="first").index.to_numpy()


def _extremes(materials: Materials, frame: pd.DataFrame, extreme: Extreme) -> np.ndarray:
    candidates = np.flatnonzero(materials.where(frame, extreme.where))
    ordered = candidates[in_order(frame.iloc[candidates], extreme.order)]
    chosen = frame.iloc[ordered].duplicated(list(extreme.by), keep=extreme.pick).to_numpy()
    mask = np.zeros(len(frame), dtype=bool)
    mask[ordered[~chosen]] = True
    return mask


def _flags(mask: np.ndarray, index: pd.Index, no: str = "") -> pd.Series:
    return pd.Series(np.where(mask, "Y", no), index=index, dtype="str")


ALGORITHMS: dict[str, Operation] = {
    "assign": assign,
    "hardcode": hardcode,
    "derive_merged": derive_merged,
    "derive_code": derive_code,
    "derive_flag": derive_flag,
    "derive_number": derive_number,
    "derive_dt": derive_dt,
    "derive_dtf": derive_dtf,
    "derive_dy": derive_dy,
    "derive_window": derive_window,
    "derive_extreme_flag": derive_extreme_flag,
    "derive_base": derive_base,
    "derive_chg": derive_chg,
    "derive_seq": derive_seq,
    "derive": derive,
}
