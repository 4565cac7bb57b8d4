"""Whether the trial's design agrees with the rest of the protocol, and with the terminology and the standard that it names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import pandas as pd

from trialbook.datasets import iso8601
from trialbook.protocol.design import DURATION, LONGEST_TEXT
from trialbook.protocol.trial_design import has_design
from trialbook.protocol.trial_design.entries import Entry, entries
from trialbook.protocol.trial_design.parameters import (
    CDISC_REFERENCE,
    CODELISTS,
    COUNTRIES,
    DATES,
    DURATIONS,
    NUMBERS,
    REQUIRED,
    REQUIRED_IF,
    SINGLE,
)
from trialbook.protocol.trial_design.summary import not_ascii, parameter_names
from trialbook.specfile import Complaint, LintSeverity
from trialbook.standards import ControlledTerminology, load_ct, load_standard

if TYPE_CHECKING:
    from trialbook.protocol.design import ArmPath
    from trialbook.protocol.protocol import Protocol

EPOCHS = "C99079"
UNPLANNED = "UNPLAN"
COUNTRY = re.compile("[A-Z]{3}")
TARGET = re.compile(r"\b[Gg]o to ([A-Z][A-Z0-9_-]+)\b")
"""An element or epoch that a transition (TATRANS) leads to."""


def lint_design(protocol: Protocol) -> Iterable[Complaint]:
    """What ``design.yml`` and the trial summary have wrong; nothing where the protocol states no design.

    Raises :class:`~trialbook.errors.SpecError` where the standard or the terminology that the study names is not there.
    """
    if not has_design(protocol):
        return
    ct = load_ct(protocol.study.ct, protocol.folder.parent / "sdtm_specs" / "ct")
    yield from _arms(protocol)
    yield from _paths(protocol)
    yield from _elements(protocol)
    yield from _epochs(protocol, ct)
    yield from _visits(protocol)
    found = entries(protocol, load_standard(protocol.study.standard))
    for one in found:
        yield from (_complaint(protocol, one.file, severity, one.at, text) for severity, text in _entry(one, ct))
    yield from _repeated(protocol, found)
    yield from _lacking(protocol, found)


def _complaint(protocol: Protocol, file: str, severity: LintSeverity, at: Iterable[str | int], text: str) -> Complaint:
    return protocol.file(file).complaint(protocol.folder.parent, severity, list(at), text)


def _arms(protocol: Protocol) -> Iterator[Complaint]:
    """Arms of study.yml and paths of design.yml are the same."""
    paths, arms = protocol.design.path, protocol.study.arms
    for index, arm in enumerate(arms):
        if arm.armcd not in paths:
            text = f"the arm {arm.armcd} has no path through the elements in design.yml"
            yield _complaint(protocol, "study", LintSeverity.ERROR, ["arms", index], text)
        for problem in _unfit(arm.arm):
            yield _complaint(protocol, "study", LintSeverity.ERROR, ["arms", index, "arm"], problem)
    for index, path in enumerate(protocol.design.arms):
        if path.armcd not in {arm.armcd for arm in arms}:
            there = ", ".join(arm.armcd for arm in arms) or "none"
            text = f"there is no arm {path.armcd} in study.yml (there is {there})"
            yield _complaint(protocol, "design", LintSeverity.ERROR, ["arms", index, "armcd"], text)


def _paths(protocol: Protocol) -> Iterator[Complaint]:
    """Arms go through the same epochs; where they part is said why; a transition leads to an element or epoch of the trial."""
    design = protocol.design
    known = (*design.element, *(one.epoch for one in design.epochs))
    for index, arm in enumerate(design.arms):
        at: list[str | int] = ["arms", index, "path"]
        epochs, first = ([*dict.fromkeys(step.epoch for step in path.path)] for path in (arm, design.arms[0]))
        if epochs != first:
            text = f"{arm.armcd} goes through {', '.join(epochs)}, and {design.arms[0].armcd} through {', '.join(first)}"
            yield _complaint(protocol, "design", LintSeverity.WARNING, at, text)
        for number in sorted({_common(arm, other) for other in design.arms if other.path != arm.path} - {0}):
            last = arm.path[number - 1]
            if not last.branch:
                text = f"arms part after {last.etcd}: it needs a branch (TABRANCH) that says who goes into {arm.armcd}"
                yield _complaint(protocol, "design", LintSeverity.WARNING, [*at, number - 1], text)
        for number, step in enumerate(arm.path):
            for word in TARGET.findall(step.transition):
                if not any(word == name or name.startswith(f"{word} ") for name in known):
                    text = f"the transition leads to {word}, which is no element or epoch here ({', '.join(known)})"
                    yield _complaint(protocol, "design", LintSeverity.WARNING, [*at, number, "transition"], text)


def _common(one: ArmPath, other: ArmPath) -> int:
    """How many elements two arms share before they part; 0 where one goes on where the other ends."""
    pairs = enumerate(zip(one.path, other.path, strict=False))
    return next((number for number, (mine, theirs) in pairs if mine.etcd != theirs.etcd), 0)


def _unfit(text: str) -> Iterator[str]:
    """Why a text can't be in a dataset."""
    if letter := next((letter for letter in text if not letter.isascii()), ""):
        yield f"{letter!r} is not ASCII, which SDTM's datasets are written in: {text!r}"
    if len(text) > LONGEST_TEXT:
        yield f"has {len(text)} characters, and its variable takes {LONGEST_TEXT}"


