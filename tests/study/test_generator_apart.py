"""The generator of synthetic exports and the rules that find their defects share nothing but what the specifications say."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SPECIFICATIONS = ("trialbook.protocol",)
"""What both may read: the protocol as data."""


def modules(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.py"))


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield str(node.module)


def of_trialbook(folder: Path) -> set[str]:
    return {name for path in modules(folder) for name in imported(path) if name.startswith("trialbook")}


def tables(folder: Path) -> Iterator[str]:
    """Each constant of a module that is a collection with two values or more, as it is written."""
    for path in modules(folder):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            value = node.value if isinstance(node, ast.Assign) else None
            collection = isinstance(value, ast.Tuple | ast.List | ast.Dict | ast.Set)
            if value and collection and sum(isinstance(one, ast.Constant) for one in ast.walk(value)) > 1:
                yield ast.unparse(value)


def test_they_import_nothing_in_common_but_the_protocol(repository: Path) -> None:
    both = of_trialbook(repository / "simulation") & of_trialbook(repository / "validators")
    assert {name for name in both if not name.startswith(SPECIFICATIONS)} == set()


def test_the_kits_generator_knows_no_rule(repository: Path) -> None:
    kit = repository / "src" / "trialbook"
    assert {
        name for name in of_trialbook(kit / "simulation") if name.startswith(("trialbook.checks", "trialbook.findings"))
    } == set()
    assert {name for name in of_trialbook(kit / "checks") if name.startswith("trialbook.simulation")} == set()


def test_they_share_no_table(repository: Path) -> None:
    rules = {*tables(repository / "validators"), *tables(repository / "src" / "trialbook" / "checks")}
    assert rules & set(tables(repository / "simulation")) == set()


@pytest.mark.parametrize(("reader", "owner"), [("simulation", "validators"), ("validators", "simulation")])
def test_neither_names_a_file_of_the_other(repository: Path, reader: str, owner: str) -> None:
    files = [path.name for path in (repository / owner).iterdir() if path.suffix in (".csv", ".yml")]
    texts = "\n".join(path.read_text(encoding="utf-8") for path in modules(repository / reader))
    assert [name for name in files if name in texts or f'"{Path(name).stem}"' in texts] == []
