"""The manifest of a site: its files, its executed notebooks, and of each page the inputs that it was made from.

``manifest.json`` in the site's folder::

    {"schema": 1, "about": {...}, "level": "aggregate",
     "inputs": {"study:protocol/visits.yml": "<sha256>", ...},
     "pages": {"book/design": {"executed": "...", "seconds": 1.2, "inputs": ["study:protocol/visits.yml", ...]}},
     "files": {"book/design.html": "<sha256>", ...}}
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat

from trialbook.book.about import About
from trialbook.book.leaves import Executed
from trialbook.outputs import MARKER
from trialbook.pages.inputs import SHARED, Inputs, folder_hashes
from trialbook.pages.records import Record
from trialbook.pages.shown import ShownRun

MANIFEST = "manifest.json"
NOTEBOOKS = "notebooks"
SCHEMA = 1


def write_manifest(site: Path, about: About, pages: list[str], executed: Executed, inputs: Inputs) -> None:
    """Put the executed notebooks into a site, and the manifest over all of its files."""
    for page in pages:
        if executed.notebook(page).is_file() and executed.record(page):
            target = site / NOTEBOOKS / f"{page}.ipynb"
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(clean_notebook(executed.notebook(page)), encoding="utf-8")
    records = page_records(pages, executed, inputs)
    made_from = {name: digest for record in records.values() for name, digest in record.inputs.items()}
    manifest: dict[str, Any] = {
        "schema": SCHEMA,
        "about": dataclasses.asdict(about),
        "level": ShownRun.read(inputs.run).level if inputs.run else None,
        "inputs": dict(sorted(made_from.items())),
        "pages": {
            page: {"executed": one.executed, "seconds": one.seconds, "inputs": sorted(one.inputs)}
            for page, one in records.items()
        },
        "files": {name: digest for name, digest in folder_hashes(site).items() if name not in (MANIFEST, MARKER)},
    }
    (site / MANIFEST).write_text(json.dumps(manifest, indent=1, ensure_ascii=False), encoding="utf-8")


def page_records(pages: list[str], executed: Executed, inputs: Inputs) -> dict[str, Record]:
    """What each executed page was made from; of what pages share and it shows, what that was made from.

    Where of a real export only aggregates are shown its files have numbers: a file's name may be a subject's.
    """
    shared = {name: Record.read(file.with_name("record.json")) for name, file in inputs.shared.items()}
    made = {f"{name}:": record.inputs for name, record in shared.items() if record}
    if inputs.run and _hides_names(ShownRun.read(inputs.run)):
        made = {name: _numbered(read) for name, read in made.items()}
    found = {}
    for page in pages:
        record = executed.record(page)
        if record is None:
            continue
        behind = {name: digest for one, read in made.items() if one in record.inputs for name, digest in read.items()}
        own = {name: digest for name, digest in record.inputs.items() if name not in {f"{one}:" for one in SHARED}}
        found[page] = dataclasses.replace(record, inputs=dict(sorted({**behind, **own}.items())))
    return found


def _hides_names(run: ShownRun) -> bool:
    return run.synthetic is None and not run.names_subjects


def _numbered(inputs: Mapping[str, str | None]) -> dict[str, str | None]:
    of_export = sorted(name for name in inputs if name.startswith("export:") and not name.endswith("/"))
    numbers = {name: f"export:file {number}" for number, name in enumerate(of_export, start=1)}
    folders = {name for name in inputs if name.startswith("export:") and name.endswith("/")}
    return {numbers.get(name, name): digest for name, digest in inputs.items() if name not in folders}


def clean_notebook(file: Path) -> str:
    """An executed notebook as it is offered for download: the same bytes for the same results."""
    notebook = nbformat.read(file, as_version=4)
    kept = {name: value for name, value in notebook.metadata.items() if name in ("kernelspec", "language_info")}
    notebook.metadata = nbformat.from_dict(kept)
    for number, cell in enumerate(notebook.cells, start=1):
        cell["id"] = f"cell-{number}"
        cell.metadata.pop("execution", None)
    return str(nbformat.writes(notebook)) + "\n"
