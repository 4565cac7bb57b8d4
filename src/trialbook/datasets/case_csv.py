"""Datasets as CSV in the form of the CDISC Open Rules test data.

A folder has ``_datasets.csv`` (Filename, Label), ``_variables.csv`` (dataset, variable, label, type, length), one CSV a
dataset, and perhaps ``.env`` (PRODUCT, VERSION: the standard the data claim to follow). Verified on the 499 published
test cases of SDTMIG 3.4's rules: files that ``_datasets.csv`` does not list, variables without a type, rows that stop
early and nameless columns all occur there.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from trialbook.datasets.columns import char_column, num_column, number_text, plain_frame, utf8_text
from trialbook.datasets.dataset import SdtmDataset, Variable
from trialbook.errors import ExportError

DATASETS, VARIABLES = "_datasets.csv", "_variables.csv"
_VARIABLE_COLUMNS = ("dataset", "variable", "label", "type", "length")


def case_standard(path: Path) -> tuple[str, str] | None:
    """The standard that ``.env`` in the folder (or beside the file) names, as ``("sdtmig", "3.4")``; None without one.

    The product in small letters, the version with points (the files write ``3-4`` and ``3.4``).
    """
    env = (path if path.is_dir() else path.parent) / ".env"
    if not env.is_file():
        return None
    pairs = [line.partition("=") for line in utf8_text(env).splitlines() if "=" in line]
    settings = {key.strip(): value.strip() for key, _, value in pairs}
    product, version = settings.get("PRODUCT", ""), settings.get("VERSION", "")
    if not product and not version:
        return None
    if not product or not version:
        raise ExportError(
            "names no standard: expected PRODUCT and VERSION",
            file=env,
            remedy="Write for example PRODUCT=SDTMIG and VERSION=3-4.",
        )
    return product.lower(), version.replace("-", ".")


def read_case_folder(folder: Path, only: Path | None = None) -> list[SdtmDataset]:
    """The datasets of a folder in this form, by file name; ``only`` reads one of its files.

    A cell that a short row lacks is missing, a variable without a type Char: each with a notice in the dataset. Raises
    ExportError, with file and row, where a listed file is absent, a row is longer than its header or a Num cell no number.
    """
    labels = _labels(folder / DATASETS)
    variables = _variables(folder / VARIABLES)
    tables = [path for path in sorted(folder.iterdir()) if path.suffix.lower() == ".csv" and path.name[0] not in "._"]
    files = {path.stem.lower(): path for path in tables}
    for stem in labels:
        if stem not in files:
            raise ExportError(
                f"lists {stem}, and there is no file {stem}.csv beside it",
                file=folder / DATASETS,
                remedy="Add the file, or take its line out.",
            )
    wanted = {stem: path for stem, path in files.items() if only in (None, path)}
    return [_dataset(path, labels.get(stem), variables.get(stem, {})) for stem, path in wanted.items()]


@dataclass(frozen=True)
class _Sheet:
    header: list[str]
    rows: list[list[str]]
    row_of: list[int]
    notices: list[str]


def _sheet(path: Path) -> _Sheet:
    """The cells of a CSV file as wide as its header, and the row each stands in (the header is row 1)."""
    if not path.is_file():
        raise ExportError(
            "does not exist",
            file=path,
            remedy=f"Datasets as CSV need {DATASETS} and {VARIABLES} beside them. Is this a raw export?",
        )
    try:
        lines = list(csv.reader(io.StringIO(utf8_text(path), newline=""), strict=True))
    except csv.Error as error:
        raise ExportError(
            f"is not a CSV file: {error}", file=path, remedy="Export it again: a quote may not be closed."
        ) from None
    if not lines or not any(lines[0]):
        raise ExportError("has no header row", file=path, remedy="Write the names of the columns in the first row.")
    header = [name.strip() for name in lines[0]]
    rows, row_of, short, blank = [], [], [], []
    for number, cells in enumerate(lines[1:], start=2):
        if not cells:
            blank.append(number)
            continue
        if len(cells) > len(header):
            raise ExportError(
                f"has {len(cells)} cells, and the header {len(header)}",
                file=path,
                place=f"row {number}",
                remedy="Quote cells with commas.",
            )
        if len(cells) < len(header):
            short.append(number)
        rows.append(cells + [""] * (len(header) - len(cells)))
        row_of.append(number)
    notices = []
    if short:
        notices.append(f"rows {_numbers(short)} stop before the last column: the cells that are not there are taken as missing")
    if blank:
        notices.append(f"rows {_numbers(blank)} are empty lines, not records")
    return _Sheet(header, rows, row_of, notices)


def _numbers(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers[:5])) + (f" and {len(numbers) - 5} more" if len(numbers) > 5 else "")


def _labels(path: Path) -> dict[str, tuple[str, str]]:
    """Name and label of each dataset, by the file's name without its ending."""
    sheet = _sheet(path)
    if "Filename" not in sheet.header or "Label" not in sheet.header:
        raise ExportError(f"its header is {', '.join(sheet.header)}, expected Filename, Label", file=path, place="row 1")
    labels: dict[str, tuple[str, str]] = {}
    for cells, row in zip(sheet.rows, sheet.row_of, strict=True):
        line = dict(zip(sheet.header, cells, strict=True))
        stem = line["Filename"].strip().lower().removesuffix(".csv")
        if not stem or stem in labels:
            raise ExportError(f"{'lists ' + stem + ' twice' if stem else 'has no Filename'}", file=path, place=f"row {row}")
        labels[stem] = (line.get("Dataset Name", "").strip() or stem.upper(), line["Label"])
    return labels


