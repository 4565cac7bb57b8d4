"""The sections of a clinical trial protocol as ICH M11 numbers and names them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from trialbook.standards.tables import DATA, read_table

COLUMNS = ("number", "heading", "ncit")


@dataclass(frozen=True, slots=True)
class M11Section:
    """A section of the template: ``number`` is empty for the title page, ``ncit`` is its heading's code in the NCI Thesaurus."""

    number: str
    heading: str
    ncit: str

    @property
    def level(self) -> int:
        """How deep it stands: 1 for ``3``, 4 for ``10.4.1.2``; 0 for the title page."""
        return len(self.number.split(".")) if self.number else 0

    @property
    def above(self) -> str:
        """The number of the section that it is part of; empty for one that is part of none."""
        return self.number.rpartition(".")[0]


@cache
def m11_sections() -> Mapping[str, M11Section]:
    """The sections by number, in the order of the template; the title page is under the empty number."""
    found = (M11Section(*row) for row in read_table(DATA / "m11" / "sections.csv", COLUMNS))
    return MappingProxyType({one.number: one for one in found})
