"""The subjects of a raw export judged by the protocol, and what judging gives to the mapping."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from trialbook.mapping import EXCEPTIONS, SUBJECT, VERDICTS, Form, Forms, FormSpec, ItemTable, MappingIssue, Specs, item_table
from trialbook.mapping.consents import versions_in_force
from trialbook.mapping.numbers import read_numbers
from trialbook.mapping.plain import plain
from trialbook.protocol import Protocol
from trialbook.protocol.eligibility import ItemError, ItemType
from trialbook.protocol.trial_design.criteria import criterion_codes
from trialbook.screening.judging import Judged, judge

ITEM = "ITEM"
"""The kind of the issue that a raw value is none of its item's."""

NUMBERS = (ItemType.WHOLE_NUMBER, ItemType.NUMBER)


@dataclass(frozen=True)
class ScreenedExport:
    """``items`` with their origins, the verdicts on them, and what could not be made of raw values."""

    items: ItemTable
    judged: Judged
    protocol: Protocol
    issues: tuple[MappingIssue, ...]

    @property
    def subjects(self) -> pd.Series:
        """The subject of each record of the items."""
        return self.items.frame[SUBJECT]

    @cached_property
    def exceptions(self) -> list[tuple[int, str]]:
        """The position among the items, and the criterion, of each record of :data:`EXCEPTIONS`."""
        return [(position, name) for position, failed in enumerate(self.judged.failed) for name in failed]

    @cached_property
    def forms(self) -> dict[str, Form]:
        """The verdicts, and the criteria that keep subjects out, as forms that domains can be made of."""
        subjects = self.subjects.tolist()
        verdicts = [(subject, str(verdict)) for subject, verdict in zip(subjects, self.judged.verdict, strict=True)]
        codes = criterion_codes(self.protocol)
        rows = []
        for position, name in self.exceptions:
            one = self.judged.eligibility(position).criteria[name]
            category = one.kind.upper()
            code = codes[self.judged.versions.iloc[position]][name]
            rows.append((subjects[position], name, category, code, one.fitting, "N" if category == "INCLUSION" else "Y"))
        return {spec.form: _form(spec, of) for spec, of in ((VERDICTS, verdicts), (EXCEPTIONS, rows))}

    def behind(self, form: str, position: int) -> tuple[int, tuple[str, ...]]:
        """Of a record of one of :attr:`forms`: its record among the items, and the items that it was judged by.

        Who is not eligible was judged by the items of the criteria that say so.
        """
        if form == EXCEPTIONS.form:
            at, name = self.exceptions[position]
            return at, self.decisive(at, name)
        eligibility = self.judged.eligibility(position)
        failed = self.judged.failed.iloc[position]
        read = {item for name in failed for item in self.decisive(position, name)}
        return position, tuple(item for item in eligibility.items if not failed or item in read)

    def decisive(self, position: int, criterion: str) -> tuple[str, ...]:
        """The items by which a criterion is decided for a subject: of one that is false, those of its expressions that are false.

        Of one that is true, all that it reads: each of its expressions is true.
        """
        eligibility = self.judged.eligibility(position)
        row = self.items.frame.iloc[[position]]
        unknown = pd.Series("", index=row.index, dtype="str")
        false = [
            rule.expression.names
            for rule in eligibility.logic(criterion)
            if not rule.expression.evaluate(lambda name: row.get(name, unknown), row.index).fillna(True).iloc[0]
        ]
        read = frozenset().union(*false)
        return tuple(name for name in eligibility.items_of(criterion) if not false or name in read)


def screen_forms(forms: Forms, specs: Specs, protocol: Protocol) -> ScreenedExport | None:
    """Judge the subjects of an export.

    None where the study does not say how the items are made, where it has no criteria, and where the export has none of the
    forms that name the subjects.
    """
    if specs.items is None or not protocol.eligibility.criteria:
        return None
    if not any(one.form in forms.found for one in specs.items.records):
        return None
    table = item_table(specs.items, forms, specs)
    consent = specs.export.consent
    consents = forms.found[consent.form].frame if consent is not None and consent.form in forms.found else None
    versions = versions_in_force(protocol, specs, consents, table.frame[SUBJECT])
    frame = table.frame.copy(deep=False)
    for name, item in protocol.eligibility.items.items():
        if item.type in NUMBERS and name in frame:
            frame[name] = frame[name].map({text: plain(text) for text in frame[name].unique()}).astype("str")
    judged = judge(frame, protocol, versions)
    issues = [*table.issues]
    known = frame.copy(deep=False)
    for name, (eligibility, _) in judged.by.items():
        at = np.flatnonzero(versions == name)
        errors = [one._replace(row=int(at[one.row])) for one in eligibility.value_errors(frame.take(at)) if one.item != SUBJECT]
        issues += _item_issues(errors, table, forms)
        for wrong, rows in _by_item(errors).items():
            known[wrong] = known[wrong].mask(known.index.isin(rows), "")
    return ScreenedExport(ItemTable(known, table.provenance, table.issues), judged, protocol, tuple(issues))


def _form(spec: FormSpec, rows: Sequence[tuple[str, ...]]) -> Form:
    frame = pd.DataFrame(rows, columns=list(spec.columns), dtype="str")
    nowhere = np.full(len(frame), -1)
    return Form(spec, frame, (), nowhere, nowhere)


def _by_item(errors: Sequence[ItemError]) -> dict[str, list[int]]:
    rows: dict[str, list[int]] = {}
    for one in errors:
        rows.setdefault(one.item, []).append(one.row)
    return rows


def _item_issues(errors: Sequence[ItemError], table: ItemTable, forms: Forms) -> Iterator[MappingIssue]:
    """One issue for each item and the columns that its value comes from, at the records of the form."""
    expected = {one.item: one.expected for one in errors}
    for item, rows in _by_item(errors).items():
        at: dict[tuple[str, tuple[str, ...]], set[int]] = {}
        for of_record in table.provenance.cells(np.array(rows), [item]):
            for (form, row), columns in of_record.items():
                if not _told_by_its_form(forms.found[form], row, columns):
                    at.setdefault((form, (*columns,)), set()).add(row)
        message = f"Nothing that eligibility can be judged by ({item}: {expected[item]}), so it counts as unknown"
        for (form, named), records in at.items():
            yield MappingIssue(ITEM, "IE", form, named, np.array(sorted(records)), message, item)


def _told_by_its_form(form: Form, row: int, columns: Sequence[str]) -> bool:
    """Whether a column that the form declares a number holds none: its own rule says so."""
    declared: Mapping[str, str] = {name: form.spec.columns[name].type for name in columns}
    numbers = [name for name, kind in declared.items() if kind in ("integer", "number")]
    return any(bool(read_numbers(form.cells[name].iloc[[row]]).isna().any()) for name in numbers)
