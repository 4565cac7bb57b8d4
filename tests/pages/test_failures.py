"""What Jupyter Book says, and the message that a person gets."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sphinx.errors import ExtensionError

from trialbook.pages.failures import explain_failure
from trialbook.pages.sphinx_ext import setup

RAISED = """\
{root}/book/a.md: WARNING: Executing notebook failed: CellExecutionError
Traceback (most recent call last):
  File "client.py", line 918, in _check_raise_for_error
nbclient.exceptions.CellExecutionError: An error occurred while executing the following cell:
------------------
read()
------------------


\x1b[31m---------------------------------------------------------------------------\x1b[39m
\x1b[31mKeyError\x1b[39m                                  Traceback (most recent call last)
\x1b[36mCell\x1b[39m\x1b[36m \x1b[39m\x1b[32mIn[4]\x1b[39m\x1b[32m, line 2\x1b[39m
File reader.py:7
\x1b[31mKeyError\x1b[39m: 'x'

During handling of the above exception, another exception occurred:

---------------------------------------------------------------------------
ExportError                               Traceback (most recent call last)
Cell In[4], line 2
ExportError: AE.csv, line 3: is no text
Save it as UTF-8: then run again.

 [mystnb.exec]

Exception occurred:
"""
TIMED_OUT = """\
{root}/book/a.md: WARNING: Executing notebook failed: CellTimeoutError
nbclient.exceptions.CellTimeoutError: A cell timed out
 [mystnb.exec]
"""
DIED = """\
reading sources... [ 50%] book/a
reading sources... [100%] book/b
Exception occurred:
nbclient.exceptions.DeadKernelError: Kernel died
Traceback (most recent call last):
RuntimeError:
There was an error in building your book.
"""
WARNED = """\
WARNING: unknown config value 'x' in override, ignoring
[IPKernelApp] WARNING | Kernel is running over TCP without encryption.
{root}/book/a.md:9: WARNING: 'myst' cross-reference target not found: 'nowhere.md' [myst.xref_missing]
{root}/book/a.md:9: WARNING: 'myst' cross-reference target not found: 'nowhere.md' [myst.xref_missing]
{root}/book/b.md: WARNING: document isn't included in any toctree [toc.not_included]
"""


@pytest.mark.parametrize(
    ("said", "code", "expected"),
    [
        ("reading sources... [100%] book/a\nbuild succeeded.\n", 0, None),
        (RAISED, 1, "book/a.md, cell 4, line 2: ExportError: AE.csv, line 3: is no text\nSave it as UTF-8: then run again."),
        (TIMED_OUT, 1, "book/a.md: CellTimeoutError: A cell timed out"),
        (DIED, 1, "book/b.md: Jupyter Book could not build the book: DeadKernelError: Kernel died"),
        ("Killed\n", -9, "{root}: Jupyter Book could not build the book: it does not say why"),
        (
            WARNED,
            0,
            "the book's pages have faults:\n"
            "unknown config value 'x' in override, ignoring\n"
            "book/a.md, line 3: 'myst' cross-reference target not found: 'nowhere.md'\n"
            "book/b.md: document isn't included in any toctree",
        ),
    ],
    ids=["no fault", "chained error", "timeout", "kernel died", "killed", "warnings"],
)
def test_failure(said: str, code: int, expected: str | None, tmp_path: Path) -> None:
    (tmp_path / "book").mkdir()
    (tmp_path / "book/a.md").write_text("# A\n\nSee [it](nowhere.md).\n", encoding="utf-8")
    log = tmp_path / "build.log"

    found = explain_failure(said.replace("{root}", str(tmp_path)), code, tmp_path, log)

    wanted = None if expected is None else expected.replace("{root}", str(tmp_path)) + f"\nThe whole log is {log}"
    assert (str(found) if found else None) == wanted


@pytest.mark.parametrize(
    ("page", "data", "refused"),
    [
        ("# Prose\n", {}, False),
        ("```{code-cell}\n1\n```\n", {}, True),
        (":::{code-cell} python\n1\n:::\n", {"exec_data": {"succeeded": False}}, True),
        ("```{code-cell}\n1\n```\n", {"exec_data": {"succeeded": True}}, False),
        ("Write `{code-cell}` for a cell.\n", {}, False),
    ],
)
def test_a_page_with_code_must_have_been_executed(page: str, data: dict[str, Any], refused: bool, tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    file.write_text(page, encoding="utf-8")
    listeners: dict[str, Any] = {}
    setup(SimpleNamespace(connect=listeners.__setitem__))  # type: ignore[arg-type]
    env = SimpleNamespace(all_docs={"a": 0}, doc2path=lambda name: str(file), nb_metadata={"a": data})
    if not refused:
        listeners["env-check-consistency"](None, env)
        return
    with pytest.raises(ExtensionError) as raised:
        listeners["env-check-consistency"](None, env)
    found = explain_failure(f"Extension error:\n{raised.value}\n", 2, tmp_path, tmp_path / "build.log")
    assert str(found) == (
        "a.md: has code cells that were not executed\n"
        "Begin the page with a header that says `file_format: mystnb` and names the kernel `python3`."
    )
