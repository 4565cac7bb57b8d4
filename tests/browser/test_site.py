"""The whole book as a reviewer opens it: unpacked from a zip, as files, without a network."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from trialbook.book.archive import zip_site

pytestmark = pytest.mark.xdist_group("book")
OF_COLOUR_AND_SIZE = ("color-contrast", "link-in-text-block", "scrollable-region-focusable", "target-size", "meta-viewport")


@pytest.fixture(scope="module")
def unpacked(whole_book: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that a reviewer has after unpacking."""
    folder = tmp_path_factory.mktemp("reviewer")
    zip_site(whole_book.site, folder / "book.zip")
    with zipfile.ZipFile(folder / "book.zip") as packed:
        packed.extractall(folder)
    return folder / "book"


def pages(site: Path) -> list[Path]:
    return sorted((site / "book").glob("*.html"))


def test_no_page_has_a_serious_fault_of_access(
    unpacked: Path, open_page: Callable[..., Any], violations: Callable[..., list[str]]
) -> None:
    """Each in light and dark, on a desk and on a phone; nothing sticks out of the phone's screen.

    On the phone, in the dark, those rules are asked again whose answer may be another there.
    """
    page = open_page(viewport={"width": 1280, "height": 900})
    phone = open_page(viewport={"width": 375, "height": 800})
    found: dict[str, list[str]] = {}
    for file in [*pages(unpacked), unpacked / "search.html"]:
        page.goto(file.as_uri())
        told = [f"light: {one}" for one in violations(page)]
        phone.goto(file.as_uri())
        phone.evaluate("document.documentElement.dataset.theme = document.documentElement.dataset.mode = 'dark'")
        told += [f"dark: {one}" for one in violations(phone, OF_COLOUR_AND_SIZE)]
        beyond = phone.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        told += [f"{beyond} pixels beyond a phone's screen"] if beyond > 0 else []
        if told:
            found[file.stem] = told
    assert found == {}


def test_from_the_first_page_to_provenance(unpacked: Path, page: Any) -> None:
    page.goto((unpacked / "index.html").as_uri())
    page.wait_for_url("**/book/index.html")
    names = [page.locator("article h1").inner_text()]
    while page.locator("a.right-next").count():
        onward = page.locator("a.right-next").get_attribute("href")
        page.locator("a.right-next").click()
        page.wait_for_url(f"**/{onward}")
        names.append(page.locator("article h1").inner_text().replace("#", "").strip())
    assert len(names) == len(pages(unpacked))
    assert names[1].startswith("1 PROTOCOL SUMMARY")
    assert any(name.endswith("Provenance") for name in names)
    page.locator("nav.bd-links").get_by_role("link", name="Provenance").click()
    notebook = page.goto((unpacked / "book/design.html").as_uri()) and page.locator(".book-provenance a[download]")
    assert (unpacked / "book" / notebook.get_attribute("href")).resolve().is_file()


def test_search_finds_a_criterion(unpacked: Path, page: Any) -> None:
    page.goto((unpacked / "book/index.html").as_uri())
    page.locator(".search-button-field").first.click()
    page.locator("input[type=search]:visible").fill("hyperthyroidism")
    page.keyboard.press("Enter")
    results, wanted = page.locator("#search-results li a"), {"population.html", "eligibility.html"}
    # Results come one after the other: each page is waited for, not only the first.
    for name in wanted:
        page.locator(f'#search-results li a[href*="{name}"]').first.wait_for()
    assert wanted <= {re.sub(r".*/|\?.*|#.*", "", link.get_attribute("href")) for link in results.all()}


def test_the_keyboard_reaches_content_and_menu(unpacked: Path, page: Any) -> None:
    page.goto((unpacked / "book/objectives.html").as_uri())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent.trim()") == "Skip to main content"
    page.keyboard.press("Enter")
    assert page.url.endswith("#main-content")
    scrolled = page.locator(".book-scroll").first
    scrolled.focus()
    assert page.evaluate("document.activeElement.className") == "book-scroll"


def test_mathematics_figures_and_tables_are_drawn(unpacked: Path, page: Any) -> None:
    for name, what, least in (
        ("sap", "math", 5),
        ("sample-size", "article svg[role=img], article [role=img] svg", 2),
        ("protocol-summary", "article svg", 1),
        ("protocol-summary", "table.book-soa tr", 10),
        ("validation", ".tb-picture", 1),
    ):
        page.goto((unpacked / f"book/{name}.html").as_uri())
        boxes = [one.bounding_box() for one in page.locator(what).all()]
        drawn = [box for box in boxes if box and box["width"] > 5 and box["height"] > 5]
        assert len(drawn) >= least, (name, what, len(boxes))


def test_findings_sort_and_filter_on_the_site(unpacked: Path, page: Any) -> None:
    page.goto((unpacked / "book/validation.html").as_uri())
    table = page.locator(".tb-findings")
    shown = table.locator("tbody tr").count()
    table.get_by_role("searchbox").first.fill("SAE_YN")
    page.wait_for_function("(before) => document.querySelectorAll('.tb-findings tbody tr').length < before", arg=shown)
    assert all("SAE_YN" in text for text in table.locator("tbody tr").all_inner_texts())


def test_a_subject_is_screened_on_the_site(unpacked: Path, page: Any) -> None:
    page.goto((unpacked / "book/screening.html").as_uri())
    verdict = page.locator("[data-verdict]")
    assert verdict.get_attribute("data-verdict") == "ELIGIBLE"
    page.get_by_role("textbox", name=re.compile("^Age")).fill("17")
    page.wait_for_function("() => document.querySelector('[data-verdict]').dataset.verdict === 'NOT ELIGIBLE'")


def test_paper_has_the_mark_and_no_menus(unpacked: Path, page: Any) -> None:
    page.goto((unpacked / "book/validation.html").as_uri())
    page.emulate_media(media="print")
    assert page.locator(".book-synthetic p").is_visible()
    assert page.locator(".book-synthetic-watermark").first.is_visible()
    assert not page.locator(".bd-sidebar-primary").is_visible()
    page.goto((unpacked / "book/sources.html").as_uri())
    page.emulate_media(media="print")
    assert page.locator("details table").first.is_visible()
