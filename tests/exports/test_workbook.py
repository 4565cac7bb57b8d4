"""Cells of a workbook as a person sees them, and workbooks that are damaged or made to harm."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from datetime import time as clock
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from trialbook.errors import ExportError
from trialbook.exports import limits
from trialbook.exports.tables import RawTable, RowProblem
from trialbook.exports.workbook import read_workbook


def saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def book_of(*rows: list[Any], title: str = "AE") -> Workbook:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(row)
    return book


def read(data: bytes, **options: Any) -> list[RawTable]:
    return read_workbook(data, "trial.xlsx", **options)[0]


def records(table: RawTable) -> list[list[Any]]:
    rows = table.frame.to_numpy(dtype=object).tolist()
    return [list(table.frame.columns), *([int(row), *cells] for row, cells in zip(table.row, rows, strict=True))]


def edited(data: bytes, part: str, edit: Callable[[str], str]) -> bytes:
    """The workbook with the XML of one part changed by hand."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, edit(content.decode()).encode() if name == part else content)
    return out.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


def with_rows(xml: str, strings: str | None = None) -> bytes:
    """A workbook whose sheet has these rows, as XML, and these shared strings; openpyxl itself writes none."""

    def replaced(old: str) -> str:
        return re.sub(r"<sheetData\s*/>|<sheetData>.*</sheetData>", f"<sheetData>{xml}</sheetData>", old)

    data = edited(saved(book_of()), SHEET, replaced)
    if strings is None:
        return data
    part = '<Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    part += 'spreadsheetml.sharedStrings+xml"/></Types>'
    data = edited(data, "[Content_Types].xml", lambda old: old.replace("</Types>", part))
    out = io.BytesIO(data)
    with zipfile.ZipFile(out, "a") as zipped:
        zipped.writestr("xl/sharedStrings.xml", strings)
    return out.getvalue()


MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def shared(*items: str) -> str:
    return f'<sst xmlns="{MAIN}">' + "".join(f"<si>{item}</si>" for item in items) + "</sst>"


def test_cells_are_text_as_a_person_sees_them() -> None:
    book = book_of(
        ["SUBJID", "VALUE"],
        ["01", 7],
        [7, 7.5],
        ["NA", True],
        [date(2024, 3, 5), datetime(2024, 3, 5, 10, 30)],
        [clock(8, 5), False],
        ["#N/A", " 张三 "],
        ["a\nb", "_x000D_"],
    )
    book["AE"]["A3"].number_format = "0000"
    (table,) = read(saved(book))
    assert (table.file, table.sheet, table.name) == ("trial.xlsx", "AE", "AE")
    assert records(table) == [
        ["SUBJID", "VALUE"],
        [2, "01", "7"],
        [3, "0007", "7.5"],
        [4, "NA", "TRUE"],
        [5, "2024-03-05", "2024-03-05T10:30:00"],
        [6, "08:05:00", "FALSE"],
        [7, "#N/A", " 张三 "],
        [8, "a\nb", "\r"],
    ]
    assert table.problems == ()


def test_dates_of_a_workbook_that_counts_from_1904() -> None:
    book = book_of(["DATE"])
    book.epoch = CALENDAR_MAC_1904
    book["AE"]["A2"] = date(2024, 3, 5)
    (table,) = read(saved(book))
    assert records(table) == [["DATE"], [2, "2024-03-05"]]


@pytest.mark.parametrize(("said", "expected"), [("true", "2024-03-05"), ("on", "2024-03-05"), ("0", "2020-03-04")])
def test_the_epoch_is_said_in_any_way_that_xml_has(said: str, expected: str) -> None:
    book = book_of(["DATE"])
    book.epoch = CALENDAR_MAC_1904
    book["AE"]["A2"] = date(2024, 3, 5)
    data = edited(saved(book), "xl/workbook.xml", lambda xml: xml.replace('date1904="1"', f'date1904="{said}"'))
    (table,) = read(data)
    assert records(table) == [["DATE"], [2, expected]]


