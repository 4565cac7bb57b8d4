"""The trial summary's records before they are a dataset: what ``design.yml`` states, what follows from the other parts of the
protocol, and what the data tell.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from trialbook.protocol.objectives import Level
from trialbook.protocol.source import Source
from trialbook.protocol.trial_design.registered import registered
from trialbook.standards import Standard

if TYPE_CHECKING:
    from trialbook.protocol.protocol import Protocol


@dataclass(frozen=True)
class Entry:
    """A record of TS: a value or a null flavor; ``file`` and ``at`` say where the protocol states it.

    ``source`` is None for what neither the protocol nor the data say (versions of the standards); ``group`` is TSGRPID.
    """

    parameter: str
    value: str
    file: str
    at: tuple[str | int, ...]
    source: Source | None = None
    null_flavor: str = ""
    note: str = ""
    group: str = ""
    code: str = ""
    dictionary: str = ""
    version: str = ""
    label: str = ""


def entries(protocol: Protocol, standard: Standard, observed: Mapping[str, str] | None = None) -> tuple[Entry, ...]:
    """The records by TSPARMCD, each parameter's in the order in which they are stated.

    What ``design.yml`` states of a parameter stands in place of what follows from other parts; what the data tell (``observed``:
    TSVAL by TSPARMCD), in place of a null flavor.
    """
    stated = list(_stated(protocol))
    own = {one.parameter for one in stated}
    derived = [one for one in _derived(protocol, standard) if one.parameter not in own]
    found = [_told(one, observed or {}) for one in (*stated, *derived)]
    there = {one.parameter for one in found}
    found += [Entry(name, value, "design", (), note=NOTES[name]) for name, value in (observed or {}).items() if name not in there]
    return tuple(sorted(found, key=lambda one: one.parameter))


NOTES = {
    "SSTDTC": "The earliest informed consent of a subject that was assigned to an arm",
    "SENDTC": "The last date of participation: all subjects that were planned were enrolled, and have ended the study",
    "ACTSUB": "The subjects that were assigned to an arm",
    "DCUTDTC": "The latest date that the data have",
    "DCUTDESC": "What the data cutoff date is",
}
"""What the data tell, by parameter."""


def _told(one: Entry, observed: Mapping[str, str]) -> Entry:
    value = observed.get(one.parameter, "")
    return replace(one, value=value, null_flavor="", note=NOTES[one.parameter], source=None) if one.null_flavor and value else one


def _stated(protocol: Protocol) -> Iterator[Entry]:
    design = protocol.design
    for index, one in enumerate(design.summary):
        yield Entry(
            one.parameter,
            " ".join(one.value.split()),
            "design",
            ("summary", index),
            one.source or design.source,
            one.null_flavor,
            one.note,
            code=one.code,
            dictionary=one.dictionary,
            version=one.version,
            label=one.label,
        )


def _derived(protocol: Protocol, standard: Standard) -> Iterator[Entry]:
    study = protocol.study
    for parameter, value, keys in registered(study):
        own = study.sources.get(".".join(key for key in keys if isinstance(key, str)))
        flavor = "PINF" if parameter == "AGEMAX" and not value else ""
        source = (own.source if own else None) or study.source
        yield Entry(parameter, " ".join(value.split()), "study", keys, source, flavor)
    guide, model = (name.rpartition("-")[2] for name in (standard.name, standard.model_name))
    yield Entry("SDTIGVER", guide, "study", ("standard",))
    yield Entry("SDTMVER", model, "study", ("standard",))
    yield from _interventions(protocol)
    yield from _objectives(protocol)


def _interventions(protocol: Protocol) -> Iterator[Entry]:
    """What is given; where there are several, TSGRPID tells whose dose is whose."""
    given = protocol.interventions
    types: set[str] = set()
    for index, one in enumerate(given.interventions):
        group = one.id if len(given.interventions) > 1 else ""
        regimen = one.regimen
        kind = INTERVENTION_TYPES.get(one.substance.type.casefold(), one.substance.type.upper())
        told = {
            "TRT": (one.substance.inn.upper(), ("substance", "inn"), one.substance.source),
            "DOSE": (f"{regimen.dose:g}", ("regimen", "dose"), regimen.source),
            "DOSU": (regimen.unit, ("regimen", "unit"), regimen.source),
            "DOSFRQ": (one.frequency, ("regimen", "every"), regimen.source),
            "ROUTE": (regimen.route, ("regimen", "route"), regimen.source),
            "DOSFRM": (regimen.form, ("regimen", "form"), regimen.source),
            "PTRTDUR": (one.duration, ("regimen", "months"), regimen.source),
        }
        if kind not in types:
            told["INTTYPE"] = (kind, ("substance", "type"), one.substance.source)
            types.add(kind)
        for parameter, (value, keys, source) in told.items():
            if value:
                of = "" if parameter == "INTTYPE" else group
                stated_by = source or one.source or given.source
                yield Entry(parameter, value, "interventions", ("interventions", index, *keys), stated_by, group=of)


def _objectives(protocol: Protocol) -> Iterator[Entry]:
    """What the trial asks and measures."""
    asked = protocol.objectives
    for index, objective in enumerate(asked.objectives):
        if parameter := OBJECTIVES.get(objective.level):
            at = ("objectives", index, "text")
            yield Entry(parameter, " ".join(objective.text.split()), "objectives", at, objective.source or asked.source)
    for index, endpoint in enumerate(asked.endpoints):
        if parameter := OUTCOMES.get(endpoint.level):
            yield Entry(parameter, endpoint.name, "objectives", ("endpoints", index, "name"), endpoint.source or asked.source)


OBJECTIVES = {Level.PRIMARY: "OBJPRIM", Level.SECONDARY: "OBJSEC", Level.SAFETY: "OBJSEC", Level.EXPLORATORY: "OBJEXP"}
OUTCOMES = {Level.PRIMARY: "OUTMSPRI", Level.SECONDARY: "OUTMSSEC", Level.SAFETY: "OUTMSSEC", Level.EXPLORATORY: "OUTMSEXP"}

INTERVENTION_TYPES = {
    "drug": "DRUG",
    "biological": "BIOLOGIC",
    "device": "DEVICE",
    "procedure": "PROCEDURE",
    "radiation": "RADIATION",
    "behavioral": "BEHAVIORAL THERAPY",
    "genetic": "GENETIC",
    "dietary supplement": "DIETARY SUPPLEMENT",
    "combination product": "COMBINATION PRODUCT",
    "diagnostic test": "DIAGNOSTIC TEST",
}
"""The registry's words for the type of an intervention, and the terms of the codelist INTTYPE."""
