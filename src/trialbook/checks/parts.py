"""Rules run on a part of the subjects at a time, and their answers put together: what one run on all of them says.

A subject is in one part with all its records, also those under an earlier number, since both have one USUBJID. A rule is a
function from tables to a mask, so the masks of the parts are the mask of the whole. Only what a rule says of a table as a whole,
and what it says by comparing subjects (``across``), is asked once, of all subjects together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from trialbook.checks.rule import Rule
from trialbook.checks.schema import Verdict, build_schema, run_schema
from trialbook.checks.tables import CheckedTable
from trialbook.findings import RuleStatus

Frames = Mapping[str, pd.DataFrame]
Lacking = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Part:
    """Some of the subjects: by table, the positions of their records. A table without subjects is in every part as a whole."""

    positions: Mapping[str, np.ndarray]

    def cut(self, frames: Frames) -> dict[str, pd.DataFrame]:
        """The frames with the records of this part alone."""
        return {
            name: frame.take(self.positions[name]).reset_index(drop=True) if name in self.positions else frame
            for name, frame in frames.items()
        }


def parts_of(tables: Mapping[str, CheckedTable], count: int) -> tuple[Part, ...]:
    """The subjects of all tables dealt into ``count`` parts, in the order of their identifiers; some may stay empty."""
    persons = {name: table.subject.str.strip() for name, table in tables.items() if table.subject is not None}
    known = sorted({one for subjects in persons.values() for one in subjects.unique()})
    dealt = {one: number % count for number, one in enumerate(known)}
    numbers = {name: subjects.map(dealt).to_numpy(dtype=np.int64) for name, subjects in persons.items()}
    return tuple(Part({name: np.flatnonzero(of == number) for name, of in numbers.items()}) for number in range(count))


def run_in_parts(name: str, rules: Sequence[Rule], frames: Frames, lacking: Lacking, parts: Sequence[Part]) -> list[Verdict]:
    """A verdict for each rule of the table, as :func:`run_together` gives it."""
    apart = [] if any(name not in part.positions for part in parts) else [one for one in rules if not one.across]
    answers = _Answers()
    read = {name: frames[name]} | {other: frames[other] for one in apart for other in one.reads if other in frames}
    made = [run_together(name, answers.watched(apart), part.cut(read), lacking) for part in parts] if apart else []
    by_part = [{verdict.rule.id: verdict for verdict in verdicts} for verdicts in made]
    merged = {one.id: _merged(one, [of[one.id] for of in by_part], name, frames, parts) for one in apart}
    left = [one for one in rules if one.id not in merged or one.id in answers.of_table or merged[one.id] is None]
    once = {verdict.rule.id: verdict for verdict in run_together(name, left, frames, lacking)} if left else {}
    verdicts = [once.get(one.id) or merged[one.id] for one in rules]
    found = [verdict for verdict in verdicts if verdict is not None]
    return sorted(found, key=lambda verdict: verdict.status is RuleStatus.SKIPPED)


def run_together(name: str, rules: Sequence[Rule], frames: Frames, lacking: Lacking) -> list[Verdict]:
    """A verdict for each rule of the table: those that ran, in their order, then those that could not."""
    schema, skipped = build_schema(name, rules, frames, lacking)
    return [*run_schema(schema, frames[name], rules), *skipped]


@dataclass
class _Answers:
    """Which rules gave one answer for a table, and not one for each record."""

    of_table: set[str] = field(default_factory=set)

    def watched(self, rules: Sequence[Rule]) -> list[Rule]:
        return [replace(one, check=self._watch(one)) for one in rules]

    def _watch(self, one: Rule) -> Callable[..., pd.Series | bool]:
        def check(*tables: pd.DataFrame) -> pd.Series | bool:
            answer = one.check(*tables)
            if isinstance(answer, bool | np.bool_):
                self.of_table.add(one.id)
            return answer

        return check


def _merged(one: Rule, verdicts: Sequence[Verdict], name: str, frames: Frames, parts: Sequence[Part]) -> Verdict | None:
    """What the parts' verdicts on records say of all records; None where a part's rule broke, or spoke of its table."""
    if any(verdict.whole or verdict.status is RuleStatus.EXECUTION_ERROR for verdict in verdicts):
        return None
    if all(verdict.failing is None for verdict in verdicts):
        return replace(verdicts[0], rule=one)
    failing = np.concatenate(
        [
            part.positions[name][verdict.failing]
            for verdict, part in zip(verdicts, parts, strict=True)
            if verdict.failing is not None
        ]
    )
    beside: dict[str, np.ndarray] = {}
    for verdict, part in zip(verdicts, parts, strict=True):
        for other, at in verdict.beside.items():
            columns, known, rows = at.reshape(len(at), -1), part.positions.get(other), part.positions[name]
            whole = beside.get(other, np.full((len(frames[name]), 1), -1, dtype=np.int64))
            width = columns.shape[1]
            whole = np.pad(whole, ((0, 0), (0, max(0, width - whole.shape[1]))), constant_values=-1)
            placed = columns if known is None else np.append(known, -1)[columns]
            whole[rows, :width] = np.where(columns >= 0, placed, whole[rows, :width])
            beside[other] = whole
    return Verdict(one, RuleStatus.ISSUE_REPORTED, failing=np.sort(failing), beside=beside)
