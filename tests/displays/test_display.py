"""What a display refuses: a number that is none, rows that do not fit the columns."""

from __future__ import annotations

import pytest

from trialbook.displays.display import Align, Column, Row, Span, Table, name_of, spans

COLUMNS = (Column("", Align.LEFT), Column("A", over="Arm"), Column("B", over="Arm"), Column("p"))


@pytest.mark.parametrize("number", ["14", "14.2.1.1", "14.3.1.2a", "16.2.7"])
def test_a_display_is_called_by_its_number(number: str) -> None:
    assert name_of(Table(number, "Title", "", COLUMNS)) == f"Table {number}"


@pytest.mark.parametrize(
    ("number", "title", "columns", "rows", "message"),
    [
        ("", "T", COLUMNS, (), "the number of a display is of digits and points, such as 14.2.1.1, not ''"),
        ("14.", "T", COLUMNS, (), "the number of a display is of digits and points, such as 14.2.1.1, not '14.'"),
        ("14.1", " ", COLUMNS, (), "display 14.1 has no title"),
        ("14.1", "T", (), (), "table 14.1 has no columns"),
        ("14.1", "T", COLUMNS, (Row(("x", "1", "2", "3")), Row(("y",))), "table 14.1, row 2 (('y',)): 1 cells for 4 columns"),
        ("14.1", "T", COLUMNS, (Row(("y", "1"), heading=True),), "table 14.1, row 1 (('y',)): 2 cells for 4 columns"),
        ("14.1", "T", COLUMNS, (Row(("y",), indent=-1, heading=True),), "table 14.1, row 1: an indent is 0 or more, not -1"),
    ],
)
def test_what_a_display_refuses(
    number: str, title: str, columns: tuple[Column, ...], rows: tuple[Row, ...], message: str
) -> None:
    with pytest.raises(ValueError) as raised:
        Table(number, title, "", columns, rows)
    assert str(raised.value) == message


def test_neighbours_that_name_the_same_header_are_under_one() -> None:
    assert spans(COLUMNS) == [Span("", 0, 1), Span("Arm", 1, 2), Span("", 3, 1)]
    apart = (Column("a", over="X"), Column("b"), Column("c", over="X"), Column("d", over="Y"))
    assert spans(apart) == [Span("X", 0, 1), Span("", 1, 1), Span("X", 2, 1), Span("Y", 3, 1)]
