"""The book built for real, in stories: each build costs seconds, so each story builds as often as it must."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from trialbook.book import build_book
from trialbook.book.archive import zip_site
from trialbook.book.build import pages_behind
from trialbook.book.results import text_lines
from trialbook.book.verify import compare_sites, verify_site
from trialbook.errors import TrialbookError
from trialbook.pages.links import SECTION_PAGES
from trialbook.pages.shown import ShownRun
from trialbook.run import Study
from trialbook.simulation import simulate_export
from trialbook.standards import m11_sections

NAMESPACES = {"http://www.w3.org/2000/svg", "http://www.w3.org/1998/Math/MathML", "http://www.w3.org/1999/xlink"}
LOADING = {("script", "src"), ("img", "src"), ("iframe", "src"), ("link", "href"), ("source", "src"), ("object", "data")}
MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?")
REMEDY = "Begin the page with a header that says `file_format: mystnb` and names the kernel `python3`."
NOTE = """# Note

```{code-cell} python
from trialbook.pages import domain_specification, show
show(domain_specification("DM"))
```
"""
HEADER = "---\nfile_format: mystnb\nkernelspec:\n  name: python3\n---\n"


class Loads(HTMLParser):
    """What a browser would fetch for a page, the ids it has, and where its links lead."""

    def __init__(self, page: Path):
        super().__init__()
        self.loaded: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.headings: list[int] = []
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.loaded += [values[name] for element, name in LOADING if element == tag and name in values]
        self.ids += [values["id"]] if "id" in values else []
        if tag == "a" and values.get("href"):
            self.links.append(values["href"])
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))


def leading_nowhere(pages: dict[Path, Loads]) -> list[tuple[str, str]]:
    """The links of the book's pages to a file that is not there, or to a place that the page does not have."""
    lost = []
    for page, found in pages.items():
        for link in found.links if page.parent.name == "book" else []:
            name, _, place = link.partition("#")
            target = (page.parent / name).resolve() if name else page
            if re.match(r"\w+:", link) or "=" in place:  # elsewhere, or what the table of findings is to show
                continue
            if not target.is_file() or (place and unquote(place) not in pages[target].ids):
                lost.append((page.name, link))
    return lost


def article(page: Path) -> str:
    """What a page says between its header and its footer."""
    return page.read_text(encoding="utf-8").partition("<article")[2].partition("</article>")[0]


@pytest.mark.xdist_group("book")
def test_the_study_s_book_is_whole_offline_and_marked(whole_book: Any, repository: Path) -> None:
    out = whole_book.site
    listed = re.findall(r"(?:root|file): (book/\S+)", (repository / "_toc.yml").read_text(encoding="utf-8"))
    assert {page.relative_to(out).as_posix() for page in (out / "book").iterdir()} == {f"{name}.html" for name in listed}
    # Executed: each page shows what only its cells can know.
    for name, shown in (
        ("index", ["Peking University", "15 to the sponsor", "guide-reviewer.html"]),
        ("protocol-summary", ["book-soa", "book-source-assumption", "<svg"]),
        ("objectives", ["composite variable", "book-source-assumption"]),
        ("design", ["PLANSUB"]),
        ("population", ["hyperthyroidism"]),
        ("intervention", ["135 → 90 → 45"]),
        ("eligibility", ["aminotransferase_limit", "decided by"]),
        ("screening", ["Eligible", "<fieldset"]),
        ("sap", ["<math", "Miettinen"]),
        ("sample-size", ["Reconstruction", "74 combinations", "80.05 %", "<svg"]),
        ("open-questions", ["eligibility.html#eligibility-joined_genes"]),
        ("sources", ["book-source-literature", "protocol/eligibility.yml"]),
        ("glossary", ["measurable residual disease"]),
        ("references", ['id="references-dohner2022"']),
        ("data-standards", ["AE: Adverse Events", "assign_datetime", "Trial Inclusion/Exclusion Criteria"]),
        ("forms", ["C66742"]),
        ("validation", ["tb-headline", "tb-picture", "tb-findings", "SKIPPED"]),
        ("provenance", ["Lock file, SHA-256", "sdtm_specs/", "export"]),
    ):
        said = article(out / "book" / f"{name}.html")
        assert [text for text in shown if text not in said] == [], name
    for page in (out / "book").glob("*.html"):
        said = article(page)
        assert [text for text in ("{glue", "Traceback", "&lt;IPython", "&lt;div", "Markup(") if text in said] == [], page
        # Each page ends with what it was made from.
        line = said[said.rindex("book-provenance") :]
        assert [text for text in ("protocol version 1.0", "SHA-256 of", "Python 3.12") if text not in line] == [], page
    # The mark stands where results rest on invented data, and only there.
    marked = {page.name for page in (out / "book").glob("*.html") if "book-synthetic-strip" in article(page)}
    results = {f"results-{name}.html" for name in ("subjects", "primary", "survival", "safety")}
    assert marked == {"index.html", "validation.html", "analysis-datasets.html", "provenance.html", *results}
    pages = {page: Loads(page) for page in out.rglob("*.html")}
    assert leading_nowhere(pages) == []
    for page, found in pages.items():
        assert [url for url in found.loaded if re.match(r"(\w+:)?//", url)] == [], page
        outside = set(re.findall(r"https?://[^\s\"'<>)]+", page.read_text(encoding="utf-8")))
        # A reader may follow a reference to its publisher; nothing is fetched from there.
        assert {url for url in outside if not url.startswith("https://doi.org/")} <= NAMESPACES, page
        if page.parent.name == "book":
            assert len(found.ids) == len(set(found.ids)), page
            steps = zip(found.headings, found.headings[1:], strict=False)
            assert found.headings[0] == 1
            assert [(one, other) for one, other in steps if other > one + 1] == [], page


