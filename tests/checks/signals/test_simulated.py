"""Signals planted in an export of the study of this repository, and one in which there is none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from trialbook.checks.signals import check_signals
from trialbook.checks.signals.signal import SignalFindings
from trialbook.checks.tables import form_table, mapped_table
from trialbook.findings import Role, RuleStatus
from trialbook.mapping import Form
from trialbook.progress import quiet
from trialbook.run import Study, material
from trialbook.simulation import simulate_export

SUBJECTS = 60
MEASURED = ["TEMP", "HR", "SBP", "DBP", "WEIGHT"]
Change = Callable[[str, Form], pd.DataFrame]


@pytest.fixture
def signals(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[int, Change], SignalFindings]:
    """``signals(seed, change)``: what is told of an export whose forms are changed before they are mapped."""
    study = Study(repository)

    def run(seed: int, change: Change) -> SignalFindings:
        made = simulate_export(study.root, study.protocol.id, study.specs, tmp_path / "made", SUBJECTS, seed)
        raw, forms = material.read_forms(study, made.export, quiet)
        changed = {name: replace(form, frame=change(name, form)) for name, form in forms.found.items()}
        monkeypatch.setattr(material, "read_forms", lambda *_: (raw, replace(forms, found=changed)))
        read = material.prepare(study, made.export, quiet)
        mapped = read.mapped
        tables = {name: form_table(form, mapped.usubjid.get(name)) for name, form in read.forms.found.items()}
        datasets = {name: mapped_table(one, tables) for name, one in mapped.datasets.items()}
        return check_signals(read.forms, mapped, tables, datasets, study.specs, study.protocol.id, study.questions)

    return run


def test_no_signal_in_a_clean_export(signals: Callable[[int, Change], SignalFindings]) -> None:
    told = signals(11, lambda _, form: form.frame)
    assert told.findings == []
    assert {outcome.status for outcome in told.outcomes if outcome.rule != "TB-SIGNAL-LAG"} == {RuleStatus.SUCCESS}


class Planted:
    """Four signals, each in cells of its own; ``rows`` says in which records, by rule."""

    def __init__(self, tsh: Sequence[str]) -> None:
        self.tsh = tsh
        self.rows: dict[str, list[int]] = {}

    def __call__(self, name: str, form: Form) -> pd.DataFrame:
        frame = form.frame.copy()
        if name == "VS_ECOG":
            month = form.given("DAT", ()).str[:7]
            first, second = month.value_counts().index[:2]
            rounded = np.flatnonzero(month == first)
            frame.loc[rounded, "SBP"] = [f"{round(float(text), -1):.0f}" for text in form.cells["SBP"].iloc[rounded]]
            empty = np.flatnonzero(month == second)
            empty = empty[np.arange(len(empty)) % 5 < 2]
            frame.loc[empty, "DBP"] = ""
            elsewhere = np.flatnonzero(~month.isin([first, second]) & ~frame["SUBJID"].duplicated())[:10]
            frame.loc[elsewhere, MEASURED] = frame.loc[elsewhere[0], MEASURED].to_numpy()
            found = {"TB-SIGNAL-DIGITS": rounded, "TB-SIGNAL-MISSING": empty, "TB-SIGNAL-IDENTICAL": elsewhere}
            self.rows |= {rule: form.row[at].tolist() for rule, at in found.items()}
        if name == "THYROID_AB":
            at = np.flatnonzero(form.cells["TEST"].isin(self.tsh))[40]
            frame.loc[at, "RESULT_TXT"] = "4000"
            self.rows["TB-SIGNAL-OUTLIER"] = [int(form.row[at])]
        return frame


def test_signals_that_are_planted_are_found_in_their_cells(
    signals: Callable[[int, Change], SignalFindings], repository: Path
) -> None:
    collected = Study(repository).specs.codelists["THYROID_TEST"].by_value
    planted = Planted([text for text, term in collected.items() if term == "TSH"])
    told = signals(12, planted)
    assert {one.rule: one.dataset for one in told.findings} == {
        "TB-SIGNAL-DIGITS": "VS_ECOG",
        "TB-SIGNAL-IDENTICAL": "VS_ECOG",
        "TB-SIGNAL-MISSING": "VS_ECOG",
        "TB-SIGNAL-OUTLIER": "LB",
    }
    assert len(told.findings) == 4
    for finding in told.findings:
        named = sorted(origin.row for origin in finding.origins if origin.row is not None)
        assert named == sorted(planted.rows[finding.rule]), finding.message
        assert {origin.role for origin in finding.origins} == {Role.CORRECT}
    apart = next(one for one in told.findings if one.rule == "TB-SIGNAL-OUTLIER")
    assert [name.upper() for name in apart.origins[0].columns] == ["RESULT_TXT", "UNIT_LOCAL"]
    assert apart.query.startswith(
        "TSH SERUM 的结果为“4000”，与其他受试者的结果相差甚远，请核实结果和单位。 / TSH SERUM is “4000”"
    )
