"""The figures that are said to be R's are what R gives for the call that is shown, where R and its packages are installed."""

from __future__ import annotations

import shutil
import subprocess
from math import nan

import pytest

from trialbook.analysis.truth.data_sets import DATA_SETS, data_set
from trialbook.analysis.truth.figure import Check
from trialbook.analysis.truth.truth import checks

PACKAGES = {"r": "stats", "survival": "survival", "cmprsk": "cmprsk", "metafor": "metafor", "mitools": "mitools", "mice": "mice"}
"""The package of each source whose calls are R's and complete."""


@pytest.fixture(scope="module")
def figures_of_r(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[float]]:
    """What R gives for each call, by check; those of a package that is not installed are left out."""
    program = shutil.which("Rscript")
    if program is None:
        pytest.skip("R is not installed")
    folder = tmp_path_factory.mktemp("r")
    for name in DATA_SETS:
        data_set(name).to_csv(folder / f"{name}.csv", index=False)
    (folder / "calls.R").write_text("\n".join(_script(called())), encoding="utf-8")
    done = subprocess.run([program, "--vanilla", "calls.R"], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    rows = (line.split() for line in done.stdout.splitlines())
    return {name: [nan if figure in ("NA", "NaN") else float(figure) for figure in figures] for name, *figures in rows}


def called() -> list[Check]:
    return [one for one in checks() if one.source in PACKAGES and not one.only_in_tests]


def _script(asked: list[Check]) -> list[str]:
    names = ", ".join(map(repr, PACKAGES.values()))
    lines = [f"there <- suppressWarnings(suppressMessages(sapply(c({names}), require, character.only = TRUE)))"]
    for one in asked:
        data = f"data <- read.csv('{one.data}.csv'); " if one.data else ""
        lines.append(
            f"if (there['{PACKAGES[one.source]}']) {{{data}cat('{one.id}', sprintf('%.17g', unlist({one.how})), '\\n')}}"
        )
    return lines


@pytest.mark.parametrize("source", PACKAGES)
def test_r_gives_them(source: str, figures_of_r: dict[str, list[float]]) -> None:
    asked = [one for one in called() if one.source == source]
    assert asked
    if asked[0].id not in figures_of_r:
        pytest.skip(f"R's package {PACKAGES[source]} is not installed")
    found = {one.id: figures_of_r[one.id] for one in asked}
    wanted = {one.id: list(one.expected.values()) for one in asked}
    assert {name: len(figures) for name, figures in found.items()} == {name: len(figures) for name, figures in wanted.items()}
    differs = {
        name: (found[name], figures)
        for name, figures in wanted.items()
        if found[name] != pytest.approx(figures, rel=1e-10, abs=1e-12, nan_ok=True)
    }
    assert differs == {}
