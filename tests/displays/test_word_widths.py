"""The widths of columns in Word: never wider than the page, and labels give way first."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialbook.displays.display import Align, Column, Row, Table
from trialbook.displays.measured import text_width
from trialbook.displays.word_widths import CELL, widths

ROOM = 740.0


def table(*rows: tuple[str, ...], over: str = "") -> Table:
    columns = tuple(Column(f"C{at}", Align.LEFT, over if at else "") for at in range(len(rows[0])))
    return Table("14.1", "T", "", columns, tuple(Row(cells) for cells in rows))


def test_columns_have_what_they_need_and_no_more_than_a_share_beyond() -> None:
    found = widths(table(("Label", "12 (25.0)")), ROOM)
    needed = [text_width(text, 9) + 2 * CELL for text in ("Label", "12 (25.0)")]
    assert (found.size, found.columns) == (9, pytest.approx([width + 60 for width in needed]))


def test_long_labels_are_broken_into_lines_before_letters_are_made_smaller() -> None:
    found = widths(table(("a word " * 60, *["12 (25.0)"] * 6)), ROOM)
    cell = text_width("12 (25.0)", 9) + 2 * CELL
    assert found.size == 9
    assert found.columns == pytest.approx([ROOM - 6 * cell, *[cell] * 6])


def test_many_columns_have_smaller_letters() -> None:
    assert widths(table(("Label", *["unbreakable_text"] * 11)), ROOM).size == 7


def test_a_header_over_columns_has_room() -> None:
    over = "A very long header over two narrow columns " * 2
    found = widths(table(("L", "1", "2"), over=over), ROOM)
    assert sum(found.columns[1:]) >= text_width(over, found.size, bold=True)


CELLS = st.text(st.sampled_from("abc 12.(0)\n<&>聚乙二醇"), max_size=60)


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 18).flatmap(lambda n: st.lists(st.tuples(*[CELLS] * n), min_size=1, max_size=4)))
def test_a_table_is_never_wider_than_its_room(rows: list[tuple[str, ...]]) -> None:
    found = widths(table(*rows), ROOM)
    assert sum(found.columns) <= ROOM + 1e-6
    assert all(width > 0 for width in found.columns)
