"""Texts are broken into lines by how wide they are."""

from __future__ import annotations

import pytest

from trialbook.displays.measured import text_width, wrapped


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("one two", ["one two"]),
        ("one two three", ["one two", "three"]),
        ("unbreakablelongword", ["unbreakab", "lelongwor", "d"]),
        ("筛选期治疗", ["筛选期治", "疗"]),
        ("lost (n\u00a0=\u00a02)", ["lost", "(n\u00a0=\u00a02)"]),
        ("  two   spaces ", ["two", "spaces"]),
        ("", []),
    ],
)
def test_texts_are_wrapped_by_their_widths(text: str, lines: list[str]) -> None:
    assert wrapped(text, 48, 10) == lines
    assert all(text_width(line, 10) <= 48 for line in lines)
