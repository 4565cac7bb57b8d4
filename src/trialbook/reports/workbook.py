"""``report.xlsx``: Summary, Datasets, Issues, Details, Rules, what became of earlier findings; equal bytes for equal results."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.exceptions import FileCreateError

from trialbook.findings import Results, Threshold
from trialbook.reports.cells import STYLES, RowSheet, row_height
from trialbook.reports.sheets import (
    DATASETS,
    ENTRIES,
    ISSUES,
    RULES,
    Columns,
    Row,
    dataset_rows,
    detail_rows,
    details_columns,
    entry_rows,
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
        ("Details", details_columns(results), detail_rows(results)),
        ("Rules", RULES, rule_rows(results)),
    ]
    if results.history:
        tables.append(("Not assessed", ENTRIES, entry_rows(results.not_assessed)))
        tables.append(("Resolved", ENTRIES, entry_rows(results.resolved)))
    with _opened(path) as book:
        started = datetime.fromisoformat(results.run.started)
        if started.tzinfo is not None:
            started = started.astimezone(UTC).replace(tzinfo=None)
        book.set_properties({"author": "trialbook", "created": started})
        formats = {name: book.add_format(style) for name, style in STYLES.items()}
        _write_summary(book, formats, results, threshold)
        for title, columns, rows in tables:
            _write_table(book, formats, title, columns, rows, results)


@contextmanager
def _opened(path: Path) -> Iterator[Workbook]:
    """The workbook to fill; what the system refuses is an OSError, as with any other file."""
    try:
        # Beside the workbook: what a killed run leaves there goes with the folder, and holds what was found in patients' data.
        with Workbook(str(path), {"constant_memory": True, "tmpdir": str(path.parent)}) as book:
            yield book
    except FileCreateError as error:
        raise next((cause for cause in error.args if isinstance(cause, OSError)), OSError(str(error))) from None


def _write_summary(book: Workbook, formats: dict[object, Any], results: Results, threshold: Threshold) -> None:
    sheet = _sheet(book, "Summary", results)
    sheet.start(formats, SUMMARY_WIDTHS)
    for style, row in summary_rows(results, threshold):
        # Headings are larger, and bold letters wider, than those that a row's height is reckoned for.
        sheet.write_cells(row, style, row_height(row, SUMMARY_WIDTHS[: len(row)]) * (1 if style in ("body", "count") else 1.3))


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
        sheet.start(formats, columns.widths)
        sheet.write_cells(columns.names, "header")
        while row is not None and sheet.written < EXCEL_ROWS:
            sheet.write_cells(row, height=row_height(row, columns.widths))
            row = next(stream, None)
        sheet.autofilter(0, 0, sheet.written - 1, len(columns.names) - 1)
        number += 1


def _sheet(book: Workbook, title: str, results: Results) -> RowSheet:
    sheet: RowSheet = book.add_worksheet(title, RowSheet)
    # A subject's number that begins with zero is text, and no mistake: without the green corner of Excel's doubt.
    sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576", "two_digit_text_year": "A1:XFD1048576"})
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    if results.run.synthetic is not None:
        sheet.set_header("&CSYNTHETIC DATA")
        sheet.set_tab_color("#6A1F6A")
    sheet.set_footer("&C&A · &P / &N")
    return sheet
