"""A study's own functions: one module, or a folder of them, in which each name is one function."""

from __future__ import annotations

from pathlib import Path

import pytest

from trialbook.errors import SpecError
from trialbook.mapping.derivations import load_derivations

UPPER = "def upper(text):\n    return text.upper()\n"
LOWER = "from functools import cache\n\n\n@cache\ndef lower(text):\n    return text.lower()\n\n\ndef _own():\n    pass\n"


@pytest.fixture
def specs(tmp_path: Path):
    """``specs(files)``: a folder of specifications with these modules."""

    def write(files: dict[str, str]) -> Path:
        for name, text in files.items():
            path = tmp_path / "sdtm_specs" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return tmp_path / "sdtm_specs"

    return write


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, {}),
        ({"derivations.py": UPPER}, {"upper": "derivations.py"}),
        ({"derivations.py": UPPER + LOWER}, {"lower": "derivations.py", "upper": "derivations.py"}),
        ({"derivations/b.py": UPPER, "derivations/a.py": LOWER}, {"lower": "derivations/a.py", "upper": "derivations/b.py"}),
        ({"derivations/a.py": LOWER, "derivations/b.py": LOWER.replace("def lower", "def low")}, {"lower": "a", "low": "b"}),
        ({"derivations/notes.txt": "nothing"}, {}),
    ],
)
def test_functions_are_known_by_their_names(specs, files, expected):
    folder = specs(files)
    found = load_derivations(folder, "trialbook_study_derivations")
    assert found.functions.keys() == expected.keys()
    assert {name: path.stem for name, path in found.files.items()} == {name: Path(of).stem for name, of in expected.items()}
    assert all(function("aB") in ("AB", "ab") for function in found.functions.values())


def told(folder: Path) -> str:
    with pytest.raises(SpecError) as error:
        load_derivations(folder, "trialbook_study_derivations")
    return str(error.value).replace(f"{folder}/", "")


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (
            {"derivations/a.py": UPPER, "derivations/b.py": UPPER},
            "derivations/b.py, function upper: upper is also a function of a.py\nGive one of them another name.",
        ),
        (
            {"derivations.py": UPPER, "derivations/a.py": LOWER},
            "derivations.py: is there beside the folder derivations/\nMove its functions into a module of the folder.",
        ),
        (
            {"derivations/a.py": UPPER, "derivations/b.py": "import nowhere_to_be_found\n"},
            "derivations/b.py, line 1: does not run: ModuleNotFoundError: No module named 'nowhere_to_be_found'\n"
            "Mend the module and run again.",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_file(specs, files, message):
    assert told(specs(files)) == message