def test_every_kind_of_cell_in_the_file() -> None:
    data = with_rows(
        '<row r="1"><c r="A1" t="inlineStr"><is><t>A</t></is></c><c r="B1" t="inlineStr">'
        '<is><r><t>B</t></r><r><t xml:space="preserve"> x</t></r><rPh sb="0" eb="1"><t>guide</t></rPh></is></c></row>'
        '<row><c t="str"><f>"x"</f><v>x</v></c><c t="str"><f>""</f><v></v></c></row>'
        '<row r="5"><c r="A5"><f>B5*2</f></c><c r="B5" t="d"><v>2024-03-05T00:00:00</v></c></row>'
        '<row r="6"><c r="A6" t="e"><v>#DIV/0!</v></c><c r="B6"><f>1+1</f><v>2</v></c></row>'
    )
    (table,) = read(data)
    assert records(table) == [["A", "B x"], [2, "x", ""], [5, "", "2024-03-05"], [6, "#DIV/0!", "2"]]
    assert table.problems == (RowProblem(5, "cell A5 holds a formula without a stored value (B5*2), and is read as empty"),)


def test_a_number_of_more_digits_than_excel_keeps_is_told() -> None:
    book = book_of(["ID", "N"], [123456789012345, 0.1234567890123456], [1234567890123456, "1234567890123456"], [1e17, 1e-20])
    (table,) = read(saved(book))
    assert records(table) == [
        ["ID", "N"],
        [2, "123456789012345", "0.123456789012346"],
        [3, "1234567890123456", "1234567890123456"],
        [4, "100000000000000000", "0.00000000000000000001"],
    ]
    what = "holds a number of more than 15 digits, of which Excel keeps no more: the last may be lost"
    assert table.problems == (RowProblem(3, f"cell A3 {what}"), RowProblem(4, f"cell A4 {what}"))


def test_shared_strings_with_runs_guides_and_escapes() -> None:
    data = with_rows(
        '<row><c t="s"><v>0</v></c><c t="s"><v>1</v></c></row><row><c t="s"><v>2</v></c><c t="s"><v>3</v></c></row>',
        shared(
            "<t>A</t>",
            "<r><rPr><b/></rPr><t>B</t></r><r><t> x</t></r>",
            "<t>東京</t><rPh sb='0' eb='2'><t>トウキョウ</t></rPh>",
            "<t>1_x000A_2 _x005F_x000A_ _xD800_</t>",
        ),
    )
    assert records(read(data)[0]) == [["A", "B x"], [2, "東京", "1\n2 _x000A_ _xD800_"]]


HEADERS = {"SUBJID", "AGE", "体温", "脉搏"}


def noted(table: RawTable) -> list[tuple[int | None, str]]:
    return [(note.row, note.what) for note in table.notes]


def test_titles_and_merged_headers_and_keys() -> None:
    book = book_of(
        ["Study IFN"],
        ["Exported", date(2024, 3, 5)],
        [],
        ["SubjID", "生命体征"],
        [None, "体温", "脉搏"],
        ["01", 36.5, 80],
        [None, 36.6, 81],
        ["02", "未测"],
    )
    for area in ("A1:C1", "A4:A5", "B4:C4", "A6:A7", "B8:C8", "C6:C7"):
        book["AE"].merge_cells(area)
    (table,) = read(saved(book), headers=HEADERS)
    assert records(table) == [["SubjID", "体温", "脉搏"], [6, "01", "36.5", "80"], [7, "", "36.6", ""], [8, "02", "未测", ""]]
    assert noted(table) == [
        (1, "stands above the header and is read as no record: 'Study IFN / Exported 2024-03-05'"),
        (4, "the header stands in the rows 4 to 5 and is joined to 'SubjID', '体温', '脉搏'"),
        (8, "cells that are merged over columns are read in their first column alone: 1, the first B8"),
    ]
    assert table.header_row == 5
    assert {name: ranges.tolist() for name, ranges in table.merged.items()} == {"SubjID": [[6, 7]], "脉搏": [[6, 7]]}


def test_what_a_workbook_hides_is_read_and_announced() -> None:
    book = book_of(["SUBJID", "AGE", "NOTE"], *[[str(number), 40, "x"] for number in range(2, 12)], [])
    sheet = book["AE"]
    sheet.sheet_state = "veryHidden"
    for row in (3, 5, 6, 7, 8, 9, 20):
        sheet.row_dimensions[row].hidden = True
    for column in "BC":
        sheet.column_dimensions[column].hidden = True
    book.create_sheet("DM").append(["SUBJID", "AGE"])
    table, plain = read(saved(book), headers=HEADERS)
    assert len(table.frame) == 10
    assert noted(table) == [
        (None, "the sheet is hidden in the workbook; it is read as the others are"),
        (3, "rows that are hidden in the workbook are read as the others are: 6 (3, 5, 6, 7, 8, …)"),
        (1, "columns that are hidden in the workbook are read as the others are: 2 (AGE, NOTE)"),
    ]
    assert plain.notes == ()


