"""Exports without defects, as dirty in form as a site's: nothing above a Notice, whatever the layout."""

from __future__ import annotations

from pathlib import Path

import pytest

from trialbook.findings import RuleStatus, Severity
from trialbook.run import Study
from trialbook.simulation import LAYOUTS, simulate_export

# Ten seeds, each layout twice. Of the first five trials each has deaths and relapses, so that every form has records.
SEEDS = {27: 20, 28: 20, 31: 20, 39: 20, 56: 20, 101: 5, 102: 6, 103: 7, 104: 8, 105: 9}
LAYOUT = dict(zip(SEEDS, [*LAYOUTS, *LAYOUTS], strict=True))
WHOLE = [27, 28, 31, 39, 56]
RAN = (RuleStatus.SUCCESS, RuleStatus.ISSUE_REPORTED)


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: f"{LAYOUT[seed]}-{seed}")
def test_nothing_above_a_notice(trial: Study, tmp_path: Path, seed: int) -> None:
    made = simulate_export(trial.root, trial.protocol.id, trial.specs, tmp_path / "made", SEEDS[seed], seed, layout=LAYOUT[seed])
    assert [name for name, count in made.records.items() if not count and seed in WHOLE] == []
    run = trial.validate(made.export, core=False)
    above = [(one.rule, one.message, dict(one.values)) for one in run.results.findings if one.severity is not Severity.NOTICE]
    assert above == []
    if seed in WHOLE:
        assert [(one.rule, one.status, one.reason) for one in run.results.rules if one.status not in RAN] == []
