"""Excel workbooks (.xlsx, .xlsm): each sheet is a table of text, as a person sees it."""

from __future__ import annotations

import io
import warnings
from collections.abc import Collection, Sequence
from xml.etree.ElementTree import ParseError
from xml.parsers import expat

from openpyxl.reader.excel import ExcelReader
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.xml.constants import SHARED_STRINGS, STYLES_TYPE

from trialbook.errors import ExportError
from trialbook.exports.archive import DAMAGE, Archive
from trialbook.exports.grid import Grid, table_error
from trialbook.exports.number_formats import NumberFormat
from trialbook.exports.sheet_xml import MalformedSheetError, number_formats, shared_strings, sheet_rows
from trialbook.exports.sources import matches
from trialbook.exports.tables import RawTable

STATEMENT = "synthetic"
"""Name, in any case, of a sheet or text file that says that the export's data are invented."""

_OLE = bytes.fromhex("D0CF11E0A1B11AE1")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_PROLOGUE = 1 << 20
_SAVE_AGAIN = "Open it in Excel and save it again as an Excel workbook (.xlsx)."


class _DoctypeError(Exception):
    """A part declares a document type."""


class _ElementError(Exception):
    """A part's first element begins, and no document type can follow."""


def read_workbook(
    data: bytes, file: str, ignore: Sequence[str] = (), headers: Collection[str] = frozenset()
) -> tuple[list[RawTable], str | None]:
    """The sheets of a workbook as tables, hidden ones too, and the text of its SYNTHETIC sheet where there is one.

    Charts, empty sheets and sheets whose name matches ``ignore`` are no tables. The header is the first row with something
    in it. Raises ExportError for an encrypted workbook, an .xls, a damaged one, and one that declares XML entities.
    """
    if data.startswith(_OLE):
        what = "is encrypted" if _ENCRYPTED in data else "is a workbook of the old binary format (.xls)"
        remedy = "Remove its password." if _ENCRYPTED in data else _SAVE_AGAIN
        raise ExportError(what, file=file, remedy=remedy)
    archive = Archive.open(data, file)
    for name in archive.names:
        _refuse_doctype(archive, name, file)
    sheets, strings, formats = _parts(archive, data, file)
    tables: list[RawTable] = []
    statement: str | None = None
    for sheet, part in sheets:
        if sheet.strip().lower() == STATEMENT:
            statement = _first_cell(archive, part, file, sheet, strings, formats)
        elif not matches(sheet, ignore):
            table = _table(archive, part, file, sheet, strings, formats)
            tables += [table] if table is not None else []
    if not tables and statement is None and not all(matches(sheet, ignore) for sheet, _ in sheets):
        raise ExportError("has no sheet with anything in it", file=file, remedy="Export the forms again.")
    return tables, statement


def _parts(archive: Archive, data: bytes, file: str) -> tuple[list[tuple[str, str]], list[str], list[NumberFormat]]:
    """The name and part of each sheet, the shared strings, and the number formats."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            reader = ExcelReader(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
            reader.archive = archive  # the same parts by the same names, checked while they are unpacked
            reader.read_manifest()
            reader.read_workbook()
        sheets = [
            (str(sheet.name), str(rel.target)) for sheet, rel in reader.parser.find_sheets() if rel.Type.endswith("/worksheet")
        ]
        epoch_1904 = reader.wb.epoch == CALENDAR_MAC_1904
        strings_part, styles_part = reader.package.find(SHARED_STRINGS), reader.package.find(STYLES_TYPE)
        strings = shared_strings(archive.stream(strings_part.PartName[1:])) if strings_part else []
        formats = number_formats(archive.stream(styles_part.PartName[1:]), epoch_1904) if styles_part else []
    except ExportError:
        raise
    except Exception as error:  # openpyxl raises whatever its parts raise on malformed XML, with no class of its own
        raise ExportError(f"is not a sound workbook ({type(error).__name__}: {error})", file=file, remedy=_SAVE_AGAIN) from None
    missing = [sheet for sheet, part in sheets if part not in archive.names]
    if missing:
        raise ExportError(f"lacks the sheets it lists: {', '.join(missing)}", file=file, remedy=_SAVE_AGAIN)
    return sheets, strings, formats


def _table(
    archive: Archive, part: str, file: str, sheet: str, strings: list[str], formats: list[NumberFormat]
) -> RawTable | None:
    grid: Grid | None = None
    try:
        for record in sheet_rows(archive.stream(part), strings, formats):
            width = max(record.cells, default=-1) + 1
            if grid is None:
                if record.cells:
                    header = [record.cells.get(column, "") for column in range(width)]
                    grid = Grid(header, record.row, file, sheet)
                continue
            cells = [""] * max(grid.width, width)
            for column, text in record.cells.items():
                cells[column] = text
            grid.add(record.row, cells)
            for problem in record.problems:
                grid.problem(record.row, problem)
    except ExportError:
        raise
    except MalformedSheetError as error:
        raise table_error(str(error), file, sheet, error.row, error.column, _SAVE_AGAIN) from None
    except (ParseError, *DAMAGE) as error:
        raise table_error(f"is damaged ({error})", file, sheet, remedy=_SAVE_AGAIN) from None
    return grid.table() if grid else None


def _first_cell(archive: Archive, part: str, file: str, sheet: str, strings: list[str], formats: list[NumberFormat]) -> str:
    try:
        for record in sheet_rows(archive.stream(part), strings, formats):
            if record.cells:
                return record.cells[min(record.cells)].strip()
    except (MalformedSheetError, ParseError, *DAMAGE) as error:
        raise table_error(f"is damaged ({error})", file, sheet, remedy=_SAVE_AGAIN) from None
    raise table_error("says nothing", file, sheet, remedy="State in its first cell that the data are invented, or remove it.")


def _refuse_doctype(archive: Archive, name: str, file: str) -> None:
    """No part of a sound workbook has a DOCTYPE; with one, entities could grow without bound or read other files."""
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _raise_doctype
    parser.StartElementHandler = _raise_first_element
    try:
        with archive.stream(name) as stream:
            start = stream.read(_PROLOGUE)
            parser.Parse(start, False)
        if len(start) == _PROLOGUE:
            raise ExportError(f"is damaged in its part {name} (no element begins)", file=file, remedy=_SAVE_AGAIN)
    except _DoctypeError:
        what = f"declares XML entities or a document type in its part {name}, which no sound workbook does"
        raise ExportError(what, file=file, remedy="Do not open it before you know where it comes from.") from None
    except (_ElementError, expat.ExpatError):
        return  # a part that is not XML is not read, and one that is damaged is refused when it is
    except (NotImplementedError, *DAMAGE) as error:
        raise ExportError(f"is damaged in its part {name} ({error})", file=file, remedy=_SAVE_AGAIN) from None


def _raise_doctype(*_: object) -> None:
    raise _DoctypeError


def _raise_first_element(*_: object) -> None:
    raise _ElementError
