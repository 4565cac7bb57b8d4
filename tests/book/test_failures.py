"""What Jupyter Book says, and the message that a person gets."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sphinx.errors import ExtensionError

from trialbook.book.failures import explain_failure
from trialbook.book.sphinx_ext import _refuse_unexecuted

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
    ids=["no fault", "broke off", "killed", "warnings"],
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
    env = SimpleNamespace(all_docs={"a": 0}, doc2path=lambda name: str(file), nb_metadata={"a": data})
    if not refused:
        _refuse_unexecuted(None, env)  # type: ignore[arg-type]
        return
    with pytest.raises(ExtensionError) as raised:
        _refuse_unexecuted(None, env)  # type: ignore[arg-type]
    found = explain_failure(f"Extension error:\n{raised.value}\n", 2, tmp_path, tmp_path / "build.log")
    assert str(found) == (
        "a.md: has code cells that were not executed\n"
        "Begin the page with a header that says `file_format: mystnb` and names the kernel `python3`."
    )
