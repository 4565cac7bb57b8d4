"""What laying a workbook over the study's files gives, and where in the workbook each value stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

from trialbook.mapping.specbook.rows import Files, Row

Path = tuple[str | int, ...]
Data = dict[str, Any]


@dataclass(frozen=True)
class Place:
    """Where a value stands in the workbook; ``column`` is its header."""

    sheet: str
    row: int
    column: str

    def __str__(self) -> str:
        return f"sheet {self.sheet}, row {self.row}, column {self.column}"


@dataclass(frozen=True)
class ReadRow:
    """A row of a sheet: its number as a person sees it, and its cells by header."""

    number: int
    cells: Row


@dataclass
class Merged:
    """``files`` as the workbook has them; ``places``: where in it a value of a file stands; ``problems``: cells that can't be."""

    files: Files
    places: dict[tuple[str, Path], Place] = field(default_factory=dict)
    problems: list[tuple[Place, str]] = field(default_factory=list)


def arranged(old: Mapping[str, Any], made: Mapping[str, Any]) -> Data:
    """What is made, in the order of ``old``; each new one stands behind the one before it in ``made``."""
    names = [name for name in old if name in made]
    before = None
    for name in made:
        if name not in old:
            names.insert(0 if before is None else names.index(before) + 1, name)
        before = name
    return {name: made[name] for name in names}


def paired(old: Sequence[tuple[str, ...]], new: Sequence[tuple[str, ...]]) -> list[int | None]:
    """For each of ``new`` the position in ``old`` of what it was, None where it is new."""
    found: list[int | None] = [None] * len(new)
    for _, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        for old_at, new_at in zip(range(i1, i2), range(j1, j2), strict=False):
            found[new_at] = old_at
    return found