def _elements(protocol: Protocol) -> Iterator[Complaint]:
    """Every element is in a path, and an epoch too; UNPLAN is SDTM's code for what was not planned."""
    design = protocol.design
    used = {step.etcd for path in design.arms for step in path.path}
    for index, one in enumerate(design.elements):
        if one.etcd == UNPLANNED:
            text = f"{UNPLANNED} is the code of what was not planned (SDTMIG 3.4 section 5.3)"
            yield _complaint(protocol, "design", LintSeverity.ERROR, ["elements", index, "etcd"], text)
        elif one.etcd not in used:
            text = f"no arm goes through the element {one.etcd}"
            yield _complaint(protocol, "design", LintSeverity.WARNING, ["elements", index], text)
    for index, epoch in enumerate(design.epochs):
        if epoch.epoch not in {step.epoch for path in design.arms for step in path.path}:
            text = f"no element of an arm is in the epoch {epoch.epoch}"
            yield _complaint(protocol, "design", LintSeverity.WARNING, ["epochs", index], text)


def _epochs(protocol: Protocol, ct: ControlledTerminology) -> Iterator[Complaint]:
    codelist = ct.codelists.get(EPOCHS)
    for index, one in enumerate(protocol.design.epochs if codelist else ()):
        if codelist and one.epoch not in codelist:
            severity = LintSeverity.WARNING if codelist.extensible else LintSeverity.ERROR
            text = f"{one.epoch!r} is not in {EPOCHS} ({codelist.submission_value}){_open(codelist.extensible)}"
            yield _complaint(protocol, "design", severity, ["epochs", index, "epoch"], text)


def _visits(protocol: Protocol) -> Iterator[Complaint]:
    rules = {rule.visit for rule in protocol.design.visits}
    for index, rule in enumerate(protocol.design.visits):
        if rule.visit not in protocol.visits:
            text = f"there is no visit {rule.visit!r} in visits.yml"
            yield _complaint(protocol, "design", LintSeverity.ERROR, ["visits", index, "visit"], text)
    for index, visit in enumerate(protocol.visits.values()):
        for problem in _unfit(visit.visit):
            yield _complaint(protocol, "visits", LintSeverity.ERROR, ["visits", index, "visit"], problem)
        if visit.day is None and visit.visit not in rules:
            text = f"{visit.visit} has no day, and design.yml has no rule for how it starts (TVSTRL)"
            yield _complaint(protocol, "visits", LintSeverity.ERROR, ["visits", index], text)


