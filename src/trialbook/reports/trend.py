"""The runs so far, this one last: findings by severity as bars, and what became of them as a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from trialbook.findings import Results, Severity, count_rules, count_severities, count_statuses
from trialbook.reports.wording import counted

STATUSES = {"new": "New", "persisting": "Persisting", "resolved": "Resolved", "not_assessed": "Not assessed"}
MOST_BARS = 16
LEFT, TOP, HEIGHT, BAR, GAP = 44, 10, 120, 26, 34


@dataclass(frozen=True)
class RunCount:
    """One run: findings by severity, by what became of them (None: it had no run before it), and its rules."""

    started: str
    counts: Mapping[str, int]
    statuses: Mapping[str, int | None]
    run: int | None
    not_run: int | None

    @property
    def total(self) -> int:
        """All its findings."""
        return sum(self.counts.values())

    @property
    def day(self) -> str:
        """The day it started, in the time zone it was written in."""
        return self.started[:10]


def runs(results: Results) -> list[RunCount]:
    """Every run that the history knows, the oldest first, and this one."""
    this = {
        "started": results.run.started,
        "counts": count_severities(results.findings),
        "statuses": count_statuses(results),
        "rule_counts": count_rules(results.rules),
    }
    return [_run(entry) for entry in (*results.history, this)]


def _run(entry: Mapping[str, Any]) -> RunCount:
    rules, statuses = entry["rule_counts"], entry["statuses"]
    return RunCount(
        str(entry["started"]),
        {severity.value: entry["counts"].get(severity.value, 0) for severity in Severity},
        {name: statuses.get(name) for name in STATUSES},
        rules.get("run"),
        rules.get("not_run"),
    )


def trend_svg(results: Results) -> Markup:
    """The last runs as stacked bars, Rejects at the bottom; each bar says its numbers to who points at it or listens."""
    shown = runs(results)[-MOST_BARS:]
    most = max(max(one.total for one in shown), 1)
    width = LEFT + len(shown) * (BAR + GAP) + 10
    parts = [
        Markup('<line x1="{}" y1="{}" x2="{}" y2="{}" class="tb-t-line"/>').format(LEFT, TOP + HEIGHT, width, TOP + HEIGHT),
        Markup('<text x="{}" y="{}" class="tb-t-axis" text-anchor="end">{:,}</text>').format(LEFT - 8, TOP + 10, most),
        Markup('<text x="{}" y="{}" class="tb-t-axis" text-anchor="end">0</text>').format(LEFT - 8, TOP + HEIGHT),
    ]
    for index, one in enumerate(shown):
        parts.append(_bar(one, LEFT + GAP // 2 + index * (BAR + GAP), most))
    said = "; ".join(f"{one.day} {one.total:,}" for one in shown)
    return Markup(
        '<svg class="tb-trend" viewBox="0 0 {} {}" width="{}" role="img" aria-label="Findings by run: {}" '
        'xmlns="http://www.w3.org/2000/svg">{}</svg>'
    ).format(width, TOP + HEIGHT + 34, width, said, Markup("").join(parts))


def _bar(one: RunCount, x: int, most: int) -> Markup:
    named = ", ".join(f"{count:,} {name}" for name, count in one.counts.items() if count) or "none"
    parts = [Markup("<title>{}: {} ({})</title>").format(one.started, counted(one.total, "finding"), named)]
    y = float(TOP + HEIGHT)
    for name, count in one.counts.items():
        tall = HEIGHT * count / most
        y -= tall
        if count:
            box = '<rect x="{}" y="{:.1f}" width="{}" height="{:.1f}" class="tb-is-{} tb-t-part"/>'
            parts.append(Markup(box).format(x, y, BAR, tall, name.lower()))
    middle = x + BAR / 2
    number = '<text x="{}" y="{:.1f}" class="tb-t-number" text-anchor="middle">{:,}</text>'
    parts.append(Markup(number).format(middle, max(y - 3, 9), one.total))
    for line, text in enumerate((one.day[:4], one.day[5:])):
        place = '<text x="{}" y="{}" class="tb-t-axis" text-anchor="middle">{}</text>'
        parts.append(Markup(place).format(middle, TOP + HEIGHT + 14 + 13 * line, text))
    return Markup("<g>{}</g>").format(Markup("").join(parts))
