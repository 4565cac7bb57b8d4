"""Excel workbooks (.xlsx, .xlsm): each sheet is a table of text, as a person sees it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from xml.etree.ElementTree import ParseError
from xml.parsers import expat

from trialbook.errors import ExportError
from trialbook.exports.archive import DAMAGE, Archive
from trialbook.exports.grid import table_error
from trialbook.exports.headers import plain_header
from trialbook.exports.number_formats import NumberFormat
from trialbook.exports.sheet_table import sheet_table
from trialbook.exports.sheet_xml import SheetLayout, number_formats, shared_strings, sheet_rows
from trialbook.exports.sources import matches
from trialbook.exports.tables import STATEMENT, RawTable
from trialbook.exports.workbook_parts import Sheet, workbook_parts
from trialbook.exports.xml_stream import MalformedSheetError

_OLE = bytes.fromhex("D0CF11E0A1B11AE1")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_BINARY = "xl/workbook.bin"
_PROLOGUE, _CHUNK = 1 << 20, 1 << 16
_SAVE_AGAIN = "Open it in Excel and save it again as an Excel workbook (.xlsx)."


class _DoctypeError(Exception):
    """A part declares a document type."""


class _ElementError(Exception):
    """A part's first element begins, and no document type can follow."""


def read_workbook(
    data: bytes, file: str, ignore: Sequence[str] = (), headers: Collection[str] = frozenset()
) -> tuple[list[RawTable], str | None]:
    """The sheets of a workbook as tables, hidden ones too, and the text of its SYNTHETIC sheet where there is one.

    Charts, empty sheets and sheets whose name matches ``ignore`` are no tables. The header is told by the names that ``headers``
    knows; without two of them in a row it is the first row with something in it that is no merged title. Raises ExportError for
    an encrypted workbook, one of a binary format, a damaged one, and one that declares XML entities.
    """
    if data.startswith(_OLE):
        what = "is encrypted" if _ENCRYPTED in data else "is a workbook of the old binary format (.xls)"
        remedy = "Remove its password." if _ENCRYPTED in data else _SAVE_AGAIN
        raise ExportError(what, file=file, remedy=remedy)
    archive = Archive.open(data, file)
    if _BINARY in archive.names:
        raise ExportError("is a workbook of the binary format (.xlsb)", file=file, remedy=_SAVE_AGAIN)
    for name in archive.names:
        _refuse_doctype(archive, name, file)
    sheets, strings, formats = _parts(archive, file)
    known = {plain_header(name) for name in headers}
    tables: list[RawTable] = []
    statement: str | None = None
    for sheet in sheets:
        if sheet.name.strip().lower() == STATEMENT:
            statement = _first_cell(archive, sheet, file, strings, formats)
        elif not matches(sheet.name.strip(), ignore):
            table = _table(archive, sheet, file, strings, formats, known)
            tables += [table] if table is not None else []
    if not tables and statement is None and not all(matches(sheet.name.strip(), ignore) for sheet in sheets):
        raise ExportError("has no sheet with anything in it", file=file, remedy="Export the forms again.")
    return tables, statement


def _parts(archive: Archive, file: str) -> tuple[tuple[Sheet, ...], list[str], list[NumberFormat]]:
    """The sheets, the shared strings, and the number formats."""
    try:
        parts = workbook_parts(archive)
        strings = shared_strings(archive.stream(parts.strings)) if parts.strings else []
        formats = number_formats(archive.stream(parts.styles), parts.epoch_1904) if parts.styles else []
    except ExportError:
        raise
    except (MalformedSheetError, ParseError, *DAMAGE) as error:
        raise ExportError(f"is not a sound workbook: {error}", file=file, remedy=_SAVE_AGAIN) from None
    return parts.sheets, strings, formats


def _table(
    archive: Archive, sheet: Sheet, file: str, strings: list[str], formats: list[NumberFormat], known: Collection[str]
) -> RawTable | None:
    try:
        return sheet_table(lambda: archive.stream(sheet.part), file, sheet.name, strings, formats, known, sheet.hidden)
    except ExportError:
        raise
    except MalformedSheetError as error:
        raise table_error(str(error), file, sheet.name, error.row, error.column, _SAVE_AGAIN) from None
    except (ParseError, *DAMAGE) as error:
        raise table_error(f"is damaged ({error})", file, sheet.name, remedy=_SAVE_AGAIN) from None


def _first_cell(archive: Archive, sheet: Sheet, file: str, strings: list[str], formats: list[NumberFormat]) -> str:
    try:
        for record in sheet_rows(archive.stream(sheet.part), strings, formats, SheetLayout()):
            if record.cells:
                return record.cells[min(record.cells)].strip()
    except (MalformedSheetError, ParseError, *DAMAGE) as error:
        raise table_error(f"is damaged ({error})", file, sheet.name, remedy=_SAVE_AGAIN) from None
    raise table_error(
        "says nothing", file, sheet.name, remedy="State in its first cell that the data are invented, or remove it."
    )


def _refuse_doctype(archive: Archive, name: str, file: str) -> None:
    """No part of a sound workbook has a DOCTYPE; with one, entities could grow without bound or read other files."""
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _raise_doctype
    parser.StartElementHandler = _raise_first_element
    try:
        with archive.stream(name) as stream:
            for _ in range(0, _PROLOGUE, _CHUNK):
                chunk = stream.read(_CHUNK)
                parser.Parse(chunk, not chunk)
                if not chunk:
                    return
        raise ExportError(f"is damaged in its part {name} (no element begins)", file=file, remedy=_SAVE_AGAIN)
    except _DoctypeError:
        what = f"declares XML entities or a document type in its part {name}, which no sound workbook does"
        raise ExportError(what, file=file, remedy="Do not open it before you know where it comes from.") from None
    except (_ElementError, expat.ExpatError, LookupError):
        return  # a part that is not XML is not read, and one that is damaged is refused when it is
    except (NotImplementedError, *DAMAGE) as error:
        raise ExportError(f"is damaged in its part {name} ({error})", file=file, remedy=_SAVE_AGAIN) from None


def _raise_doctype(*_: object) -> None:
    raise _DoctypeError


def _raise_first_element(*_: object) -> None:
    raise _ElementError
