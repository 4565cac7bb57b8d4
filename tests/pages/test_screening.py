"""The form that screens a subject, in the book of another study: what is asked, under which headings, and what the page holds."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest

from trialbook.pages import screening_criteria, screening_form, session
from trialbook.protocol import Protocol
from trialbook.protocol.eligibility import exported_eligibility

Edit = Callable[[Path, str, str], None]
PROTOCOL = Path(__file__).parent / "small_protocol"
LEGENDS = re.compile(r"<legend>(.*?)</legend>")
LABELS = re.compile(r"<label [^>]*>(.*?)</label>")


@pytest.fixture
def here(small_study: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(PROTOCOL, small_study / "protocol", dirs_exist_ok=True)
    monkeypatch.chdir(small_study / "book")
    session._study.cache_clear()
    return small_study


def found(pattern: re.Pattern[str], html: str) -> list[str]:
    return [unescape(one) for one in pattern.findall(html)]


def test_all_that_judges_is_asked(here: Path) -> None:
    form = screening_form()
    assert found(LEGENDS, form) == ["Items", "Readings"]
    assert found(LABELS, form) == ["Boundary case", "Subject", "Age <y>", "ALT", "Limit of ALT", "Ill", "How strict"]
    assert re.findall(r' name="(\w+)"[^>]* value="(.*?)"', form) == [
        ("subject", "S1"),
        ("age", "30"),
        ("alt", "10"),
        ("alt_uln", "40"),
    ]
    assert re.findall(r'<option value="([^"]*)"( selected)?>([^<]*)<', form[form.index('name="ill"') :])[:3] == [
        ("", "", "not known"),
        ("Y", "", "Y – yes"),
        ("N", " selected", "N – no"),
    ]
    assert 'data-verdict="ELIGIBLE"><strong>Eligible</strong>' in form


def test_items_stand_under_the_studys_headings_and_the_rest_last(here: Path, edit: Edit) -> None:
    edit(here / "protocol/eligibility.yml", "settings:", "item_groups: {Liver <l>: [alt, alt_uln], Person: [age]}\nsettings:")
    form = screening_form()
    assert found(LEGENDS, form) == ["Liver <l>", "Person", "Other items", "Readings"]
    assert found(LABELS, form)[1:-1] == ["ALT", "Limit of ALT", "Age <y>", "Subject", "Ill"]


@pytest.mark.parametrize(
    ("groups", "told"),
    [
        ("{Liver: [alt, ast]}", "ast is no item, and item_groups names it"),
        ("{Liver: [alt], Other: [alt]}", "alt is there twice"),
    ],
)
def test_a_heading_over_no_item_is_told(here: Path, edit: Edit, groups: str, told: str) -> None:
    edit(here / "protocol/eligibility.yml", "settings:", f"item_groups: {groups}\nsettings:")
    with pytest.raises(Exception, match=told):
        screening_form()


def test_no_text_ends_the_script_or_becomes_html(here: Path, edit: Edit) -> None:
    edit(here / "protocol/eligibility.yml", "Not older than 65 <b>", "</script><!--<script>&amp;")
    criteria = screening_criteria()
    assert criteria.count("</script>") == 4
    assert "<!--" not in criteria
    data = re.search(r'<script type="application/json" id="screening-data">(.*?)</script>', criteria, re.DOTALL)
    assert data is not None
    held = json.loads(data[1])
    assert held == json.loads(json.dumps(exported_eligibility(Protocol(here / "protocol").eligibility)))
    assert held["criteria"][0]["text"] == "</script><!--<script>&amp;"
    assert "&lt;/script&gt;&lt;!--&lt;script&gt;&amp;amp;" in criteria


def test_each_criterion_says_what_it_is_of_the_example(here: Path) -> None:
    told = re.findall(r'id="screening-criterion-(\w+)" data-state="(\w+)".*?<strong[^>]*>(.*?)</strong>', screening_criteria())
    assert told == [("I1", "holds", "met"), ("I2", "holds", "met"), ("E1", "holds", "does not apply")]


def test_an_example_that_says_less_is_undetermined(here: Path, edit: Edit) -> None:
    edit(here / "protocol/eligibility.yml", 'alt: "10", ', "")
    assert 'data-verdict="UNDETERMINED"><strong>Undetermined</strong>' in screening_form()
    assert 'id="screening-criterion-I2" data-state="unknown"' in screening_criteria()


def test_a_study_without_criteria_says_so(small_study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(small_study / "book")
    session._study.cache_clear()
    assert screening_form() == '<p class="book-none">Eligibility criteria: none stated.</p>'
    assert screening_criteria() == ""
