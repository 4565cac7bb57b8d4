"""Build the book: pages executed, then Jupyter Book in a process of its own, whose site is taken when it is without fault."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from trialbook.book.about import ABOUT, About
from trialbook.book.execution import execute_pages, kernel_folder
from trialbook.book.failures import HEADER_REMEDY, explain_failure
from trialbook.book.leaves import Executed, Page, pages_of
from trialbook.book.manifest import write_manifest
from trialbook.errors import TrialbookError
from trialbook.outputs import output_folder
from trialbook.pages.inputs import (
    EXPORT_VARIABLE,
    LEVEL_VARIABLE,
    PREPARED_VARIABLE,
    RESULTS_VARIABLE,
    WORK,
    Inputs,
    named_export,
)
from trialbook.pages.tasks import (
    shared_files,
    shown_analysis,
    shown_run,
    still_hold,
    synthetic_export,
    synthetic_export_path,
)
from trialbook.progress import Progress, quiet

try:
    import fcntl
except ImportError:  # Windows: two builds of one study at a time are then the user's to avoid
    fcntl = None  # type: ignore[assignment]

Builder = Literal["html", "singlehtml"]

BOOK_FILES = ("_config.yml", "_toc.yml")

_COMMAND = (sys.executable, "-P", "-c", "from jupyter_book.cli.main import main; main()")


@dataclass(frozen=True)
class Prepared:
    """The pages of a study's book, executed: where they lie, what was executed anew, and what they were made from."""

    root: Path
    work: Path
    pages: tuple[Page, ...]
    executed: Executed
    inputs: Inputs
    anew: tuple[str, ...]
    about: About


def build_book(
    root: Path,
    out: Path,
    export: Path | None = None,
    *,
    subject_level: bool = False,
    left: Collection[str] = (),
    step: Progress = quiet,
) -> Path:
    """Build the book of the study at ``root`` into ``out``, whole or not at all; returns the path of its ``index.html``.

    ``export`` is what the pages about data show; without it the one that TRIALBOOK_EXPORT names, else a synthetic
    one, simulated. Of a real export they show aggregates only, unless ``subject_level`` is asked for. ``left`` names
    pages that were made before and stay as they were, so that a writer sees the others without waiting for them. Raises
    :class:`~trialbook.errors.TrialbookError` where a cell raises (page, cell and error), where a page that has code was not
    executed, where a cross-reference leads nowhere, and where Jupyter Book can't build.
    """
    root, out = root.resolve(), out.resolve()
    with (
        output_folder(out) as folder,
        rendered(root, export, subject_level, "html", step, left) as (site, prepared),
    ):
        leave = shutil.ignore_patterns("reports", ".buildinfo", ".doctrees", "objects.inv")
        shutil.copytree(site, folder, dirs_exist_ok=True, ignore=leave)
        step("writing the manifest")
        write_manifest(folder, prepared.about, [page.name for page in prepared.pages], prepared.executed, prepared.inputs)
    return out / "index.html"


@contextlib.contextmanager
def rendered(
    root: Path,
    export: Path | None,
    subject_level: bool,
    builder: Builder,
    step: Progress = quiet,
    left: Collection[str] = (),
) -> Iterator[tuple[Path, Prepared]]:
    """What Sphinx makes of the executed pages, as a site or as one page, for as long as the block runs.

    The single page lies at ``book/index.html``. Raises as :func:`build_book` does.
    """
    root = root.resolve()
    export = checked_export(root, export)
    with work_folder(root) as work:
        prepared = prepare(root, work, export, subject_level, step, left)
        step("rendering the pages")
        yield _render(prepared, builder), prepared


def pages_behind(root: Path, export: Path | None, subject_level: bool) -> list[Page]:
    """The pages that were made before, and of whose inputs some have changed since."""
    root = root.resolve()
    named = checked_export(root, export)
    executed = Executed.in_work(root / WORK)
    inputs = Inputs(root, (named or synthetic_export_path(root)).resolve(), shared_files(root))
    holds = still_hold(root, named, asks_subjects(subject_level), asks_results(named))
    found = []
    for page in pages_of(root):
        record = executed.record(page.name) if page.code and executed.notebook(page.name).is_file() else None
        if record and ((page.shows - holds) or record.stale(page.code, inputs)):
            found.append(page)
    return found


def asks_subjects(subject_level: bool) -> bool:
    """Whether single findings of a real export are asked for, here or by TRIALBOOK_SUBJECT_LEVEL."""
    return subject_level or os.environ.get(LEVEL_VARIABLE) == "1"


def asks_results(export: Path | None) -> bool:
    """Whether results may be shown: those of invented data always, of a real export where TRIALBOOK_RESULTS is 1."""
    return export is None or os.environ.get(RESULTS_VARIABLE) == "1"


