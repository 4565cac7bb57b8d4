"""The workbook itself: written so that Excel keeps text as text and offers what can be chosen, and read back cell by cell."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from trialbook.errors import SpecError, TrialbookError
from trialbook.mapping.specbook.layout import SHEETS, Sheet
from trialbook.mapping.specbook.merged import Place, ReadRow
from trialbook.mapping.specbook.rows import Row

README, LISTS, EXPORTED = "README", "Lists", "Exported from"
LONGEST_CELL = 32_767
MOST_BYTES = 200 * 1024 * 1024
_README_WIDTH = 110
ROOM = 1000
"""Rows below the last for which choices are offered, too."""

_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]")
_NAMES = {"codelist": "Codelists", "form": "Forms", "domain": "Domains"}
_HELP = (
    "The study's specifications, to edit here and to bring back with  trialbook specs import FILE.xlsx",
    "A cell that is not changed changes nothing; comments in the YAML files stay. A new row adds, a removed row removes. The "
    "order of rows counts only where one variable has several algorithms (the first that gives a value wins).",
    "An empty cell: the key is not given, and its usual value holds. Several items stand between semicolons:  y/m/d; y-m-d  . "
    'An item with a semicolon stands in quotes:  "a;b"  .  []  is a list with nothing in it.',
    "A nested value is YAML on one line, in braces:  {function: usubjid, from: SUBJID, reads: DM}  .",
    "Functions (derivations), the items of eligibility (eligibility.yml) and rules (validators/) are not here. The import "
    "names sheet, row and column of each mistake, and then writes nothing. After an import, export again before editing on.",
)


def write_book(path: Path, sheets: Mapping[str, Sequence[Row]], hashes: Mapping[str, str]) -> None:
    """Write the rows of each sheet; ``hashes`` of the files they are from go along, to tell at import what has changed since."""
    from xlsxwriter import Workbook

    lists = _lists(sheets)
    with Workbook(str(path), {"strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}) as book:
        text = {"num_format": "@", "valign": "top", "text_wrap": True}
        formats = {
            "text": book.add_format(text),
            "key": book.add_format(text | {"bg_color": "#EEF2F6"}),
            "header": book.add_format({"bold": True, "bg_color": "#24384E", "font_color": "#FFFFFF", "valign": "top"}),
            "title": book.add_format({"bold": True, "font_size": 14}),
            "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
        }
        _write_readme(book.add_worksheet(README), formats)
        for sheet in SHEETS:
            _write_sheet(book.add_worksheet(sheet.title), sheet, sheets[sheet.title], formats, lists)
        hidden = book.add_worksheet(LISTS)
        for column, (name, values) in enumerate(lists.items()):
            hidden.write_column(0, column, [name, *values])
        hidden.hide()
        stamp = book.add_worksheet(EXPORTED)
        for row, line in enumerate([("file", "sha256"), *hashes.items()]):
            stamp.write_row(row, 0, line)
        stamp.hide()


def _lists(sheets: Mapping[str, Sequence[Row]]) -> dict[str, list[str]]:
    """What the choices offer, by name; each a column of the hidden sheet."""
    known = {"Codelists": "list", "Forms": "form", "Domains": "domain"}
    found = {title: list(dict.fromkeys(row[key] for row in sheets[title])) for title, key in known.items()}
    for sheet in SHEETS:
        for one in sheet.fields:
            if one.choices:
                found[one.name] = list(one.choices)
    return found


def _write_readme(sheet: Any, formats: Mapping[str, Any]) -> None:
    sheet.set_column(0, 0, 16)
    sheet.set_column(1, 1, _README_WIDTH, formats["wrap"])
    sheet.write_string(0, 0, "Specifications", formats["title"])
    for row, line in enumerate(_HELP, 2):
        sheet.set_row(row, 16 * (1 + len(line) * 10 // (_README_WIDTH * 9)))  # programs other than Excel do not fit rows to text
        sheet.write_string(row, 1, line, formats["wrap"])
    for row, one in enumerate(SHEETS, len(_HELP) + 3):
        sheet.write_url(row, 0, f"internal:'{one.title}'!A1", string=one.title)
        sheet.write_string(row, 1, one.about, formats["wrap"])
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


def _write_sheet(
    sheet: Any, about: Sheet, rows: Sequence[Row], formats: Mapping[str, Any], lists: Mapping[str, Sequence[str]]
) -> None:
    last = len(rows) + ROOM
    for column, name in enumerate(about.headers):
        wide = max([len(name) + 4, *(min(_width(row[name]), 60) + 2 for row in rows)])
        style = formats["key" if name in about.keys else "text"]
        sheet.set_column(column, column, wide, style)
        sheet.write_string(0, column, name, formats["header"])
        for number, row in enumerate(rows, 1):
            if row[name]:
                _check(row[name], Place(about.title, number + 1, name))
                sheet.write_string(number, column, row[name], style)
        choices = _NAMES.get(name) if _NAMES.get(name) != about.title else None
        one = next((field for field in about.fields if field.name == name), None)
        closed = one is not None and bool(one.choices)
        key = name if closed else choices
        if key and lists.get(key):
            at = chr(ord("A") + list(lists).index(key))
            source = f"={LISTS}!${at}$2:${at}${len(lists[key]) + 1}"
            options: dict[str, Any] = {"validate": "list", "source": source}
            if not closed:
                options |= {"error_type": "information", "error_message": f"This is none of the {str(choices).lower()} so far."}
            sheet.data_validation(1, column, last, column, options)
    sheet.freeze_panes(1, len(about.keys))
    sheet.autofilter(0, 0, max(len(rows), 1), len(about.headers) - 1)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


def _width(text: str) -> int:
    """How wide the longest line is: a Chinese character as two letters."""
    return max((len(line) + sum(character > "\u2e7f" for character in line) for line in text.split("\n")), default=0)


def _check(text: str, place: Place) -> None:
    if _UNSEEN.search(text):
        raise TrialbookError("holds a character that no workbook can hold", place=str(place), remedy="Edit this value in YAML.")
    if len(text.encode("utf-16-le")) // 2 > LONGEST_CELL:
        what = f"is longer than the {LONGEST_CELL:,} characters of a cell"
        raise TrialbookError(what, place=str(place), remedy="Edit this value in YAML.")


def read_book(path: Path) -> tuple[dict[str, list[ReadRow]], dict[str, str]]:
    """The rows of each sheet as text, and the hashes of the files that they were exported from.

    Raises SpecError with each cell that is no text, and where a sheet or column is missing or not known.
    """
    book = _open(path)
    problems: list[str] = []
    sheets = {}
    for about in SHEETS:
        if about.title not in book.sheetnames:
            problems.append(f"has no sheet {about.title}")
        else:
            sheets[about.title] = _rows(book[about.title], about, problems)
    if EXPORTED not in book.sheetnames:
        problems.append(f"has no (hidden) sheet {EXPORTED}")
    if problems:
        raise SpecError("\n".join(problems), file=path, remedy="Mend this and import again, or export a new workbook.")
    stamp = [(row[0], row[1]) for row in book[EXPORTED].iter_rows(min_row=2, max_col=2, values_only=True) if row[0]]
    return sheets, {str(name): str(digest) for name, digest in stamp}


def _open(path: Path) -> Any:
    from openpyxl import load_workbook

    remedy = "Name the workbook that  trialbook specs export  wrote."
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(one.file_size for one in archive.infolist()) > MOST_BYTES:
                raise SpecError("is far larger than specifications are", file=path, remedy=remedy)
        return load_workbook(path)
    except FileNotFoundError:
        raise SpecError("the file does not exist", file=path, remedy=remedy) from None
    except SpecError:
        raise
    except Exception as error:
        # openpyxl raises whatever its XML makes it stumble over.
        raise SpecError(f"can't be read as a workbook: {error}", file=path, remedy=remedy) from None


def _rows(sheet: Any, about: Sheet, problems: list[str]) -> list[ReadRow]:
    grid = list(sheet.iter_rows())
    headers = ["" if cell.value is None else str(cell.value).strip() for cell in (grid[0] if grid else ())]
    known = about.headers
    problems += [f"sheet {about.title}, row 1: the column {name} is missing" for name in known if name not in headers]
    for name in dict.fromkeys(filter(None, headers)):
        if name not in known:
            problems.append(f"sheet {about.title}, row 1: the column {name!r} is not known; expected {', '.join(known)}")
        elif headers.count(name) > 1:
            problems.append(f"sheet {about.title}, row 1: the column {name} is there twice")
    rows = []
    for number, line in enumerate(grid[1:], 2):
        cells = dict.fromkeys(known, "")
        for index, cell in enumerate(line):
            name = headers[index] if index < len(headers) else ""
            if cell.value is None:
                continue
            text, what = _text(cell)
            if what:
                problems.append(f"sheet {about.title}, row {number}, column {name or cell.column_letter}: {what}; expected text")
            elif text and name in cells:
                cells[name] = text
            elif text and not name:
                problems.append(f"sheet {about.title}, row {number}, column {cell.column_letter}: a cell without a header")
        if any(cells.values()):
            rows.append(ReadRow(number, cells))
    return rows


def _text(cell: Any) -> tuple[str, str]:
    """The cell's text, or what is wrong with it."""
    value = cell.value
    if cell.data_type == "f":
        return "", "holds a formula"
    if cell.data_type == "e":
        return "", f"holds the error {value}"
    if isinstance(value, bool):
        return ("yes" if value else "no"), ""
    if isinstance(value, int):
        return str(value), ""
    if isinstance(value, float):
        return (str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)), ""
    if isinstance(value, str):
        return value.replace("_x000D_", "").replace("\r\n", "\n").strip(), ""
    return "", f"holds a date or time ({value})"
