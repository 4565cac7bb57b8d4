"""The criteria that a change touches: what they decide by, and which of the boundary cases they judge differently."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from trialbook.amendment.place import Place, PlaceKind, Taken, differences
from trialbook.protocol import Protocol
from trialbook.protocol.eligibility import Case, Eligibility, outcomes

SHOWN_CASES = 12


def touched_criteria(old: Protocol, new: Protocol) -> list[Place]:
    """A place for each criterion whose text, logic or settings differ, with the boundary cases that it judges differently."""
    before, after = old.eligibility, new.eligibility
    changed = _changed_cases(before, after)
    places = []
    for id in dict.fromkeys([*before.criteria, *after.criteria]):
        takes = differences(*(decides_by(side, id) for side in (before, after)))
        if not takes:
            continue
        there = after if id in after.criteria else before
        note = "" if id in before.criteria and id in after.criteria else "new" if there is after else "gone"
        if not note:
            total, flipped = changed.get(id, (0, []))
            note = f"{len(flipped)} of {total} boundary cases judged differently"
            takes += tuple(flipped[:SHOWN_CASES])
        places.append(Place(PlaceKind.CRITERIA, id, there.criteria[id].text, takes, note))
    return places


def all_criteria(protocol: Protocol) -> dict[str, dict[str, Any]]:
    """What each criterion of a protocol decides by."""
    return {id: decides_by(protocol.eligibility, id) for id in protocol.eligibility.criteria}


def decides_by(eligibility: Eligibility, id: str) -> dict[str, Any]:
    """Text, logic and settings of a criterion; nothing where there is no such one."""
    if id not in eligibility.criteria:
        return {}
    one = eligibility.criteria[id]
    logic = [rule.model_dump(mode="json") if hasattr(rule, "model_dump") else str(rule) for rule in one.logic]
    settings = {name: _said(eligibility.values.get(name)) for name in eligibility.settings_of(id)}
    return {"text": one.text, "short text": one.short, "logic": logic, **settings}


def _said(value: Any) -> str:
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def _changed_cases(before: Eligibility, after: Eligibility) -> dict[str, tuple[int, list[Taken]]]:
    """By criterion, how many boundary cases of either side both can judge, and those of which they say something else."""
    cases: dict[tuple[Any, ...], Case] = {}
    for case in (*before.cases, *after.cases):
        key = (case.criterion, tuple(sorted(case.items.items())), tuple(sorted(case.reading.items())))
        if _fits(case, before) and _fits(case, after):
            cases.setdefault(key, case)
    both = list(cases.values())
    found: dict[str, tuple[int, list[Taken]]] = {}
    for case, old, new in zip(both, _judged(both, before), _judged(both, after), strict=True):
        total, flipped = found.setdefault(case.criterion, (0, []))
        if old != new:
            flipped.append(Taken(f"case: {case.case}", old, new))
        found[case.criterion] = (total + 1, flipped)
    return found


def _judged(cases: list[Case], eligibility: Eligibility) -> Iterable[str]:
    words = {True: "true", False: "false", None: "unknown"}
    return [words[one.found] for one in outcomes(cases, eligibility)] if cases else []


def _fits(case: Case, eligibility: Eligibility) -> bool:
    """Whether a side knows all that the case names: a case of a new item says nothing about the old criteria."""
    return (
        case.criterion in eligibility.criteria
        and set(case.items) <= set(eligibility.items)
        and all(
            name in eligibility.settings and value in eligibility.settings[name].choices for name, value in case.reading.items()
        )
    )
