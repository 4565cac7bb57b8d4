"""The pages about the data: the terminology in use, and links between the page of the domains and that of the forms."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from trialbook.pages import codelists, datasets, domains, forms, session


@pytest.fixture
def here(small_study: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(small_study / "book")
    session._study.cache_clear()
    return small_study


def test_the_codelists_of_cdisc_that_are_used(here: Path, rows: Callable[[str], list[list[str]]]) -> None:
    html = codelists.ct_table()
    assert re.sub(r"<[^>]+>", "", html).startswith("Package sdtmct-2025-03-28: 1 of its 1,158 codelists.")
    assert rows(html) == [
        ["Codelist", "C-code", "Extensible", "Terms", "Variables", "Code list of the study"],
        ["SEX", "C66731", "no", "4", "DM.SEX", "SEX"],
    ]


def links(html: str) -> set[str]:
    return set(re.findall(r'href="([^"]+)"', html))


def test_links_stay_on_the_page_where_the_book_has_no_other(here: Path) -> None:
    assert links(domains.domain_specification("DM")) == {
        "#form-DM", "#column-DM-SUBJECT", "#column-DM-SITE", "#column-DM-SEX", "#column-DM-CONSENT", "#codelist-SEX",
    }  # fmt: skip
    assert "#variable-DM-SEX" in links(forms.form_specification("DM"))


def test_links_lead_to_the_page_of_the_forms_and_back(here: Path) -> None:
    for page in ("forms", "data-standards"):
        (here / f"book/{page}.md").write_text("# A page\n", encoding="utf-8")
    assert "forms.html#column-DM-SEX" in links(domains.domain_specification("DM"))
    assert "data-standards.html#variable-DM-SEX" in links(forms.form_specification("DM"))
    assert "forms.html#form-DM" in links(datasets.datasets_table())
    assert links(codelists.ct_table()) == {"data-standards.html#variable-DM-SEX", "forms.html#codelist-SEX"}


def test_each_domain_and_form_is_a_section_of_its_page(here: Path) -> None:
    headings = [
        re.findall(r'<h(\d) class="book-heading" id="([^"]+)">(.*?)</h', html)
        for html in (domains.domain_specification("DM"), forms.form_specification("DM"))
    ]
    assert headings == [
        [("3", "domain-DM", "DM: Demographics"), ("4", "domain-SUPPDM", "SUPPDM: supplemental qualifiers")],
        [("3", "form-DM", "DM: Demographics &lt;script&gt;alert(1)&lt;/script&gt;")],
    ]
