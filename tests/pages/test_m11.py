"""The pages of the protocol: headings that are ICH M11's, with its numbers; sentences with their sources."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path

import pytest
from markupsafe import Markup

from trialbook.errors import TrialbookError
from trialbook.pages import session
from trialbook.pages.analyses import planned_analyses
from trialbook.pages.assessments import assessments_table
from trialbook.pages.links import SECTION_PAGES
from trialbook.pages.m11 import folded, m11_legend, section, title_page
from trialbook.specfile import SpecFile
from trialbook.standards import m11_sections

CELL = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^(#+) (.+)$", re.MULTILINE)
CALLED = re.compile(r"\bsection\(\"([\d.]+)\"\)")
PROTOCOL = Path(__file__).parent / "small_protocol"
SECTIONS = """\
sections:
  - number: "2.1"
    statements:
      - {text: "We think <so> on day {visits.WEEK 1.day} (section 5.1)", note: Asked in question 1}
      - {text: "We hope:", items: [that X helps, "<b>"], cites: [book1]}
      - {text: words of the record, source: record}
      - {text: "It has {study.design.planned_subjects}", source: record}
      - {text: It says so, source: record, quote: other words & more, cites: [book1]}
  - {number: "4.3", open: true}
  - {number: "4.4", statements: [{text: It ends}], open: true, reason: "Ask <them> (section 2.1).", question: 1}
  - {number: "4.5", applies: false, reason: The drug is sold.}
"""


@pytest.fixture
def here(small_study: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The small study with sections; a page's kernel starts in the page's folder."""
    shutil.copytree(PROTOCOL, small_study / "protocol", dirs_exist_ok=True)
    (small_study / "protocol/sections.yml").write_text(SECTIONS, encoding="utf-8")
    for page in ("introduction", "population", "open-questions", "references"):
        (small_study / f"book/{page}.md").write_text("# A page\n", encoding="utf-8")
    monkeypatch.chdir(small_study / "book")
    session._study.cache_clear()
    return small_study


def headings(repository: Path) -> Iterator[tuple[str, str]]:
    """The numbers that Sphinx gives to the headings of the pages in their order, and their texts."""
    chapters = next(part["chapters"] for part in SpecFile(repository / "_toc.yml").data["parts"] if part["caption"] == "Protocol")
    counts: list[int] = [0]
    for chapter in chapters:
        for marks, text in HEADING.findall(CELL.sub("", (repository / f"{chapter['file']}.md").read_text(encoding="utf-8"))):
            depth = len(marks)
            counts = [*counts[:depth], *[0] * (depth - len(counts))]
            counts[depth - 1] += 1
            yield ".".join(map(str, counts)), text


def test_the_headings_of_the_pages_are_those_of_m11_by_number_and_text(repository: Path) -> None:
    found = list(headings(repository))
    expected = {one.number: one.heading for one in m11_sections().values()}
    assert [(number, text) for number, text in found if expected.get(number) != text] == []
    assert [number for number, _ in found if number.count(".") < 2] == [
        one.number for one in m11_sections().values() if one.level in (1, 2)
    ]


def test_of_the_deeper_headings_all_of_a_section_are_there_or_none(repository: Path) -> None:
    found = {number for number, _ in headings(repository)}
    for above in {one.above for one in m11_sections().values() if one.level > 2}:
        below = {one.number for one in m11_sections().values() if one.above == above}
        assert below & found in (set(), below), above


def test_each_section_stands_once_under_its_heading(repository: Path) -> None:
    """And so does every section of sections.yml: nothing that is written there is left out of the book."""
    shown = []
    for page in SECTION_PAGES.values():
        text = (repository / f"book/{page}.md").read_text(encoding="utf-8")
        shown += [(number, page) for number in CALLED.findall(text)]
        for heading, body in re.findall(r"^#+ (.+)\n((?:(?!^#).*\n?)*)", text, re.MULTILINE):
            for number in CALLED.findall(body):
                assert m11_sections()[number].heading == heading, page
    stated = [str(one["number"]) for one in SpecFile(repository / "protocol/sections.yml").data["sections"]]
    assert [number for number, _ in shown] == stated
    assert {number: page for number, page in shown if SECTION_PAGES[number.partition(".")[0]] != page} == {}


def test_sentences_of_one_source_stand_under_one_mark(here: Path) -> None:
    html = str(section("2.1"))
    assert html.startswith('<div class="m11">')
    runs = re.findall(r'<div class="m11-run m11-(\w+)">(.*?)</div>', html)
    assert [(source, text(body)) for source, body in runs] == [
        ("assumption",
         "We think <so> on day 8 (section 5.1)| Asked in question 1| We hope:| that X helps| <b> [Doe 2001] assumption"),
        ("record", "“words of the record”| It has 40| It says so [Doe 2001] record| The record: “other words & more”"),
    ]  # fmt: skip
    assert [body.count("book-source-") for _, body in runs] == [1, 1]
    assert set(re.findall(r'href="([^"]*)"', html)) == {
        "population.html#section-5.1", "open-questions.html#questions-1", "references.html#references-book1",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("4.3", "Not stated in the record."),
        (
            "4.4",
            "It ends assumption| Beyond this, not stated in the record. Ask <them> (section 2.1). See question 1.",
        ),
        ("4.5", "Not applicable. The drug is sold."),
        ("4.1", "Description of Trial Design: none stated."),
    ],
)
def test_what_is_not_stated(here: Path, number: str, said: str) -> None:
    assert text(section(number)) == said


