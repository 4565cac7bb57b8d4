"""How the tests of pieces read a table."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest


@pytest.fixture
def rows() -> Callable[[str], list[list[str]]]:
    """The text of each table row of a piece, a cell an item; lines in a cell are parted by a slash."""

    def read(html: str) -> list[list[str]]:
        found = []
        for row in re.findall(r"<tr.*?</tr>", html, re.DOTALL):
            cells = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)
            texts = [unescape(re.sub(r"<[^>]+>", "", re.sub(r"(?<=.)<div[^>]*>", " / ", cell))) for cell in cells]
            found.append([re.sub(r"( /)+ ", " / ", " ".join(text.split())).removeprefix("/ ") for text in texts])
        return found

    return read