def _entry(one: Entry, ct: ControlledTerminology) -> Iterator[tuple[LintSeverity, str]]:
    """What is wrong with one record of TS."""
    name = one.parameter
    if name not in parameter_names(ct) and not one.label:
        text = f"{name} is no parameter of {ct.name} (TSPARMCD), which a study may extend: give it a label"
        yield LintSeverity.WARNING, text
    if letter := not_ascii(one):
        text = f"{letter!r} is not ASCII, which TS is written in: state {name} in ASCII in the summary of design.yml"
        yield LintSeverity.ERROR, text
    if not one.value and not one.null_flavor:
        yield LintSeverity.ERROR, f"{name} has no value: state it, or a null_flavor, in the summary of design.yml"
    if not one.value or one.null_flavor:
        return
    if one.dictionary == CDISC_REFERENCE and not any(one.code == each.codes.get(one.value) for each in ct.codelists.values()):
        yield LintSeverity.ERROR, f"{one.code or 'no code'} is not the code of {one.value!r} in {ct.name}"
    if name in COUNTRIES and not COUNTRY.fullmatch(one.value):
        yield LintSeverity.ERROR, f"{name} takes a country's three letters of ISO 3166, such as FRA; found {one.value!r}"
    codelist = ct.codelists.get(CODELISTS.get(name, ""))
    if codelist is not None and one.value not in codelist:
        severity = LintSeverity.WARNING if codelist.extensible else LintSeverity.ERROR
        which = f"{codelist.code} ({codelist.submission_value})"
        yield severity, f"{one.value!r} is not in {which}, the code list of {name}{_open(codelist.extensible)}"
    if name in DURATIONS and not DURATION.fullmatch(one.value):
        yield LintSeverity.ERROR, f"{name} takes a duration of ISO 8601, such as P6M; found {one.value!r}"
    if name in DATES and not _is_date(one.value):
        yield LintSeverity.ERROR, f"{name} takes a date of ISO 8601; found {one.value!r}"
    if name in NUMBERS and not one.value.replace(".", "", 1).isdecimal():
        yield LintSeverity.ERROR, f"{name} takes a number; found {one.value!r}"


def _is_date(text: str) -> bool:
    return bool(iso8601.is_iso8601(pd.Series([text], dtype="str")).iloc[0])


def _repeated(protocol: Protocol, found: tuple[Entry, ...]) -> Iterator[Complaint]:
    """A value twice; two of a parameter that takes one; a value beside the reason why there is none."""
    values: dict[tuple[str, str], list[Entry]] = {}
    for one in found:
        before = values.setdefault((one.parameter, one.group), [])
        text = ""
        if any((one.value, one.null_flavor) == (other.value, other.null_flavor) for other in before):
            text = f"{one.parameter} has {one.value or one.null_flavor!r} twice"
        elif before and one.parameter in SINGLE:
            text = f"{one.parameter} takes one value, and there are two: {before[0].value or before[0].null_flavor} and "
            text += one.value or one.null_flavor
        elif any(bool(one.null_flavor) != bool(other.null_flavor) for other in before):
            text = f"{one.parameter} has a value, and a null_flavor that says why there is none"
        if text:
            yield _complaint(protocol, one.file, LintSeverity.ERROR, one.at, text)
        before.append(one)


def _lacking(protocol: Protocol, found: tuple[Entry, ...]) -> Iterator[Complaint]:
    """Parameters that a summary must have, at least with a null flavor."""
    there = {one.parameter for one in found}
    values = {(one.parameter, one.value) for one in found}
    wanted = dict(REQUIRED)
    for condition, parameters in REQUIRED_IF.items():
        if condition in values:
            wanted |= parameters
    for name, asked_by in wanted.items():
        if name not in there:
            text = f"the trial summary has no {name}, which is required ({asked_by}): state it, or a null_flavor"
            yield _complaint(protocol, "design", LintSeverity.ERROR, ["summary"], text)


def _open(extensible: bool) -> str:
    return ", which a study may extend" if extensible else ""
