"""The raw cells by which criteria were judged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from trialbook.checks.tables import CheckedTable
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
        corrected may be missing, so the files are named too."""
        counted = {item: self._counted(item) for item in items}
        origins = list(self._cells(position, [one for one in items if not counted[one]], role))
        if len(origins) == 1 and not origins[0].columns and any(counted.values()):
            origins = []
        for form, columns in (pair for of in counted.values() for pair in of.items()):
            own = self._records(position, form)
            origins += [origin for of in self.tables[form].locate(own, columns, role) for origin in of]
            origins += self.tables[form].files if role is Role.CORRECT else ()
        return tuple(dict.fromkeys(origins))

    def lacking(self, position: int, item: str) -> tuple[str, ...]:
        """The forms that an item comes from of which the subject has no record."""
        forms = (
            known[named[0]].form for way, known in self._ways(item) for name in way.columns if (named := resolve(name, known))
        )
        there = (form for form in dict.fromkeys(forms) if form in self.found)
        return tuple(form for form in there if not len(self._records(position, form)))

    def _cells(self, position: int, items: Sequence[str], role: Role) -> Iterator[Origin]:
        """The cells that items were taken from; where there is none, the record that it is a subject by."""
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
            cells = {place: columns for place, columns in telling.items() if columns}
        for (form, row), columns in cells.items():
            yield from self.tables[form].locate(np.array([row]), columns, role)[0]

    def _records(self, position: int, form: str) -> np.ndarray:
        """The positions of a subject's records in a form."""
        cells = self.found[form].cells[self.found[form].spec.subject]
        return np.flatnonzero((cells == str(self.screened.subjects.iloc[position])).to_numpy(dtype=bool))

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
