"""Build the book: Jupyter Book in a process of its own, whose site is taken only when it is without fault."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from trialbook.errors import TrialbookError
from trialbook.outputs import output_folder
from trialbook.pages.failures import explain_failure
from trialbook.pages.inputs import CACHES, EXPORT_VARIABLE, WORK, named_export
from trialbook.pages.simulated import simulated_export
from trialbook.study import LoadedStudy

try:
    import fcntl
except ImportError:  # Windows: two builds of one study at a time are then the user's to avoid
    fcntl = None  # type: ignore[assignment]

BOOK_FILES = ("_config.yml", "_toc.yml")
KEPT_CACHES = 4
_COMMAND = (sys.executable, "-P", "-c", "from jupyter_book.cli.main import main; main()")


def build_book(root: Path, out: Path, export: Path | None = None) -> Path:
    """Build the book of the study at ``root`` into ``out``, whole or not at all; returns the path of its ``index.html``.

    ``export`` is what the pages about data show; without it the one that TRIALBOOK_EXPORT names, else a synthetic
    one, simulated. Raises :class:`~trialbook.errors.TrialbookError` where a cell raises (page, cell and error), where a page that
    has code was not executed, where a cross-reference leads nowhere, and where Jupyter Book can't build.
    """
    root, out = root.resolve(), out.resolve()
    for name in BOOK_FILES:
        if not (root / name).is_file():
            raise TrialbookError(f"has no book: {name} is not there", file=root, remedy="Name a study's folder that has one.")
    export = _existing(export or named_export(), root)
    with output_folder(out) as folder, _work(root) as work:
        shutil.copytree(
            _site(root, work, export), folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("reports", ".buildinfo")
        )
    return out / "index.html"


def _existing(named: Path | None, root: Path) -> Path:
    if named is None:
        return simulated_export(LoadedStudy(root)).resolve()
    if not named.exists():
        remedy = "Name an export that exists."
        raise TrialbookError("there is no such export for the book's pages to show", file=named, remedy=remedy)
    return named.resolve()


def _site(root: Path, work: Path, export: Path) -> Path:
    """Run Jupyter Book in ``work``; its site, once that is known to be without fault.

    Sphinx says each warning once, when it reads a page: unless the last build was without fault, all pages are read again.
    """
    built, complete, log = work / "_build", work / "complete", work / "build.log"
    if not complete.exists():
        shutil.rmtree(built / ".doctrees", ignore_errors=True)
    complete.unlink(missing_ok=True)
    shutil.rmtree(built / "html", ignore_errors=True)  # or pages that have left the table of contents would stay
    command = [*_COMMAND, "build", str(root), "--path-output", str(work)]
    done = subprocess.run(
        command, cwd=work, env=_environment(work, export), capture_output=True, encoding="utf-8", errors="replace"
    )
    said = f"{done.stdout}\n{done.stderr}"
    log.write_text(said, encoding="utf-8")
    failure = explain_failure(said, done.returncode, root, log)
    if failure:
        raise failure
    complete.touch()
    caches = sorted((built / CACHES).iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
    for old in caches[KEPT_CACHES:]:
        shutil.rmtree(old, ignore_errors=True)
    return built / "html"


def _environment(work: Path, export: Path) -> dict[str, str]:
    """This process's environment, in which the kernel ``python3`` is this Python, and nobody's IPython start-up files run."""
    kernel = work / "jupyter" / "kernels" / "python3"
    kernel.mkdir(parents=True, exist_ok=True)
    argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec = {
        "argv": argv,
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
        "metadata": {"supported_encryption": ["curve"]},
    }
    (kernel / "kernel.json").write_text(json.dumps(spec), encoding="utf-8")
    paths = [str(work / "jupyter"), *filter(None, [os.environ.get("JUPYTER_PATH")])]
    return os.environ | {
        EXPORT_VARIABLE: str(export),
        "IPYTHONDIR": str(work / "ipython"),
        "JUPYTER_PATH": os.pathsep.join(paths),
        "NO_COLOR": "1",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        "PYTHONUTF8": "1",
    }


@contextlib.contextmanager
def _work(root: Path) -> Iterator[Path]:
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
