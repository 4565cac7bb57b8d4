"""Overviews of the datasets that the study makes, and of the algorithms that make them."""

from __future__ import annotations

from markupsafe import Markup, escape

from trialbook.pages.html import NOTHING, Cell, code, lines, note, table
from trialbook.pages.origins import spec_link
from trialbook.pages.session import study
from trialbook.protocol.trial_design import DesignDataset

ALGORITHMS = {
    "assign_no_ct": "the value as it was collected",
    "assign_ct": "the collected value as the term that the study's code list gives it",
    "assign_unit": "the CDISC term of the collected unit, by the study's table of units; an unknown unit as it was collected",
    "hardcode_no_ct": "the same text in each record",
    "hardcode_ct": "the same term in each record",
    "assign_datetime": "the collected date or time in ISO 8601; a partial date stays partial",
    "derive_standard_result": "the collected result in the test's standard unit, by the study's table of units",
    "derive_range_indicator": "whether the result lies below, within or above its normal range",
    "derive_visit": "what the protocol's table of visits says of the visit",
    "derive_epoch": "the epoch of the subject's element (SE) in which the date lies",
    "derive_blfl": "Y on the last record with a result before the reference date",
    "derive_element": "what the protocol's design says of the element (ETCD) in the subject's arm",
    "derive_study_day": "the study day of a date, counted from RFSTDTC; there is no day 0",
    "derive_seq": "the record's number within the subject",
    "derive": "a function of the study (derivations in sdtm_specs/)",
}
"""sdtm.oak's algorithms in words."""


def datasets_table() -> Markup:
    """The datasets that the study makes: class, structure, natural key, and the forms or protocol's files they are made from."""
    one = study()
    rows: list[tuple[Cell, ...]] = []
    for name, domain in one.specs.domains.items():
        listed = one.standard.dataset(name)
        forms = dict.fromkeys(
            form for records in domain.records for form in (records.form, *(j.form for j in records.join.values()))
        )
        made_from = [spec_link(form, "form", form) for form in forms if form in one.specs.forms]
        if len(made_from) < len(forms):
            made_from.append(escape("what the protocol's criteria say"))
        rows.append(
            (
                spec_link(code(name), "domain", name),
                lines(
                    [
                        listed.label if listed else domain.title,
                        *([note(Markup("with {}").format(code(f"SUPP{name}")))] if domain.supp else []),
                    ]
                ),
                listed.class_ if listed else NOTHING,
                listed.structure if listed else NOTHING,
                Markup(", ").join(code(key) for key in one.keys(name)),
                Markup(", ").join(made_from),
            )
        )
    rows += [_designed(design) for design in one.trial_design()]
    return table(
        ("Dataset", "Label", "Class", "Structure", "Natural key", "Made from"), rows, about="Datasets", kind="book-datasets"
    )


def _designed(design: DesignDataset) -> tuple[Cell, ...]:
    """A dataset about the trial itself, which no form collects."""
    dataset = design.dataset
    listed = study().standard.dataset(dataset.name)
    files = sorted({file for file, _ in design.places})
    return (
        code(dataset.name),
        dataset.label,
        listed.class_ if listed else NOTHING,
        listed.structure if listed else NOTHING,
        Markup(", ").join(code(key) for key in design.keys),
        Markup(", ").join(code(file) for file in files),
    )


def algorithms_table() -> Markup:
    """The algorithms that the study's specifications use, in words."""
    specs = study().specs
    values = [
        ways
        for domain in specs.domains.values()
        for records in domain.records
        for ways in specs.algorithms(domain, records).values()
    ]
    values += [qualifier.value for domain in specs.domains.values() for qualifier in domain.supp.values()]
    used = {algorithm.operation for ways in values for algorithm in ways}
    rows = [(code(name), text) for name, text in ALGORITHMS.items() if name in used]
    return table(("Algorithm", "What the variable gets"), rows, about="Algorithms", kind="book-facts")
