"""What becomes of each raw column: so that none is lost without a reason."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from trialbook.expressions import parse
from trialbook.mapping.complaints import Complaint, LintSeverity, complaint
from trialbook.mapping.domain_spec import Algorithm, DomainSpec, FunctionCall, Join, Records
from trialbook.mapping.form_spec import FormSpec
from trialbook.mapping.references import resolve
from trialbook.mapping.specs import Specs


class ColumnStatus(StrEnum):
    """The fates that a raw column can have."""

    MAPPED = "mapped"
    SUPP = "SUPP"
    NOT_SUBMITTED = "not submitted"
    UNACCOUNTED = "unaccounted"


@dataclass(frozen=True)
class ColumnUse:
    """``goes_to``: variables and qualifiers such as ``AE.AETERM`` and ``SUPPDM.RANDNO``; ``reason``: why it has none."""

    form: str
    column: str
    status: ColumnStatus
    goes_to: tuple[str, ...] = ()
    reason: str = ""

    @property
    def text(self) -> str:
        """Where the column goes, or why it goes nowhere."""
        return ", ".join(self.goes_to) or self.reason


Uses = dict[tuple[str, str], list[str]]


def column_uses(specs: Specs) -> tuple[ColumnUse, ...]:
    """Each column of each form in the order of the specifications."""
    variables: Uses = defaultdict(list)
    helpers: Uses = defaultdict(list)
    for spec in specs.forms.values():
        for name in (spec.subject, *spec.keys):
            helpers[spec.form, name].append("key")
        for column, what in ((spec.entered, "date of entry"), (spec.entered_by, "person entering")):
            if column is not None:
                helpers[spec.form, column].append(what)
    for domain in specs.domains.values():
        for records in domain.records:
            _records(specs, domain, records, variables, helpers)
    if specs.items:
        # What eligibility is judged by goes into no dataset by itself.
        for records in specs.items.records:
            _records(specs, specs.items.as_domain, records, helpers, helpers)
    return tuple(
        _use(spec, name, dict.fromkeys(variables[spec.form, name]), dict.fromkeys(helpers[spec.form, name]))
        for spec in specs.forms.values()
        for name in spec.columns
    )


def column_complaints(specs: Specs, uses: tuple[ColumnUse, ...]) -> Iterator[Complaint]:
    """Columns that no one accounts for, and those that go somewhere though they are declared as not submitted."""
    for use in uses:
        file, at = f"forms/{use.form}", ["columns", use.column]
        if use.status is ColumnStatus.UNACCOUNTED:
            text = f"{use.column} goes nowhere: map it, or say why it is not_submitted"
            yield complaint(specs, LintSeverity.WARNING, file, at, text)
        elif use.goes_to and specs.forms[use.form].columns[use.column].not_submitted:
            text = f"{use.column} is declared not_submitted, and goes to {use.text}"
            yield complaint(specs, LintSeverity.ERROR, file, [*at, "not_submitted"], text)


def _use(spec: FormSpec, name: str, variables: dict[str, None], helpers: dict[str, None]) -> ColumnUse:
    goes_to = tuple(variables)
    reason = spec.columns[name].not_submitted
    if goes_to:
        status = ColumnStatus.SUPP if all(one.startswith("SUPP") for one in goes_to) else ColumnStatus.MAPPED
        return ColumnUse(spec.form, name, status, goes_to)
    if reason:
        return ColumnUse(spec.form, name, ColumnStatus.NOT_SUBMITTED, (), reason)
    if helpers:
        return ColumnUse(spec.form, name, ColumnStatus.MAPPED, (), f"used as {' and '.join(helpers)}")
    return ColumnUse(spec.form, name, ColumnStatus.UNACCOUNTED)


def _records(specs: Specs, domain: DomainSpec, records: Records, variables: Uses, helpers: Uses) -> None:
    known = {records.form: specs.sources[records.form]}
    for alias, join in records.join.items():
        known[alias] = specs.sources[join.form]
        _join(records, alias, join, known, helpers)
    if isinstance(records.where, FunctionCall):
        for name in records.where.columns:
            helpers[_column(name, known)].append("condition")
        _reads(specs, records.where, helpers)
    elif records.where:
        _expression(records.where, known, helpers)
    goals = [(f"{domain.domain}.{name}", ways) for name, ways in specs.algorithms(domain, records).items()]
    goals += [(f"SUPP{domain.domain}.{name}", value) for name, value in domain.qualifiers(records).items()]
    for goal, ways in goals:
        for algorithm in ways:
            _algorithm(specs, goal, algorithm, known, variables, helpers)


def _join(records: Records, alias: str, join: Join, known: dict[str, FormSpec], helpers: Uses) -> None:
    for name in join.on:
        helpers[records.form, name].append("key")
    for name in (*join.others, *join.first, *join.last):
        helpers[join.form, name].append("key")
    if join.where:
        _expression(join.where, {alias: known[alias]}, helpers)


def _algorithm(specs: Specs, goal: str, algorithm: Algorithm, known: dict[str, FormSpec], variables: Uses, helpers: Uses) -> None:
    for name in algorithm.columns:
        variables[_column(name, known)].append(goal)
    if algorithm.condition_add:
        _expression(algorithm.condition_add, known, helpers)
    if algorithm.derive:
        _reads(specs, algorithm.derive, helpers)


def _reads(specs: Specs, call: FunctionCall, helpers: Uses) -> None:
    for form in call.reads:
        for name in specs.forms[form].columns:
            helpers[form, name].append(f"what the function {call.function} reads")


def _expression(text: str, known: dict[str, FormSpec], helpers: Uses) -> None:
    for name in sorted(parse(text).names):
        helpers[_column(name, known)].append("condition")


def _column(name: str, known: dict[str, FormSpec]) -> tuple[str, str]:
    found = resolve(name, known)
    assert found is not None, name
    return known[found[0]].form, found[1]