def prepare(
    root: Path, work: Path, export: Path | None, subject_level: bool, step: Progress = quiet, left: Collection[str] = ()
) -> Prepared:
    """Execute what has to be executed, but for the pages ``left``; ``export`` as :func:`checked_export` gives it.

    Raises TrialbookError with page, cell and error where a cell raises.
    """
    pages = tuple(pages_of(root))
    for page in pages:
        if page.has_code and not page.executable:
            raise TrialbookError("has code cells that were not executed", file=f"{page.name}.md", remedy=HEADER_REMEDY)
    ready = [page for page in pages if page.name not in left]
    simulated = export is None and (not left or any(page.shows for page in ready))
    if simulated:
        step("simulating an export")
    shown = export or (synthetic_export(root) if simulated else synthetic_export_path(root))
    inputs, executed = Inputs(root, shown.resolve()), Executed.in_work(work)
    about = About.of(root)
    about.write(work / ABOUT)
    subject_level = asks_subjects(subject_level)

    def run() -> Path:
        step("validating the export")
        return shown_run(root, shown.resolve(), subject_level)

    def analysis() -> Path:
        step("analysing the export")
        return shown_analysis(root, shown.resolve(), asks_results(export))

    made = {"run": run, "analysis": analysis}
    anew = execute_pages(ready, executed, inputs, made, _environment(work, subject_level), step)
    named = {name for page in pages for name in page.shows}
    shared = {name: file for name, file in shared_files(root).items() if name in named}
    return Prepared(root, work, pages, executed, inputs.with_shared(shared), tuple(anew), about)


def checked_export(root: Path, export: Path | None) -> Path | None:
    """The export that was asked for, here or by TRIALBOOK_EXPORT; None for a synthetic one.

    Raises TrialbookError where it is not there, or the study has no book that could show it.
    """
    for name in BOOK_FILES:
        if not (root / name).is_file():
            raise TrialbookError(f"has no book: {name} is not there", file=root, remedy="Name a study's folder that has one.")
    named = export or named_export()
    if named is not None and not named.exists():
        remedy = "Name an export that exists."
        raise TrialbookError("there is no such export for the book's pages to show", file=named, remedy=remedy)
    return named


def _render(prepared: Prepared, builder: Builder) -> Path:
    """Run Jupyter Book; its site, once that is known to be without fault.

    Sphinx says each warning once, when it reads a page: unless the last build was without fault, all pages are read again.
    """
    root, work = prepared.root, prepared.work
    built, complete, log = work / "_build", work / f"complete-{builder}", work / "build.log"
    if not complete.exists():
        shutil.rmtree(built / ".doctrees", ignore_errors=True)
    # What every page shows of the others: without this a page would keep an old title in its menu.
    whole = json.dumps([prepared.about.of_each_page, [(page.name, page.title) for page in prepared.pages]])
    if builder != "html" or not complete.exists() or complete.read_text(encoding="utf-8") != whole:
        shutil.rmtree(built / builder, ignore_errors=True)  # or pages that have left the table of contents would stay
    complete.unlink(missing_ok=True)
    how = ["--builder", "html"] if builder == "html" else ["--builder", "custom", "--custom-builder", builder]
    command = [*_COMMAND, "build", str(root), "--path-output", str(work), *how]
    environment = _environment(work) | {PREPARED_VARIABLE: str(work), EXPORT_VARIABLE: str(prepared.inputs.export)}
    done = subprocess.run(command, cwd=work, env=environment, capture_output=True, encoding="utf-8", errors="replace")
    said = f"{done.stdout}\n{done.stderr}"
    log.write_text(said, encoding="utf-8")
    failure = explain_failure(said, done.returncode, root, log)
    if failure:
        raise failure
    complete.write_text(whole, encoding="utf-8")
    return built / builder


def _environment(work: Path, subject_level: bool = False) -> dict[str, str]:
    """This process's environment, in which the kernel ``python3`` is this Python, and nobody's IPython start-up files run."""
    paths = [str(kernel_folder(work)), *filter(None, [os.environ.get("JUPYTER_PATH")])]
    return os.environ | {
        LEVEL_VARIABLE: "1" if subject_level else "0",
        "IPYTHONDIR": str(work / "ipython"),
        "JUPYTER_PATH": os.pathsep.join(paths),
        "NO_COLOR": "1",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        "PYTHONUTF8": "1",
    }


@contextlib.contextmanager
def work_folder(root: Path) -> Iterator[Path]:
    """The study's work folder, to one build at a time: the next waits."""
    work = root / WORK
    try:
        work.mkdir(parents=True, exist_ok=True)
        lock = (work / "lock").open("w")
    except OSError as error:
        remedy = "The build keeps its cache there; make the study's folder writable, or copy the study."
        raise TrialbookError(f"can't be written: {error.strerror}", file=work, remedy=remedy) from None
    with lock:
        if fcntl is not None:
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield work
