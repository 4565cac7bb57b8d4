"""Datasets from and to files of any of the formats; what was written is read again and compared."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal, get_args

import pandas as pd

from trialbook.datasets.case_csv import DATASETS, VARIABLES, read_case_folder, write_case_csv
from trialbook.datasets.case_settings import case_settings
from trialbook.datasets.columns import plain_frame
from trialbook.datasets.dataset import SdtmDataset
from trialbook.datasets.dataset_json import read_dataset_json, write_dataset_json
from trialbook.datasets.encodings import declared_encodings
from trialbook.datasets.parquet import read_parquet, write_parquet
from trialbook.datasets.xpt import read_xpt, write_xpt
from trialbook.errors import ExportError, TrialbookError

FileFormat = Literal["xpt", "json", "parquet", "csv"]
_READERS: dict[str, Callable[[Path, Sequence[str]], SdtmDataset]] = {
    ".xpt": read_xpt,
    ".json": lambda path, _: read_dataset_json(path),
    ".ndjson": lambda path, _: read_dataset_json(path),
    ".parquet": lambda path, _: read_parquet(path),
}
_EXPECTED = (
    "Expected a folder of (or one) .xpt (SAS transport version 5), .json or .ndjson (Dataset-JSON 1.1), .parquet, or .csv "
    f"with {DATASETS} and {VARIABLES} beside them. For a raw export use trialbook validate."
)
# The statement that the data beside it are invented; it goes with them from the export to the datasets.
SYNTHETIC = "SYNTHETIC.txt"
# Files that lie beside datasets and are none; names are compared in small letters. Hidden files are none either.
_NO_DATASETS = (SYNTHETIC.lower(), "define*.xml", "*.xsl", "*.pdf", "readme*", "_*.csv", "~$*", "thumbs.db", "desktop.ini")
_NAME = re.compile(r"[A-Z_][A-Z0-9_]*")


def read_datasets(path: Path, encodings: Sequence[str] = ()) -> tuple[SdtmDataset, ...]:
    """The datasets of a folder (not its sub-folders) or of one file, in order of the files' names.

    ``encodings`` are those that the study declares, tried in their order on SAS transport files that are not UTF-8.
    Left out are what lies beside datasets by custom: define.xml, stylesheets, PDF, README, ``_*.csv`` and hidden files; and files
    of other kinds, with a notice, where ``_datasets.csv`` lists the datasets. Raises ExportError where there is no dataset, a
    file cannot be read or is of another kind, or two files hold a dataset of one name.
    """
    if not path.exists():
        raise ExportError("does not exist", file=path, remedy=_EXPECTED)
    declared = declared_encodings(encodings)
    files, unread = _files(path) if path.is_dir() else ([path], [])
    tables = [file for file in files if file.suffix.lower() == ".csv"]
    datasets = [_READERS[file.suffix.lower()](file, declared) for file in files if file.suffix.lower() in _READERS]
    if path.is_file() and tables:
        datasets = read_case_folder(path.parent, only=path)
    elif tables:
        datasets += read_case_folder(path)
    if not datasets:
        raise ExportError("holds no dataset" if path.is_dir() else "is not a dataset", file=path, remedy=_EXPECTED)
    if unread:
        notice = f"{DATASETS} does not list {', '.join(unread)}: left out"
        datasets[0] = replace(datasets[0], notices=(notice, *datasets[0].notices))
    seen: dict[str, SdtmDataset] = {}
    for dataset in datasets:
        other = seen.setdefault(dataset.name, dataset)
        if other is not dataset:
            raise ExportError(
                f"holds the dataset {dataset.name} twice: in {other.file} and in {dataset.file}",
                file=path,
                remedy="Leave one of the two files out.",
            )
    return tuple(sorted(datasets, key=lambda dataset: (str(dataset.file).lower(), dataset.name)))


def read_statement(path: Path) -> str | None:
    """What the ``SYNTHETIC.txt`` beside datasets says: that their data are invented; None where there is none."""
    file = (path if path.is_dir() else path.parent) / SYNTHETIC
    return file.read_text(encoding="utf-8", errors="replace").strip() if file.is_file() else None


def _files(folder: Path) -> tuple[list[Path], list[str]]:
    """The files of a folder that should be datasets, and the names of those that can't be one.

    These are told where ``_datasets.csv`` says what the datasets are; without it ExportError names them all, for one of them may
    hold a dataset that would be missed.
    """
    found = [
        item
        for item in sorted(folder.iterdir())
        if not item.is_dir()
        and not item.name.startswith(".")
        and not any(fnmatchcase(item.name.lower(), pattern) for pattern in _NO_DATASETS)
    ]
    unread = [item.name for item in found if not item.is_file() or item.suffix.lower() not in (*_READERS, ".csv")]
    if unread and not (folder / DATASETS).is_file():
        raise ExportError(
            f"holds files that are not read as datasets: {', '.join(unread)}",
            file=folder,
            remedy=f"Convert them, unpack them, or move them to another folder. {_EXPECTED}",
        )
    settings = case_settings(folder)
    define = settings.define_xml.name if settings and settings.define_xml else None
    return [item for item in found if item.name not in unread], [name for name in unread if name != define]


def write_datasets(
    datasets: Iterable[SdtmDataset], folder: Path, format: FileFormat, created: datetime | None = None
) -> list[Path]:
    """Write the datasets to ``folder``, one file each named in small letters; read them back and compare every cell.

    ``created`` is the time that Dataset-JSON states (default: now, UTC). In ``xpt``, lengths become those the values need;
    all else must read back as it was. Raises TrialbookError naming dataset, variable and record of what the format cannot
    hold; the folder then is as it was, with the files that were there.
    """
    if format not in get_args(FileFormat):
        raise TrialbookError(f"there is no format {format!r}", remedy=f"Choose one of {', '.join(get_args(FileFormat))}.")
    datasets = list(datasets)
    names = [dataset.name for dataset in datasets]
    for name in names:
        if not _NAME.fullmatch(name) or names.count(name) > 1:
            what = "twice" if names.count(name) > 1 else "expected capital letters, digits and _"
            raise TrialbookError(f"a dataset cannot be written under the name {name!r}: {what}", remedy="Rename the dataset.")
    folder.mkdir(parents=True, exist_ok=True)
    names_of_files = [f"{name.lower()}.{format}" for name in names] + ([DATASETS, VARIABLES] if format == "csv" else [])
    for file in names_of_files:
        if (folder / file).is_dir():
            raise TrialbookError("is a folder; a dataset was to be written there", file=folder / file, remedy="Move it away.")
    with tempfile.TemporaryDirectory(prefix=".trialbook-", dir=folder) as filled:
        _write(datasets, Path(filled), format, created or datetime.now(UTC))
        for dataset in datasets:
            (again,) = read_datasets(Path(filled) / f"{dataset.name.lower()}.{format}")
            found = difference(dataset, again, lengths=format != "xpt")
            if found:
                remedy = "Correct the value, or choose the format json, which holds all text and numbers."
                raise TrialbookError(f"{format} does not hold the dataset {dataset.name} as it is: {found}", remedy=remedy)
        return [(Path(filled) / file).replace(folder / file) for file in names_of_files]


def _write(datasets: list[SdtmDataset], folder: Path, format: FileFormat, created: datetime) -> None:
    if format == "csv":
        write_case_csv(datasets, folder)
        return
    for dataset in datasets:
        path = folder / f"{dataset.name.lower()}.{format}"
        if format == "xpt":
            write_xpt(dataset, path)
        elif format == "parquet":
            write_parquet(dataset, path)
        else:
            write_dataset_json(dataset, path, created)


def difference(dataset: SdtmDataset, other: SdtmDataset, *, lengths: bool = True) -> str | None:
    """The first way in which ``other`` differs from ``dataset``, in words; None where they hold the same."""
    for what, was, is_now in (
        ("the name", dataset.name, other.name),
        ("the label", dataset.label, other.label),
        ("the variables", list(dataset.frame.columns), list(other.frame.columns)),
        ("the number of records", len(dataset.frame), len(other.frame)),
    ):
        if was != is_now:
            return f"{what} was {was!r} and reads back as {is_now!r}"
    left, right = plain_frame(dataset), plain_frame(other)
    for name in left.columns:
        for what in ("label", "type", "length") if lengths else ("label", "type"):
            was, is_now = getattr(dataset.variables[name], what), getattr(other.variables[name], what)
            if was != is_now:
                return f"variable {name}: the {what} was {was!r} and reads back as {is_now!r}"
        same = (left[name] == right[name]) | (left[name].isna() & right[name].isna())
        if not same.all():
            record = int((~same).to_numpy().argmax())
            was, is_now = _cell(left, record, name), _cell(right, record, name)
            return f"variable {name}, record {record + 1}: {was} reads back as {is_now}"
    return None


def _cell(frame: pd.DataFrame, record: int, name: str) -> str:
    return repr(frame[name].tolist()[record])
