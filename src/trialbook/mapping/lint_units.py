"""Whether units and tests of ``units.yml`` are terms of CDISC's controlled terminology (CT)."""

from __future__ import annotations

from collections.abc import Iterator

from trialbook.mapping.complaints import Complaint, LintSeverity, complaint
from trialbook.mapping.specs import Specs
from trialbook.standards import Codelist, ControlledTerminology, Standard

UNIT, LBTESTCD = "C71620", "C65047"


def unit_complaints(specs: Specs, standard: Standard, ct: ControlledTerminology) -> Iterator[Complaint]:
    """Unit terms that are not in UNIT, and tests that are in no code list of a --TESTCD with standard results."""
    if "units" not in specs.files:
        return
    unit, tests = ct.codelists.get(UNIT), _lists_of_tests(specs, standard, ct)
    for term in specs.units.spellings:
        yield from _unit(specs, unit, term, ["spellings", term])
    for test, units in specs.units.tests.items():
        at: list[str | int] = ["tests", test]
        if tests and not any(test in one for one in tests):
            names = " or ".join(f"{one.code} ({one.submission_value})" for one in tests)
            yield complaint(specs, LintSeverity.WARNING, "units", at, f"{test!r} is not in {names}, which a study may extend")
        for one in units:
            for term in (one.unit, *one.from_):
                yield from _unit(specs, unit, term, at)


def _unit(specs: Specs, unit: Codelist | None, term: str, at: list[str | int]) -> Iterator[Complaint]:
    if unit and term and term not in unit:
        text = f"{term!r} is not in {UNIT} ({unit.submission_value}), which a study may extend"
        yield complaint(specs, LintSeverity.WARNING, "units", at, text)


def _lists_of_tests(specs: Specs, standard: Standard, ct: ControlledTerminology) -> list[Codelist]:
    """The code lists of --TESTCD in the domains with standard results; LBTESTCD where there are none yet."""
    codes: dict[str, None] = {}
    for domain in specs.domains.values():
        variables = {**domain.variables, **{n: w for records in domain.records for n, w in records.variables.items()}}
        if any(ways[0].derive_standard_result for ways in variables.values()):
            variable = standard.variable(domain.domain, f"{domain.domain}TESTCD")
            codes |= dict.fromkeys(variable.codelists if variable else ())
    return [found for code in codes or (LBTESTCD,) if (found := ct.codelists.get(code))]
