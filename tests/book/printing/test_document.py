"""The one page of Sphinx read as a document: chapters, levels, links, what is left out, captions."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from lxml import html

from trialbook.book.printing.document import read_printed
from trialbook.errors import TrialbookError


def test_chapters_have_their_parts_levels_and_numbers(single: Path) -> None:
    book = read_printed(single)
    assert [(one.key, one.part, one.title, one.synthetic) for one in book.chapters] == [
        ("index", "", "Synopsis", False),
        ("design", "Protocol", "1. Design", False),
        ("validation", "Data", "2. Validation", True),
    ]
    assert [(one.level, one.number, one.title, one.id) for chapter in book.chapters for one in chapter.headings] == [
        (1, "", "Synopsis", "index--synopsis"),
        (2, "", "Arms", "index--arms"),
        (1, "1.", "Design", "design--design"),
        (2, "1.1.", "Arms", "design--arms"),
        (3, "", "Arm A", "design--arm-A"),
        (2, "1.2.", "Schedule", "design--schedule"),
        (1, "2.", "Validation", "validation--validation"),
    ]


def test_links_lead_within_the_document_or_are_text(single: Path) -> None:
    chapters = read_printed(single).chapters
    assert [(one.text_content(), one.get("href")) for chapter in chapters for one in chapter.node.iter("a")] == [
        ("the design", "#page--design"),
        ("the third row", "#design--row-3"),
        ("a paper", "https://doi.org/10.1000/182"),
        ("[1]", "#design--id2"),
        ("1", "#design--id1"),
        ("arm A", "#design--arm-A"),
    ]
    text = "".join(html.tostring(chapter.node, encoding="unicode") for chapter in chapters)
    ids = re.findall(r' id="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', text)) <= set(ids)
    assert '<span class="address"> (https://doi.org/10.1000/182)</span>' in text
    assert [
        word for word in ("headerlink", "<button", "<input", "Screen alone", "Age", "_downloads", "<details") if word in text
    ] == []
    assert [word for word in ("Unfolded words", "A form to fill in stands here") if word not in text] == []


def test_tables_and_figures_are_numbered_where_they_have_a_name(single: Path) -> None:
    chapters = read_printed(single).chapters
    captions = [one.text_content() for chapter in chapters for one in chapter.node.iter("caption", "figcaption")]
    # Those of the study report have the numbers by which the report cites them.
    own = ["Table 14.1.2 Disposition All randomized (N = 2)", "Figure 14.1.1 Flow All screened"]
    assert captions == ["Figure 1. Trial schema", "Table 1. Schedule", "Table 2. Verdicts", *own]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "holds no page of a book"),
        ("<p>no article</p>", "is no page of a book: it has no article"),
        ('<article><img src="lost.png"></article>', "there is no such picture for the printed book"),
    ],
)
def test_what_is_no_book_is_told(tmp_path: Path, content: str | None, message: str) -> None:
    if content is not None:
        (tmp_path / "index.html").write_text(content, encoding="utf-8")
    with pytest.raises(TrialbookError, match=message):
        read_printed(tmp_path)
