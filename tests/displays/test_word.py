"""Tables and figures as a Word file, read back from its XML."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Mm

from trialbook.displays.display import Align, Column, Display, Figure, Row, Table
from trialbook.displays.drawings.curve import Curve
from trialbook.displays.drawings.curves import curves
from trialbook.displays.word import as_word_file
from trialbook.displays.word_table import kept_with_next

COLUMNS = (Column("", Align.LEFT), Column("A & B\n(N = 48)", over="Arm"), Column("C", over="Arm"), Column("p"))
ROWS = (
    Row(("Sex, n (%)",), heading=True),
    Row(("Male <18", "27 (56.3)", "4 (8.3)", "<0.001"), indent=1),
    Row(("Female", "21 (43.8)", "44 (91.7)", "NE"), indent=1, ruled=True),
)
TABLE = Table("14.1.2", "Age & sex", "All <randomized>", COLUMNS, ROWS, ("A note 聚乙二醇",), "Source: ADSL", "SYNTHETIC DATA")
SHELL = Table("14.1.3", "Doses", "", COLUMNS, statement="Shell: no data")
FIGURE = Figure(
    "14.2.1", "Survival", "All", curves([Curve("A", [6], [0.5])], start=1, ticks=(0, 12), y_title="Survival (%)"),
    ("Kaplan–Meier",), statement="SYNTHETIC DATA",
)  # fmt: skip


def read(*displays: Display, **more: Any) -> Any:
    return Document(io.BytesIO(as_word_file(displays, study="NCT00000001", **more)))


@pytest.fixture(scope="module")
def written() -> Any:
    return read(TABLE, FIGURE, SHELL, made=date(2026, 1, 2))


def value(node: Any, path: str, name: str = "val") -> str | None:
    found = node.find("/".join(qn(step) for step in path.split("/")))
    return None if found is None else found.get(qn(f"w:{name}"), "")


def test_what_it_says_from_top_to_bottom(written: Any) -> None:
    said = [one.text for one in written.paragraphs]
    assert said == [
        "Contents", "Table 14.1.2\tAge & sex\t", "Figure 14.2.1\tSurvival\t", "Table 14.1.3\tDoses\t", "",
        "SYNTHETIC DATA", "Table 14.1.2\nAge & sex\nAll <randomized>", "A note 聚乙二醇", "Source: ADSL",
        "SYNTHETIC DATA", "Figure 14.2.1\nSurvival\nAll", "", "Kaplan–Meier",
        "Shell: no data", "Table 14.1.3\nDoses", "",
    ]  # fmt: skip
    assert [one.style.name for one in written.paragraphs if one.text.startswith(("Table 14.1.2\n", "Figure 14.2.1\n"))] == [
        "Caption", "Caption",
    ]  # fmt: skip


def test_cells_and_headers_over_columns(written: Any) -> None:
    rows = [[cell.text for cell in row.cells] for row in written.tables[0].rows]
    assert rows == [
        ["", "Arm", "Arm", "p"],
        ["", "A & B\n(N = 48)", "C", "p"],
        ["Sex, n (%)"] * 4,
        ["Male <18", "27 (56.3)", "4 (8.3)", "<0.001"],
        ["Female", "21 (43.8)", "44 (91.7)", "NE"],
    ]
    assert [[cell.text for cell in row.cells] for row in written.tables[1].rows][2:] == [["No data"] * 4]


def test_headers_repeat_and_rows_are_not_torn(written: Any) -> None:
    rows = written.tables[0]._tbl.findall(qn("w:tr"))
    assert [value(row, "w:trPr/w:tblHeader") for row in rows] == ["", "", None, None, None]
    assert [value(row, "w:trPr/w:cantSplit") for row in rows] == [""] * 5
    kept = [row.find(f".//{qn('w:keepNext')}") is not None for row in rows]
    assert kept == [False, False, True, True, True]  # a short table whole, the last row with the notes


@pytest.mark.parametrize(
    ("shape", "expected"),
    [  # H is a heading, a digit the indent of another row; what is kept is marked by 1
        ("", ""),
        ("0000", "0111"),
        ("H1111111", "11111111"),
        ("H11H11111", "110111111"),
        (f"H{'1' * 12}H111", f"1{'0' * 12}1111"),
        (f"0{'1' * 11}01111", f"{'1' * 11}011111"),
    ],
)
def test_which_rows_stay_with_the_next(shape: str, expected: str) -> None:
    rows = [Row(("x",), 0 if one == "H" else int(one), heading=one == "H") for one in shape]
    kept = kept_with_next(rows)
    assert "".join("1" if at in kept else "0" for at in range(len(rows))) == expected


def edges(row: Any) -> list[set[tuple[str, str]]]:
    cells = [cell.find(f"{qn('w:tcPr')}/{qn('w:tcBorders')}") for cell in row.findall(qn("w:tc"))]
    return [set() if cell is None else {(edge.tag.split("}")[1], edge.get(qn("w:sz"))) for edge in cell} for cell in cells]


def test_there_are_three_rules_and_those_asked_for(written: Any) -> None:
    rows = written.tables[0]._tbl.findall(qn("w:tr"))
    assert [edges(row)[0] for row in rows] == [
        {("top", "12")}, {("bottom", "6")}, set(), set(), {("top", "6"), ("bottom", "12")},
    ]  # fmt: skip
    assert all(len({frozenset(edge) for edge in edges(row)}) == 1 for row in rows)


def test_numbers_stand_under_each_other(written: Any) -> None:
    """The lead of 4 (8.3) is one digit shorter than that of 44 (91.7): 0.556 of 9 points, in twentieths of a point."""
    cells = [[cell._tc for cell in row.cells] for row in written.tables[0].rows[3:]]
    indents = [int(value(row[2], "w:p/w:pPr/w:ind", "left") or 0) for row in cells]
    assert indents[0] - indents[1] == pytest.approx(0.556 * 9 * 20, abs=1)
    assert [value(row[2], "w:p/w:pPr/w:jc") for row in cells] == ["left", "left"]


def test_a_table_is_named_for_who_cannot_see_it(written: Any) -> None:
    assert value(written.tables[0]._tbl, "w:tblPr/w:tblCaption") == "Table 14.1.2 Age & sex"


def test_a_figure_is_a_picture_with_its_content_in_words(written: Any) -> None:
    (shape,) = written.inline_shapes
    about = shape._inline.docPr
    assert (about.get("name"), about.get("title")) == ("Figure 14.2.1", "Figure 14.2.1 Survival")
    assert about.get("descr") == FIGURE.words
    (part,) = [one for one in written.part.package.iter_parts() if one.partname.endswith(".png")]
    assert part.image.px_width / (shape.width / 914400) == pytest.approx(300, abs=1)
    assert shape.width <= Mm(261) and shape.height <= Mm(150)


def test_pages_lie_and_their_heads_say_what_must_be_known(written: Any) -> None:
    heads = [(round(one.page_width.mm), round(one.page_height.mm), one.header.paragraphs[0].text) for one in written.sections]
    assert heads == [
        (297, 210, "NCT00000001\tSYNTHETIC DATA · Shell: no data\t"),
        (297, 210, "NCT00000001\tSYNTHETIC DATA\t"),
        (297, 210, "NCT00000001\tShell: no data\t"),
    ]
    head, foot = (part.paragraphs[0]._p for part in (written.sections[1].header, written.sections[1].footer))
    assert [one.text.strip() for one in head.iter(qn("w:instrText"))] == ['STYLEREF "Display Number"']
    assert [one.text.strip() for one in foot.iter(qn("w:instrText"))] == ["PAGE", "NUMPAGES"]
    assert written.sections[1].footer.paragraphs[0].text == "Tables and figures\t\tPage 1 of 1"


def test_the_list_leads_to_the_captions(written: Any) -> None:
    body = written.element.body
    marks = {one.get(qn("w:name")) for one in body.iter(qn("w:bookmarkStart"))}
    assert [one.get(qn("w:anchor")) for one in body.iter(qn("w:hyperlink"))] == sorted(marks)
    assert len(marks) == 3


def test_no_section_ends_within_the_list(written: Any) -> None:
    """Word replaces the paragraphs of a field when it fills it in, and a section's end that stood in one would be lost."""
    ends = [one.text for one in written.paragraphs if one._p.find(f".//{qn('w:sectPr')}") is not None]
    assert ends == ["", "Kaplan–Meier"]


