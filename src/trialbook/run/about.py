"""What a run says of itself: when, on which inputs, by which versions; what of it was counted, and what did not run."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from trialbook.checks.tables import CheckedTable
from trialbook.datasets import SdtmDataset
from trialbook.exports import RawExport
from trialbook.exports.moments import latest_day
from trialbook.findings import DatasetCount, Exported
from trialbook.mapping import Forms

VERSIONED = ("trialbook", "pandas", "pandera", "cdisc-rules-engine", "openpyxl", "pyreadstat")


def versions() -> dict[str, str]:
    """The versions of what decides a result."""
    return {name: metadata.version(name) for name in VERSIONED}


def dataset_inputs(path: Path, datasets: tuple[SdtmDataset, ...]) -> tuple[Mapping[str, Any], ...]:
    """The dataset files as ``findings.json`` lists its inputs."""
    folder = path if path.is_dir() else path.parent
    inputs = []
    for one in datasets:
        file = folder / (one.file or one.name)
        sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
        inputs.append({"file": one.file or one.name, "sha256": sha256, "encoding": one.encoding, "rows": len(one.frame)})
    return tuple(inputs)


def now() -> str:
    """The time in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def day_exported(raw: RawExport, given: date | None, started: str) -> Exported:
    """The day of the export: as it is given, else as the export says it, else that of the run."""
    if given is not None:
        return Exported(given, "--exported")
    if raw.exported is not None:
        return Exported(raw.exported, "said by the export")
    return Exported(latest_day(datetime.fromisoformat(started)), "the day of this run")


def records_by_file(forms: Forms) -> Counter[str]:
    """How many records each file gives: what lies under its header, a second header of labels left out."""
    records: Counter[str] = Counter()
    for form in forms.found.values():
        for index, table in enumerate(form.tables):
            records[table.file] += int((form.table == index).sum())
    for table in forms.unmatched:
        records[table.file] += len(table.frame)
    return records


def notes_by_file(forms: Forms) -> dict[str, list[dict[str, Any]]]:
    """What was settled in reading each file, and needs nobody to look: titles, footnotes, hidden rows; with sheet and row."""
    notes: dict[str, list[dict[str, Any]]] = {}
    for table in (*(table for form in forms.found.values() for table in form.tables), *forms.unmatched):
        settled = [{"sheet": table.sheet, "row": note.row, "what": note.what} for note in table.notes if note.settled]
        notes.setdefault(table.file, []).extend(settled)
    return notes


def counts_of(tables: Mapping[str, CheckedTable]) -> list[DatasetCount]:
    """How many records each table has."""
    return [
        DatasetCount(one.name, one.label, one.stage, len(one.frame), tuple((origin.file, origin.sheet) for origin in one.files))
        for one in tables.values()
    ]


def sites_of(tables: Mapping[str, CheckedTable]) -> dict[str, str]:
    """SITEID of each subject by DM."""
    dm = tables.get("DM")
    if dm is None or "SITEID" not in dm.frame or "USUBJID" not in dm.frame:
        return {}
    return dict(zip(dm.frame["USUBJID"], dm.frame["SITEID"], strict=True))
