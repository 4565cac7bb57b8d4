"""Read a raw export, whatever it is made of, into tables of text."""

from __future__ import annotations

import codecs
import hashlib
import re
from collections.abc import Collection, Sequence
from pathlib import Path, PurePosixPath

from trialbook.datasets.encodings import declared_encodings
from trialbook.errors import ExportError
from trialbook.exports.delimited import read_delimited
from trialbook.exports.encodings import find_encoding
from trialbook.exports.moments import day_of_export
from trialbook.exports.odm import read_odm
from trialbook.exports.redcap import split_projects
from trialbook.exports.sas import DATASET, TRANSPORT, read_sas
from trialbook.exports.sources import list_sources, refuse_changes
from trialbook.exports.tables import STATEMENT, Input, RawExport, RawTable, Unreadable

TEXT_FILES = (".csv", ".tsv", ".txt")
WORKBOOKS = (".xlsx", ".xlsm")
ODM = ".xml"
SAS = (DATASET, TRANSPORT)
_PACKED = (b"PK\x03\x04", bytes.fromhex("D0CF11E0"))
# What stands under the name of a text file and is none: old EDC systems write web pages as .xls.
_OTHER_KINDS = {
    "a web page (HTML)": re.compile(rb"<(?:!doctype\s+html|html|head|meta|body|style|table)\b", re.IGNORECASE),
    "XML": re.compile(rb"<\?xml\b|<[A-Za-z_:]+ xmlns"),
    "a PDF": re.compile(rb"%PDF-"),
    "rich text (RTF)": re.compile(rb"\{\\rtf"),
    "JSON": re.compile(rb"\[?\s*\{\s*\""),
}
_BEGINNING = 1000


def read_export(
    path: Path,
    encodings: Sequence[str] = (),
    ignore: Sequence[str] = (),
    headers: Collection[str] = frozenset(),
    skip_unreadable: bool = False,
) -> RawExport:
    """The tables of a raw export: a folder, a zip, or one CSV file, workbook, ODM file (.xml) or SAS file.

    ``encodings`` are those that the study declares, tried in their order on text that is not UTF-8; ``ignore`` are patterns
    (``*.pdf``) of files and sheets that are no tables. A file ``SYNTHETIC.txt``, or a sheet ``SYNTHETIC``, is the export's own
    statement that its data are invented. Tables come in the order of file and sheet. ``headers`` are the names that the study's
    columns may have, in lower case: by them the header is told from titles above it, and an ODM item's header is chosen among
    its names. With ``skip_unreadable`` files that cannot be read are listed in ``unreadable`` instead.

    Raises ExportError when a file cannot be read: for all such files at once, so that they can be mended at once. A file of
    a kind that is not read here is such a file too, unless ``ignore`` names it: nothing is left out in silence. So it does where
    the export changes while it is read.
    """
    declared = declared_encodings(encodings)
    tables: list[RawTable] = []
    inputs: list[Input] = []
    statements: list[str] = []
    failures: dict[str, ExportError] = {}
    sources = list_sources(Path(path), ignore)
    for source in sources:
        try:
            data = source.read()
            found, encoding, statement = _read_file(data, source.name, declared, ignore, headers)
        except ExportError as error:
            failures[source.name] = error
            continue
        tables += found
        statements += [statement] if statement is not None else []
        rows = sum(len(table.frame) for table in found)
        inputs.append(Input(source.name, hashlib.sha256(data).hexdigest(), encoding, rows))
    refuse_changes(Path(path), ignore, sources)
    tables = split_projects(tables)
    if failures and not (skip_unreadable and tables):
        raise _together(list(failures.values()), path)
    if not tables:
        raise ExportError(
            "holds no table", file=path, remedy=f"An export is made of {', '.join((*TEXT_FILES, *WORKBOOKS, ODM, *SAS))} files."
        )
    unreadable = tuple(Unreadable(name, str(error)) for name, error in failures.items())
    synthetic = "\n".join(dict.fromkeys(statements)) or None
    return RawExport(Path(path), tuple(tables), tuple(inputs), synthetic, unreadable, day_of_export(tables, synthetic))


def _read_file(
    data: bytes, name: str, declared: Sequence[str], ignore: Sequence[str], headers: Collection[str]
) -> tuple[list[RawTable], str | None, str | None]:
    """The file's tables, its encoding, and its statement that the export is synthetic."""
    kind = PurePosixPath(name).suffix.lower()
    packed = data.startswith(_PACKED)
    if PurePosixPath(name).name.lower() == f"{STATEMENT}.txt":
        encoding = find_encoding(data, name, declared)
        statement = data.decode(encoding).strip()
        if not statement:
            remedy = "State in it that the data are invented, or remove it."
            raise ExportError("says nothing", file=name, remedy=remedy)
        return [], encoding, statement
    if kind in (*WORKBOOKS, ".xlsb") or (kind == ".xls" and packed):
        # What reads workbooks is slow to import; an export of text files needs none of it.
        from trialbook.exports.workbook import read_workbook

        tables, said = read_workbook(data, name, ignore, headers)
        return tables, None, said
    if kind in (*TEXT_FILES, ODM, *SAS) and packed:
        what = f"is named {kind} but is a workbook or a zip"
        raise ExportError(what, file=name, remedy="Give it the ending that it has by its content.")
    if kind == ODM:
        tables, encoding = read_odm(data, name, declared, ignore, headers)
        return tables, encoding, None
    if kind in SAS:
        table, encoding = read_sas(data, name, declared)
        return [table], encoding, None
    if kind in TEXT_FILES or kind == ".xls":  # several EDC systems write text under Excel's old ending
        _refuse_other_kinds(data, name, kind)
        table, encoding = read_delimited(data, name, declared, headers)
        return [table], encoding, None
    unpack = "A zip is read where it is the whole export: name it, or unpack it. " if kind == ".zip" else ""
    raise ExportError(
        f"is of a kind that is not read here ({kind or 'no ending'})",
        file=name,
        remedy=f"{unpack}Remove it from the export, or list it under 'ignore' in the study's export settings.",
    )


def _refuse_other_kinds(data: bytes, name: str, kind: str) -> None:
    """Another kind of text has lines and commas too: read as a table it would be one of nonsense."""
    start = data[:_BEGINNING].replace(b"\0", b"")
    for mark in (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        start = start.removeprefix(mark)
    for what, pattern in _OTHER_KINDS.items():
        if pattern.match(start.lstrip()):
            raise ExportError(
                f"is named {kind} but is {what}, no delimited text",
                file=name,
                remedy="Give it the ending that it has by its content, or open it in Excel and save it as a workbook (.xlsx).",
            )


def _together(failures: list[ExportError], path: Path) -> ExportError:
    """One error for all files that cannot be read: a line for each, then each remedy once."""
    if len(failures) == 1:
        return failures[0]
    lines = [str(failure).split("\n")[0] for failure in failures]
    remedies = dict.fromkeys(failure.remedy for failure in failures if failure.remedy)
    what = f"{len(failures)} files cannot be read:\n  " + "\n  ".join(lines)
    return ExportError(what, file=path, remedy="\n".join(remedies))
