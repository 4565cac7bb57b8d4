"""Whether the specifications name what the protocol has: its arms, the elements of its design, and what it gives."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from trialbook.mapping.complaints import Complaint, LintSeverity, complaint
from trialbook.mapping.domain_spec import Algorithm, DomainSpec, Records
from trialbook.mapping.elements import UNPLANNED
from trialbook.mapping.items_spec import ITEMS
from trialbook.mapping.lint_variables import column_of, place_of
from trialbook.mapping.specs import Specs
from trialbook.protocol import Protocol
from trialbook.protocol.interventions import Intervention

CODES, NAMES = ("ARMCD", "ACTARMCD"), ("ARM", "ACTARM")
EXPOSURE = ("EX", "EC")
"""The domains of the study treatment (SDTMIG); other interventions are not the protocol's."""
GIVEN: dict[str, Callable[[Intervention], str]] = {
    "TRT": lambda one: one.substance.inn,
    "DOSU": lambda one: one.regimen.unit,
    "DOSFRM": lambda one: one.regimen.form,
    "ROUTE": lambda one: one.regimen.route,
}
"""Variables, without the domain's letters, that say what an intervention of the protocol says."""
Place = tuple[str, tuple[str | int, ...]]


def protocol_complaints(specs: Specs, protocol: Protocol) -> tuple[Complaint, ...]:
    """Elements that the design does not have; arms that ``study.yml`` does not have or no term of a code list stands for; codes
    of arms that stand beside another arm's name; drugs, units, forms and routes of exposure that no intervention has.

    And items of eligibility that nothing makes or that are none, and tests of dose thresholds that no form can give.

    What the protocol does not state is not held against the specifications.
    """
    found = [one for domain in specs.domains.values() for one in _domain(specs, domain, protocol)]
    return tuple(dict.fromkeys([*found, *_items(specs, protocol), *_thresholds(specs, protocol)]))


def _items(specs: Specs, protocol: Protocol) -> Iterator[Complaint]:
    """Each item of eligibility is made from the forms, and nothing else is."""
    items = protocol.eligibility.items
    if specs.items is None or not items:
        return
    made = [*specs.items.variables, *(name for records in specs.items.records for name in records.variables)]
    for name in dict.fromkeys(made):
        if name not in items:
            yield _told(specs, (ITEMS, ("variables", name)), f"{name} is no item of protocol/eligibility.yml")
    for name, item in items.items():
        if item.type != "identifier" and name not in made:
            text = f"nothing makes the item {name} of protocol/eligibility.yml: in every export it is unknown"
            yield complaint(specs, LintSeverity.WARNING, ITEMS, ["variables"], text)


def _thresholds(specs: Specs, protocol: Protocol) -> Iterator[Complaint]:
    """The dose is changed by what some form collects."""
    collected = {term for codelist in specs.codelists.values() for term in codelist.terms}
    for index, one in enumerate(protocol.interventions.interventions):
        for kind in ("thresholds", "alternatives"):
            for number, limit in enumerate(getattr(one.modification, kind)):
                if limit.test not in collected:
                    text = f"no code list of sdtm_specs/ has the test {limit.test!r}, so no form can give it"
                    place: list[str | int] = ["interventions", index, "modification", kind, number, "test"]
                    yield protocol.file("interventions").complaint(protocol.folder.parent, LintSeverity.ERROR, place, text)


def _domain(specs: Specs, domain: DomainSpec, protocol: Protocol) -> Iterator[Complaint]:
    elements = protocol.design.element
    arms = {arm.armcd: arm.arm for arm in protocol.study.arms}
    for index, records in enumerate(domain.records):
        algorithms = specs.algorithms(domain, records)
        for name, ways in algorithms.items():
            file, at = place_of(domain, index, name)
            for number, way in enumerate(ways):
                place: Place = (file, (*at, number) if len(ways) > 1 else tuple(at))
                constant = way.hardcode_no_ct if way.hardcode_no_ct is not None else way.hardcode_ct
                if name == "ETCD" and elements and constant is not None and constant not in (*elements, UNPLANNED):
                    there = ", ".join(elements)
                    yield _told(specs, place, f"there is no element {constant!r} in protocol/design.yml (there is {there})")
                given = _given(domain.domain, name, protocol)
                if given and constant is not None and constant not in given:
                    text = f"{constant!r} is no {name} of protocol/interventions.yml (there is {', '.join(given)})"
                    yield _told(specs, place, text)
                if arms and name in (*CODES, *NAMES):
                    known = list(arms) if name in CODES else list(arms.values())
                    if constant is not None and constant not in known:
                        text = f"{constant!r} is no {name} of an arm in protocol/study.yml (there is {', '.join(known)})"
                        yield _told(specs, place, text)
                    if way.assign_ct:
                        yield from _codelist(specs, _codelist_of(specs, records, way), known)
        for code, name in zip(CODES, NAMES, strict=True):
            if arms and code in algorithms and name in algorithms:
                file, at = place_of(domain, index, name)
                for text in _pairs(specs, records, algorithms[code], algorithms[name], arms):
                    yield _told(specs, (file, tuple(at)), text)


def _given(domain: str, variable: str, protocol: Protocol) -> list[str]:
    """What the protocol's interventions have for a variable of exposure; empty where it is none, or they say nothing of it."""
    asked = GIVEN.get(variable[2:]) if domain in EXPOSURE else None
    found = [asked(one) for one in protocol.interventions.interventions] if asked else []
    return list(dict.fromkeys(found)) if all(found) else []


def _codelist(specs: Specs, codelist: str, known: Sequence[str]) -> Iterator[Complaint]:
    """The terms of a code list are the arms."""
    terms = specs.codelists[codelist].terms
    for term in terms:
        if term not in known:
            text = f"{term!r} is none of the arms in protocol/study.yml ({', '.join(known)})"
            yield _told(specs, ("codelists", ("codelists", codelist, "terms", term)), text)
    for arm in known:
        if arm not in terms:
            yield _told(
                specs, ("codelists", ("codelists", codelist, "terms")), f"no term stands for the arm {arm!r} of the protocol"
            )


def _codelist_of(specs: Specs, records: Records, way: Algorithm) -> str:
    return str(way.codelist or column_of(specs, records, str(way.assign_ct)).codelist)


def _pairs(
    specs: Specs, records: Records, codes: Sequence[Algorithm], names: Sequence[Algorithm], arms: dict[str, str]
) -> Iterator[str]:
    """What is filled from the same condition, or the same collected value, is one arm."""
    for code in codes:
        for name in names:
            if code.hardcode_no_ct and name.hardcode_no_ct and code.condition_add == name.condition_add:
                yield from _pair(code.hardcode_no_ct, name.hardcode_no_ct, arms)
            if code.assign_ct and code.assign_ct == name.assign_ct:
                by_code, by_name = (specs.codelists[_codelist_of(specs, records, way)].by_value for way in (code, name))
                for value in by_code.keys() & by_name.keys():
                    yield from _pair(by_code[value], by_name[value], arms)


def _pair(code: str, name: str, arms: dict[str, str]) -> Iterator[str]:
    if code in arms and name in arms.values() and arms[code] != name:
        yield f"{name!r} stands beside the ARMCD {code}, whose arm is {arms[code]!r} in protocol/study.yml"


def _told(specs: Specs, place: Place, text: str) -> Complaint:
    file, at = place
    return complaint(specs, LintSeverity.ERROR, file, list(at), text)