def test_each_display_begins_a_page(written: Any) -> None:
    """The first of a section by the section itself; the figure, which has the table's statement, by its own first paragraph."""
    breaks = [one.text for one in written.paragraphs if one.paragraph_format.page_break_before]
    assert breaks == ["SYNTHETIC DATA"]
    assert [one.text for one in read(SHELL, SHELL).paragraphs if one.paragraph_format.page_break_before] == ["Shell: no data"]


def test_one_display_is_a_file_without_a_list() -> None:
    said = [one.text for one in read(TABLE).paragraphs]
    assert said[:2] == ["SYNTHETIC DATA", "Table 14.1.2\nAge & sex\nAll <randomized>"]


def test_the_file_says_what_it_is(written: Any) -> None:
    about = written.core_properties
    assert (about.title, about.author, about.comments) == ("NCT00000001: Tables and figures", "trialbook", "")
    assert about.created.date() == date(2026, 1, 2)


def test_characters_that_xml_has_no_place_for_are_replaced() -> None:
    table = Table(
        "14.1", "T\x00", "P\x01", (Column("a\x02"), Column("b")), (Row(("c\x03", "d\x04")),), ("e\x05",), statement="f\x06"
    )
    document = read(table)
    assert [[cell.text for cell in row.cells] for row in document.tables[0].rows] == [["a\ufffd", "b"], ["c\ufffd", "d\ufffd"]]
    assert [one.text for one in document.paragraphs] == ["f\ufffd", "Table 14.1\nT\ufffd\nP\ufffd", "e\ufffd"]


def test_nothing_to_show_is_refused() -> None:
    with pytest.raises(ValueError, match="has one at least"):
        as_word_file([], study="x")


def test_elements_stand_in_the_order_that_word_wants(written: Any) -> None:
    """ISO/IEC 29500-1, annex A: the properties of cells, rows and tables."""
    orders = {
        "w:tcPr": ["w:tcW", "w:gridSpan", "w:vMerge", "w:tcBorders", "w:vAlign"],
        "w:trPr": ["w:cantSplit", "w:tblHeader"],
        "w:tblPr": ["w:tblW", "w:jc", "w:tblLayout", "w:tblCellMar", "w:tblLook", "w:tblCaption"],
        "w:tcBorders": ["w:top", "w:bottom"],
        "w:pPr": ["w:pStyle", "w:keepNext", "w:keepLines", "w:pageBreakBefore", "w:pBdr", "w:ind", "w:jc", "w:sectPr"],
    }
    for kind, order in orders.items():
        wanted = [qn(name) for name in order]
        nodes = list(written.element.body.iter(qn(kind)))
        assert nodes
        for node in nodes:
            places = [wanted.index(child.tag) for child in node]
            assert places == sorted(places), [child.tag for child in node]
