"""The page Validation as a person uses it, opened as a file: its table sorts, filters and turns pages; paper has all of it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from trialbook.pages.inputs import EXPORT_VARIABLE, LEVEL_VARIABLE

pytestmark = pytest.mark.xdist_group("browser")

HEADER = "---\nfile_format: mystnb\nkernelspec:\n  name: python3\n---\n\n# Index\n"
STUDY = {
    "_toc.yml": "format: jb-book\nroot: book/index\nchapters: [{file: book/validation}, {file: book/guide-data-manager}]\n",
    # The page leads there.
    "book/guide-data-manager.md": HEADER,
    "book/index.md": HEADER,
    "protocol/study.yml": """\
id: SMALL
title: A small study
basis: Made up for a test
population: {condition: Health, minimum_age: 18}
""",
    "sdtm_specs/codelists.yml": "codelists:\n  SEX: {ct: C66731, terms: {F: f, M: m}}\n",
    "sdtm_specs/domains/dm.yml": """\
domain: DM
records: [{form: DM}]
variables:
  USUBJID: {assign_no_ct: SUBJECT}
  SUBJID: {assign_no_ct: SUBJECT}
  SITEID: {assign_no_ct: SITE}
  SEX: {assign_ct: SEX}
""",
    "sdtm_specs/forms/dm.yml": """\
form: DM
title: Demographics
tables: [DM]
subject: SUBJECT
keys: [SUBJECT]
columns:
  SUBJECT: {label: Subject, required: true}
  SEX: {label: Sex, codelist: SEX, required: true}
  SITE: {label: Site}
""",
    "validators/dm.py": """\
from trialbook.checks import RawForm, Severity, rule


class DMForm(RawForm, form="DM"):
    @rule("SMALL-001", Severity.WARNING, "No site", variables=["SITE"], query="Which site has {SUBJECT}?")
    def has_site(cls, dm):
        return dm["SITE"] != ""
