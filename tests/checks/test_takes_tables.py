"""Checks are functions from tables to findings: none of them opens a file, so that they run wherever their tables are."""

from __future__ import annotations

import ast
from pathlib import Path

import trialbook.checks

SOURCE = Path(trialbook.checks.__file__).parent
LOADING = {
    "modules.py": "loads the study's modules, once, before anything is checked",
    "models.py": "reads the study's tables beside its modules, and the modules' own place",
    "questions.py": "reads the kit's own questions",
    "schema.py": "names the file of a rule that broke",
}
"""Modules that may know files, and what for."""

FILES = {"Path", "PurePath", "open", "read_text", "read_bytes", "read_csv", "write_text", "write_bytes", "fdopen", "getcwd"}


def touched(code: str) -> list[str]:
    """The names by which a module could reach a file, with their lines."""
    nodes = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Name | ast.Attribute)]
    named = [(node.lineno, node.id if isinstance(node, ast.Name) else node.attr) for node in nodes]
    return [f"line {line}: {name}" for line, name in sorted(named) if name in FILES]


def test_no_check_knows_a_file() -> None:
    modules = [path for path in sorted(SOURCE.rglob("*.py")) if path.name not in LOADING]
    found = {str(path.relative_to(SOURCE)): touched(path.read_text(encoding="utf-8")) for path in modules}
    assert len(found) > 20
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_what_may_know_files_does() -> None:
    assert [name for name in LOADING if not touched((SOURCE / name).read_text(encoding="utf-8"))] == []


def test_a_file_is_seen() -> None:
    code = "from pathlib import Path\ndef check(at: Path):\n    return at.read_text()\n"
    assert touched(code) == ["line 2: Path", "line 3: read_text"]
