"""``derive_blfl``: the record that is a subject's baseline (SDTMIG 3.4 section 4.5.9), or the last before exposure (--LOBXFL)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from trialbook.datasets import iso8601
from trialbook.expressions import parse
from trialbook.mapping.distinct import distinct_rows, spread
from trialbook.mapping.domain_spec import Algorithm, Baseline
from trialbook.mapping.making import Making
from trialbook.mapping.provenance import together


def derive_blfl(making: Making, name: str, algorithm: Algorithm) -> None:
    """``Y`` on the last record with a result before the subject's reference, at most one a subject and values of ``by``.

    Times are compared where both sides have one: a record of the reference's day that is certainly earlier is before it, a later
    one is not, and where nothing tells, ``same_day`` does. A record with a partial date counts where each day that it can mean is
    before the reference, and comes before the complete dates that it can mean.
    """
    baseline = algorithm.derive_blfl
    assert baseline is not None
    frame = making.frame
    candidates = _with_result(frame, baseline, making.domain.domain)
    if candidates.any():
        candidates[candidates] = _before_reference(making, baseline, frame.loc[candidates, ["USUBJID", baseline.date]])
    flagged = np.zeros(len(frame), dtype=np.int64)
    flagged[_last(making, baseline, candidates)] = 1
    frame[name] = spread(("", "Y"), flagged, frame.index)
    behind = [making.sources[one] for one in (baseline.date, baseline.result) if one in making.sources]
    if behind:
        making.sources[name] = together(*behind)


def _with_result(frame: pd.DataFrame, baseline: Baseline, domain: str) -> np.ndarray:
    if baseline.result not in frame or baseline.date not in frame:
        return np.zeros(len(frame), dtype=bool)
    result = frame[baseline.result]
    given = result.notna() if result.dtype == "float64" else result != ""
    done = frame[f"{domain}STAT"] != "NOT DONE" if f"{domain}STAT" in frame else pd.Series(True, index=frame.index)
    return (given & done & (frame[baseline.date] != "")).to_numpy(dtype=bool, copy=True)


def _before_reference(making: Making, baseline: Baseline, records: pd.DataFrame) -> np.ndarray:
    """Whether each record is before the first of the references that its subject has."""
    pairs = distinct_rows([records["USUBJID"], records[baseline.date]])
    subjects, dates = (pd.Series([row[i] for row in pairs.rows], dtype="str") for i in (0, 1))
    references = subject_references(making, baseline)
    reference = subjects.map(references["date"]).astype("str").fillna("")
    counts = references["same_day"].reindex(subjects, fill_value=False).to_numpy(dtype=bool)
    earlier = iso8601.before(dates, reference).to_numpy(dtype=bool)
    same = (iso8601.complete_date(dates) == iso8601.complete_date(reference)).to_numpy(dtype=bool)
    later = iso8601.before(reference, dates).to_numpy(dtype=bool)
    return (earlier | (counts & same & ~later))[pairs.of]


def subject_references(making: Making, baseline: Baseline) -> pd.DataFrame:
    """``date`` and ``same_day`` by USUBJID; a subject whose DM records disagree has no reference."""
    conditions = [parse(one.where or "True") for one in baseline.references]
    read = dict.fromkeys([*(one.date for one in baseline.references), *(name for one in conditions for name in one.names)])
    if "DM" not in making.datasets:
        return pd.DataFrame({"date": pd.Series([], dtype="str"), "same_day": pd.Series([], dtype=bool)})
    dm = making.datasets["DM"].dataset.frame
    # A subject without any has none; a variable that the export gives no DM record is absent from all.
    dm = dm.reindex(columns=["USUBJID", *read], fill_value="").drop_duplicates()
    dm = dm[dm["USUBJID"] != ""].drop_duplicates("USUBJID", keep=False).set_index("USUBJID")
    date, same_day = pd.Series("", index=dm.index, dtype="str"), pd.Series(False, index=dm.index)
    for reference, condition in reversed([*zip(baseline.references, conditions, strict=True)]):
        holds = condition.evaluate(dm.__getitem__, dm.index).fillna(False).to_numpy(dtype=bool)
        given = (dm[reference.date] != "") & holds
        date = dm[reference.date].where(given, date).astype("str")
        same_day = same_day.where(~given, reference.same_day)
    return pd.DataFrame({"date": date, "same_day": same_day})


def _last(making: Making, baseline: Baseline, candidates: np.ndarray) -> np.ndarray:
    """Position of the last record of each subject and ``by``; what ``ties`` leave open, the keys and the result decide.

    Records with a ``number``, or a bound of one, go before those without.
    """
    frame, at = making.frame, np.flatnonzero(candidates)
    # A variable that the export gives no record is absent, and tells none from another.
    by = [name for name in dict.fromkeys(("USUBJID", *baseline.by)) if name in frame]
    groups = distinct_rows([frame[name].astype("str").take(at) for name in by]).of
    order = dict.fromkeys((baseline.date, *baseline.ties, *making.domain.order, *making.domain.keys, baseline.result))
    ranked = [frame[name] for name in order if name in frame]
    if baseline.number in frame:
        ranked.insert(0, frame[baseline.number].notna() | frame[baseline.result].str.startswith(("<", ">")))
    for column in ranked:
        rank = pd.factorize(column.take(at), sort=True)[0]
        greatest = np.full(groups.max(initial=-1) + 1, -1)
        np.maximum.at(greatest, groups, rank)
        keep = rank == greatest[groups]
        at, groups = at[keep], groups[keep]
    return at[~pd.Series(groups).duplicated().to_numpy()]
