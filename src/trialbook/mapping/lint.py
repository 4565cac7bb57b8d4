"""Hold the specifications against the standards, and account for each raw column (``trialbook specs lint``)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from trialbook.mapping.column_use import ColumnStatus, ColumnUse, column_complaints, column_uses
from trialbook.mapping.complaints import Complaint, LintSeverity, complaint
from trialbook.mapping.domain_spec import DomainSpec
from trialbook.mapping.lint_terms import codelist_complaints, term_complaints
from trialbook.mapping.lint_units import unit_complaints
from trialbook.mapping.lint_variables import place_of, variable_complaints
from trialbook.mapping.specs import Specs
from trialbook.standards import ControlledTerminology, Standard

__all__ = ["ColumnStatus", "ColumnUse", "Complaint", "LintReport", "LintSeverity", "lint_specs"]

FILLED_BY_TRIALBOOK = ("STUDYID", "DOMAIN")
QLABEL_BYTES = 40
# --REFID is none: it names a specimen, and many results have the same.
IDENTIFIERS = ("SPID", "LNKID")


@dataclass(frozen=True)
class LintReport:
    """``complaints`` by file and line; ``columns``: every raw column of every form, and what becomes of it."""

    complaints: tuple[Complaint, ...]
    columns: tuple[ColumnUse, ...]

    @property
    def failed(self) -> bool:
        """Whether there is an Error."""
        return any(one.severity is LintSeverity.ERROR for one in self.complaints)


def lint_specs(specs: Specs, standard: Standard, ct: ControlledTerminology, protocol: Iterable[Complaint] = ()) -> LintReport:
    """Hold specifications, which :func:`load_specs` found coherent, against the SDTMIG and the controlled terminology.

    ``protocol``: the complaints about the protocol, to stand among the others.
    """
    uses = column_uses(specs)
    found = [*protocol, *column_complaints(specs, uses), *codelist_complaints(specs, ct), *unit_complaints(specs, standard, ct)]
    for domain in specs.domains.values():
        found.extend(_domain(specs, domain, standard, ct))
    return LintReport(tuple(sorted(dict.fromkeys(found), key=lambda one: (one.file, one.line, one.place, one.text))), uses)


def _domain(specs: Specs, domain: DomainSpec, standard: Standard, ct: ControlledTerminology) -> Iterator[Complaint]:
    file = f"domains/{domain.domain}"
    if domain.domain not in standard.datasets:
        yield complaint(specs, LintSeverity.ERROR, file, ["domain"], f"{standard.name} has no domain {domain.domain}")
        return
    yield from _presence(specs, domain, standard)
    yield from _identity(specs, domain)
    for index, records in enumerate(domain.records):
        for name, ways in specs.algorithms(domain, records).items():
            in_file, at = place_of(domain, index, name)
            variable = standard.variable(domain.domain, name) or standard.model_variable(domain.domain, name)
            if variable is None:
                text = f"{name} is neither in {domain.domain} nor in the SDTM model; as a qualifier it belongs into supp"
                yield complaint(specs, LintSeverity.ERROR, in_file, at, text)
                continue
            for algorithm in ways:
                for severity, text in variable_complaints(specs, records, variable, algorithm):
                    yield complaint(specs, severity, in_file, at, text)
                yield from term_complaints(specs, ct, records, variable, algorithm, in_file, at)
    yield from _qualifiers(specs, domain, standard)


def _identity(specs: Specs, domain: DomainSpec) -> Iterator[Complaint]:
    """A date in the keys beside an identifier: when it is corrected, every finding on the record is a new one."""
    identifiers = [key for key in domain.keys if key in {f"{domain.domain}{name}" for name in IDENTIFIERS}]
    for key in domain.keys if identifiers else ():
        if key.endswith("DTC"):
            text = f"{key} may be corrected, and {identifiers[0]} tells the records apart: name {key} in order instead"
            yield complaint(specs, LintSeverity.WARNING, f"domains/{domain.domain}", ["keys"], text)


def _presence(specs: Specs, domain: DomainSpec, standard: Standard) -> Iterator[Complaint]:
    """Required variables in every kind of records; Expected ones in any."""
    file = f"domains/{domain.domain}"
    kinds = [specs.algorithms(domain, records) for records in domain.records]
    for variable in standard.variables(domain.domain):
        if variable.name in FILLED_BY_TRIALBOOK:
            continue
        lacking = [index for index, kind in enumerate(kinds) if variable.name not in kind]
        if variable.core == "Req" and len(lacking) == len(kinds):
            text = f"the Required variable {variable.name} ({variable.label}) is not filled"
            yield complaint(specs, LintSeverity.ERROR, file, ["variables"], text)
        elif variable.core == "Req":
            for index in lacking:
                text = f"the Required variable {variable.name} is not filled for the records of {domain.records[index].form}"
                yield complaint(specs, LintSeverity.ERROR, file, ["records", index], text)
        elif variable.core == "Exp" and len(lacking) == len(kinds):
            text = f"the Expected variable {variable.name} ({variable.label}) is not filled"
            yield complaint(specs, LintSeverity.WARNING, file, ["variables"], text)


def _qualifiers(specs: Specs, domain: DomainSpec, standard: Standard) -> Iterator[Complaint]:
    file = f"domains/{domain.domain}"
    for name, qualifier in domain.supp.items():
        if standard.variable(domain.domain, name) or standard.model_variable(domain.domain, name):
            text = f"{name} is a variable that {domain.domain} may have itself, so it is no supplemental qualifier"
            yield complaint(specs, LintSeverity.ERROR, file, ["supp", name], text)
        size = len(qualifier.label.encode())
        if not qualifier.label.strip():
            yield complaint(specs, LintSeverity.ERROR, file, ["supp", name, "label"], "QLABEL is empty")
        elif size > QLABEL_BYTES:
            text = f"QLABEL takes {size} bytes in a transport file, which holds {QLABEL_BYTES}"
            yield complaint(specs, LintSeverity.ERROR, file, ["supp", name, "label"], text)
