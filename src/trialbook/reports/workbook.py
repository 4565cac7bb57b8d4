"""``report.xlsx``: Summary, Datasets, Issues, Details, Rules; the same bytes for the same results."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.writer.excel import ExcelWriter

from trialbook.findings import Results, Threshold
from trialbook.reports.cells import RowWriter, row_height
from trialbook.reports.sheets import (
    DATASETS,
    DETAILS,
    ISSUES,
    RULES,
    Columns,
    Row,
    dataset_rows,
    detail_rows,
    issue_rows,
    rule_rows,
    summary_rows,
)

EXCEL_ROWS = 1_048_576
ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)


def write_workbook(results: Results, path: Path, threshold: Threshold) -> None:
    """Write the workbook to ``path``; a sheet that Excel cannot hold goes on in ``Details 2``, ``Details 3``, …"""
    book = Workbook(write_only=True)
    started = datetime.fromisoformat(results.run.started)
    if started.tzinfo is not None:
        started = started.astimezone(UTC).replace(tzinfo=None)
    book.properties.creator = "trialbook"
    book.properties.created = book.properties.modified = started
    _write_summary(book, results, threshold)
    tables: list[tuple[str, Columns, Iterable[Row]]] = [
        ("Datasets", DATASETS, dataset_rows(results)),
        ("Issues", ISSUES, issue_rows(results)),
        ("Details", DETAILS, detail_rows(results)),
        ("Rules", RULES, rule_rows(results)),
    ]
    for title, columns, rows in tables:
        _write_table(book, title, columns, rows, results)
    with _TimelessZip(path, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as archive:
        ExcelWriter(book, archive).save()


def _write_summary(book: Workbook, results: Results, threshold: Threshold) -> None:
    sheet = _sheet(book, "Summary", results)
    widths = (26, 70, 12, 12, 12, 12)
    for letter, width in zip("ABCDEF", widths, strict=True):
        sheet.column_dimensions[letter].width = width
    writer = RowWriter(sheet)
    for number, (style, row) in enumerate(summary_rows(results, threshold), start=1):
        # Headings are larger, and bold letters wider, than those that a row's height is reckoned for.
        sheet.row_dimensions[number].height = row_height(row, widths[: len(row)]) * (1 if style == "body" else 1.3)
        writer.row(row, style)


def _write_table(book: Workbook, title: str, columns: Columns, rows: Iterable[Row], results: Results) -> None:
    """A sheet with header, filter and frozen panes, and as many more as the rows need; without rows the header alone."""
    stream = iter(rows)
    number, row = 1, next(stream, None)
    while number == 1 or row is not None:
        sheet = _sheet(book, title if number == 1 else f"{title} {number}", results)
        sheet.freeze_panes = "A2"
        sheet.print_title_rows = "1:1"
        for index, width in enumerate(columns.widths, start=1):
            sheet.column_dimensions[get_column_letter(index)].width = width
        writer = RowWriter(sheet)
        writer.header(columns.names)
        written = 1
        while row is not None and written < EXCEL_ROWS:
            sheet.row_dimensions[written + 1].height = row_height(row, columns.widths)
            writer.row(row)
            written += 1
            row = next(stream, None)
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns.names))}{written}"
        number += 1


def _sheet(book: Workbook, title: str, results: Results) -> Any:
    sheet = book.create_sheet(title)
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    if results.run.synthetic is not None:
        sheet.oddHeader.center.text = "SYNTHETIC DATA"
        sheet.sheet_properties.tabColor = "FF6A1F6A"
    sheet.oddFooter.center.text = "&A · &P / &N"
    return sheet


class _TimelessZip(zipfile.ZipFile):
    """A zip file whose members carry no time, so that equal results give equal bytes."""

    def writestr(self, zinfo_or_arcname: Any, data: Any, compress_type: Any = None, compresslevel: Any = None) -> None:
        name = getattr(zinfo_or_arcname, "filename", zinfo_or_arcname)
        super().writestr(self._member(name), data, compress_type, compresslevel)

    def write(self, filename: Any, arcname: Any = None, compress_type: Any = None, compresslevel: Any = None) -> None:
        with Path(filename).open("rb") as source, self.open(self._member(str(arcname or filename)), "w") as target:
            while chunk := source.read(1 << 20):
                target.write(chunk)

    def _member(self, name: str) -> zipfile.ZipInfo:
        member = zipfile.ZipInfo(name, ZIP_EPOCH)
        member.compress_type = self.compression
        return member
