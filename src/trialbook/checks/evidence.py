"""The raw cells by which criteria were judged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from trialbook.checks.questions import field_name
from trialbook.checks.tables import CheckedTable
from trialbook.checks.unknown_subjects import is_near
from trialbook.expressions import parse
from trialbook.findings import Origin, Role
from trialbook.mapping import Form, FormSpec, Specs
from trialbook.mapping.domain_spec import Algorithm
from trialbook.mapping.references import resolve
from trialbook.screening import ScreenedExport


@dataclass(frozen=True)
class Evidence:
    """The forms of an export, ``found`` and as checked ``tables``, and what was judged by them."""

    screened: ScreenedExport
    found: Mapping[str, Form]
    tables: Mapping[str, CheckedTable]
    specs: Specs

    def origins(self, position: int, items: Sequence[str], role: Role) -> tuple[Origin, ...]:
        """The cells of some items of a subject. An item that counts records comes of all that the subject has there: one to be
        corrected may be missing, so the files are named too, and whatever may be one under a mistyped number."""
        counted = {item: self._counted(item) for item in items}
        origins = list(self._cells(position, [one for one in items if not counted[one]], role))
        if len(origins) == 1 and not origins[0].columns and any(counted.values()):
            origins = []
        for form, columns in (pair for of in counted.values() for pair in of.items()):
            own = self.records(position, form)
            origins += [origin for of in self.tables[form].locate(own, columns, role) for origin in of]
            others = self.near(position, form)
            origins += [o for of in self.tables[form].locate(others, [self.found[form].spec.subject], role) for o in of]
            origins += self.tables[form].files if role is Role.CORRECT else ()
        return tuple(dict.fromkeys(origins))

    def lacking(self, position: int, item: str) -> tuple[str, ...]:
        """The forms that an item comes from, or is chosen by, of which the subject has no record."""
        forms = dict.fromkeys([*self._forms(item, chosen=False), *self._forms(item, chosen=True)])
        return tuple(form for form in forms if not len(self.records(position, form)))

    def forms(self, item: str) -> list[str]:
        """The forms that an item comes from; of one that is only chosen by others' cells, the forms of those."""
        return self._forms(item, chosen=False) or self._forms(item, chosen=True)

    def _forms(self, item: str, chosen: bool) -> list[str]:
        named = (
            known[found[0]].form
            for way, known in self._ways(item)
            for name in (parse(way.condition_add).names if chosen and way.condition_add else () if chosen else way.columns)
            if (found := resolve(name, known))
        )
        return [form for form in dict.fromkeys(named) if form in self.found]

    def has_cells(self, position: int, item: str) -> bool:
        """Whether an item comes of cells that are there, filled or not: no record may fit."""
        (cells,) = self.screened.items.provenance.cells(np.array([position]), [item])
        return bool(cells) or bool(self._counted(item))

    def entries(self, position: int, items: Sequence[str]) -> list[str]:
        """What the site entered of some items, a text a record: ``LAB SCREENING 肌酐: 结果 RESULT 1.82, ULN 1.10``.

        A record is named by the keys of it that are chosen from a list. Of an item that counts records only the form is named.
        """
        counted = {item: self._counted(item) for item in items}
        texts = []
        for (form, row), columns in self._telling(position, [one for one in items if not counted[one]]).items():
            spec, cells = self.specs.forms.get(form), self.tables[form].frame
            if spec is None or not columns:
                continue
            names = [key for key in spec.keys if spec.columns[key].codelist and key not in columns and key in cells]
            record = " ".join([form, *(str(cells[name].iloc[row]).strip() for name in names)])
            said = (f"{field_name(spec, name)} {str(cells[name].iloc[row]).strip() or '—'}" for name in columns if name in cells)
            texts.append(f"{record}: {', '.join(said)}")
        return [*texts, *dict.fromkeys(form for of in counted.values() for form in of)]

    def _cells(self, position: int, items: Sequence[str], role: Role) -> Iterator[Origin]:
        """The cells that items were taken from; where there is none, the record that it is a subject by."""
        for (form, row), columns in self._telling(position, items).items():
            yield from self.tables[form].locate(np.array([row]), columns, role)[0]

    def _telling(self, position: int, items: Sequence[str]) -> dict[tuple[str, int], list[str]]:
        """By form and position of the record, the columns that items were taken from."""
        positions = np.array([position])
        (cells,) = self.screened.items.provenance.cells(positions, items)
        if not cells:
            (base,) = self.screened.items.provenance.base(positions)
            cells = {base: []} if base is not None else {}
        # The keys by which a record was found say nothing, unless nothing else is read.
        telling = {
            place: [name for name in columns if name not in self.tables[place[0]].keys] for place, columns in cells.items()
        }
        if any(telling.values()):
            return {place: columns for place, columns in telling.items() if columns}
        return {place: list(columns) for place, columns in cells.items()}

    def records(self, position: int, form: str) -> np.ndarray:
        """The positions of a subject's records in a form."""
        cells = self.found[form].cells[self.found[form].spec.subject]
        return np.flatnonzero((cells == str(self.screened.subjects.iloc[position])).to_numpy(dtype=bool))

    def near(self, position: int, form: str) -> np.ndarray:
        """The positions of the records of nobody whose number differs from the subject's by one character."""
        cells, number = self.found[form].cells[self.found[form].spec.subject], str(self.screened.subjects.iloc[position])
        unknown = cells[~cells.isin(self.screened.subjects) & (cells != "")]
        near = [text for text in unknown.unique() if is_near(text, number)]
        return np.flatnonzero(cells.isin(near).to_numpy(dtype=bool))

    def _counted(self, item: str) -> dict[str, list[str]]:
        """The forms whose records a function of the item reads as a whole, with the columns that it is given of each."""
        forms: dict[str, list[str]] = {}
        for way, known in self._ways(item):
            for form in way.derive.reads if way.derive is not None else ():
                named = [resolve(name, known) for name in way.columns]
                columns = [one[1] for one in named if one is not None and known[one[0]].form == form]
                if form in self.found:
                    forms.setdefault(form, []).extend(one for one in columns if one not in forms.get(form, []))
        return forms

    def _ways(self, item: str) -> Iterator[tuple[Algorithm, dict[str, FormSpec]]]:
        """The algorithms that fill an item, each with the forms that its columns may be of."""
        spec = self.specs.items
        for records in spec.records if spec is not None else ():
            known = {alias: self.specs.sources[join.form] for alias, join in records.join.items()}
            known[records.form] = self.specs.sources[records.form]
            for way in self.specs.algorithms(spec.as_domain, records).get(item, ()) if spec is not None else ():
                yield way, known
