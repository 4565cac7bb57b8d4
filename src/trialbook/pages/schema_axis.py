"""The days under the trial schema: the visits on a line whose scale is each period's own, and the visits of the endpoints."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from markupsafe import Markup

from trialbook.displays.drawn import FAINT, INK, MUTED, SMALL, height_of, way, widest, written
from trialbook.displays.measured import wrapped
from trialbook.pages.schema_layout import Layout, Node, Period
from trialbook.pages.session import study
from trialbook.protocol.interventions import study_day

_MONTHS = {"Y": 12.0, "M": 1.0}
_DAYS = {"W": 7, "D": 1}
SLOT = 156.0
"""The widest that the words under a day are."""


def axis(layout: Layout, edges: Sequence[float], top: float, width: float) -> tuple[Markup, float]:
    """The line with its days, and the height of the drawing with it; nothing where the periods' days are not known.

    ``edges``: where each period begins, and where the last one ends.
    """
    known = _days_of_edges(layout)
    if len(known) < 2:
        return Markup(""), top + 4
    y = top + 12
    at = {day: edges[number] for number, day in known.items()}
    numbers = sorted(known)
    left, right = edges[numbers[0]], edges[numbers[-1]]
    parts = [way((left, y), (edges[-1] - 4, y), arrow=True) if right < edges[-1] else way((left, y), (right, y))]
    scale = sorted((day, edges[number]) for number, day in known.items())
    parts += [
        way((x, y - 4), (x, y + 4), stroke=FAINT if day not in at else INK)
        for day in sorted({one.day for one in study().protocol.visits.values() if one.day is not None} | set(at))
        if (x := _place(day, scale)) is not None
    ]
    rows, bottom = _labels(scale, y + 8, width)
    return Markup("").join([*parts, *rows]), bottom + 6


def _labels(scale: Sequence[tuple[int, float]], y: float, width: float) -> tuple[list[Markup], float]:
    """What stands under the days that count, in as many rows as keep them apart."""
    ends: list[float] = []
    tall: list[float] = []
    placed = []
    for day, x, said in _counted(scale):
        head, lines = f"Day {day}", [line for text in said for line in wrapped(text, SLOT, SMALL)]
        half = max(widest(lines, SMALL), widest([head], SMALL, bold=True)) / 2
        middle = min(max(x, half + 4), width - half - 4)
        row = next((number for number, end in enumerate(ends) if middle - half >= end + 10), len(ends))
        height = height_of([head, *lines], SMALL)
        if row == len(ends):
            ends.append(0)
            tall.append(0)
        ends[row], tall[row] = middle + half, max(height, tall[row])
        placed.append((row, middle, head, lines))
    starts = [y + sum(tall[:row]) + 4 * row for row in range(len(tall))]
    made = [
        written([head], x, starts[row], size=SMALL, bold=True)
        + written(lines, x, starts[row] + height_of([head], SMALL), size=SMALL, fill=MUTED)
        for row, x, head, lines in placed
    ]
    return made, y + sum(tall) + 4 * len(tall)


def _counted(scale: Sequence[tuple[int, float]]) -> Iterator[tuple[int, float, list[str]]]:
    """The days with words: the ends of periods, and the visits at which endpoints are measured."""
    one = study().protocol
    by_visit: dict[str, dict[str, list[str]]] = {}
    for endpoint in one.objectives.endpoints:
        if endpoint.visit:
            by_visit.setdefault(endpoint.visit, {}).setdefault(str(endpoint.level), []).append(endpoint.id)
    visits = {visit.day: visit for visit in one.visits.values() if visit.day is not None}
    for day in sorted({day for day, _ in scale} | {day for day, visit in visits.items() if visit.visit in by_visit}):
        x = _place(day, scale)
        if x is None:
            continue
        visit = visits.get(day)
        said = [visit.visit.capitalize()] if visit else []
        for level, names in by_visit.get(visit.visit if visit else "", {}).items():
            called = one.objectives.endpoint(names[0]).name if len(names) == 1 else ", ".join(names)
            said.append(f"{level.capitalize()} endpoint{'s' if len(names) > 1 else ''}: {called}")
        yield day, x, said


def _place(day: int, scale: Sequence[tuple[int, float]]) -> float | None:
    """Where a day lies on the line; None outside of it."""
    for (low, left), (high, right) in pairwise(scale):
        if low <= day <= high:
            return left + (right - left) * (day - low) / (high - low)
    return None


def _days_of_edges(layout: Layout) -> dict[int, int]:
    """The study day at which each period begins (and the last ends), by the period's number, as far as durations tell.

    Day 1 is where arms first part, or where the period begins that the visit of day 1 says it is in.
    """
    one = study().protocol
    start = _first_day(layout)
    if start is None:
        return {}
    known = {start: 1}
    earliest = min((visit.day for visit in one.visits.values() if visit.day is not None), default=1)
    if start > 0 and earliest < 1:
        known[start - 1] = earliest
    months, days = 0.0, 0
    for number in range(start, len(layout.periods)):
        lasting = _lasting(layout, layout.periods[number])
        if lasting is None:
            break
        months, days = months + lasting[0], days + lasting[1]
        known[number + 1] = study_day(months) + days
    return known


def _first_day(layout: Layout) -> int | None:
    """The number of the period that begins on day 1."""
    one = study().protocol
    epochs = [period.epoch for period in layout.periods]
    stated = [one.design.epoch_of_visit.get(name) for name, visit in one.visits.items() if visit.day == 1]
    if stated and stated[0] in epochs:
        return epochs.index(stated[0])
    fork = next((node for node in layout.nodes if node.parts), None)
    if fork is None:
        return None
    return next((number for number, period in enumerate(layout.periods) if period.first == fork.column + 1), None)


def _lasting(layout: Layout, period: Period) -> tuple[float, int] | None:
    """The months and days that a period takes; None where that is not stated, or arms differ in it."""
    told = {arm: [0.0, 0.0] for arm in layout.lanes}
    for node in layout.nodes:
        if period.first <= node.column <= period.last:
            parts = _parts(node)
            if parts is None:
                return None
            for arm in node.arms:
                told[arm][0] += parts[0]
                told[arm][1] += parts[1]
    found = {tuple(one) for one in told.values()}
    months, days = next(iter(found))
    return (months, int(days)) if len(found) == 1 and (months or days) else None


def _parts(node: Node) -> tuple[float, int] | None:
    duration = study().protocol.design.element[node.step.etcd].duration
    if not duration or "T" in duration:
        return None
    found = re.findall(r"(\d+)([YMWD])", duration)
    return (
        sum(int(count) * _MONTHS.get(unit, 0) for count, unit in found),
        sum(int(count) * _DAYS.get(unit, 0) for count, unit in found),
    )
