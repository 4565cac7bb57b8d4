"""What is true of every drawing: texts stay in it and apart from each other, and its body is XML without ids."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import unescape
from itertools import combinations
from typing import NamedTuple

import pytest
from lxml import etree

from trialbook.displays.drawn import Drawing
from trialbook.displays.measured import text_width

TEXT = re.compile(r'<text font-size="([\d.]+)" text-anchor="(\w+)"[^>]*?( font-weight="600")?>(.*?)</text>')


class Line(NamedTuple):
    """A line of text and where it stands."""

    text: str
    left: float
    top: float
    right: float
    bottom: float

    def apart(self, other: Line) -> bool:
        return (
            self.right <= other.left + 0.1
            or other.right <= self.left + 0.1
            or self.bottom <= other.top + 0.6
            or other.bottom <= self.top + 0.6
        )


def lines_of(drawing: Drawing) -> Iterator[Line]:
    for size, anchor, bold, inner in TEXT.findall(str(drawing.body)):
        for x, y, line in re.findall(r'<tspan x="([-\d.]+)" y="([-\d.]+)">(.*?)</tspan>', inner):
            text = unescape(line)
            long = text_width(text, float(size), bold=bool(bold))
            left = float(x) - {"start": 0, "middle": long / 2, "end": long}[anchor]
            if text.strip():
                yield Line(text, left, float(y) - 0.8 * float(size), left + long, float(y) + 0.22 * float(size))


def check(drawing: Drawing) -> list[Line]:
    etree.fromstring(f"<g>{drawing.body}</g>")
    assert " id=" not in drawing.body
    assert drawing.words
    found = list(lines_of(drawing))
    for line in found:
        assert line.left >= 0 and line.top >= 0 and line.right <= drawing.width + 0.1 and line.bottom <= drawing.height, line
    for one, other in combinations(found, 2):
        assert one.apart(other), (one, other)
    return found


@pytest.fixture
def texts() -> Callable[[Drawing], list[str]]:
    """The lines of a drawing in their order, after a look at their places."""
    return lambda drawing: [line.text for line in check(drawing)]


@pytest.fixture(scope="session")
def places() -> Callable[[Drawing], list[Line]]:
    """The lines of a drawing with their places, after a look at them."""
    return check
