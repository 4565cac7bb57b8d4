"""The pages of a book: as they are written, and as they were executed.

Sphinx loads this for every page that it writes, so it is light: what executes pages is in :mod:`trialbook.book.execution`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Self

import nbformat
from nbformat import NotebookNode

from trialbook.errors import TrialbookError
from trialbook.pages.records import Record

_SHOWS = {"run": re.compile(r"\blatest_run\b"), "analysis": re.compile(r"\blatest_analysis\b")}
_CODE_CELL = re.compile(r"^(`{3,}|~{3,}|:{3,})\s*\{code-cell\}", re.MULTILINE)


@dataclass(frozen=True)
class Page:
    """A page of the book: its name in the table of contents (``book/design``) and its file."""

    name: str
    file: Path

    @cached_property
    def text(self) -> str:
        """The page's MyST source. Raises TrialbookError where it is not there or no UTF-8."""
        try:
            return self.file.read_text(encoding="utf-8")
        except FileNotFoundError:
            remedy = "Write the page, or take it out of _toc.yml."
            raise TrialbookError("is in the table of contents and not there", file=self.file, remedy=remedy) from None
        except UnicodeDecodeError as error:
            raise TrialbookError(f"is no UTF-8 text: {error.reason}", file=self.file, remedy="Save it as UTF-8.") from None

    @property
    def title(self) -> str:
        """The page's first heading as it is written; empty where it has none."""
        return next((line[2:].strip() for line in self.text.splitlines() if line.startswith("# ")), "")

    def notebook(self) -> NotebookNode:
        """The page as a notebook, as MyST-NB reads it."""
        from myst_nb.core.read import read_myst_markdown_notebook

        return read_myst_markdown_notebook(self.text, add_source_map=True, path=self.file)

    @cached_property
    def code(self) -> str:
        """SHA-256 over the page's code cells and its kernel; empty for a page that has no code."""
        if not self.executable:
            return ""
        notebook = self.notebook()
        cells = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
        kernel = str(notebook.metadata.get("kernelspec", {}).get("name"))
        return hashlib.sha256("\0".join([kernel, *cells]).encode()).hexdigest() if cells else ""

    @property
    def shows(self) -> frozenset[str]:
        """What of what pages share it shows, and so has to wait for: ``run``, ``analysis``."""
        return frozenset(name for name, called in _SHOWS.items() if called.search(self.text))

    @property
    def has_code(self) -> bool:
        """Whether it has cells of code, whatever its header says."""
        return self.file.suffix == ".ipynb" or bool(_CODE_CELL.search(self.text))

    @property
    def executable(self) -> bool:
        """Whether its header makes it a notebook."""
        from myst_nb.core.read import is_myst_markdown_notebook

        return bool(is_myst_markdown_notebook(self.text))


class Executed:
    """The folder of executed pages: of each the notebook with its outputs, and the record of what it was made from."""

    def __init__(self, folder: Path):
        self.folder = folder

    @classmethod
    def in_work(cls, work: Path) -> Self:
        """The one in a study's work folder."""
        return cls(work / "executed")

    def notebook(self, page: str) -> Path:
        """Where a page's executed notebook lies."""
        return self.folder / f"{page}.ipynb"

    def record(self, page: str) -> Record | None:
        """What a page was made from; None for one that was never executed."""
        return Record.read(self.folder / f"{page}.json")

    def keep(self, page: str, notebook: NotebookNode, record: Record) -> None:
        """Take in a page; its record comes last, so that none is without its notebook."""
        target = self.notebook(page)
        target.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, target)
        record.write(self.folder / f"{page}.json")


def pages_of(root: Path) -> Iterator[Page]:
    """The pages in the order of ``_toc.yml``. Raises TrialbookError where that file can't be read."""
    from sphinx_external_toc.parsing import MalformedError, parse_toc_yaml

    try:
        names = list(parse_toc_yaml(str(root / "_toc.yml")))
    except (MalformedError, OSError, ValueError) as error:
        remedy = "Mend the table of contents: format, root, then parts with chapters."
        raise TrialbookError(f"can't be read as a table of contents: {error}", file="_toc.yml", remedy=remedy) from None
    for name in names:
        bare = name.removesuffix(".md")
        yield Page(bare, root / f"{bare}.md")
