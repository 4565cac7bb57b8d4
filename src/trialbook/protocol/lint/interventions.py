"""Whether an intervention's doses, days, thresholds and arms fit each other."""

from __future__ import annotations

import re
from collections.abc import Iterable

from trialbook.protocol.interventions import Intervention
from trialbook.protocol.protocol import Protocol
from trialbook.specfile import Complaint, LintSeverity


def lint_interventions(protocol: Protocol) -> Iterable[Complaint]:
    """Numbers and arms that do not fit each other."""
    for index, one in enumerate(protocol.interventions.interventions):
        for keys, severity, text in _complaints(one, {arm.armcd for arm in protocol.study.arms}):
            yield protocol.file("interventions").complaint(
                protocol.folder.parent, severity, ["interventions", index, *keys], text
            )


def _complaints(one: Intervention, arms: set[str]) -> Iterable[tuple[list[str | int], LintSeverity, str]]:
    error, warning = LintSeverity.ERROR, LintSeverity.WARNING
    for armcd in one.arms:
        if armcd not in arms:
            yield ["arms"], error, f"the arm {armcd} is not in study.yml, which has {', '.join(sorted(arms)) or 'none'}"
    for field, value in (("dose", one.regimen.dose), ("months", one.regimen.months)):
        if one.regimen.quote and value is not None and value not in map(float, re.findall(r"\d+(?:\.\d+)?", one.regimen.quote)):
            yield ["regimen", field], error, f"{value:g} is not in the words quoted for it: {one.regimen.quote}"
    if list(one.steps) != sorted(set(one.steps), reverse=True):
        steps = ", ".join(f"{step:g}" for step in one.steps)
        yield ["reductions", "doses"], error, f"the doses are not each lower than the one before: {steps}"
    if one.end_day is not None and one.last_planned_day > one.end_day:
        over = f"the last planned dose falls on day {one.last_planned_day}, after the end of treatment on day {one.end_day}"
        yield ["plan", "planned_doses"], error, over
    if one.plan.least_days_between > one.regimen.every:
        yield ["plan", "least_days_between"], warning, f"doses are planned every {one.regimen.every} days, closer than that"
    for place in ("thresholds", "alternatives"):
        for number, limit in enumerate(getattr(one.modification, place)):
            if limit.stop_below > limit.reduce_below:
                text = f"{limit.test} stops treatment below {limit.stop_below:g}, before it reduces the dose"
                yield ["modification", place, number, "stop_below"], error, text
