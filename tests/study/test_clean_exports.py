"""Exports without defects, as dirty in form as a site's: no finding at all, whatever the layout, and every rule has run."""

from __future__ import annotations

from pathlib import Path

import pytest

from trialbook.findings import RuleStatus
from trialbook.run import Study
from trialbook.simulation import LAYOUTS, simulate_export

# A seed each layout. Of so few subjects each of these trials has adverse events, relapses and deaths.
SEEDS = (10, 17, 25, 27, 28)
SUBJECTS = 20
CASES = list(zip(SEEDS, LAYOUTS, strict=True))
RAN = (RuleStatus.SUCCESS, RuleStatus.ISSUE_REPORTED)


@pytest.mark.parametrize(("seed", "layout"), CASES, ids=[f"{layout} of seed {seed}" for seed, layout in CASES])
def test_no_finding(trial: Study, tmp_path: Path, seed: int, layout: str) -> None:
    made = simulate_export(trial.root, trial.protocol.id, trial.specs, tmp_path / "made", SUBJECTS, seed, layout=layout)
    assert [name for name, count in made.records.items() if not count] == []
    run = trial.validate(made.export, core=False)
    assert [(one.rule, one.message, dict(one.values)) for one in run.results.findings] == []
    # Of so few subjects too little is known for signals, which say so.
    not_run = [(one.rule, one.status, one.reason) for one in run.results.rules if one.status not in RAN]
    assert [one for one in not_run if not one[0].startswith("TB-SIGNAL-")] == []