def test_links_to_sections(here: Path) -> None:
    assert 'href="introduction.html#section-2.1"' in section("4.4")


@pytest.mark.parametrize("number", ["", "15", "2.9", "1.1.1.1", "two"])
def test_a_section_that_m11_does_not_have_fails_the_page(here: Path, number: str) -> None:
    with pytest.raises(TrialbookError) as raised:
        section(number)
    assert str(raised.value).splitlines() == [
        f"ICH M11 has no section {number!r}",
        "Name one of M11's sections, 1 to 14.",
    ]


def test_title_page(here: Path, rows: Callable[[str], list[list[str]]]) -> None:
    assert rows(title_page()) == [
        ["Full title", "A <b>small</b> & plain study"],
        ["Trial acronym", "not stated in the record"],
        ["Identifiers", "SMALL"],
        ["Original protocol", "Yes"],
        ["Version", "original"],
        ["Version date", "not stated in the record"],
        ["Amendment", "Not applicable"],
        ["Investigational product", "Drug X <script>"],
        ["Trial phase", "Phase 2"],
        ["Sponsor", "not stated in the record"],
        ["Sponsor's address", "not stated in the record"],
        ["Basis of this document", "Made up for a test assumption"],
    ]


ANALYSES = """
analyses:
  - {id: A1, endpoint: CURE, set: ITT, techniques: [proportion, test], text: "On day {visits.WEEK 1.day} <u>", cites: [book1]}
  - {id: A2, endpoint: CURE, set: ITT, role: sensitivity, text: Otherwise}
  - {id: A3, endpoint: LIFE, set: ITT, techniques: [survival], text: How long}
"""


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("primary",), ["Cure at week 1", "On day 8 <u> / Proportion · Fisher's exact test", "All", "assumption [Doe 2001]"]),
        (("primary", "sensitivity"), ["Cure at week 1", "Otherwise", "All", "assumption"]),
        (("secondary", "main"), ["Life <b>", "How long / Kaplan-Meier estimate", "All", "assumption"]),
    ],
)
def test_planned_analyses(here: Path, rows: Callable[[str], list[list[str]]], arguments: tuple, expected: list[str]) -> None:
    with (here / "protocol/analysis.yml").open("a", encoding="utf-8") as file:
        file.write(ANALYSES)
    (here / "book/sap.md").write_text("# Plan\n", encoding="utf-8")
    assert rows(planned_analyses(*arguments)) == [["Endpoint", "Analysis", "Set", "Source"], expected]
    assert 'href="sap.html#analysis-ITT"' in planned_analyses(*arguments)


def test_no_analysis_is_planned(here: Path) -> None:
    assert text(planned_analyses("primary", "supplementary")) == "Supplementary analyses, primary objective: none stated."
    assert (
        text(planned_analyses("secondary", descriptive=True)) == "Main analyses, secondary objective, descriptive: none stated."
    )


def test_when_something_is_assessed(here: Path, rows: Callable[[str], list[list[str]]]) -> None:
    activities = session.study().protocol.activities.activities
    expected = [one.activity for one in activities if one.id in ("CONSENT", "BLOOD")]
    found = rows(assessments_table("CONSENT", "BLOOD"))
    assert found[0] == ["Activity", "At the visits", "For whom", "Source"]
    assert [row[0] for row in found[1:]] == expected
    assert [row[1:3] for row in found[1:]] == [["Screening", "Everyone"], ["Week 1, relapse (optional)", "Everyone"]]
    with pytest.raises(TrialbookError, match="there is no activity SLEEP"):
        assessments_table("SLEEP")


def test_a_folded_piece() -> None:
    html = folded("A <title>", Markup("<p>A piece</p>"))
    assert html == '<details class="book-folded"><summary>A &lt;title&gt;</summary><p>A piece</p></details>'


def test_legend() -> None:
    marks = re.findall(r"book-source-(\w+)", m11_legend())
    assert marks == ["record", "literature", "assumption"]


def text(html: str) -> str:
    """The text of a piece, its paragraphs and items parted by a bar."""
    parted = re.sub(r"</(?:p|li)>(?=.*<(?:p|li)\b)", "| ", html, flags=re.DOTALL)
    quoted = parted.replace("<q>", "“").replace("</q>", "”")
    return " ".join(unescape(re.sub(r"<[^>]+>", "", quoted)).split())
