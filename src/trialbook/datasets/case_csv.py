"""Datasets as CSV in the form of the CDISC Open Rules test data.

A folder has ``_datasets.csv`` (Filename, Label), ``_variables.csv`` (dataset, variable, label, type, length), one CSV a
dataset, and perhaps ``.env`` (PRODUCT, VERSION: the standard the data claim to follow). What CDISC's engine takes is taken, with
a notice where something had to be guessed or left out. Verified on the 499 published test cases of SDTMIG 3.4's rules: files
that ``_datasets.csv`` does not list, variables without a type, rows that stop early, nameless columns with and without values,
text in numeric variables and a ``_variables.csv`` whose rows have a cell too many all occur there.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from trialbook.datasets.case_metadata import (
    DATASETS,
    VARIABLE_COLUMNS,
    VARIABLES,
    Sheet,
    StatedVariables,
    read_labels,
    read_sheet,
    read_variables,
    row_list,
)
from trialbook.datasets.columns import char_column, num_column, number_text, plain_frame
from trialbook.datasets.dataset import SdtmDataset, Variable
from trialbook.errors import ExportError


def read_case_folder(folder: Path, only: Path | None = None) -> list[SdtmDataset]:
    """The datasets of a folder in this form, by file name; ``only`` reads one of its files.

    A file that ``_datasets.csv`` does not list is no dataset (CDISC's engine passes it over too): the first dataset tells of it,
    and of a listed file that is not there. A cell that a short row lacks is missing, a variable without a type Char, and one that
    is Num by its statement and holds text is Char as well: each with a notice in the dataset. Raises ExportError, with file and
    row, where no listed file is there, a row has values beyond its header or a file is no CSV file.
    """
    labels = read_labels(folder / DATASETS)
    stated, notices = read_variables(folder / VARIABLES)
    tables = [path for path in sorted(folder.iterdir()) if path.suffix.lower() == ".csv" and path.name[0] not in "._"]
    files = {path.stem.lower(): path for path in tables}
    absent = [f"{stem}.csv" for stem in labels if stem not in files]
    wanted = {stem: path for stem, path in files.items() if (stem in labels if only is None else path == only)}
    if not wanted:
        raise ExportError(
            f"lists {', '.join(absent) or 'no dataset'}, and none is beside it",
            file=folder / DATASETS,
            remedy="Add the files, or list those that are there.",
        )
    if only is None:
        passed = [path.name for stem, path in files.items() if stem not in labels]
        notices += [f"{DATASETS} lists {', '.join(absent)}, and there is no such file"] if absent else []
        notices += [f"{DATASETS} does not list {', '.join(passed)}: left out"] if passed else []
    datasets = [_dataset(path, labels.get(stem), stated.get(stem, StatedVariables())) for stem, path in wanted.items()]
    return [replace(datasets[0], notices=(*notices, *datasets[0].notices)), *datasets[1:]]


def _dataset(path: Path, listed: tuple[str, str] | None, stated: StatedVariables) -> SdtmDataset:
    sheet = read_sheet(path)
    notices = [] if listed else [f"{DATASETS} does not list it: it has no label"]
    notices += [*stated.notices, *sheet.notices]
    columns: dict[str, pd.Series] = {}
    variables: dict[str, Variable] = {}
    untyped = []
    for position, name in _named(sheet, notices):
        texts = [row[position] for row in sheet.rows]
        variable = stated.variables.get(name, Variable(name))
        if name not in stated.variables or name in stated.untyped:
            untyped.append(name)
        if variable.type == "Num":
            try:
                columns[name] = num_column(texts, path, name, sheet.row_of)
            except ExportError as error:
                notices.append(f"{error.place}: {error.what}; the whole variable is read as Char")
                variable = replace(variable, type="Char")
        if variable.type == "Char":
            columns[name] = char_column(texts)
        variables[name] = variable
    if untyped:
        notices.append(f"{VARIABLES} states no type for {', '.join(untyped)}: read as Char")
    absent = [name for name in stated.variables if name not in columns]
    if absent:
        notices.append(f"{VARIABLES} states variables that the file does not have: {', '.join(absent)}")
    name, label = listed or (path.stem.upper(), "")
    frame = pd.DataFrame(columns, index=pd.RangeIndex(len(sheet.rows)))
    return SdtmDataset(name, label, frame, variables, file=path.name, notices=tuple(notices), encoding="utf-8")


def _named(sheet: Sheet, notices: list[str]) -> list[tuple[int, str]]:
    """Position and name of each column to read; what has no name, or another's, is named as CDISC's engine (pandas) names it."""
    named: dict[str, int] = {}
    nameless = []
    for position, name in enumerate(sheet.header):
        if not name and not any(row[position] for row in sheet.rows):
            notices.append(f"column {position + 1} has neither a name nor values: left out")
            continue
        unique, times = name or f"Unnamed: {position}", 0
        while unique in named or (times and unique in sheet.header):
            times += 1
            unique = f"{name}.{times}"
        if not name:
            nameless.append(position + 1)
        elif unique != name:
            notices.append(f"column {position + 1} has the name {name} a second time: read as {unique}")
        named[unique] = position
    if nameless:
        first = f"Unnamed: {nameless[0] - 1}"
        notices.append(f"columns without a name have values: {row_list(nameless)}; read as {first}{' …' if nameless[1:] else ''}")
    return [(position, name) for name, position in named.items()]


def write_case_csv(datasets: Iterable[SdtmDataset], folder: Path) -> list[Path]:
    """Write the datasets and the two files about them; numbers as the shortest text of the same double."""
    listed: list[Sequence[str]] = [("Filename", "Label")]
    stated: list[Sequence[str]] = [VARIABLE_COLUMNS]
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
