"""The second path shares no function with the first, and for no technique its library."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import trialbook.analysis.second

KIT = Path(trialbook.analysis.second.__file__).parent
STUDY = Path(__file__).resolve().parents[3] / "analysis_specs" / "second"
MODULES = sorted([*KIT.glob("*.py"), *STUDY.glob("*.py")])
SHARED = (
    "trialbook.analysis.second",
    "trialbook.analysis.results",  # what a number is called
    "trialbook.protocol",
    "trialbook.datasets",
    "trialbook.errors",
    "trialbook.studymodules",
)
"""What the second path may use of the kit: the names of numbers, the protocol, and how files are read."""

LIBRARIES = {"lifelines", "comprisk", "statsmodels", "scipy", "numpy", "pandas"}
USED = {
    "libraries.py": {"lifelines", "comprisk", "statsmodels"},
    "hazards.py": {"numpy", "statsmodels"},
    "incidence.py": {"numpy"},
    "subdistribution.py": {"numpy"},
    "two_by_two.py": {"scipy"},
    "compare.py": {"pandas"},
}
"""Which module of the kit uses which library. The first path has proportions from statsmodels and SciPy's special functions, and
Fisher's test and survival from its own code."""


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield str(node.module)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "import_module":
            yield str(ast.literal_eval(node.args[0]))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: f"{path.parent.parent.name}/{path.name}")
def test_nothing_of_the_first_path_is_imported(path):
    own = [name for name in imported(path) if name.split(".")[0] == "trialbook"]
    assert [name for name in own if not name.startswith(SHARED)] == []


def test_each_library_is_used_where_the_first_path_does_not():
    found = {path.name: {name.split(".")[0] for name in imported(path)} & LIBRARIES for path in KIT.glob("*.py")}
    assert {name: of for name, of in found.items() if of} == USED
    special = [name for path in MODULES for name in imported(path) if name.startswith(("scipy.special", "statsmodels.stats"))]
    assert special == []


def test_the_study_s_program_is_plain_python():
    assert {name.split(".")[0] for path in STUDY.glob("*.py") for name in imported(path)} & LIBRARIES == set()


def test_no_library_is_loaded_until_a_number_needs_it():
    code = (
        "import sys, trialbook.analysis.second.recompute, trialbook.analysis.second.compare\n"
        "print([name for name in ('lifelines', 'comprisk', 'statsmodels', 'scipy') if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