def test_rows_that_a_filter_hides_are_read_and_announced() -> None:
    book = book_of(["SUBJID", "AGE"], ["1", 40], ["2", 50])
    book["AE"].auto_filter.ref = "A1:B3"
    book["AE"].auto_filter.add_filter_column(1, ["40"])
    book["AE"].row_dimensions[3].hidden = True
    (table,) = read(saved(book))
    assert records(table)[1:] == [[2, "1", "40"], [3, "2", "50"]]
    assert noted(table) == [(3, "rows that are hidden or filtered out in the workbook are read as the others are: 1 (3)")]


def test_errors_of_excel_are_text_and_announced() -> None:
    (table,) = read(saved(book_of(["SUBJID", "AGE"], ["1", "#N/A"], ["2", "#DIV/0!"])))
    assert records(table)[1:] == [[2, "1", "#N/A"], [3, "2", "#DIV/0!"]]
    assert noted(table) == [(None, "cells that hold an error of Excel are read as its text: 2, the first #N/A in cell B2")]


def test_columns_of_one_name() -> None:
    book = book_of(["SUBJID", "AGE", "age", "备注", "备注"], ["1", 40, 40, "a", "b"])
    (table,) = read(saved(book), headers=HEADERS)
    assert records(table) == [["SUBJID", "AGE", "备注", "备注 (column E)"], [2, "1", "40", "a", "b"]]
    assert noted(table) == [
        (1, "the columns B, C have one name, 'AGE', and the same cells: read once"),
        (1, "the columns D, E have one name, '备注', and differ: read as '备注 (column E)' too"),
    ]
    book["AE"]["C2"] = 41
    with pytest.raises(ExportError, match="row 1: has several columns of one name: 'AGE' in B, C"):
        read(saved(book), headers=HEADERS)


def test_a_name_by_letter_that_is_taken_is_told_apart_too() -> None:
    book = book_of(["SUBJID", "AGE", "X", "X (column D)", "X"], ["1", 40, "a", "b", "c"], ["2", 41, "a", "b", "c"])
    book["AE"]["D1"] = "X (column E)"
    (table,) = read(saved(book), headers=HEADERS)
    assert list(table.frame.columns) == ["SUBJID", "AGE", "X", "X (column E)", "X (column E)'"]


def test_a_header_of_formulas_without_stored_values_is_told() -> None:
    (table,) = read(saved(book_of(["=X1", "=X2"], ["SUBJID", "AGE"], ["1", 40])), headers=HEADERS)
    assert records(table) == [["SUBJID", "AGE"], [3, "1", "40"]]
    assert [problem.row for problem in table.problems] == [1, 1]


def test_sheets_are_named_with_or_without_outer_blanks() -> None:
    book = book_of(["A"], [1], title=" DM ")
    book.create_sheet(" README").append(["How to"])
    book.create_sheet("Synthetic ").append(["Invented."])
    tables, statement = read_workbook(saved(book), "trial.xlsx", ignore=["readme"])
    assert ([table.name for table in tables], statement) == ([" DM "], "Invented.")


def test_each_sheet_is_a_table_hidden_ones_too() -> None:
    book = book_of([None], [None, None], [None, "A", "B"], [], [None, 1], [None], title="DM")
    book.create_sheet("空")
    hidden = book.create_sheet("隐藏")
    hidden.append(["C"])
    hidden.sheet_state = "veryHidden"
    book.create_chartsheet("chart")
    book.create_sheet("README").append(["How to fill in the forms"])
    tables = read(saved(book), ignore=["readme"])
    assert [(table.name, records(table)) for table in tables] == [("DM", [["A", "B"], [5, "1", ""]]), ("隐藏", [["C"]])]


def test_cells_beyond_the_header_are_reported() -> None:
    (table,) = read(saved(book_of(["A", "B"], [1, 2, None, "look here"], [3], [None, " ", "alone"])))
    assert records(table) == [["A", "B"], [2, "1", "2"], [3, "3", ""]]
    assert table.problems == (
        RowProblem(2, "has 4 cells where the header has 2; beyond the header stands 'look here'"),
        RowProblem(4, "has 3 cells where the header has 2; beyond the header stands 'alone' alone; it is read as no record"),
    )


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([["A", "B", " A"], [1]], "has several columns of one name: 'A' in A, C"),
        ([["A", None, "B"], [1, 2, 3]], "has data beneath a header without a name: column B (row 2: '2')"),
    ],
)
def test_a_header_that_does_not_name_its_columns_is_refused(rows: list[list[Any]], message: str) -> None:
    with pytest.raises(ExportError) as caught:
        read(saved(book_of(*rows)))
    assert str(caught.value).startswith(f"trial.xlsx, sheet 'AE', row 1: {message}")


