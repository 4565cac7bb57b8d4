"""What holds the rooms apart: imports go one way, the kit knows no trial, files can be held in one's head."""

from __future__ import annotations

import ast
import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import trialbook

SOURCE = Path(trialbook.__file__).parent
LONGEST_FILE = 350
# A room may import from those before it. A new one is put where it belongs, or the test fails.
ROOMS = (
    "errors",
    "progress",
    "git",
    "specfile",
    "outputs",
    "studymodules",
    "expressions",
    "standards",
    "datasets",
    "protocol",
    "exports",
    "mapping",
    "screening",
    "findings",
    "checks",
    "conformance",
    "reports",
    "submission",
    "analysis",
    "displays",
    "tlf",
    "simulation",
    "study_folders",
    "study",
    "run",
    "quality",
    "pages",
    "book",
    "amendment",
    "demo",
    "terminal",
    "cli",
    "__main__",
)
MODULES = sorted(SOURCE.rglob("*.py"))
# Words of this trial, its disease, drugs and genes. The standards' own terms are data, and know every disease.
TRIAL = re.compile(
    r"(?i:interferon|leuk[ae]?emi|myeloid|peking|xanomeline|alzheimer|\bNCT\d)"
    r"|\b(?:IFN|AML|NPM1|CEBPA|FLT3|RUNX1|CBFB|MYH11|KIT|135 µg)\b"
)


def imported_by(path: Path) -> Iterator[tuple[str, int]]:
    """Every module of trialbook that a module imports, wherever in it (``trialbook`` alone for the package), and the line."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((name.name, node.lineno) for name in node.names if name.name.split(".")[0] == "trialbook")
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}:{node.lineno}: imports are written in full"
            if node.module == "trialbook":
                yield from ((f"trialbook.{name.name}".removesuffix(".__version__"), node.lineno) for name in node.names)
            elif (node.module or "").startswith("trialbook."):
                yield str(node.module), node.lineno


def room_of(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def upward(path: Path) -> list[str]:
    """The imports of a module that go to a room after its own."""
    found = []
    for module, line in imported_by(path):
        room = module.split(".")[1] if "." in module else None
        if room is not None and ROOMS.index(room) > ROOMS.index(room_of(path)):
            found.append(f"{path.relative_to(SOURCE)}:{line} imports {module}")
    return found


def test_every_module_stands_in_a_room_that_is_known():
    assert {room_of(path) for path in MODULES} - {"__init__"} <= set(ROOMS)


def test_imports_go_down_only_also_the_lazy_ones():
    assert [line for path in MODULES if path.name != "__init__.py" or path.parent != SOURCE for line in upward(path)] == []


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("from trialbook.checks import rule", ["errors.py:1 imports trialbook.checks"]),
        ("import trialbook.run", ["errors.py:1 imports trialbook.run"]),
        ("from trialbook import cli", ["errors.py:1 imports trialbook.cli"]),
        ("def f():\n    from trialbook.study import LoadedStudy", ["errors.py:2 imports trialbook.study"]),
        ("from trialbook import __version__\nimport trialbook\nimport json", []),
    ],
)
def test_the_check_of_imports_sees_what_it_should(tmp_path, monkeypatch, code, expected):
    monkeypatch.setattr(f"{__name__}.SOURCE", tmp_path)
    (tmp_path / "errors.py").write_text(code)
    assert upward(tmp_path / "errors.py") == expected


def test_the_package_itself_imports_nothing_when_it_is_imported():
    body = ast.parse((SOURCE / "__init__.py").read_text()).body
    modules = [node.module for node in body if isinstance(node, ast.ImportFrom)]
    assert modules == ["__future__", "typing"]


def test_the_kit_knows_no_trial():
    texts = [path for path in SOURCE.rglob("*") if path.suffix in (".py", ".html", ".css", ".js", ".json", ".md", ".yml")]
    named = [
        f"{path.relative_to(SOURCE)}:{number}: {line.strip()[:100]}"
        for path in texts
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if TRIAL.search(line)
    ]
    assert named == []


def test_no_folder_of_validators_can_hide_the_package_of_that_name(repository):
    """A folder without ``__init__.py`` yields to a package of its name wherever that stands on the path."""
    folders = [path for path in repository.rglob("validators") if path.is_dir() and ".venv" not in path.parts]
    assert folders
    assert [folder for folder in folders if (folder / "__init__.py").exists()] == []
    found = importlib.util.find_spec("validators")
    assert found is None or found.origin is None or repository not in Path(found.origin).parents or ".venv" in found.origin


def test_no_file_is_longer_than_can_be_read_at_once():
    lengths = {str(path.relative_to(SOURCE)): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert {name: length for name, length in lengths.items() if length >= LONGEST_FILE} == {}
