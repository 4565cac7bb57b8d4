"""Whether a site is what it says: its files against its manifest, its inputs against those at hand, its results rebuilt."""

from __future__ import annotations

import contextlib
import json
import shutil
import stat
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from lxml import html

from trialbook.book.about import About
from trialbook.book.build import build_book
from trialbook.book.manifest import MANIFEST, NOTEBOOKS, SCHEMA
from trialbook.book.results import Difference, differences, read_results, text_lines
from trialbook.errors import TrialbookError
from trialbook.outputs import MARKER
from trialbook.pages.inputs import KIT_ROOT, LOCK_FILE, STUDY_FOLDERS, WORK, content_hash, folder_hashes
from trialbook.progress import Progress, quiet

PAGES = "book"
_LARGEST = 2 * 1024**3
"""A site that unpacks to more than this many bytes is refused: it is no book."""


@dataclass(frozen=True)
class Verdict:
    """What was found, a line each.

    ``files``: of the site against its manifest; ``inputs``: that differ from those at hand; ``results``: that differ when
    the site is rebuilt; ``rebuilt``: whether it was.
    """

    files: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    results: tuple[str, ...] = ()
    rebuilt: bool = False

    @property
    def sound(self) -> bool:
        """Whether nothing differs."""
        return not (self.files or self.inputs or self.results)


def verify_site(site: Path, root: Path | None = None, export: Path | None = None, *, step: Progress = quiet) -> Verdict:
    """Hold a site, a folder or a zip, against its manifest; with the study at ``root``, rebuild it and compare the results.

    The inputs that differ from those that the manifest names are told one by one, the lock file among them. ``export`` is
    the export that the site was built on, where that was no synthetic one. Raises TrialbookError for what is no site.
    """
    with opened(site) as folder:
        manifest = read_manifest(folder, site)
        files = tuple(_altered_files(folder, manifest))
        if root is None:
            return Verdict(files)
        step("comparing the inputs")
        inputs = tuple(_altered_inputs(manifest, root, export))
        with tempfile.TemporaryDirectory() as scratch:
            again = Path(scratch) / "site"
            _rebuild(root, export, manifest, Path(scratch), again, step)
            found = differences(read_results(folder / NOTEBOOKS), read_results(again / NOTEBOOKS))
            results = [str(one) for one in found] + [str(one) for one in _changed_pages(folder, again)]
        return Verdict(files, inputs, tuple(results), rebuilt=True)


def compare_sites(site: Path, old: Path) -> list[Difference]:
    """The results that changed from an old site to a new one, cell by cell."""
    with opened(site) as new_folder, opened(old) as old_folder:
        for folder, named in ((new_folder, site), (old_folder, old)):
            read_manifest(folder, named)
        return differences(read_results(old_folder / NOTEBOOKS), read_results(new_folder / NOTEBOOKS))


@contextlib.contextmanager
def opened(site: Path) -> Iterator[Path]:
    """The folder of a site, unpacked where it is a zip. Raises TrialbookError for what is neither, and for a harmful zip."""
    if site.is_dir():
        yield site
        return
    if not site.is_file() or not zipfile.is_zipfile(site):
        raise TrialbookError(
            "is no site: neither a folder nor a zip", file=site, remedy="Name what `trialbook book build` wrote."
        )
    with tempfile.TemporaryDirectory() as scratch, zipfile.ZipFile(site) as packed:
        if sum(one.file_size for one in packed.infolist()) > _LARGEST:
            raise TrialbookError("unpacks to more than 2 GiB", file=site, remedy="Name the zip of a book.")
        for one in packed.infolist():
            parts = PurePosixPath(one.filename).parts
            if ".." in parts or one.filename.startswith("/") or stat.S_ISLNK(one.external_attr >> 16):
                raise TrialbookError(f"names a file outside of itself: {one.filename}", file=site, remedy="Do not use this zip.")
        packed.extractall(scratch)
        inside = list(Path(scratch).iterdir())
        one_folder = len(inside) == 1 and inside[0].is_dir()  # zipped with its folder, as file managers do
        yield inside[0] if one_folder else Path(scratch)


def read_manifest(folder: Path, site: Path) -> dict[str, Any]:
    """The manifest of a site. Raises TrialbookError where there is none, or none that this version reads."""
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        readable = manifest["schema"] == SCHEMA and {"about", "inputs", "pages", "files"} <= manifest.keys()
    except FileNotFoundError:
        raise TrialbookError(f"has no {MANIFEST}", file=site, remedy="Name a site that `trialbook book build` wrote.") from None
    except (ValueError, KeyError, TypeError) as error:
        raise TrialbookError(f"has a {MANIFEST} that can't be read: {error}", file=site, remedy="Get the site again.") from None
    if not readable:
        raise TrialbookError(f"has a {MANIFEST} of another version", file=site, remedy="Use the trialbook that wrote it.")
    return manifest


