"""What of an export's cells stands in texts that are to be shown: those that tell of a subject, and those that are nobody else's.

Loaded by the fixture ``leaked`` of ``conftest.py``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import unescape
from pathlib import Path

import trialbook
from trialbook.mapping import Forms, Specs
from trialbook.run import Study
from trialbook.run.material import prepare

SHORTEST, FEWEST_DIGITS = 4, 5
SHORTEST_NAME, FEWEST_DIGITS_OF_NAME = 2, 4
# Where an SVG draws, a number is a place; what it says stands in its texts and labels.
GEOMETRY = re.compile(
    r'\s(?:x|y|x1|x2|y1|y2|cx|cy|r|rx|ry|d|dx|dy|width|height|viewBox|points|transform)=(?:"[^"]*"|\\"[^"]*\\")'
)
STYLE = re.compile(r"<style[^>]*>.*?</style>", re.DOTALL)
NUMBER = re.compile(r"[<>=≤≥]*\s*[-+]?[\d.,]+\s*%?")
OWN_FOLDERS = ("protocol", "sdtm_specs", "book")


def leaked(
    texts: Iterable[str], export: Path, study: Path, allowed: Iterable[str] = (), beside: Iterable[str] = ()
) -> dict[str, str]:
    """The cells of an export that stand in ``texts`` as whole words, each with its file and column; ``{}`` where none does.

    Looked for are subjects' numbers, initials and birth dates of two characters at least; every other cell of four characters,
    in unknown columns and files too; names of files; and the USUBJIDs and dates of the datasets made of it, as mapping writes
    them. Numbers are looked for that have five digits (subjects' numbers: four), since shorter ones are also counts. What the
    study's specifications, protocol and pages have is no cell's alone, nor is what is ``allowed``; but for what tells of a
    subject, neither is what its rules, and the kit, say; nor is what stands in the texts ``beside``, which are of other data.
    """
    joined, others = _said(texts), _said(beside)
    cells = cells_of(export, study)
    kept = set(allowed)
    found = {cell: where for cell, where in cells.items() if cell in joined and cell not in kept and _stands(cell, joined)}
    found = {cell: where for cell, where in found.items() if not (others and _stands(cell, others))}
    if not found:
        return {}
    own = _text(study / name for name in OWN_FOLDERS)
    code = _text([study / "validators", Path(trialbook.__file__).parent])
    return {cell: where for cell, (where, tells) in found.items() if cell not in own and (tells or cell not in code)}


def _said(texts: Iterable[str]) -> str:
    return "\n".join(unescape(GEOMETRY.sub("", STYLE.sub("", text))) for text in texts)


def cells_of(export: Path, study: Path) -> dict[str, tuple[str, bool]]:
    """Every cell that is looked for, by where it was met first, and whether it tells of a subject."""
    one = Study(study)
    material = prepare(one, export, lambda step: None)
    cells: dict[str, tuple[str, bool]] = {}
    for cell, where, telling in _raw(material.forms, one.specs):
        text = cell.strip()
        if _is_distinctive(text, telling):
            cells.setdefault(text, (where, telling))
    for file in sorted(path for path in export.rglob("*") if path.is_file()):
        for name in (file.name, file.stem):
            if _is_distinctive(name):
                cells.setdefault(name, (f"the name of {file.name}", False))
    for dataset in material.datasets:
        for name in (name for name in dataset.frame.columns if name in ("USUBJID", "SUBJID") or name.endswith("DTC")):
            for value in dataset.frame[name].unique():
                if value and _is_distinctive(str(value)):
                    cells.setdefault(str(value), (f"{dataset.name}.{name}", not name.endswith("DTC") or name == "BRTHDTC"))
    return cells


def _raw(forms: Forms, specs: Specs) -> Iterator[tuple[str, str, bool]]:
    """Every cell of every table, where it stands, and whether its column tells who a subject is."""
    telling = {
        (form.name, name)
        for form in forms.found.values()
        for name, column in form.spec.columns.items()
        if name == form.spec.subject or (column.not_submitted and column.type == "text") or "BRTH" in name.upper()
    }
    for form in forms.found.values():
        for name in form.frame.columns:
            for cell in form.frame[name].unique():
                yield str(cell), f"{form.name}.{name}", (form.name, name) in telling
    tables = [table for form in forms.found.values() for table in form.tables]
    for table in (*tables, *forms.unmatched):
        for name in table.frame.columns:
            yield str(name), f"the header of {table.file}", False
            for cell in table.frame[name].unique():
                yield str(cell), f"{table.file}, {name}", False
        for note in table.notes:
            for quoted in re.findall(r"'([^']+)'", note.what):
                yield quoted, f"a note of {table.file}", False


def _is_distinctive(text: str, telling: bool = False) -> bool:
    if NUMBER.fullmatch(text):
        return sum(character.isdigit() for character in text) >= (FEWEST_DIGITS_OF_NAME if telling else FEWEST_DIGITS)
    return len(text) >= (SHORTEST_NAME if telling else SHORTEST)


def _stands(cell: str, text: str) -> bool:
    """Whether it stands there as a whole: ``S001`` in ``S001.csv``, and not in ``S0012``."""
    start = r"(?<![0-9A-Za-z])" if cell[0].isascii() and cell[0].isalnum() else ""
    end = r"(?![0-9A-Za-z])" if cell[-1].isascii() and cell[-1].isalnum() else ""
    return re.search(f"{start}{re.escape(cell)}{end}", text) is not None


def _text(folders: Iterable[Path]) -> str:
    files = sorted(path for folder in folders for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return "\n".join(file.read_text(encoding="utf-8", errors="replace") for file in files)
