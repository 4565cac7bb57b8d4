"""``report.xlsx``: Summary, Datasets, Issues, Details, Rules; the same bytes for the same results."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from xlsxwriter import Workbook

from trialbook.findings import Results, Threshold
from trialbook.reports.cells import STYLES, RowWriter, row_height
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
SUMMARY_WIDTHS = (26, 70, 12, 12, 12, 12)


def write_workbook(results: Results, path: Path, threshold: Threshold) -> None:
    """Write the workbook to ``path``; a sheet that Excel cannot hold goes on in ``Details 2``, ``Details 3``, …

    Rows are written as they come, so memory does not grow with their number.
    """
    tables: list[tuple[str, Columns, Iterable[Row]]] = [
        ("Datasets", DATASETS, dataset_rows(results)),
        ("Issues", ISSUES, issue_rows(results)),
        ("Details", DETAILS, detail_rows(results)),
        ("Rules", RULES, rule_rows(results)),
    ]
    with Workbook(str(path), {"constant_memory": True}) as book:
        started = datetime.fromisoformat(results.run.started)
        if started.tzinfo is not None:
            started = started.astimezone(UTC).replace(tzinfo=None)
        book.set_properties({"author": "trialbook", "created": started})
        formats = {name: book.add_format(style) for name, style in STYLES.items()}
        _write_summary(book, formats, results, threshold)
        for title, columns, rows in tables:
            _write_table(book, formats, title, columns, rows, results)


def _write_summary(book: Workbook, formats: dict[object, Any], results: Results, threshold: Threshold) -> None:
    sheet = _sheet(book, "Summary", results)
    _widen(sheet, SUMMARY_WIDTHS)
    writer = RowWriter(sheet, formats)
    for style, row in summary_rows(results, threshold):
        # Headings are larger, and bold letters wider, than those that a row's height is reckoned for.
        writer.row(row, style, row_height(row, SUMMARY_WIDTHS[: len(row)]) * (1 if style == "body" else 1.3))


def _write_table(
    book: Workbook, formats: dict[object, Any], title: str, columns: Columns, rows: Iterable[Row], results: Results
) -> None:
    """A sheet with header, filter and frozen panes, and as many more as the rows need; without rows the header alone."""
    stream = iter(rows)
    number, row = 1, next(stream, None)
    while number == 1 or row is not None:
        sheet = _sheet(book, title if number == 1 else f"{title} {number}", results)
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        _widen(sheet, columns.widths)
        writer = RowWriter(sheet, formats)
        writer.row(columns.names, "header")
        while row is not None and writer.written < EXCEL_ROWS:
            writer.row(row, height=row_height(row, columns.widths))
            row = next(stream, None)
        sheet.autofilter(0, 0, writer.written - 1, len(columns.names) - 1)
        number += 1


def _widen(sheet: Any, widths: Iterable[int]) -> None:
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)


def _sheet(book: Workbook, title: str, results: Results) -> Any:
    sheet = book.add_worksheet(title)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    if results.run.synthetic is not None:
        sheet.set_header("&CSYNTHETIC DATA")
        sheet.set_tab_color("#6A1F6A")
    sheet.set_footer("&C&A · &P / &N")
    return sheet
