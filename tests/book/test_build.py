"""The book built for real, in two stories: each build costs seconds, so each story builds as often as it must."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

from trialbook.errors import TrialbookError
from trialbook.pages import build_book
from trialbook.pages.inputs import EXPORT_VARIABLE

PARTS = ("protocol", "sdtm_specs", "validators", "simulation", "book")
LOADING = {("script", "src"), ("img", "src"), ("iframe", "src"), ("link", "href"), ("source", "src"), ("object", "data")}
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


def test_the_study_s_book_is_whole_offline_and_marked(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(EXPORT_VARIABLE, raising=False)
    root, out = tmp_path / "study", tmp_path / "site"
    for part in PARTS:
        shutil.copytree(repository / part, root / part, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("_config.yml", "_toc.yml"):
        shutil.copy(repository / name, root)

    index = build_book(root, out)

    assert index == out / "index.html"
    listed = re.findall(r"(?:root|file): (book/\S+)", (repository / "_toc.yml").read_text(encoding="utf-8"))
    assert {page.relative_to(out).as_posix() for page in (out / "book").iterdir()} == {f"{name}.html" for name in listed}
    # Executed: each page shows what only its cells can know, and ends with what it was made from.
    for name, shown in (
        ("index", ["Peking University", "Planned subjects", "eligibility.html#eligibility-I7"]),
        ("objectives", ["five attributes", "composite variable", "Miettinen-Nurminen", "book-source-assumption"]),
        ("design", ["PEG-IFN alfa-2b", "Informed consent", "book-soa", "PLANSUB"]),
        ("eligibility", ["aminotransferase_limit", "decided by", "Warning"]),
        ("sample-size", ["Reconstruction", "74 combinations", "80.05 %"]),
        ("open-questions", ["M11 3.1.1", "eligibility.html#eligibility-joined_genes"]),
        ("sources", ["book-source-literature", "Version in force", "protocol/eligibility.yml"]),
        ("references", ["measurable residual disease", 'id="references-dohner2022"']),
        ("data-standards", ["AE: Adverse Events", "assign_datetime", "C66742", "Trial Inclusion/Exclusion Criteria"]),
        ("validation", ["tb-headline", "tb-picture", "tb-findings", "SKIPPED"]),
    ):
        page = out / "book" / f"{name}.html"
        said = article(page)
        assert [text for text in [*shown, "book-provenance", "Study NCT06802718"] if text not in said] == [], page
        assert [text for text in ("{glue", "Traceback", "&lt;IPython", "&lt;div", "Markup(") if text in said] == [], page
    # The mark stands where results rest on invented data, and only there.
    assert [page.name for page in (out / "book").glob("*.html") if "book-synthetic-strip" in article(page)] == ["validation.html"]
    pages = {page: Loads(page) for page in out.rglob("*.html")}
    assert leading_nowhere(pages) == []
    for page, found in pages.items():
        assert [url for url in found.loaded if re.match(r"(\w+:)?//", url)] == [], page
        outside = set(re.findall(r"https?://[^\s\"'<>)]+", page.read_text(encoding="utf-8")))
        # A reader may follow a reference to its publisher; nothing is fetched from there.
        assert {url for url in outside if not url.startswith("https://doi.org/")} <= {"http://www.w3.org/2000/svg"}, page
        if page.parent.name == "book":
            assert len(found.ids) == len(set(found.ids)), page
            steps = zip(found.headings, found.headings[1:], strict=False)
            assert found.headings[0] == 1
            assert [(one, other) for one, other in steps if other > one + 1] == [], page


def test_an_edit_shows_and_a_fault_leaves_the_old_book(
    small_study: Path, tmp_path: Path, edit: Callable[[Path, str, str], None]
) -> None:
    out = tmp_path / "site"
    page = out / "book" / "index.html"
    build_book(small_study, out)
    first = article(page)
    assert [text for text in ("SYNTHETIC DATA", "The first note", "The first message") if text not in first] == []

    # The page's own code is as before: only what it reads has changed.
    edit(small_study / "sdtm_specs/domains/dm.yml", "The first note", "Another note")
    edit(small_study / "validators/dm.py", "The first message", "Another message")
    build_book(small_study, out)
    second = article(page)
    assert [text for text in ("Another note", "Another message") if text not in second] == []
    assert [text for text in ("The first note", "The first message") if text in second] == []

    source = small_study / "book/index.md"
    whole, site = source.read_text(encoding="utf-8"), page.read_text(encoding="utf-8")
    raising = whole + "\n```{code-cell} python\nx = 1\nraise ValueError(f'{x} is <not> enough')\n```\n"
    log = f"\nThe whole log is {small_study / '_build/trialbook/build.log'}"
    for text, message in (
        (raising, "book/index.md, cell 3, line 2: ValueError: 1 is <not> enough" + log),
        (
            HEADER + "# Small\n\nSee [there](nowhere.md).\n",
            "the book's pages have faults:\nbook/index.md, line 8: 'myst' cross-reference target not found: 'nowhere.md'" + log,
        ),
    ):
        source.write_text(text, encoding="utf-8")
        with pytest.raises(TrialbookError) as raised:
            build_book(small_study, out)
        assert str(raised.value) == message
        assert page.read_text(encoding="utf-8") == site


def test_what_is_not_there_is_told_before_anything_is_built(small_study: Path, tmp_path: Path) -> None:
    with pytest.raises(TrialbookError, match="no such export for the book's pages"):
        build_book(small_study, tmp_path / "site", tmp_path / "nothing.zip")
    (small_study / "_toc.yml").unlink()
    with pytest.raises(TrialbookError, match=r"has no book: _toc\.yml is not there"):
        build_book(small_study, tmp_path / "site")
    assert not (tmp_path / "site").exists()
    assert not (small_study / "_build").exists()