""",
}
SUBJECTS, WITHOUT_SITE, WITHOUT_SEX = 90, 60, 3
BUILD = "import sys; from pathlib import Path; from trialbook.book.build import build_book; build_book(*map(Path, sys.argv[1:]))"


@dataclass(frozen=True)
class Pages:
    """The page on invented data, and the one of the same cells that say that they are real; ``export`` holds these."""

    invented: str
    real: Path
    export: Path


@pytest.fixture(scope="module")
def pages(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Pages:
    """Of a book with nothing but the page; ``SUBJECTS`` invented subjects, of whom some lack what rules ask for."""
    folder = tmp_path_factory.mktemp("validation")
    root = folder / "study"
    for name, text in STUDY.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    rows = [
        f"S{number:03},{'x' if number <= WITHOUT_SEX else 'f'},{'' if number <= WITHOUT_SITE else '01'}"
        for number in range(1, SUBJECTS + 1)
    ]
    (root / "export").mkdir()
    (root / "export/DM.csv").write_text("\n".join(["SUBJECT,SEX,SITE", *rows, ""]), encoding="utf-8")
    shutil.copy(repository / "_config.yml", root)
    shutil.copytree(repository / "book/_static", root / "book/_static")
    shutil.copy(repository / "book/validation.md", root / "book")
    statement = root / "export/SYNTHETIC.txt"
    statement.write_text("Invented for a test.\n", encoding="utf-8")
    build(root, folder / "invented")
    statement.unlink()
    build(root, folder / "real")
    return Pages((folder / "invented/book/validation.html").as_uri(), folder / "real/book/validation.html", root / "export")


def build(root: Path, site: Path) -> None:
    """In a process of its own: kernels and Playwright do not share one's event loop."""
    environment = {name: text for name, text in os.environ.items() if name not in (EXPORT_VARIABLE, LEVEL_VARIABLE)}
    done = subprocess.run(
        [sys.executable, "-P", "-c", BUILD, str(root), str(site), str(root / "export")],
        env=environment, capture_output=True, encoding="utf-8",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


@pytest.fixture
def address(pages: Pages) -> str:
    """The page on invented data."""
    return pages.invented


def column(page: Any, name: str) -> list[str]:
    """What the cells of a column of the findings table say, in its order."""
    cells: list[str] = page.locator(f".tb-findings tbody .tb-cell-{name} > div:first-child").all_inner_texts()
    return cells


def test_the_table_filters(page: Any, address: str) -> None:
    page.goto(address)
    status = page.get_by_role("status")
    everything = status.inner_text()
    total = int(everything.split()[0])
    assert total > WITHOUT_SITE + WITHOUT_SEX
    assert everything == f"{total} findings, shown 1–50"
    page.get_by_role("combobox", name="Rule").select_option("=SMALL-001")
    assert status.inner_text() == f"{WITHOUT_SITE} of {total} findings, shown 1–50"
    assert set(column(page, "rule")) == {"SMALL-001"}
    page.get_by_role("button", name="Next page").first.click()
    assert len(column(page, "rule")) == WITHOUT_SITE - 50
    page.get_by_role("button", name="Clear filters").click()
    assert status.inner_text() == everything
    page.locator(".tb-controls").get_by_role("searchbox").fill("S003")
    page.wait_for_function("text => !document.querySelector('.tb-status').textContent.startsWith(text)", arg=f"{total} findings")
    assert set(column(page, "subject")) == {"S003"}


def test_the_table_sorts_by_keys_alone(page: Any, address: str) -> None:
    page.goto(f"{address}#rule=SMALL-001")
    head = page.locator(".tb-findings th[data-column=subject]")
    head.get_by_role("button").focus()
    for key, first, sorted_ in (("Enter", "S001", "ascending"), ("Space", "S060", "descending")):
        page.keyboard.press(key)
        assert column(page, "subject")[0] == first
        assert head.get_attribute("aria-sort") == sorted_
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Raw cell"


def test_a_tile_and_a_count_lead_to_their_findings(page: Any, address: str) -> None:
    page.goto(address)
    page.locator(".tb-picture a", has=page.locator("title", has_text="DM SITE:")).focus()
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelector('.tb-status').textContent.includes(' of ')")
    assert page.get_by_role("status").inner_text().startswith(f"{WITHOUT_SITE} of ")
    page.get_by_role("region", name="Findings by form and dataset").get_by_role("link", name="DM").first.click()
    assert "kind=form" in page.url


def test_colours_follow_the_book_s_switch(open_page: Callable[..., Any], address: str) -> None:
    page = open_page(color_scheme="light")
    page.add_init_script("localStorage.setItem('mode', 'dark'); localStorage.setItem('theme', 'dark')")
    page.goto(address)
    colour = "name => getComputedStyle(document.querySelector(name)).color"
    assert page.evaluate(colour, ".tb-findings td") == "rgb(228, 233, 238)"
    assert page.evaluate(colour, ".book-counts td") == page.evaluate(colour, "body")


def test_on_a_phone_nothing_is_wider_than_the_page(open_page: Callable[..., Any], address: str) -> None:
    page = open_page(viewport={"width": 375, "height": 800})
    page.goto(address)
    assert page.evaluate("document.documentElement.scrollWidth") == 375


def test_paper_has_the_whole_table_and_the_mark(page: Any, address: str) -> None:
    page.goto(address)
    total = int(page.get_by_role("status").inner_text().split()[0])
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert len(column(page, "rule")) == total
    assert page.locator(".tb-print-note").inner_text().startswith(f"Printed: all {total} findings")
    assert page.locator(".book-synthetic-watermark").is_visible()
    for hidden in (".tb-controls", ".tb-pager >> nth=0", ".tb-passed .tb-scroll"):
        assert not page.locator(hidden).is_visible()
    cells = "document.querySelectorAll('.tb-findings td, .book-counts td')"
    cut = f"[...{cells}].filter(one => one.scrollWidth > one.clientWidth + 1).length"
    assert page.evaluate(cut) == 0


def test_of_a_real_export_the_page_counts_and_says_so(
    open_page: Callable[..., Any], pages: Pages, leaked: Callable[..., dict[str, str]]
) -> None:
    site = pages.real.parents[1]
    texts = [path.read_text(encoding="utf-8") for path in site.rglob("*") if path.suffix in (".html", ".ipynb", ".json")]
    assert leaked(texts, pages.export, pages.export.parent) == {}
    page = open_page()
    page.goto(pages.real.as_uri())
    assert page.get_by_role("note", name="Aggregates only").inner_text().startswith("Aggregates only.")
    assert page.locator("[data-tb-findings], .book-synthetic, .book-subjects, .tb-picture a").count() == 0
    by_rule = page.get_by_role("region", name="Findings by rule").get_by_role("row", name="SMALL-001")
    assert by_rule.locator("td").all_inner_texts() == ["Warning", "SMALL-001", "DM", "No site", "60", "60"]