def _altered_files(folder: Path, manifest: dict[str, Any]) -> Iterator[str]:
    there = {name: digest for name, digest in folder_hashes(folder).items() if name not in (MANIFEST, MARKER)}
    told: dict[str, str] = manifest["files"]
    for name in sorted(told.keys() | there.keys()):
        if name not in there:
            yield f"{name}: is missing"
        elif name not in told:
            yield f"{name}: was added"
        elif there[name] != told[name]:
            yield "; ".join([f"{name}: was altered", *_unlike_notebook(folder, name)])


def _unlike_notebook(folder: Path, name: str) -> list[str]:
    """Of an altered page, what its executed notebook says and the page does not."""
    page = Path(name).with_suffix("")
    notebook = folder / NOTEBOOKS / f"{page.as_posix()}.ipynb"
    if not name.endswith(".html") or not notebook.is_file():
        return []
    said = set(text_lines((folder / name).read_text(encoding="utf-8", errors="replace")))
    results = read_results(folder / NOTEBOOKS)[page.as_posix()]
    missing = [line for cell in results for line in cell if line not in said]
    return [f"it does not say “{line}”, which its notebook does" for line in missing[:3]]


def _altered_inputs(manifest: dict[str, Any], root: Path, export: Path | None) -> Iterator[str]:
    """The inputs at hand that differ from those of the manifest; the synthetic export is made anew and not compared here."""
    about = About(**manifest["about"])
    lock = root / LOCK_FILE
    now = content_hash(lock) if lock.is_file() else None
    if now != about.lock:
        yield f"{LOCK_FILE}: differs from the one that the site was built with"
    tops = {"study": root, "kit": KIT_ROOT, "export": export}
    unnamed = sorted(folder_hashes(export).values()) if export else []
    for name, digest in manifest["inputs"].items():
        where, _, rest = name.partition(":")
        top = tops[where]
        if top is None or name.endswith("/"):
            continue
        if where == "export" and rest.startswith("file "):
            if digest not in unnamed:
                yield f"export: none of its files is the one of SHA-256 {digest}"
            continue
        path = top / rest if rest else top
        if not path.exists():
            yield f"{where}: {rest} is not there"
        elif content_hash(path) != digest:
            yield f"{where}: {rest or path.name} differs from the one that the site was built with"
    for name, version in About.of(root).versions.items():
        if about.versions.get(name) != version:
            yield f"{name} is {version} here, and was {about.versions.get(name)}"


def _rebuild(root: Path, export: Path | None, manifest: dict[str, Any], scratch: Path, target: Path, step: Progress) -> None:
    """Build the book again from a copy of the study, so that nothing of an earlier build is used."""
    copy = scratch / "study"
    leave = shutil.ignore_patterns("__pycache__", "_build", ".*")
    for part in (*STUDY_FOLDERS, "simulation", "book"):
        if (root / part).is_dir():
            shutil.copytree(root / part, copy / part, ignore=leave)
    for name in ("_config.yml", "_toc.yml", LOCK_FILE):
        if (root / name).is_file():
            shutil.copy(root / name, copy)
    build_book(copy, target, export, subject_level=manifest.get("level") == "subject", step=step)
    shutil.rmtree(copy / WORK, ignore_errors=True)


def _changed_pages(before: Path, after: Path) -> Iterator[Difference]:
    """What the written pages say differently, beside their cells' results: cell 0 stands for the page's own words."""
    for page in sorted({*_names(before), *_names(after)}):
        old, new = _page_lines(before / PAGES / page), _page_lines(after / PAGES / page)
        if old != new:
            gone = [line for line in old if line not in set(new)]
            come = [line for line in new if line not in set(old)]
            yield Difference(f"{PAGES}/{page}", 0, " / ".join(gone[:3]), " / ".join(come[:3]))


def _names(site: Path) -> list[str]:
    return [path.name for path in (site / PAGES).glob("*.html")]


def _page_lines(page: Path) -> list[str]:
    """What a page says, its provenance left out: dates and run times are never the same, and a copy is of no commit."""
    text = page.read_bytes() if page.is_file() else b""
    article = next(html.fromstring(text).iter("article"), None) if text.strip() else None
    if article is None:
        return []
    for provenance in article.find_class("book-provenance") + article.find_class("book-provenance-tables"):
        provenance.drop_tree()
    return text_lines(html.tostring(article, encoding="unicode"))
