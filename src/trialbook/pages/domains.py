"""Each domain's specification, from raw form to SDTM, as a reader of the data needs it."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from trialbook.mapping import Algorithm, DomainSpec, Records
from trialbook.pages.html import NOTHING, Cell, code, framed, heading, lines, listing, note, target
from trialbook.pages.origins import aliases, raw_column, spec_link
from trialbook.pages.session import study
from trialbook.standards.standard import StandardVariable

HEADERS = ("Variable", "Type, core", "Terminology", "Raw form and column", "Algorithm")
_GIVEN = {"STUDYID": "id of protocol/study.yml", "DOMAIN": "the domain itself"}


@dataclass(frozen=True)
class Way:
    """One algorithm of a variable for some kinds of a domain's records; ``otherwise``: one before it takes precedence."""

    algorithm: Algorithm
    records: tuple[Records, ...]
    every_kind: bool
    otherwise: bool


def domain_specification(domain: str) -> Markup:
    """One domain: its records, each variable with its origin and algorithm, what the standard expects beside, and SUPP--."""
    one = study()
    spec = one.specs.domains[domain]
    listed = one.standard.dataset(domain)
    title = listed.label if listed else spec.title
    parts = [
        heading(3, f"{domain}: {title}", "domain", domain),
        Markup('<p class="book-note">{}</p>').format(_about(spec)),
        listing(_records(records) for records in spec.records),
        framed(
            HEADERS,
            Markup("").join(_variable(spec, name, ways) for name, ways in _variables(spec)),
            about=f"Variables of {domain}",
            kind="book-variables",
        ),
    ]
    if missing := _unfilled(spec):
        parts.append(Markup('<p class="book-note">{}</p>').format(missing))
    if spec.supp:
        parts += [heading(4, f"SUPP{domain}: supplemental qualifiers", "domain", f"SUPP{domain}"), _supplemental(spec)]
    return Markup("\n").join(parts)


def _about(spec: DomainSpec) -> Markup:
    one = study()
    listed = one.standard.dataset(spec.domain)
    said = [f"{listed.class_}; {listed.structure[0].lower()}{listed.structure[1:]}."] if listed else []
    keys = Markup(", ").join(code(key) for key in one.keys(spec.domain))
    order = Markup(", ").join(code(name) for name in spec.order)
    sorted_by = Markup(" Sorted by {}.").format(order) if spec.order else Markup("")
    return Markup("{} Natural key: {}.{}").format(" ".join(said), keys, sorted_by)


def _records(records: Records) -> Markup:
    """Which rows of which form become records, and what stands beside them."""
    said = Markup("A record for each row of {}").format(_form(records.form))
    if records.where:
        said += Markup(" for which {}").format(code(records.condition))
    joins = []
    for alias, join in records.join.items():
        by = Markup(", ").join(
            code(on) if on == other else Markup("{} = {}").format(code(on), code(f"{alias}.{other}"))
            for on, other in zip(join.on, join.others, strict=True)
        )
        name = _form(join.form) + (Markup(" as {}").format(code(alias)) if alias != join.form else "")
        joined = Markup("with {} by {}").format(name, by)
        if join.first or join.last:
            joined += Markup("; of several, the {} by {}").format(
                "first" if join.first else "last", Markup(", then ").join(map(code, join.first or join.last))
            )
        if join.where:
            joined += Markup("; only where {}").format(code(join.where))
        joins.append(joined)
    return said + (listing(joins) if joins else Markup(""))


def _form(name: str) -> Markup:
    """A form of the export as a link to it, or what the protocol's criteria say of the subjects, which is none."""
    if name in study().specs.forms:
        return Markup("form {}").format(spec_link(name, "form", name))
    return Markup("{} (what the protocol's criteria say)").format(code(name))


def _variables(spec: DomainSpec) -> list[tuple[str, list[Way]]]:
    """The variables in the standard's order, each with its ways; kinds of records that agree stand together."""
    specs, standard = study().specs, study().standard
    by_kind = [(records, specs.algorithms(spec, records)) for records in spec.records]
    named = dict.fromkeys([*_GIVEN, *(name for _, wanted in by_kind for name in wanted)])
    order = [variable.name for variable in standard.variables(spec.domain)]
    ordered = sorted(named, key=lambda name: order.index(name) if name in order else len(order))
    return [
        (name, _ways([(records, wanted[name]) for records, wanted in by_kind if name in wanted], len(by_kind)))
        for name in ordered
    ]


def _ways(found: Sequence[tuple[Records, tuple[Algorithm, ...]]], kinds: int) -> list[Way]:
    grouped: dict[tuple[Algorithm, ...], list[Records]] = {}
    for records, algorithms in found:
        grouped.setdefault(algorithms, []).append(records)
    return [
        Way(algorithm, tuple(records), len(records) == kinds, index > 0)
        for algorithms, records in grouped.items()
        for index, algorithm in enumerate(algorithms)
    ]


