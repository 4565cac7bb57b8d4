"""The datasets that a change touches: those of the trial's design, derived from both sides, and those that mapping makes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pandas as pd

from trialbook.amendment.criteria import all_criteria
from trialbook.amendment.place import Place, PlaceKind, Taken, differences
from trialbook.amendment.reach import Reach
from trialbook.mapping import Algorithm, Records
from trialbook.mapping.items_spec import JUDGED
from trialbook.protocol.trial_design import DesignDataset, trial_design
from trialbook.run import Study

NO_EPOCH = ("STUDYID", "USUBJID", "ELEMENT", "TAETORD")
"""Variables of SE that do not tell which epoch a day is in."""


def touched_design(old: Study, new: Study) -> list[Place]:
    """TA, TE, TI, TS and TV as both protocols give them, record by record."""
    before, after = (
        {one.dataset.name: one for one in trial_design(side.protocol, side.standard, side.ct)} for side in (old, new)
    )
    places = []
    for name in sorted({*before, *after}):
        takes = tuple(_records(before.get(name), after.get(name)))
        if takes:
            label = (after.get(name) or before[name]).dataset.label
            places.append(Place(PlaceKind.DATASETS, name, label, takes, "trial design"))
    return places


def _records(before: DesignDataset | None, after: DesignDataset | None) -> Iterator[Taken]:
    old, new = _by_key(before), _by_key(after)
    yield from differences(
        *({"STUDYID": list(dict.fromkeys(one.dataset.frame["STUDYID"])) if one else []} for one in (before, after))
    )
    for key in dict.fromkeys([*old, *new]):
        if key not in old or key not in new:
            gone, come = (_said(side.get(key)) for side in (old, new))
            yield Taken(key, gone, come)
            continue
        for one in differences(old[key], new[key]):
            yield Taken(f"{key}, {one.name}", one.before, one.after)


def _said(record: dict[str, Any] | None) -> str | None:
    return None if record is None else "; ".join(f"{name}: {value}" for name, value in record.items() if value != "")


def _by_key(made: DesignDataset | None) -> dict[str, dict[str, Any]]:
    """The records by their natural key, a number behind it where several have it; without what numbers records or is all one."""
    if made is None:
        return {}
    frame = made.dataset.frame
    keys = [key for key in made.keys if key in frame and key != "STUDYID" and not key.endswith("SEQ")]
    found: dict[str, dict[str, Any]] = {}
    left_out = [name for name in frame if name.endswith("SEQ") or name in ("STUDYID", "DOMAIN")]
    for record in frame.drop(columns=left_out).to_dict("records"):
        named = " ".join(_cell(record[key]) for key in keys)
        number = 1
        while (name := named if number == 1 else f"{named} ({number})") in found:
            number += 1
        found[name] = {str(column): _cell(value) for column, value in record.items()}
    return found


def _cell(value: Any) -> str:
    return "" if pd.isna(value) else f"{value:.15g}" if isinstance(value, float) else str(value)


def touched_domains(old: Study, new: Study) -> list[Place]:
    """The domains with variables that mapping makes of what changed: visits, elements, epochs, and what functions give."""
    variables = {domain: _variables(old, new, domain) for domain in new.specs.domains}
    # EPOCH is that of the element in whose dates a record lies.
    told_by = {f"SE: {one.name}": one for name, taken in variables.get("SE", {}).items() if name not in NO_EPOCH for one in taken}
    elements = tuple(Taken(name, one.before, one.after) for name, one in told_by.items())
    if elements:
        for domain, found in variables.items():
            for name, way in _ways(new, domain):
                if way.derive_epoch is not None:
                    found.setdefault(name, elements)
    places = []
    for domain, found in variables.items():
        if found:
            takes = tuple(
                Taken(f"{variable}: {one.name}", one.before, one.after) for variable, taken in found.items() for one in taken
            )
            places.append(Place(PlaceKind.DATASETS, domain, new.specs.domains[domain].title, takes, ", ".join(found)))
    return places


def _variables(old: Study, new: Study, domain: str) -> dict[str, tuple[Taken, ...]]:
    """The variables of a domain that are made differently, with what they are made of."""
    found: dict[str, tuple[Taken, ...]] = {}
    if old.protocol.id != new.protocol.id:
        found["STUDYID"] = (Taken("study.id", old.protocol.id, new.protocol.id),)
    for name, way in _ways(new, domain):
        if way.derive_visit is not None:
            at = _visits_of(new, domain)
            taken = differences(*({"visits": _planned(side, name, at)} for side in (old, new)))
        elif way.derive_element is not None:
            taken = differences(*(_design(side, name) for side in (old, new)))
        elif way.derive is not None:
            function = way.derive.function
            taken = differences(*(_reached(side, side.specs.function(function)) for side in (old, new)))
        else:
            continue
        if taken:
            found[name] = taken
    criteria = differences(*(all_criteria(side.protocol) for side in (old, new)))
    for records in new.specs.domains[domain].records:
        judged = [alias for alias, form in (("", records.form), *_joined(records)) if form in JUDGED]
        if criteria and "" in judged:
            found["its records"] = criteria
        for name, ways in new.specs.algorithms(new.specs.domains[domain], records).items():
            if criteria and any(_names(way, alias) for way in ways for alias in judged if alias):
                found.setdefault(name, criteria)
        where = getattr(records.where, "function", None)
        if where is not None:
            taken = differences(*(_reached(side, side.specs.function(where)) for side in (old, new)))
            if taken:
                found["its records"] = taken
    return found


def _joined(records: Records) -> Iterator[tuple[str, str]]:
    yield from ((alias, join.form) for alias, join in records.join.items())


def _names(way: Algorithm, alias: str) -> bool:
    """Whether a way to fill a variable takes a column of a joined form, or a condition asks for one."""
    return any(f"{alias}." in text for text in (*way.columns, way.condition_add or ""))


def _planned(study: Study, variable: str, at: frozenset[str] | None) -> dict[str, float | int | None]:
    """VISITNUM or VISITDY of the visits, of those in ``at`` where it is not None."""
    visits = (one for one in study.visits.values() if at is None or one.visit in at)
    return {one.visit: one.visitnum if variable == "VISITNUM" else one.day for one in visits}


def _visits_of(study: Study, domain: str) -> frozenset[str] | None:
    """The visits of a domain whose VISIT is the same text in each record; None where it is collected."""
    ways = [way for name, way in _ways(study, domain) if name == "VISIT"]
    named = [way.hardcode_no_ct or way.hardcode_ct for way in ways]
    return frozenset(name for name in named if name) if named and all(named) else None


def _design(study: Study, variable: str) -> dict[str, Any]:
    """What ELEMENT, TAETORD and EPOCH of a subject's element are told by."""
    design = study.protocol.design
    if variable == "ELEMENT":
        return {"elements": {etcd: one.element for etcd, one in design.element.items()}}
    return {"paths": {armcd: [f"{step.etcd} in {step.epoch}" for step in path] for armcd, path in design.path.items()}}


def _ways(study: Study, domain: str) -> Iterator[tuple[str, Algorithm]]:
    spec = study.specs.domains[domain]
    seen: set[tuple[str, int]] = set()
    for records in spec.records:
        for name, ways in study.specs.algorithms(spec, records).items():
            for way in ways:
                if (name, id(way)) not in seen:
                    seen.add((name, id(way)))
                    yield name, way


def _reached(study: Study, function: Callable[..., Any]) -> dict[str, Any]:
    reach = Reach(study)
    reach.of(function)
    return reach.found
