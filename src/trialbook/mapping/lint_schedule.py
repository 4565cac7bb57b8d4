"""Whether the protocol's visits and activities and the forms of the export know each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from trialbook.mapping.complaints import complaint
from trialbook.mapping.specs import Specs
from trialbook.protocol import Protocol
from trialbook.specfile import Complaint, LintSeverity

Place = list[str | int]


def schedule_complaints(protocol: Protocol, specs: Specs) -> Iterable[Complaint]:
    """Activities recorded on forms, in columns or by terms that are not there; code lists of visits other than the protocol's."""
    for index, one in enumerate(protocol.activities.activities):
        at: Place = ["activities", index]
        named = [([*at, "forms", place], each.form, each.records) for place, each in enumerate(one.forms)]
        if one.subjects and one.subjects.form:
            named.append(([*at, "subjects"], one.subjects.form, one.subjects.where))
        for where, form, records in named:
            for text in _unknown(specs, form, records):
                yield protocol.file("activities").complaint(protocol.folder.parent, LintSeverity.ERROR, where, text)
    if protocol.visits:
        yield from _codelists(protocol, specs)


def _unknown(specs: Specs, form: str, records: Mapping[str, Sequence[str]]) -> Iterator[str]:
    spec = specs.forms.get(form)
    if spec is None:
        yield f"there is no form {form} in sdtm_specs/forms"
        return
    for name, terms in records.items():
        if name not in spec.columns:
            yield f"the form {form} has no column {name}"
        elif (codelist := spec.columns[name].codelist) is not None:
            for term in terms:
                if term not in specs.codelists[codelist].terms:
                    yield f"{term} is no term of the code list {codelist}, which {form}.{name} has"


def _codelists(protocol: Protocol, specs: Specs) -> Iterator[Complaint]:
    """A collected visit must mean one of the protocol's, and each of these can be collected."""
    forms = [spec for spec in specs.forms.values() if spec.visit]
    for codelist in dict.fromkeys(spec.columns[str(spec.visit)].codelist for spec in forms):
        if codelist is None:
            continue
        terms, at = specs.codelists[codelist].terms, ["codelists", codelist, "terms"]
        for term in terms:
            if term not in protocol.visits:
                text = f"{term} is no visit of protocol/visits.yml"
                yield complaint(specs, LintSeverity.ERROR, "codelists", [*at, term], text)
        for visit in protocol.visits:
            if visit not in terms:
                text = f"the visit {visit} of protocol/visits.yml is not among its terms, so no record can name it"
                yield complaint(specs, LintSeverity.ERROR, "codelists", at, text)
