"""``derive_epoch``: the EPOCH of a date, by the subject's elements in SE (SDTMIG 3.4 section 5.3).

An element is half-open: a date on which one ends and the next begins belongs to the next. Where no other begins at an end, the
element has its end too, or nothing that happens on a subject's last day would have an epoch. What a date leaves open is not
guessed: where it may lie in several epochs, the planned visit that the record names decides among them, if the protocol states
its epoch; else, or within and without one, it has none.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from trialbook.datasets import iso8601
from trialbook.mapping.domain_spec import Algorithm
from trialbook.mapping.making import Making
from trialbook.mapping.records import MappingIssue
from trialbook.mapping.references import ELEMENTS

_SPAN = 2**40
"""More than any moment of :func:`iso8601.earliest`: subject and moment make one number that sorts."""
_OPEN = _SPAN - 1


def derive_epoch(making: Making, name: str, algorithm: Algorithm) -> None:
    """Fill EPOCH from the date that the algorithm names, and VISIT; dates on a boundary at their precision are told of."""
    date, frame = str(algorithm.derive_epoch), making.frame
    if date in making.sources:
        making.sources[name] = making.sources[date]
    if "SE" not in making.datasets:
        frame[name] = pd.Series("", index=frame.index, dtype="str")
        return
    planned = frame["VISIT"].map(making.design.epoch_of_visit).astype("str").fillna("") if "VISIT" in frame else None
    frame[name], unclear = epochs_of(frame["USUBJID"], frame[date], making.datasets["SE"].dataset.frame, planned)
    domain, records = making.domain.domain, np.flatnonzero(unclear)
    message = f"{date} lies on a boundary of the subject's elements at its precision, so it has no {name}"
    making.issues.append(MappingIssue("EPOCH", domain, domain, (date,), records, message))


def epochs_of(
    subject: pd.Series, dtc: pd.Series, elements: pd.DataFrame, planned: pd.Series | None = None
) -> tuple[pd.Series, np.ndarray]:
    """The epoch of each date of each subject, ``""`` where there is none; and where that is because it may be in several.

    ``elements`` has the columns of SE: USUBJID, SESTDTC, SEENDTC, EPOCH. A date outside of every element is in no epoch.
    ``planned``: the epoch of the visit that each record names; it decides where a date may begin or end in it.
    """
    subjects = pd.Index(elements["USUBJID"].unique())
    labels = pd.Index(sorted(set(elements["EPOCH"]) - {""}))
    starts, outcomes = _timelines(_joined(elements), subjects, labels)
    first, last = (bound(dtc).to_numpy() for bound in (iso8601.earliest, iso8601.latest))
    at = subjects.get_indexer(pd.Index(subject))
    dated = np.isfinite(first) & (at >= 0) & (subject != "").to_numpy(dtype=bool)
    segment = [
        np.searchsorted(starts, np.where(dated, at * _SPAN + np.where(dated, bound, 0), -1).astype(np.int64), side="right") - 1
        for bound in (first, last)
    ]
    outcome = outcomes[segment[0]]
    unclear = dated & ((segment[0] != segment[1]) | (outcome < 0))
    names = np.array(["", *labels], dtype=object)
    found = names[np.where(dated & ~unclear, outcome, 0)]
    if planned is not None:
        wanted = labels.get_indexer(pd.Index(planned)) + 1
        decided = unclear & (wanted > 0) & np.logical_or.reduce([outcomes[at_bound] == wanted for at_bound in segment])
        found = np.where(decided, names[wanted], found)
        unclear = unclear & ~decided
    return pd.Series(found, index=dtc.index, dtype="str"), unclear


def _joined(elements: pd.DataFrame) -> pd.DataFrame:
    """The elements by subject and time, each with its ``end``, and whether it is ``closed``: no other begins there.

    An end and a start that agree at the precision that both have are one transition, which took place when the more precise of
    them says. An element without an end lasts until the next begins, or until further notice.
    """
    frame = elements[list(ELEMENTS)].reset_index(drop=True)
    order = frame.assign(begins=iso8601.earliest(frame["SESTDTC"]), ends=iso8601.earliest(frame["SEENDTC"]))
    frame = order[order["begins"].notna() & (order["USUBJID"] != "")].sort_values(["USUBJID", "begins", "ends"], kind="stable")
    of, starts, ends = list(frame["USUBJID"]), list(frame["SESTDTC"]), list(frame["SEENDTC"].where(frame["ends"].notna(), ""))
    closed = [True] * len(of)
    for i, end in enumerate(ends):
        if i + 1 == len(of) or of[i] != of[i + 1]:
            continue
        following = starts[i + 1]
        if not end or following.startswith(end) or end.startswith(following):
            ends[i] = starts[i + 1] = max(end, following, key=len)
            closed[i] = False
    return pd.DataFrame({"subject": of, "start": starts, "end": ends, "closed": closed, "epoch": list(frame["EPOCH"])})


def _timelines(elements: pd.DataFrame, subjects: pd.Index, labels: pd.Index) -> tuple[np.ndarray, np.ndarray]:
    """Where each stretch of time begins, subject and moment as one number, and what it is in: a label from 1, 0 none, -1 open."""
    start, end = (elements[which].astype("str") for which in ("start", "end"))
    begins, ends = (_boundary(texts) for texts in (start, end))
    open_, closed = (end == "").to_numpy(dtype=bool), elements["closed"].to_numpy(dtype=bool)
    exact = {name: iso8601.complete_date(texts).notna().to_numpy(dtype=bool) for name, texts in (("start", start), ("end", end))}
    opens = np.where(exact["start"], begins[0], begins[1])
    shuts = np.where(open_, _OPEN, np.where(exact["end"] & closed, ends[1], ends[0]))
    base = subjects.get_indexer(pd.Index(elements["subject"])).astype(np.int64) * _SPAN
    unclear = len(labels)
    label = labels.get_indexer(pd.Index(elements["epoch"]))
    stretches = [
        (opens, shuts, label, (label >= 0) & (opens < shuts)),
        # A boundary that is itself imprecise, and an element that ends before it begins.
        (begins[0], begins[1], unclear, ~exact["start"]),
        (ends[0], ends[1], unclear, ~exact["end"] & ~open_),
        (shuts, opens, unclear, shuts < opens),
    ]
    moments, kinds, steps = [], [], []
    for first, after, kind, there in stretches:
        for moment, step in ((first, 1), (after, -1)):
            moments.append((base + moment)[there])
            kinds.append(np.broadcast_to(kind, len(base))[there])
            steps.append(np.full(int(there.sum()), step))
    starts, position = np.unique(np.concatenate(moments), return_inverse=True)
    changes = np.zeros((len(starts), unclear + 1), dtype=np.int64)
    np.add.at(changes, (position, np.concatenate(kinds)), np.concatenate(steps))
    active = changes.cumsum(axis=0) > 0
    count = active[:, :unclear].sum(axis=1)
    outcomes = np.where(count == 1, np.argmax(np.column_stack([active[:, :unclear], count < 1]), axis=1) + 1, 0)
    outcomes = np.where((count > 1) | active[:, unclear], -1, outcomes)
    starts, outcomes = np.concatenate([[-2], starts]), np.concatenate([[0], outcomes])
    changed = np.concatenate([[True], outcomes[1:] != outcomes[:-1]])
    return starts[changed], outcomes[changed]


def _boundary(texts: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """The earliest moment of each text, and the one after its latest; 0 where there is none."""
    first = iso8601.earliest(texts).fillna(0).to_numpy(dtype=np.int64)
    return first, iso8601.latest(texts).fillna(-1).to_numpy(dtype=np.int64) + 1
