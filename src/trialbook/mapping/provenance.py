"""Where each value of a dataset comes from: integer columns beside the dataset, no copies of the export.

A record may draw on several forms, and on other columns than its neighbour: so an origin belongs to a (record, variable).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

Cells = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Source:
    """The ways a variable was filled: ``ways[choice[i]]`` are the (alias, column) pairs behind record i; -1 where nothing is."""

    ways: tuple[Cells, ...]
    choice: np.ndarray


def together(*sources: Source) -> Source:
    """The source of what is derived from several variables: for each record the cells behind any of them."""
    first, *others = sources
    for other in others:
        pairs = first.choice * (len(other.ways) + 1) + other.choice + 1
        _, at, choice = np.unique(pairs, return_index=True, return_inverse=True)
        both = [(first.choice[i], other.choice[i]) for i in at]
        ways = tuple(
            tuple(dict.fromkeys((*(first.ways[one] if one >= 0 else ()), *(other.ways[two] if two >= 0 else ()))))
            for one, two in both
        )
        first = Source(ways, choice)
    return first


@dataclass(frozen=True)
class Provenance:
    """``forms``: the form of each alias; ``rows[alias][i]``: position in that form of the record behind record i, else -1."""

    forms: Mapping[str, str]
    rows: Mapping[str, np.ndarray]
    sources: Mapping[str, Source]

    def take(self, positions: np.ndarray) -> Provenance:
        """The same for a selection of records, in the order given."""
        return Provenance(
            self.forms,
            {alias: rows[positions] for alias, rows in self.rows.items()},
            {name: Source(source.ways, source.choice[positions]) for name, source in self.sources.items()},
        )

    def cells(self, positions: np.ndarray, variables: Sequence[str]) -> list[dict[tuple[str, int], list[str]]]:
        """For each record at ``positions``: the raw columns behind ``variables``, by (form, position in the form)."""
        found: list[dict[tuple[str, int], list[str]]] = [{} for _ in positions]
        for variable in variables:
            source = self.sources.get(variable)
            if source is None:
                continue
            rows = {alias: of.take(positions).tolist() for alias, of in self.rows.items()}
            for at, (into, choice) in enumerate(zip(found, source.choice.take(positions).tolist(), strict=True)):
                for alias, column in source.ways[choice] if choice >= 0 else ():
                    row = rows[alias][at]
                    if row >= 0:
                        columns = into.setdefault((self.forms[alias], row), [])
                        if column not in columns:
                            columns.append(column)
        return found

    def base(self, positions: np.ndarray) -> list[tuple[str, int] | None]:
        """For each record at ``positions`` the (form, position in the form) of the raw record that it was made from."""
        result: list[tuple[str, int] | None] = []
        for position in positions:
            at = next((alias for alias in self.forms if self.rows[alias][position] >= 0), None)
            result.append((self.forms[at], int(self.rows[at][position])) if at else None)
        return result