@pytest.mark.xdist_group("book")
def test_the_protocol_has_m11_s_numbers_and_headings(whole_book: Any) -> None:
    expected = {one.number: one.heading for one in m11_sections().values()}
    shown = {}
    for page in dict.fromkeys(SECTION_PAGES.values()):
        said = article(whole_book.site / "book" / f"{page}.html")
        for number, rest in re.findall(r'<h[1-6]><span class="section-number">([\d.]+)\s*</span>(.*?)</h[1-6]>', said, re.DOTALL):
            shown[number] = unescape(re.sub(r'<a class="headerlink.*?</a>|<[^>]+>', "", rest)).strip()
    assert shown == {number: expected[number] for number in shown}
    assert [number for number in expected if number and number.count(".") < 2 and number not in shown] == []


@dataclass(frozen=True)
class ChangedBook:
    """The whole book of a study of which two values were changed, on an export that does not say that it is synthetic."""

    site: Path
    export: Path
    run: ShownRun
    steps: list[str]


@pytest.fixture(scope="module")
def changed_book(whole_book: Any, repository: Path, tmp_path_factory: pytest.TempPathFactory) -> ChangedBook:
    """Built where the whole book was, so that only what has changed is made again; the study is afterwards as it was.

    The values are such that a page which has typed one would still say it. The export is broken, and findings quote its cells.
    """
    folder, study = tmp_path_factory.mktemp("changed"), Study(repository)
    simulate_export(repository, study.protocol.id, study.specs, folder / "made", 6, 3, 0.02)
    export = folder / "made/export"
    (export / "SYNTHETIC.txt").unlink()
    interventions = whole_book.root / "protocol/interventions.yml"
    before = interventions.read_text(encoding="utf-8")
    assert before.count("planned_doses: 26") == before.count("reduce_below: 0.75,") == 1
    after = before.replace("planned_doses: 26", "planned_doses: 23").replace("reduce_below: 0.75,", "reduce_below: 0.77,")
    steps: list[str] = []
    try:
        interventions.write_text(after, encoding="utf-8")
        build_book(whole_book.root, folder / "site", export, step=steps.append)
    finally:
        interventions.write_text(before, encoding="utf-8")
    return ChangedBook(folder / "site", export, ShownRun.read(whole_book.root / "_build/trialbook/run/run.json"), steps)


@pytest.mark.xdist_group("book")
def test_a_new_value_stands_on_the_pages_and_the_old_one_nowhere(changed_book: ChangedBook) -> None:
    """Only what reads the values is executed again."""
    pages = {page.stem: "\n".join(text_lines(article(page))) for page in (changed_book.site / "book").glob("*.html")}
    old = re.compile(r"\b26 (?:doses|planned)\b|below 0\.75\b|\b0\.75, 0\.5\b")
    assert {name: old.findall(said) for name, said in pages.items() if old.search(said)} == {}
    assert [text for text in ("23 planned", "23 doses are planned", "below 0.77") if text not in pages["intervention"]] == []
    executed = {step.removeprefix("executing book/") for step in changed_book.steps if step.startswith("executing")}
    assert {"intervention", "open-questions"} <= executed
    assert executed & {"glossary", "references", "supporting-details", "forms"} == set()


@pytest.mark.xdist_group("book")
def test_the_site_of_a_real_export_has_no_cell_of_a_subject(
    whole_book: Any, changed_book: ChangedBook, repository: Path, leaked: Callable[..., dict[str, str]]
) -> None:
    """In pages, notebooks, search and manifest."""
    run, site = changed_book.run, changed_book.site
    assert (run.synthetic, run.level, run.counts.subjects) == (None, "aggregate", 6)
    # The site has the kit's own names and numbers too: the site on another export has those.
    others = texts_of(whole_book.site)
    assert leaked(texts_of(site), changed_book.export, repository, [str(run.exported)], others) == {}
    assert "SYNTHETIC DATA" not in article(site / "book/validation.html")
    assert "--subject-level" in article(site / "book/validation.html")


def texts_of(site: Path) -> list[str]:
    """What a site says, in its pages, notebooks, search index and manifest; the moments of its making left out."""
    files = [*site.glob("book/*.html"), *site.glob("notebooks/**/*.ipynb"), site / "searchindex.js", site / "manifest.json"]
    return [MOMENT.sub("", file.read_text(encoding="utf-8")) for file in files]


