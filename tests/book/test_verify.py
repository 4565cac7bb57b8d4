"""A site held against its manifest, with a site made by hand; what a rebuild tells is in test_build.py."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

from trialbook.book.about import About
from trialbook.book.archive import zip_site
from trialbook.book.leaves import Executed
from trialbook.book.manifest import write_manifest
from trialbook.book.verify import compare_sites, verify_site
from trialbook.errors import TrialbookError
from trialbook.pages.inputs import Inputs
from trialbook.pages.records import Record

ABOUT = About("S", "A study", "1.0", "", "2026-01-01T00:00:00+00:00", None, False, "3.12", {}, None, "k")
PAGE = "<html><article><p>n = {n}</p><p>Words</p></article></html>"


def make_site(folder: Path, n: str) -> Path:
    """A site of one page whose only cell shows ``n``."""
    executed = Executed(folder / "work")
    output = nbformat.v4.new_output("display_data", {"text/html": f"<p>n = {n}</p>"})
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("n", outputs=[output])])
    executed.keep("book/p", notebook, Record("c", "e", {"study:protocol/study.yml": "0"}, "2026-01-01T00:00:00+00:00", 1.0))
    site = folder / "site"
    (site / "book").mkdir(parents=True)
    (site / "book/p.html").write_text(PAGE.format(n=n), encoding="utf-8")
    (site / "index.html").write_text("<html></html>", encoding="utf-8")
    write_manifest(site, ABOUT, ["book/p"], executed, Inputs(folder, None))
    return site


def alter(site: Path) -> None:
    page = site / "book/p.html"
    page.write_text(page.read_text(encoding="utf-8").replace("96", "97"), encoding="utf-8")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda site: None, []),
        (alter, ["book/p.html: was altered; it does not say “n = 96”, which its notebook does"]),
        (lambda site: (site / "index.html").unlink(), ["index.html: is missing"]),
        (lambda site: (site / "more.js").touch(), ["more.js: was added"]),
        (lambda site: (site / "index.html").write_text("x", encoding="utf-8"), ["index.html: was altered"]),
    ],
    ids=["as built", "a number on a page", "a file less", "a file more", "a file without results"],
)
@pytest.mark.parametrize("packed", [False, True], ids=["folder", "zip"])
def test_files_against_the_manifest(change: Callable[[Path], object], expected: list[str], packed: bool, tmp_path: Path) -> None:
    site = make_site(tmp_path, "96")
    change(site)
    if packed:
        zip_site(site, tmp_path / "book.zip")
    verdict = verify_site(tmp_path / "book.zip" if packed else site)
    assert list(verdict.files) == expected
    assert (verdict.inputs, verdict.results, verdict.rebuilt) == ((), (), False)
    assert verdict.sound is not bool(expected)


def test_results_that_changed_since_an_older_site(tmp_path: Path) -> None:
    old, new = make_site(tmp_path / "old", "96"), make_site(tmp_path / "new", "120")
    zip_site(old, tmp_path / "old.zip")
    assert [str(one) for one in compare_sites(new, tmp_path / "old.zip")] == ["book/p, cell 1: “n = 96” → “n = 120”"]
    assert compare_sites(new, new) == []


def test_a_zip_has_the_same_bytes_each_time(tmp_path: Path) -> None:
    site = make_site(tmp_path, "96")
    zip_site(site, tmp_path / "a/book.zip")
    zip_site(Path(shutil.copytree(site, tmp_path / "copy")), tmp_path / "b/book.zip")
    assert (tmp_path / "a/book.zip").read_bytes() == (tmp_path / "b/book.zip").read_bytes()


def test_what_is_no_site_is_refused(tmp_path: Path) -> None:
    site = make_site(tmp_path, "96")
    text, plain, slip = tmp_path / "a.txt", tmp_path / "plain", tmp_path / "slip.zip"
    text.write_text("no zip", encoding="utf-8")
    plain.mkdir()
    with zipfile.ZipFile(slip, "w") as packed:
        packed.writestr("../outside.txt", "x")
    newer = json.loads((site / "manifest.json").read_text(encoding="utf-8")) | {"schema": 2}
    for named, message in (
        (text, "is no site: neither a folder nor a zip"),
        (tmp_path / "nothing", "is no site: neither a folder nor a zip"),
        (plain, "has no manifest.json"),
        (slip, "names a file outside of itself: ../outside.txt"),
    ):
        with pytest.raises(TrialbookError, match=message):
            verify_site(named)
    for content, message in (("{", "can't be read"), (json.dumps(newer), "of another version"), ("[]", "can't be read")):
        (site / "manifest.json").write_text(content, encoding="utf-8")
        with pytest.raises(TrialbookError, match=message):
            verify_site(site)
    assert not (tmp_path / "outside.txt").exists()
