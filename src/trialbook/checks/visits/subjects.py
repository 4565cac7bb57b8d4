"""Who has planned visits: the subjects with a day 1, when theirs is, and how long they were in each epoch."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd

from trialbook.checks.visits.seen import EPOCH, Seen
from trialbook.datasets.iso8601 import complete_date, first_day
from trialbook.mapping import Forms, Mapped, Specs
from trialbook.mapping.consents import versions_in_force
from trialbook.protocol import Protocol

LEAST_VISITS = 3
"""Visits of a subject from which on the middle of them tells where its day 1 is."""

MOST_OUT = 1 / 3
"""The part of a subject's visits that may be out of their windows by a day 1 that is believed."""

SLACK = 4
"""Days by which the middle of some visits may lie apart from their plan, each being in its window."""


@dataclass(frozen=True)
class Subjects:
    """Those whose DM record has a complete RFSTDTC, from which the planned days count.

    ``table``: USUBJID, NUMBER (as the forms have it), ARMCD, DAY1 (days since 1970) and FORM that it comes from, VERSION (of the
    protocol in force), AT (position in DM); ``elements``: SE's of each, S (row of ``table``), EPOCH, START and END (days, NaN
    where it has none); ``unsure``: of whom one of these is taken from a cell that another finding asks to correct.
    """

    table: pd.DataFrame
    elements: pd.DataFrame
    unsure: np.ndarray
    _stays: dict[tuple[str, ...], tuple[np.ndarray, np.ndarray]] = field(default_factory=dict, repr=False, compare=False)

    def __len__(self) -> int:
        return len(self.table)

    @cached_property
    def day1(self) -> np.ndarray:
        """DAY1."""
        return self.table["DAY1"].to_numpy()

    def rows(self, numbers: pd.Series) -> np.ndarray:
        """The row of each number in ``table``, -1 for none."""
        known = pd.Series(np.arange(len(self.table)), index=self.table["NUMBER"])
        return numbers.map(known).fillna(-1).to_numpy(dtype=np.int64)

    @cached_property
    def exits(self) -> np.ndarray:
        """The day on which each left the study, infinity for one who has not."""
        last = self.elements.sort_values("START", kind="stable").drop_duplicates("S", keep="last")
        exits = np.full(len(self.table), np.inf)
        ended = last["END"].notna()
        exits[last["S"][ended]] = last["END"][ended]
        return exits

    def stay(self, epochs: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """The days on which each first came into one of some epochs, and then into another; infinity for what did not happen.

        Of no epochs, and of subjects without elements: always, and never.
        """
        key = tuple(epochs)
        if key not in self._stays:
            enters, leaves = np.full(len(self.table), -np.inf), np.full(len(self.table), np.inf)
            if key and not self.elements.empty:
                within = self.elements["EPOCH"].isin(key)
                enters = self._first(self.elements[within])
                others = self.elements[~within]
                leaves = self._first(others[others["START"].to_numpy() >= enters[others["S"].to_numpy()]])
            self._stays[key] = enters, leaves
        return self._stays[key]

    def _first(self, elements: pd.DataFrame) -> np.ndarray:
        first = np.full(len(self.table), np.inf)
        np.fmin.at(first, elements["S"].to_numpy(), elements["START"].to_numpy())
        return first


def subjects_of(
    dm: Mapped, se: Mapped | None, forms: Forms, specs: Specs, protocol: Protocol, unsure: Collection[str] = ()
) -> Subjects:
    """The subjects of the mapped DM; without SE nobody has elements, and all are in every epoch.

    ``unsure``: the subjects (USUBJID) whose elements are taken from cells that are to be corrected.
    """
    table = _table(dm, _own_day1(dm), forms, specs, protocol)
    return Subjects(table, _elements(table, se), table["USUBJID"].isin(list(unsure)).to_numpy(dtype=bool))


def _own_day1(dm: Mapped) -> pd.Series:
    frame = dm.dataset.frame
    reference = frame["RFSTDTC"] if "RFSTDTC" in frame else pd.Series("", index=frame.index, dtype="str")
    return (complete_date(reference) - EPOCH).dt.days.astype("float64")


def _table(dm: Mapped, day1: pd.Series, forms: Forms, specs: Specs, protocol: Protocol) -> pd.DataFrame:
    """``Subjects.table`` of those DM records that have a ``day1``."""
    frame, at = dm.dataset.frame, np.flatnonzero(day1.notna().to_numpy())
    base = dm.provenance.base(at)
    numbers = [forms.found[one[0]].cells[forms.found[one[0]].spec.subject].iloc[one[1]] if one else "" for one in base]
    source = [next((form for form, _ in cells), dm.dataset.name) for cells in dm.provenance.cells(at, ["RFSTDTC"])]
    arms = frame["ARMCD"].to_numpy()[at] if "ARMCD" in frame else np.full(len(at), "", dtype=object)
    columns = {"USUBJID": frame["USUBJID"].to_numpy()[at], "NUMBER": numbers, "ARMCD": arms, "FORM": source}
    table = pd.DataFrame(columns, dtype="str")
    table = table.assign(DAY1=day1.to_numpy()[at], AT=at)
    # Two DM records of one number, or one without: whose visits the forms tell of is not known.
    table = table[(table["NUMBER"] != "") & ~table["NUMBER"].duplicated(keep=False)].reset_index(drop=True)
    consents = forms.found.get(specs.export.consent.form) if specs.export.consent else None
    versions = versions_in_force(protocol, specs, consents.frame if consents else None, table["NUMBER"])
    return table.assign(VERSION=versions)


def by_first_visit(
    dm: Mapped, forms: Forms, specs: Specs, protocol: Protocol, seen: Mapping[str, Seen]
) -> tuple[Subjects, np.ndarray]:
    """Those in an arm without a complete RFSTDTC, with day 1 on the day of the visit that is planned for it; by how many days
    it may have been earlier, as the visit's window allows.

    All forms of that visit have to agree on its day, and most of the subject's visits have to lie in their windows by it. Nobody
    has elements here.
    """
    frame, own = dm.dataset.frame, _own_day1(dm)
    in_arm = frame["ARMCD"] != "" if "ARMCD" in frame else pd.Series(False, index=frame.index)
    table = _table(dm, pd.Series(0.0, index=own.index).where(own.isna() & in_arm), forms, specs, protocol)
    subjects = Subjects(table, _elements(table, None), np.full(len(table), False))
    day1, earlier, visits = np.full(len(table), np.nan), np.zeros(len(table)), _visits_of(subjects, seen)
    for name, mine in by_version(subjects):
        dated = protocol.version(name).schedule.dated
        firsts = {one.visit: one.window or (0, 0) for one in dated if one.offset == 0}
        firsts = {visit: window for visit, window in firsts.items() if window[0] == 0}
        days = visits[visits["VISIT"].isin(list(firsts)) & visits["S"].isin(mine)].groupby("S")["DAY"].agg(["min", "max"])
        days = days[days["min"] == days["max"]]
        day1[days.index] = days["min"]
        earlier[mine] = max((last for _, last in firsts.values()), default=0)
        planned, off, first, last = _planned(visits, protocol, name, mine, day1)
        most_out = pd.Series(_is_out(off, first, last)).groupby(planned["S"].to_numpy()).mean()
        day1[most_out.index[most_out > MOST_OUT]] = np.nan
    known = ~np.isnan(day1)
    table = table.assign(DAY1=day1)[known].reset_index(drop=True)
    return Subjects(table, _elements(table, None), np.full(len(table), False)), earlier[known]


def _elements(table: pd.DataFrame, se: Mapped | None) -> pd.DataFrame:
    columns = ("USUBJID", "EPOCH", "SESTDTC", "SEENDTC")
    if se is None or any(name not in se.dataset.frame for name in columns):
        return pd.DataFrame({"S": pd.Series(dtype="int64"), "EPOCH": pd.Series(dtype="str"), "START": [], "END": []})
    frame = se.dataset.frame
    place = pd.Series(np.arange(len(table)), index=table["USUBJID"])
    made = pd.DataFrame(
        {
            "S": frame["USUBJID"].map(place[~place.index.duplicated()]).fillna(-1).astype("int64"),
            "EPOCH": frame["EPOCH"],
            "START": _earliest_day(frame["SESTDTC"]),
            "END": _earliest_day(frame["SEENDTC"]),
        }
    )
    return made[(made["S"] >= 0) & made["START"].notna()].reset_index(drop=True)


def _earliest_day(dates: pd.Series) -> pd.Series:
    """The first day that each date can be, in days since 1970; NaN where its year is not known."""
    return (first_day(dates) - EPOCH).dt.days.astype("float64")


def replanned(subjects: Subjects, protocol: Protocol, forms: Mapping[str, Seen]) -> tuple[Subjects, np.ndarray]:
    """The subjects with day 1 where their visits put it, and by how many days that is later than their own (0: it agrees).

    A subject most of whose visits lie apart from their plan by the same time has a wrong day 1, and not as many wrong visits:
    where at least LEAST_VISITS visits are out of their windows, and another day 1 brings all but a third of them into these, the
    visits are believed.
    """
    apart, visits = np.zeros(len(subjects)), _visits_of(subjects, forms)
    for name, mine in by_version(subjects):
        planned, off, first, last = _planned(visits, protocol, name, mine, subjects.day1)
        out = pd.Series(_is_out(off, first, last)).groupby(planned["S"].to_numpy()).sum()
        for row in out.index[out >= LEAST_VISITS]:
            own = (planned["S"] == row).to_numpy()
            apart[row] = _moved(off[own], first[own], last[own])
    return replace(subjects, table=subjects.table.assign(DAY1=subjects.day1 + apart)), apart


def _visits_of(subjects: Subjects, forms: Mapping[str, Seen]) -> pd.DataFrame:
    """S, VISIT and DAY of each day that a form has of a visit at which the subject was there."""
    days = [pd.DataFrame({"S": pd.Series(dtype="int64"), "VISIT": pd.Series(dtype="str"), "DAY": pd.Series(dtype="float64")})]
    for one in forms.values():
        groups = one.groups[one.groups["ATTENDED"] & one.groups["DAY"].notna()]
        days.append(pd.DataFrame({"S": subjects.rows(groups["NUMBER"]), "VISIT": groups["VISIT"], "DAY": groups["DAY"]}))
    found = pd.concat(days, ignore_index=True)
    return found[found["S"] >= 0]


def _planned(
    visits: pd.DataFrame, protocol: Protocol, version: str, mine: np.ndarray, day1: np.ndarray
) -> tuple[pd.DataFrame, np.ndarray, np.ndarray, np.ndarray]:
    """The visits from day 1 on of the subjects ``mine`` (S, VISIT, DAY: the middle of what forms have).

    And of each the days from its plan, and the first and the last of these that its window allows.
    """
    dated = protocol.version(version).schedule.dated
    plan = {one.visit: (one.offset, *(one.window or (0, 0))) for one in dated if one.offset >= 0}
    planned = visits[visits["VISIT"].isin(list(plan)) & visits["S"].isin(mine)]
    planned = planned.groupby(["S", "VISIT"], as_index=False)["DAY"].median()
    offset, first, last = np.array([plan[visit] for visit in planned["VISIT"]], dtype="float64").reshape(-1, 3).T
    return planned, planned["DAY"].to_numpy() - offset - day1[planned["S"]], first, last


def _is_out(off: np.ndarray, first: np.ndarray, last: np.ndarray) -> np.ndarray:
    return (off < first) | (off > last)


def _moved(off: np.ndarray, first: np.ndarray, last: np.ndarray) -> float:
    """The days by which day 1 has to move for the visits to be in their windows, 0 where that would not bring enough of them in.

    ``off``: the days of each from its plan. The move is about the middle of them: few late visits move no day 1.
    """
    middle = float(np.rint(np.median(off)))
    moves = sorted((middle + step for step in range(-SLACK, SLACK + 1)), key=lambda move: abs(move - middle))
    outside = [int(_is_out(off - move, first, last).sum()) for move in moves]
    best = int(np.argmin(outside))
    return moves[best] if 3 * outside[best] <= int(_is_out(off, first, last).sum()) and abs(middle) > SLACK else 0.0


def by_version(subjects: Subjects) -> list[tuple[str, np.ndarray]]:
    """The rows of the subjects of each version of the protocol."""
    versions = subjects.table["VERSION"]
    return [(str(name), np.flatnonzero((versions == name).to_numpy())) for name in versions.unique()]