def test_a_sheet_can_say_that_the_data_are_invented() -> None:
    book = book_of(["A"], [1])
    book.create_sheet("SYNTHETIC").append([None, "Invented subjects."])
    tables, statement = read_workbook(saved(book), "trial.xlsx")
    assert ([table.name for table in tables], statement) == (["AE"], "Invented subjects.")


def test_what_a_sheet_declares_about_its_size_is_not_believed() -> None:
    rows = '<row r="1"><c r="A1"><v>1</v></c></row>' + "".join(
        f'<row r="{row}" spans="1:2"><c r="A{row}" s="0"/><c r="B{row}" s="0"/></row>' for row in range(2, 100_000)
    )
    data = edited(with_rows(rows), SHEET, lambda xml: re.sub(r"<dimension[^>]*>", '<dimension ref="A1:XFD1048576"/>', xml))
    (table,) = read(data)
    assert records(table) == [["1"]]


def test_a_cell_in_the_last_corner_costs_nothing() -> None:
    (table,) = read(with_rows('<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'))
    assert records(table) == [["1"]]
    what = "has 16384 cells where the header has 1; beyond the header stands '2' alone; it is read as no record"
    assert table.problems == (RowProblem(1048576, what),)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ('<row r="1048577"><c><v>1</v></c></row>', "row 1048577 stands after row 0"),
        ('<row r="2"><c><v>1</v></c></row><row r="1"/>', "row 1 stands after row 2"),
        ('<row r="1"><c r="XFE1"><v>1</v></c></row>', "a cell is named 'XFE1', which is no cell of a sheet"),
        ('<row r="1"><c r="A1" t="s"><v>99</v></c></row>', "the cell names the shared text '99', which is not there"),
        (f'<row r="1"><c r="B1" t="str"><v>{"x" * 1_000_001}</v></c></row>', "the cell has more than 1,000,000 characters"),
        ('<row r="1"><c>', "is damaged (mismatched tag"),
        ('<row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row>', "row 1, column A: the cell is there twice"),
    ],
)
def test_a_malformed_sheet_is_refused(rows: str, message: str) -> None:
    with pytest.raises(ExportError) as caught:
        read(with_rows(rows))
    assert str(caught.value).startswith("trial.xlsx, sheet 'Sheet") or "sheet 'AE'" in str(caught.value)
    assert message in str(caught.value)


LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)  # fmt: skip


@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", "xl/styles.xml", "[Content_Types].xml", "xl/sharedStrings.xml"])
@pytest.mark.parametrize("doctype", [LAUGHS + "]>", '<!DOCTYPE x SYSTEM "file:///etc/passwd">'])
def test_xml_entities_are_refused(part: str, doctype: str) -> None:
    whole = with_rows('<row><c t="s"><v>0</v></c></row>', shared("<t>A</t>"))
    data = edited(whole, part, lambda xml: doctype + re.sub(r"^<\?xml[^>]*>", "", xml))
    with pytest.raises(ExportError, match="declares XML entities or a document type in its part"):
        read(data)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (bytes.fromhex("D0CF11E0A1B11AE1") + b"\0" * 600, "is a workbook of the old binary format (.xls)"),
        (bytes.fromhex("D0CF11E0A1B11AE1") + "EncryptedPackage".encode("utf-16-le"), "is encrypted"),
        (b"SUBJID,SEX\n", "is no zip, or a damaged one"),
        (b"", "is no zip, or a damaged one"),
        (saved(book_of(["A"]))[:-40], "is no zip, or a damaged one"),
        (saved(book_of()), "has no sheet with anything in it"),
    ],
)
def test_what_is_no_workbook_is_refused(data: bytes, message: str) -> None:
    with pytest.raises(ExportError) as caught:
        read(data)
    assert str(caught.value).startswith(f"trial.xlsx: {message}")
    assert caught.value.remedy


