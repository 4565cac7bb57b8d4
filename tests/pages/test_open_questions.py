"""The open questions as cards: the open ones first, each with the record's words, the reading, and room for an answer."""

from __future__ import annotations

import re
import shutil
from html import unescape
from pathlib import Path

import pytest

from trialbook.pages import open_questions, session

PROTOCOL = Path(__file__).parent / "small_protocol"


@pytest.fixture
def here(small_study: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(PROTOCOL, small_study / "protocol", dirs_exist_ok=True)
    monkeypatch.chdir(small_study / "book")
    session._study.cache_clear()
    return small_study


def card(html: str, number: int) -> list[tuple[str, str]]:
    """What a question's card says, row by row."""
    found = re.search(rf'id="questions-{number}">.*?<dl[^>]*>(.*?)</dl>', html, re.DOTALL)
    assert found is not None
    pairs = re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", found[1], re.DOTALL)
    return [(name, unescape(re.sub(r"<[^>]+>", "", text))) for name, text in pairs]


def test_a_question_has_its_card(here: Path) -> None:
    html = open_questions.questions_cards()
    assert card(html, 1) == [
        ("The record says", "Illness & more"),
        ("Reading taken until it is answered", "Illness is ill, and week 1 is day 8"),
        ("What changes with the answer", "Who may <enter>"),
        ("Where it is set", "eligibility.strict, objectives.CURE.definition, study.title"),
        ("In the protocol", "section 5.1"),
        ("Source of the reading", "literature [Doe 2001]"),
        ("Answer", ""),
    ]


def test_what_is_answered_stands_apart(here: Path) -> None:
    html = open_questions.questions_cards()
    assert re.findall(r'<h([23]) class="book-heading" id="([^"]+)">(.*?)</h', html) == [
        ("2", "questions-open", "Open"), ("3", "questions-1", "Question 1: What is &lt;illness&gt;?"),
        ("2", "questions-answered", "Answered"), ("3", "questions-2", "Question 2: And else?"),
    ]  # fmt: skip
    assert card(html, 2)[:2] == [("The record says", "nothing"), ("Reading taken", "Nothing")]
    assert "Answer" not in dict(card(html, 2))


def test_the_overview_leads_to_the_open_ones(here: Path) -> None:
    html = open_questions.questions_overview()
    assert html.startswith("<p>1 of 2 questions are open.</p>")
    assert re.findall(r'<a href="([^"]+)">(.*?)</a>', html) == [("#questions-1", "1. What is &lt;illness&gt;?")]


@pytest.mark.parametrize("name", ["questions_cards", "questions_overview"])
def test_without_questions_it_says_so(small_study: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(small_study / "book")
    session._study.cache_clear()
    assert "Open questions: none stated." in getattr(open_questions, name)()
