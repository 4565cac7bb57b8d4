"""Specifications of analysis datasets held against what they read, and against ADaM (``trialbook specs lint``)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from trialbook.analysis.adam.conformance_variables import LABEL_BYTES, NAME
from trialbook.analysis.adam.dataset import IDENTIFIERS, SOURCE, describe, variables_of
from trialbook.analysis.adam.lint_names import Known, Place, Problem
from trialbook.analysis.adam.loading import AdamSpecs
from trialbook.analysis.adam.make import TIMES, constants
from trialbook.analysis.adam.responders import NUMBERS, TEXTS
from trialbook.analysis.adam.spec import Algorithm, AnalysisDatasetSpec, RecordsSpec, VariableSpec
from trialbook.errors import TrialbookError
from trialbook.protocol import Protocol
from trialbook.specfile import Complaint, LintSeverity
from trialbook.standards.adam import adam_required

RESPONSES = frozenset((*NUMBERS, *TEXTS, "USUBJID"))
EVENTS = frozenset(
    ("USUBJID", "PARAMCD", "PARAM", "STARTDT", "ADT", "ADTF", "AVAL", "CNSR", "EVNTDESC", "SRCDOM", "SRCVAR", "SRCSEQ")
)
"""The variables of the records that are made of endpoints: responses, and times to events."""


def dataset_complaints(
    specs: AdamSpecs, protocol: Protocol, sdtm: Mapping[str, frozenset[str]]
) -> tuple[tuple[Complaint, ...], Known]:
    """What is wrong with ``analysis_specs/datasets/``, with file and line; and all that is there to be named.

    ``sdtm``: the variables of each SDTM dataset that is specified.
    """
    known = Known(dict(sdtm), constants(protocol))
    receiving = {one.dataset for one in specs.endpoints.responders.values()}
    found: list[Complaint] = []
    for name, spec in specs.datasets.items():
        more = RESPONSES if name in receiving else EVENTS if name == TIMES else frozenset()
        for place, text in _dataset(spec, known, specs, protocol, more):
            found.append(specs.files[name].complaint(specs.folder.parent, LintSeverity.ERROR, place, text))
        kept = frozenset(key for key, one in variables_of(spec).items() if not one.temporary)
        known = Known({**known.variables, name: kept | set(IDENTIFIERS) | set(SOURCE)}, known.constants)
    return tuple(found), known


def _dataset(
    spec: AnalysisDatasetSpec, known: Known, specs: AdamSpecs, protocol: Protocol, more: frozenset[str]
) -> Iterator[Problem]:
    own = more | (frozenset(SOURCE) if spec.structure == "BDS" else frozenset())
    check = _Algorithms(known, specs, protocol)
    for index, records in enumerate(spec.records):
        at: Place = ("records", index)
        yield from known.dataset((*at, "dataset"), records.dataset)
        there = known.variables.get(records.dataset, frozenset())
        if records.dataset not in known.variables:
            own |= frozenset(records.variables)
            continue
        yield from known.expression((*at, "where"), records.where, there, records.dataset)
        yield from _source(at, records, known)
        for name, variable in records.variables.items():
            yield from check.variable((*at, "variables", name), name, variable, there, records.dataset)
            there |= {name}
        own |= there
    for name, variable in spec.variables.items():
        yield from check.variable(("variables", name), name, variable, own)
        own |= {name}
    yield from _described(spec)


def _source(at: Place, records: RecordsSpec, known: Known) -> Iterator[Problem]:
    source = records.source or records.dataset
    if records.source:
        yield from known.dataset((*at, "source"), records.source)
    if records.value and source in known.variables:
        yield from known.variable((*at, "value"), records.value, known.variables[source], source)


def _described(spec: AnalysisDatasetSpec) -> Iterator[Problem]:
    """Names, labels and types; keys that are variables; what the structure requires."""
    made = variables_of(spec)
    for name, variable in made.items():
        place: Place = ("variables", name) if name in spec.variables else ("records",)
        if variable.temporary:
            continue
        if not NAME.fullmatch(name):
            yield place, f"{name} is no name of up to 8 capital letters, digits and _"
        try:
            label = describe(spec, name, variable).label
        except TrialbookError as error:
            yield place, error.what
            continue
        if len(label.encode()) > LABEL_BYTES:
            yield place, f"the label takes {len(label.encode())} bytes in a transport file, which holds {LABEL_BYTES}: {label}"
    kept = {name for name, variable in made.items() if not variable.temporary} | set(IDENTIFIERS)
    there = kept | set(SOURCE) if spec.structure == "BDS" else kept
    for key in spec.keys:
        if key not in there:
            yield ("keys",), f"the key {key} is no variable of {spec.dataset}"
    for name, pattern in adam_required(spec.structure):
        if not any(pattern.fullmatch(one) for one in kept):
            yield ("variables",), f"{name} is Required in ADaM's {spec.structure} and not made"


class _Algorithms:
    """Whether what the algorithms of a variable name is there."""

    def __init__(self, known: Known, specs: AdamSpecs, protocol: Protocol) -> None:
        self.known, self.functions, self.protocol = known, specs.derivations.functions, protocol

    def variable(
        self, at: Place, name: str, variable: VariableSpec, own: frozenset[str], of: str = "the records"
    ) -> Iterator[Problem]:
        for algorithm in variable.algorithms:
            for place, text in self.algorithm(at, algorithm, own, of):
                yield place, f"{algorithm.operation}: {text}"
            for place, text in self.known.expression(at, algorithm.condition_add, own, of):
                yield place, f"condition_add: {text}"

    def algorithm(self, at: Place, algorithm: Algorithm, own: frozenset[str], of: str) -> Iterator[Problem]:
        for name in _named(algorithm):
            yield from self.known.variable(at, name, own, of)
        if flagged := algorithm.derive_flag:
            yield from self.known.expression(at, flagged.where, own, of)
        if extreme := algorithm.derive_extreme_flag:
            yield from self.known.expression(at, extreme.where, own, of)
        if (windowed := algorithm.derive_window) and windowed.after and windowed.after not in self.protocol.visits:
            yield at, f"there is no visit {windowed.after} in protocol/visits.yml"
        if merged := algorithm.derive_merged:
            yield from self.known.dataset(at, merged.dataset)
            there = self.known.variables.get(merged.dataset)
            if there is not None:
                for name in (merged.value, *merged.same, *(one.removeprefix("-") for one in merged.by)):
                    yield from self.known.variable(at, name, there, merged.dataset)
                yield from self.known.expression(at, merged.where, there, merged.dataset)
        if called := algorithm.derive:
            if called.function not in self.functions:
                yield at, f"analysis_specs/derivations.py has no function {called.function}"
            for name in called.reads:
                yield from self.known.dataset(at, name)


_NAMED: tuple[Callable[[Algorithm], tuple[str, ...]], ...] = (
    lambda one: (one.assign,) if one.assign else (),
    lambda one: (one.derive_number,) if one.derive_number else (),
    lambda one: (one.derive_code.from_,) if one.derive_code else (),
    lambda one: _dates(one),
    lambda one: (one.derive_dy.date, one.derive_dy.reference) if one.derive_dy else (),
    lambda one: (one.derive_window.day,) if one.derive_window else (),
    lambda one: (*one.derive_extreme_flag.by, *one.derive_extreme_flag.order) if one.derive_extreme_flag else (),
    lambda one: (*one.derive_base.by, one.derive_base.value, one.derive_base.flag) if one.derive_base else (),
    lambda one: one.derive_chg or (),
    lambda one: one.derive_seq or (),
    lambda one: tuple(one.derive_merged.same.values()) if one.derive_merged else (),
    lambda one: one.derive.from_ if one.derive else (),
)
"""The variables of the records that each operation reads."""


def _dates(one: Algorithm) -> tuple[str, ...]:
    dated = one.derive_dt or one.derive_dtf
    return tuple(name for name in (dated.from_, dated.not_before, dated.not_after) if name) if dated else ()


def _named(algorithm: Algorithm) -> list[str]:
    found = [name.removeprefix("-") for names in _NAMED for name in names(algorithm)]
    return list(dict.fromkeys(found))