def test_an_edit_shows_and_a_fault_leaves_the_old_book(
    small_study: Path, tmp_path: Path, edit: Callable[[Path, str, str], None]
) -> None:
    out = tmp_path / "site"
    page, other = out / "book/index.html", out / "book/note.html"
    (small_study / "book/note.md").write_text(HEADER + NOTE, encoding="utf-8")
    (small_study / "_toc.yml").write_text("format: jb-book\nroot: book/index\nchapters: [{file: book/note}]\n", encoding="utf-8")
    build_book(small_study, out)
    first = article(page)
    assert [text for text in ("SYNTHETIC DATA", "The first note", "The first message") if text not in first] == []
    assert pages_behind(small_study, None, False) == []

    # The page's own code is as before: only what it reads has changed.
    edit(small_study / "sdtm_specs/domains/dm.yml", "The first note", "Another note")
    edit(small_study / "validators/dm.py", "The first message", "Another message")
    assert [one.name for one in pages_behind(small_study, None, False)] == ["book/index", "book/note"]
    build_book(small_study, out, left=["book/index"])
    assert ("Another note" in article(other), "Another note" in article(page)) == (True, False)
    build_book(small_study, out)
    second = article(page)
    assert [text for text in ("Another note", "Another message") if text not in second] == []
    assert [text for text in ("The first note", "The first message") if text in second] == []

    source = small_study / "book/index.md"
    whole, site = source.read_text(encoding="utf-8"), page.read_text(encoding="utf-8")
    raising = whole + "\n```{code-cell} python\nx = 1\nraise ValueError(f'{x} is <not> enough')\n```\n"
    log = f"\nThe whole log is {small_study / '_build/trialbook/build.log'}"
    for text, message in (
        (raising, "book/index.md, cell 3, line 2: ValueError: 1 is <not> enough"),
        (
            HEADER + "# Small\n\nSee [there](nowhere.md).\n",
            "the book's pages have faults:\nbook/index.md, line 8: 'myst' cross-reference target not found: 'nowhere.md'" + log,
        ),
        (
            whole.replace("file_format: mystnb\n", ""),
            "book/index.md: has code cells that were not executed\n" + REMEDY,
        ),
        (whole.replace("name: python3", "name: ir"), "book/index.md: names no kernel that the book has\n" + REMEDY),
    ):
        source.write_text(text, encoding="utf-8")
        with pytest.raises(TrialbookError) as raised:
            build_book(small_study, out)
        assert str(raised.value) == message
        assert page.read_text(encoding="utf-8") == site


def test_a_rebuild_tells_what_was_altered(small_study: Path, tmp_path: Path, edit: Callable[[Path, str, str], None]) -> None:
    """A number in the site, the data and the lock file, each alone, and nothing else."""
    site, export, index = tmp_path / "site", small_study / "export", small_study / "book/index.md"
    (small_study / "uv.lock").write_text("version = 1\n", encoding="utf-8")
    # A page says of which commit it is; what is built again is of none.
    index.write_text(index.read_text(encoding="utf-8") + "\n```{provenance}\n```\n", encoding="utf-8")
    for command in (["init"], ["add", "."], ["-c", "user.name=A", "-c", "user.email=a@b", "commit", "-m", "x"]):
        subprocess.run(["git", "-C", small_study, *command], check=True, capture_output=True)
    build_book(small_study, site)
    assert "commit " in article(site / "book/index.html")
    zip_site(site, tmp_path / "book.zip")
    sound = verify_site(tmp_path / "book.zip", small_study, export)
    assert (sound.files, sound.inputs, sound.results, sound.rebuilt) == ((), (), (), True)

    (small_study / "uv.lock").write_text("version = 2\n", encoding="utf-8")
    edit(export / "DM.csv", "2,男,,2024-02,CD,x", "2,男,02,2024-02,CD,x")
    page = site / "book/index.html"
    page.write_text(page.read_text(encoding="utf-8").replace("The first note", "The second note"), encoding="utf-8")
    found = verify_site(site, small_study, export)
    assert [line.split(";")[0] for line in found.files] == ["book/index.html: was altered"]
    assert found.inputs == (
        "uv.lock: differs from the one that the site was built with",
        "export: DM.csv differs from the one that the site was built with",
    )
    assert [line for line in found.results if line.startswith("book/index, cell 2:")] != []
    assert [line for line in found.results if "The second note" in line and "The first note" in line] != []

    again = tmp_path / "again"
    build_book(small_study, again)
    assert {(one.page, one.cell) for one in compare_sites(again, tmp_path / "book.zip")} == {("book/index", 2)}


def test_what_is_not_there_is_told_before_anything_is_built(small_study: Path, tmp_path: Path) -> None:
    with pytest.raises(TrialbookError, match="no such export for the book's pages"):
        build_book(small_study, tmp_path / "site", tmp_path / "nothing.zip")
    (small_study / "_toc.yml").unlink()
    with pytest.raises(TrialbookError, match=r"has no book: _toc\.yml is not there"):
        build_book(small_study, tmp_path / "site")
    assert not (tmp_path / "site").exists()
    assert not (small_study / "_build").exists()