def _variable(spec: DomainSpec, name: str, ways: list[Way]) -> Markup:
    found = study().standard.variable(spec.domain, name) or study().standard.model_variable(spec.domain, name)
    label = found.label if found else "not in the standard"
    head = (
        Markup("{}{}").format(code(name), note(label)),
        Markup("{}{}").format(found.type if found else "Char", note(found.core) if found and found.core else ""),
        _terminology(found),
    )
    rows: list[tuple[Cell, Cell]] = [(_origin(way), _algorithm(way)) for way in ways] or [(NOTHING, _GIVEN[name])]
    return _spanned(head, rows, target("variable", spec.domain, name))


def _spanned(head: Sequence[Cell], rows: Sequence[tuple[Cell, Cell]], place: str) -> Markup:
    """A row for each way of a variable; what they share spans them."""
    span = Markup(' rowspan="{}"').format(len(rows)) if len(rows) > 1 else Markup("")
    shared = Markup("").join(Markup("<td{}>{}</td>").format(span, cell) for cell in head)
    made = []
    for index, (origin, algorithm) in enumerate(rows):
        own = Markup("<td>{}</td><td>{}</td>").format(origin, algorithm)
        made.append(
            Markup('<tr id="{}">{}{}</tr>').format(place, shared, own) if index == 0 else Markup("<tr>{}</tr>").format(own)
        )
    return Markup("").join(made)


def _terminology(variable: StandardVariable | None) -> Cell:
    """The CDISC codelists of a variable, or the format that the standard gives it."""
    if variable is None:
        return NOTHING
    known = [(c, study().ct.codelist(c)) for c in variable.codelists]
    named = [Markup("{}{}").format(code(found.submission_value), note(c)) if found else code(c) for c, found in known]
    return lines(named) if named else (variable.format or NOTHING)


def _origin(way: Way) -> Markup:
    """The raw columns that a value comes from, each a link to its form; by the forms of all kinds of records that share it."""
    cells = []
    for records in way.records:
        known = aliases(records, study().specs)
        cells += [raw_column(name, known) for name in way.algorithm.columns]
    found: list[Cell] = [
        spec_link(code(f"{form}.{column}"), "column", form, column) if form in study().specs.forms else code(f"{form}.{column}")
        for form, column in dict.fromkeys(cells)
    ]
    if way.algorithm.derive:
        found += [_form(form) for form in way.algorithm.derive.reads]
    return lines(found)


def _algorithm(way: Way) -> Markup:
    """The algorithm in the specification's words, with its condition and its note."""
    one, said = way.algorithm, []
    if not way.every_kind:
        said.append(note("records of " + " and ".join(records.form for records in way.records)))
    said.append(Markup("{}{} {}").format(Markup("otherwise ") if way.otherwise else "", code(one.operation), _arguments(way)))
    if one.derive and (does := inspect.getdoc(study().specs.function(one.derive.function))):
        said.append(note(does.split("\n\n")[0].replace("``", "")))
    if one.condition_add:
        said.append(note(Markup("where {}").format(code(one.condition_add))))
    if one.note:
        said.append(note(one.note))
    return Markup("").join(said)


def _arguments(way: Way) -> Cell:
    one = way.algorithm
    if one.assign_ct:
        form, column = raw_column(one.assign_ct, aliases(way.records[0], study().specs))
        codelist = one.codelist or study().specs.sources[form].columns[column].codelist or ""
        return Markup("by {}").format(spec_link(code(codelist), "codelist", codelist))
    if one.derive:
        return code(one.derive.function)
    if one.derive_seq:
        return Markup("by {}").format(Markup(", ").join(code(name) for name in one.derive_seq))
    if one.needs:
        return Markup("of {}").format(code(one.needs[0]))
    constant = one.hardcode_ct if one.hardcode_ct is not None else one.hardcode_no_ct
    if constant is None:
        return ""
    return Markup('<span class="book-value">{}</span>').format(constant or Markup('<i class="book-note">empty</i>'))


def _unfilled(spec: DomainSpec) -> Markup | None:
    """Which Required and Expected variables of the standard the specification does not fill; permissible ones need not be."""
    filled = {name for name, _ in _variables(spec)}
    missing = [v for v in study().standard.variables(spec.domain) if v.core in ("Req", "Exp") and v.name not in filled]
    if not missing:
        return None
    named = Markup(", ").join(Markup("{} ({})").format(code(v.name), v.core) for v in missing)
    return Markup("The standard has these beside, and the specification does not fill them: {}.").format(named)


def _supplemental(spec: DomainSpec) -> Markup:
    rows = []
    for qnam, qualifier in spec.supp.items():
        ways = _ways([(one, qualifier.value) for one in spec.records if qualifier.form in ("", one.form)], len(spec.records))
        head = (Markup("{}{}").format(code(qnam), note(qualifier.label)), qualifier.origin, qualifier.evaluator or NOTHING)
        rows.append(_spanned(head, [(_origin(way), _algorithm(way)) for way in ways], target("variable", spec.domain, qnam)))
    headers = ("QNAM", "QORIG", "QEVAL", *HEADERS[3:])
    return framed(headers, Markup("").join(rows), about=f"Supplemental qualifiers of {spec.domain}")
