"""A simulated export, broken, as a real one: no cell of a subject is in what pages may show of it, unless they are asked for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from trialbook.pages.shown_aggregates import Names, names_of
from trialbook.pages.shown_pieces import show_results
from trialbook.pages.shown_words import LEFT_OUT
from trialbook.run import Run, Study
from trialbook.simulation import simulate_export

Leaked = Callable[..., dict[str, str]]
SUBJECTS, SEED, RATE = 6, 3, 0.02


@pytest.fixture(scope="module")
def real(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Run, Names]:
    """The export that does not say that it is synthetic, its run, and what the study names."""
    study, folder = Study(repository), tmp_path_factory.mktemp("leaks") / "made"
    simulate_export(repository, study.protocol.id, study.specs, folder, SUBJECTS, SEED, RATE)
    (folder / "export/SYNTHETIC.txt").unlink()
    run = study.validate(folder / "export")
    return folder / "export", run, names_of(study.specs, study.standard, run.sdtm)


def test_no_cell_of_a_subject_is_shown(real: tuple[Path, Run, Names], repository: Path, leaked: Leaked) -> None:
    export, run, names = real
    quoting = [finding for finding in run.results.findings if any(finding.values.values()) and finding.subject]
    assert len(quoting) > 20, "the export is broken so that findings quote cells"
    shown = show_results(run.results, names, subject_level=False)
    assert leaked([shown.to_json()], export, repository, [str(shown.exported)]) == {}
    assert LEFT_OUT not in shown.piece("rules"), "a reason of the kit is of words that shown_words.py does not know"
    by_subject = show_results(run.results, names, subject_level=True)
    assert set(run.results.subjects) <= set(leaked([by_subject.to_json()], export, repository))
