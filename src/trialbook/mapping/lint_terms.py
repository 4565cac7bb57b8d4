"""Whether what the specifications assign are terms of CDISC's controlled terminology (CT)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from trialbook.errors import SpecError
from trialbook.mapping.complaints import Complaint, LintSeverity, complaint
from trialbook.mapping.domain_spec import Algorithm, Records, StudyCodelist
from trialbook.mapping.lint_variables import column_of
from trialbook.mapping.numbers import read_numbers
from trialbook.mapping.specs import Specs
from trialbook.standards import Codelist, ControlledTerminology, StandardVariable


def codelist_complaints(specs: Specs, ct: ControlledTerminology) -> Iterator[Complaint]:
    """The study's code lists that name one of CDISC: whether it exists, and has their terms."""
    for name, codelist in specs.codelists.items():
        if codelist.ct is None:
            continue
        at = ["codelists", name]
        try:
            found = ct.codelist(codelist.ct)
        except SpecError as error:
            yield complaint(specs, LintSeverity.ERROR, "codelists", [*at, "ct"], error.what)
            continue
        if found is None:
            text = f"{ct.name} has no code list {codelist.ct}"
            yield complaint(specs, LintSeverity.ERROR, "codelists", [*at, "ct"], text)
        else:
            yield from _terms(specs, name, codelist, [found])


def term_complaints(
    specs: Specs,
    ct: ControlledTerminology,
    records: Records,
    variable: StandardVariable,
    algorithm: Algorithm,
    file: str,
    at: Sequence[str | int],
) -> Iterator[Complaint]:
    """Whether ``algorithm`` gives the variable terms of its own code list."""
    lists = [found for code in variable.codelists if (found := ct.codelists.get(code))]
    if not lists:
        return
    names = " or ".join(f"{one.code} ({one.submission_value})" for one in lists)
    if algorithm.hardcode_ct is not None and not any(algorithm.hardcode_ct in one for one in lists):
        text = f"{algorithm.hardcode_ct!r} is not in {names}, the code list of {variable.name}{_open(lists)}"
        yield complaint(specs, _severity(lists), file, at, text)
    unchecked = algorithm.operation in ("assign_no_ct", "hardcode_no_ct")
    if unchecked and not any(one.extensible for one in lists):
        text = f"{variable.name} takes only terms of {names}, and {algorithm.operation} does not look whether it gets them"
        yield complaint(specs, LintSeverity.WARNING, file, at, text)
    if algorithm.assign_ct:
        name = str(algorithm.codelist or column_of(specs, records, algorithm.assign_ct).codelist)
        codelist = specs.codelists[name]
        if codelist.ct is None:
            # The code lists of --STRESC are for results in words.
            yield from _terms(specs, name, codelist, lists, numbers=variable.name.endswith("STRESC"))
        elif not any(codelist.ct in (one.code, one.submission_value) for one in lists):
            text = f"the code list {name} is of {codelist.ct}, and {variable.name} takes terms of {names}"
            yield complaint(specs, LintSeverity.ERROR, file, at, text)


def _terms(
    specs: Specs, name: str, codelist: StudyCodelist, lists: Sequence[Codelist], numbers: bool = False
) -> Iterator[Complaint]:
    """Terms of the study that none of ``lists`` has; with ``numbers`` a number is no term, so none is missed."""
    names = " or ".join(f"{one.code} ({one.submission_value})" for one in lists)
    wanted = pd.Series(list(codelist.terms), dtype="str")
    for term in wanted[read_numbers(wanted).isna()] if numbers else wanted:
        if not any(term in one for one in lists):
            at = ["codelists", name, "terms", term]
            yield complaint(specs, _severity(lists), "codelists", at, f"{term!r} is not in {names}{_open(lists)}")


def _severity(lists: Sequence[Codelist]) -> LintSeverity:
    return LintSeverity.WARNING if any(one.extensible for one in lists) else LintSeverity.ERROR


def _open(lists: Sequence[Codelist]) -> str:
    return ", which a study may extend" if any(one.extensible for one in lists) else ""
