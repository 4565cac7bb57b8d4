"""The words of the trial schema: durations, branches, planned numbers, and the whole drawing told for who does not see it."""

from __future__ import annotations

import re

from trialbook.pages.schema_layout import Layout, Node
from trialbook.pages.session import study
from trialbook.protocol.design import DURATION
from trialbook.protocol.source import Source

_UNITS = {"Y": "year", "M": "month", "W": "week", "D": "day"}


def in_words(duration: str) -> str:
    """A duration of ISO 8601 in words; as it stands where it has hours."""
    if not DURATION.fullmatch(duration) or "T" in duration:
        return duration
    parts = re.findall(r"(\d+)([YMWD])", duration)
    return " ".join(f"{count} {_UNITS[unit]}{'' if count == '1' else 's'}" for count, unit in parts)


def randomizes(node: Node) -> bool:
    """Whether chance decides where arms part."""
    return any(after.branch.lower().startswith("randomi") for after in node.after)


def about_branch(node: Node) -> list[str]:
    """What is known of how subjects are allocated where all arms part."""
    if not randomizes(node):
        return []
    one = study().protocol
    said = ["Randomization"]
    if len(node.arms) < len(one.design.arms):
        return said
    size = one.analysis.sample_size
    if len(node.after) == 2 and size is not None:
        source = size.source or one.analysis.source
        said.append(f"{size.allocation:g} : 1" + (f" ({source})" if source is not Source.RECORD else ""))
    if (number := one.study.design.planned_subjects) is not None:
        said.append(f"{number} planned")
    return said


def planned(armcd: str) -> str:
    """The planned subjects of an arm, where the allocation tells: two arms that get the same."""
    one = study().protocol
    found = one.sample_size()
    if len(one.design.arms) != 2 or found is None or found.assumptions.allocation != 1 or found.planned_arms is None:
        return ""
    return f"{found.planned_arms[0]} planned" if len(set(found.planned_arms)) == 1 else ""


def names(transition: str, node: Node) -> bool:
    """Whether the words for a way off the path name an element that it leads to."""
    return re.search(rf"\b{re.escape(node.step.etcd)}\b", transition) is not None


def told(layout: Layout) -> str:
    """The drawing in words: each arm's way from element to element."""
    one = study().protocol
    named = {arm.armcd: arm.arm for arm in one.study.arms}
    epochs = ", ".join(period.epoch.capitalize() for period in layout.periods)
    said = [f"Epochs in their order: {epochs}."]
    for branch in (node for node in layout.nodes if node.parts):
        what = "; ".join(about_branch(branch) or ["Branch"])
        into = "; ".join(after.branch or ", ".join(after.arms) for after in branch.after)
        said.append(f"After {one.design.element[branch.step.etcd].element}: {what}. {into}.")
    for arm in layout.lanes:
        steps = []
        for step in one.design.path[arm]:
            element = one.design.element[step.etcd]
            lasting = f", {in_words(element.duration)}" if element.duration else ""
            off = f". {step.transition}" if step.transition else ""
            steps.append(f"{element.element} ({element.etcd}, {step.epoch.capitalize()}{lasting}){off}")
        number = f", {planned(arm)}" if planned(arm) else ""
        name = f"{named[arm]} ({arm}" if named.get(arm, arm) != arm else f"({arm}"
        said.append(f"{name}{number}): {'; then '.join(steps)}.")
    return " ".join(said)
