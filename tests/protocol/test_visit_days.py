"""The days of a planned visit's window: there is no day 0 between day -1 and day 1."""

from __future__ import annotations

import pytest

from trialbook.protocol.schedule import Visit


@pytest.mark.parametrize(
    ("day", "window", "first", "last"),
    [
        (30, (-3, 3), 27, 33),
        (3, (-2, 2), 1, 5),
        (3, (-3, 2), -1, 5),
        (1, (-1, 0), -1, 1),
        (-1, (-2, 0), -3, -1),
        (-1, (-2, 1), -3, 1),
        (-3, (-2, 3), -5, 1),
        (-28, (0, 27), -28, -1),
        (5, None, 5, 5),
        (None, None, None, None),
    ],
)
def test_first_and_last_day(day: int | None, window: tuple[int, int] | None, first: int | None, last: int | None) -> None:
    visit = Visit(visitnum=1, visit="A", day=day, window=window)
    assert (visit.first_day, visit.last_day) == (first, last)
