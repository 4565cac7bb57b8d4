"""A study's Python modules: loaded by path, afresh, under the study's own name; a mistake names its line."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from trialbook.errors import SpecError
from trialbook.studymodules import load_module, namespace

DATACLASS = """from __future__ import annotations
from dataclasses import dataclass


@dataclass
class Dose:
    amount: int = 135
"""


@pytest.mark.parametrize(
    ("study", "name"),
    [("NCT06802718", "trialbook_study_NCT06802718"), ("IFN 01/A", "trialbook_study_IFN_01_A"), ("中", "trialbook_study_中")],
)
def test_the_namespace_is_a_name(study: str, name: str) -> None:
    assert namespace(study) == name
    assert name.isidentifier()


def test_a_module_is_loaded_under_the_studys_name(tmp_path: Path) -> None:
    path = tmp_path / "validators" / "dm.py"
    path.parent.mkdir()
    path.write_text(DATACLASS, encoding="utf-8")
    # PyPI's package of that name may be there: CDISC's engine depends on it.
    before = sys.modules.get("validators")
    module = load_module(path, "trialbook_study_X")
    assert module.__name__ == "trialbook_study_X.validators.dm"
    assert sys.modules["trialbook_study_X.validators.dm"] is module
    assert sys.modules.get("validators") is before
    assert module.Dose().amount == 135
    assert [item.name for item in path.parent.iterdir()] == ["dm.py"], "nothing is cached beside the study's files"


def test_a_small_change_within_a_second_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "derivations.py"
    for value in (1, 2, 3):
        path.write_text(f"value = {value}\n", encoding="utf-8")
        assert load_module(path, "trialbook_study_fresh").value == value


def test_two_studies_do_not_meet(tmp_path: Path) -> None:
    modules = []
    for study in ("a", "b"):
        path = tmp_path / study / "sdtm_specs" / "derivations.py"
        path.parent.mkdir(parents=True)
        path.write_text(f"name = {study!r}\n", encoding="utf-8")
        modules.append(load_module(path, namespace(study)))
    assert [module.name for module in modules] == ["a", "b"]


MISTAKES = {
    "syntax": (b"x = 1\ndef f(:\n", "line 2: does not run: SyntaxError: invalid syntax (broken.py, line 2)"),
    "null byte": (b"x = 1\x00\n", "line 1: does not run: SyntaxError: source code string cannot contain null bytes"),
    "import": (b"\nimport nowhere_at_all\n", "line 2: does not run: ModuleNotFoundError: No module named 'nowhere_at_all'"),
    "exception": (b"def f():\n    return 1 / 0\n\n\nf()\n", "line 2: does not run: ZeroDivisionError: division by zero"),
    "exit": (b"raise SystemExit(3)\n", "line 1: does not run: SystemExit: 3"),
    "another module's": (b"import json\n\njson.loads('{')\n", "line 3: does not run: JSONDecodeError: "),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_module_that_does_not_run_names_its_line(mistake: str, tmp_path: Path) -> None:
    content, message = MISTAKES[mistake]
    path = tmp_path / "broken.py"
    path.write_bytes(content)
    with pytest.raises(SpecError) as error:
        load_module(path, "trialbook_study_broken")
    assert str(error.value).startswith(f"{path}, {message}")
    assert str(error.value).endswith("\nMend the module and run again.")
    assert f"trialbook_study_broken.{tmp_path.name}.broken" not in sys.modules


def test_a_file_that_is_not_there_or_no_python_is_told(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="does not run: FileNotFoundError"):
        load_module(tmp_path / "nowhere.py", "trialbook_study_broken")
    (tmp_path / "notes.txt").write_text("", encoding="utf-8")
    with pytest.raises(SpecError, match="is not a Python module"):
        load_module(tmp_path / "notes.txt", "trialbook_study_broken")