def test_a_zip_that_is_no_workbook_and_one_that_lacks_a_sheet() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as zipped:
        zipped.writestr("AE.csv", "A,B\n")
    with pytest.raises(ExportError, match="is not a sound workbook"):
        read(out.getvalue())
    whole = saved(book_of(["A"]))
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            if name != SHEET:
                new.writestr(name, old.read(name))
    with pytest.raises(ExportError, match="is not a sound workbook: it lacks the sheets it lists: AE"):
        read(out.getvalue())


def test_damage_within_a_sheet_is_found() -> None:
    data = bytearray(saved(book_of(["A", "B"], *[[number, f"text {number}"] for number in range(2000)])))
    with zipfile.ZipFile(io.BytesIO(data)) as zipped:
        at = zipped.getinfo(SHEET).header_offset + 200
    data[at : at + 4] = bytes(byte ^ 0xFF for byte in data[at : at + 4])
    with pytest.raises(ExportError, match="is damaged"):
        read(bytes(data))


def test_a_bomb_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SUSPICIOUS_SIZE", 100_000)
    data = with_rows('<row r="1"><c r="A1"><v>1</v></c></row>' + "<row/>" * 200_000)
    with pytest.raises(ExportError, match=r"sheet1\.xml: unpacks to 1 MiB, [0-9,]+ times its packed size"):
        read(data)


@pytest.mark.parametrize(
    "references",
    [["A2:Z"], ["A2:A4", "A4:A5"], ["A1048577:A1048578", "A3:A1048576", "A4:A5"]],
    ids=["no range", "overlap", "overlap of many"],
)
def test_merged_cells_that_no_sound_workbook_has(references: list[str]) -> None:
    merged = "".join(f'<mergeCell ref="{reference}"/>' for reference in references)
    data = edited(
        with_rows('<row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="A2"><v>1</v></c></row>'),
        SHEET,
        lambda xml: xml.replace("</sheetData>", f"</sheetData><mergeCells>{merged}</mergeCells>"),
    )
    with pytest.raises(ExportError, match=r"sheet '.+': (the merged cells 'A2:Z' are no range|cells of it are merged twice)"):
        read(data)


STRICT = "http://purl.oclc.org/ooxml/"
TRANSITIONAL = {
    MAIN: f"{STRICT}spreadsheetml/main",
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships": f"{STRICT}officeDocument/relationships",
}


def test_the_strict_variant_of_the_format_is_read() -> None:
    data = with_rows('<row><c t="s"><v>0</v></c></row><row><c><v>7</v></c></row>', shared("<t>A</t>"))
    with zipfile.ZipFile(io.BytesIO(data)) as zipped:
        parts = [name for name in zipped.namelist() if not name.startswith("docProps")]
    for part in parts:
        for old, new in TRANSITIONAL.items():
            data = edited(data, part, lambda xml, old=old, new=new: xml.replace(old, new))  # type: ignore[misc]
    (table,) = read(data)
    assert records(table) == [["A"], [2, "7"]]


def test_a_workbook_of_the_binary_format_is_told() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as zipped:
        zipped.writestr("[Content_Types].xml", "<Types/>")
        zipped.writestr("xl/workbook.bin", b"\x83\x01\x00")
    with pytest.raises(ExportError, match=r"trial\.xlsx: is a workbook of the binary format \(\.xlsb\)\nOpen it in Excel"):
        read(out.getvalue())


@pytest.mark.parametrize("part", ["_rels/.rels", "xl/_rels/workbook.xml.rels", "xl/workbook.xml", "xl/styles.xml"])
def test_a_part_that_lies_about_its_size_is_refused_whoever_reads_it(part: str) -> None:
    # Blanks after the XML: what is stated is sound, and so is the checksum of what is stated.
    stated = edited(saved(book_of(["SUBJID"], ["S1"])), part, lambda old: old.ljust(2_000_000))
    data = bytearray(edited(stated, part, lambda old: old.ljust(3_000_000)))
    with zipfile.ZipFile(io.BytesIO(stated)) as zipped:
        checksum = zipped.getinfo(part).CRC
    entries = (match.start() for match in re.finditer(b"PK\x01\x02", data))
    (at,) = (start for start in entries if data[start + 46 :].startswith(part.encode()))
    data[at + 16 : at + 20] = checksum.to_bytes(4, "little")
    data[at + 24 : at + 28] = (2_000_000).to_bytes(4, "little")
    with pytest.raises(ExportError, match=r"unpacks to more than the 2,000,000 bytes that the zip states"):
        read(bytes(data))