def _variables(path: Path) -> dict[str, dict[str, tuple[Variable, bool]]]:
    """Each dataset's variables by the file's name, and whether the type is stated."""
    sheet = _sheet(path)
    if tuple(sheet.header) != _VARIABLE_COLUMNS:
        raise ExportError(
            f"its header is {', '.join(sheet.header)}, expected {', '.join(_VARIABLE_COLUMNS)}",
            file=path,
            place="row 1",
        )
    found: dict[str, dict[str, tuple[Variable, bool]]] = {}
    for (dataset, name, label, kind, length), row in zip(sheet.rows, sheet.row_of, strict=True):
        place = f"row {row}"
        if kind not in ("Char", "Num", ""):
            raise ExportError(f"{name} has the type {kind!r}, expected Char or Num", file=path, place=place)
        size = length.strip().removesuffix(".0")
        if size and not (size.isascii() and size.isdecimal()):
            raise ExportError(f"{name} has the length {length!r}, expected a whole number", file=path, place=place)
        of_dataset = found.setdefault(dataset.strip().lower().removesuffix(".csv"), {})
        if name in of_dataset:
            raise ExportError(f"states the variable {name} of {dataset} twice", file=path, place=place)
        of_dataset[name] = (
            Variable(name, label, "Num" if kind == "Num" else "Char", int(size) if size else None),
            bool(kind),
        )
    return found


def _dataset(path: Path, listed: tuple[str, str] | None, known: dict[str, tuple[Variable, bool]]) -> SdtmDataset:
    sheet = _sheet(path)
    notices = [] if listed else [f"{DATASETS} does not list it: it has no label"]
    notices += sheet.notices
    columns, variables, untyped = {}, {}, []
    for position, name in enumerate(sheet.header):
        texts = [row[position] for row in sheet.rows]
        if not name and not any(texts):
            notices.append(f"column {position + 1} has neither a name nor values: left out")
            continue
        if not name or name in columns:
            what = f"the name {name} a second time" if name else "values but no name"
            raise ExportError(
                f"column {position + 1} has {what}", file=path, place="row 1", remedy="Give each column its own name."
            )
        variable, typed = known.get(name, (Variable(name), False))
        if not typed:
            untyped.append(name)
        variables[name] = variable
        columns[name] = char_column(texts) if variable.type == "Char" else num_column(texts, path, name, sheet.row_of)
    if untyped:
        notices.append(f"{VARIABLES} states no type for {', '.join(untyped)}: read as Char")
    absent = [name for name in known if name not in columns]
    if absent:
        notices.append(f"{VARIABLES} states variables that the file does not have: {', '.join(absent)}")
    name, label = listed or (path.stem.upper(), "")
    frame = pd.DataFrame(columns, index=pd.RangeIndex(len(sheet.rows)))
    return SdtmDataset(name, label, frame, variables, file=path.name, notices=tuple(notices), encoding="utf-8")


def write_case_csv(datasets: Iterable[SdtmDataset], folder: Path) -> list[Path]:
    """Write the datasets and the two files about them; numbers as the shortest text of the same double."""
    listed: list[Sequence[str]] = [("Filename", "Label")]
    stated: list[Sequence[str]] = [_VARIABLE_COLUMNS]
    written = []
    for dataset in datasets:
        frame, stem = plain_frame(dataset), dataset.name.lower()
        listed.append((stem, dataset.label))
        columns = []
        for name in frame.columns:
            variable = dataset.variables[name]
            length = "" if variable.length is None else str(variable.length)
            stated.append((stem, name, variable.label, variable.type, length))
            values = frame[name].tolist()
            columns.append(values if variable.type == "Char" else [number_text(value) for value in values])
        written.append(_write(folder / f"{stem}.csv", [list(frame.columns), *zip(*columns, strict=True)]))
    return [_write(folder / DATASETS, listed), _write(folder / VARIABLES, stated), *written]


def _write(path: Path, rows: Iterable[Sequence[str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        # With \r\n as the ending, the writer quotes cells that hold either character.
        csv.writer(file, lineterminator="\r\n").writerows(rows)
    return path
