"""Forms in which a signal is planted: measurements drawn at random with a fixed seed, then changed in a few cells."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from trialbook.checks.questions import Questions
from trialbook.checks.signals.run import check_signals
from trialbook.checks.signals.signal import SignalFindings
from trialbook.checks.signals.watched import Watched
from trialbook.checks.tables import CheckedTable, form_table
from trialbook.exports import RawExport, RawTable
from trialbook.findings import Finding, Stage
from trialbook.mapping import ExportSpec, FormSpec, MappedStudy, Specs, collect_forms
from trialbook.mapping.domain_spec import CommonSpec, StudyCodelist

VISITS = 8
SUBJECTS = 80
Columns = Mapping[str, Sequence[str]]

SPEC: dict[str, Any] = {
    "form": "VS", "tables": ["vs"], "subject": "SUBJ", "visit": "VISIT", "date": "DAT", "keys": ["SUBJ", "VISIT"],
    "columns": {
        "SUBJ": {"required": True},
        "VISIT": {"required": True},
        "DAT": {"type": "date", "format": "y-m-d"},
        "SBP": {"label": "Systolic", "type": "integer"},
        "HR": {"type": "integer"},
        "TSH": {"type": "number"},
        "GLUC": {"type": "number"},
    },
}  # fmt: skip


def _vital_signs(seed: int = 1, subjects: int = SUBJECTS) -> dict[str, list[str]]:
    """Measurements of so many subjects at eight monthly visits: all start in one of four months; no column has a signal."""
    random = np.random.default_rng(seed)
    number, visit = np.divmod(np.arange(subjects * VISITS), VISITS)
    month = visit + number % 4
    usual = random.normal(0, 1, subjects)[number]
    n = len(number)
    return {
        "SUBJ": [f"S{one:03}" for one in number],
        "VISIT": [f"V{one + 1}" for one in visit],
        "DAT": [f"2024-{one + 1:02}-{day:02}" for one, day in zip(month, random.integers(1, 28, n), strict=True)],
        "SBP": [f"{value:.0f}" for value in 125 + 9 * usual + random.normal(0, 9, n)],
        "HR": [f"{value:.0f}" for value in 75 + random.normal(0, 11, n)],
        "TSH": [f"{value:.3f}" for value in np.exp(0.6 + 0.4 * usual + random.normal(0, 0.4, n))],
        "GLUC": [f"{value:.2f}" for value in np.exp(1.7 + random.normal(0, 0.15, n))],
    }


def _watch(
    columns: Columns,
    declared: Mapping[str, Any] | None = None,
    sites: Mapping[str, str] | None = None,
    told: Sequence[Finding] = (),
) -> Watched:
    """One form with these columns, as an export has it; ``declared`` adds to its specification, ``sites`` gives DM's SITEID."""
    spec = FormSpec.model_validate(
        {**SPEC, **(declared or {}), "columns": {**SPEC["columns"], **(declared or {}).get("columns", {})}}
    )
    frame = pd.DataFrame(columns, dtype="str")
    raw = RawTable("vs.csv", None, frame, np.arange(len(frame)) + 2)
    forms = collect_forms(RawExport(Path(), (raw,), ()), {"VS": spec})
    specs = Specs(Path(), ExportSpec(), {"VS": spec}, {}, CommonSpec(), {"X": StudyCodelist(terms={})}, None, {})
    tables = {name: form_table(form, None) for name, form in forms.found.items()}
    dm = pd.DataFrame({"USUBJID": list(sites or {}), "SITEID": list((sites or {}).values())}, dtype="str")
    datasets = {"DM": CheckedTable("DM", "", Stage.SDTM, dm, dm["USUBJID"], ("USUBJID",), lambda *_: [])} if sites else {}
    return Watched("S", specs, Questions(), forms, MappedStudy({}, (), {}, {}), tables, datasets, told)


@pytest.fixture
def vital_signs() -> Callable[..., dict[str, list[str]]]:
    """``vital_signs(seed, subjects)``: columns of a form without any signal, a record a subject and visit, visits in order."""
    return _vital_signs


@pytest.fixture
def signals() -> Callable[..., SignalFindings]:
    """``signals(columns, declared, sites, told)``: everything that is told of one form."""

    def run(*given: Any, **named: Any) -> SignalFindings:
        one = _watch(*given, **named)
        return check_signals(one.forms, one.mapped, one.tables, one.datasets, one.specs, one.study, one.questions, one.told)

    return run
