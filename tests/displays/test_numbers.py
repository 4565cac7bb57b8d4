"""Numbers in a column: whole parts end at one place. A digit is 0.556 wide, and so are ``<`` and ``−`` nearly."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialbook.displays.measured import text_width
from trialbook.displays.numbers import placed

DIGIT = 0.556


@pytest.mark.parametrize(
    ("texts", "offsets"),
    [
        (["27 (56.3)", "4 (8.3)", "0"], [0, DIGIT, DIGIT]),
        (["12.5", "0.250", "100"], [DIGIT, 2 * DIGIT, 0]),
        (["<0.001", "0.013"], [0, 0.584]),
        (["1,234 (5)", "12 (3)"], [0, 2 * DIGIT + 0.278 + DIGIT - DIGIT]),
        (["18, 70", "43.2"], [0, 0]),
        ([], []),
        ([""], [0]),
    ],
)
def test_where_numbers_begin(texts: list[str], offsets: list[float]) -> None:
    assert [one.offset for one in placed(texts)] == pytest.approx(offsets)


def test_a_text_without_number_is_centred() -> None:
    number, text = placed(["12.5 (3.1)", "NE"])
    assert text.offset == pytest.approx((number.width - text_width("NE", 1)) / 2)
    wide, narrow = placed(["not estimable", "5"])
    assert (wide.offset, narrow.offset) == (0, pytest.approx((wide.width - DIGIT) / 2))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(st.sampled_from("0123456789.,()<−% NE\n")), max_size=8))
def test_every_text_is_within_the_block(texts: list[str]) -> None:
    for text, place in zip(texts, placed(texts), strict=True):
        widest = max(text_width(line, 1) for line in text.split("\n"))
        assert place.offset >= -1e-9
        assert place.offset + widest <= place.width + 1e-9
