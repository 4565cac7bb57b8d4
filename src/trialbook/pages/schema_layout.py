"""The arms' paths as a tree over columns and lanes: what the drawing of the trial schema places, before any coordinates.

Arms share an element as long as their paths agree; where they part, there is a branch. Columns are periods of an epoch, one
for each element in a row; lanes are arms.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from trialbook.protocol.design import ArmPath, Step, TrialDesign


@dataclass
class Node:
    """An element on the way of ``arms`` (ARMCD). ``branch``: what is said of their parting from the others before it."""

    step: Step
    arms: list[str]
    branch: str
    column: int
    after: list[Node] = field(default_factory=list)

    @property
    def parts(self) -> bool:
        """Whether arms part after it."""
        return len(self.after) > 1


@dataclass(frozen=True)
class Period:
    """An epoch as the drawing has it, from column ``first`` to column ``last``; an epoch that comes again is a further one."""

    epoch: str
    first: int
    last: int


@dataclass(frozen=True)
class Layout:
    """``first``: the elements that arms begin with; ``lanes``: the arms from top to bottom."""

    first: tuple[Node, ...]
    periods: tuple[Period, ...]
    lanes: tuple[str, ...]

    @property
    def nodes(self) -> list[Node]:
        """Every element, each after the one it follows."""
        found, waiting = [], list(self.first)
        while waiting:
            found.append(waiting.pop(0))
            waiting = found[-1].after + waiting
        return found

    @property
    def columns(self) -> int:
        """How many columns there are."""
        return self.periods[-1].last + 1 if self.periods else 0


def lay_out(design: TrialDesign) -> Layout:
    """The arms' paths of a design; without arms, nothing."""
    runs = {arm.armcd: _runs(arm.path) for arm in design.arms}
    order = [one.epoch for one in design.epochs]
    periods, columns = _periods(runs, order)
    first = _nodes(list(design.arms), columns, 0)
    lanes = [arm for node in first for arm in _lanes(node)]
    return Layout(tuple(first), tuple(periods), tuple(lanes))


def _runs(path: Sequence[Step]) -> list[tuple[str, int]]:
    """The epochs that a path goes through, each with how many elements in a row it has there."""
    runs: list[tuple[str, int]] = []
    for step in path:
        if runs and runs[-1][0] == step.epoch:
            runs[-1] = (step.epoch, runs[-1][1] + 1)
        else:
            runs.append((step.epoch, 1))
    return runs


def _periods(runs: dict[str, list[tuple[str, int]]], order: list[str]) -> tuple[list[Period], dict[str, list[int]]]:
    """The periods, and the column of each step by arm: the epochs' own order decides where arms go through different ones."""
    waiting = {arm: list(one) for arm, one in runs.items()}
    columns: dict[str, list[int]] = {arm: [] for arm in runs}
    periods: list[Period] = []
    while any(waiting.values()):
        epoch = min((one[0][0] for one in waiting.values() if one), key=order.index)
        there = {arm: one.pop(0)[1] for arm, one in waiting.items() if one and one[0][0] == epoch}
        first = periods[-1].last + 1 if periods else 0
        periods.append(Period(epoch, first, first + max(there.values()) - 1))
        for arm, steps in there.items():
            columns[arm] += range(first, first + steps)
    return periods, columns


def _nodes(arms: list[ArmPath], columns: dict[str, list[int]], at: int) -> list[Node]:
    """What follows for arms that have shared their way up to step ``at``: they part by element and what is said of it."""
    together: dict[tuple[str, str, str, str, int], list[ArmPath]] = {}
    for arm in arms:
        if at < len(arm.path):
            step = arm.path[at]
            branch = arm.path[at - 1].branch if at else ""
            key = (step.etcd, step.epoch, step.transition, branch, columns[arm.armcd][at])
            together.setdefault(key, []).append(arm)
    return [
        Node(group[0].path[at], [arm.armcd for arm in group], branch, column, _nodes(group, columns, at + 1))
        for (*_, branch, column), group in together.items()
    ]


def _lanes(node: Node) -> list[str]:
    """The arms of an element as the branches after it order them; who ends there comes last."""
    further = [arm for after in node.after for arm in _lanes(after)]
    return further + [arm for arm in node.arms if arm not in further]
