"""All signals of one export."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from trialbook.checks.questions import Questions
from trialbook.checks.signals.digit_preference import check_digits
from trialbook.checks.signals.entry_lag import check_lag
from trialbook.checks.signals.identical_values import check_identical
from trialbook.checks.signals.missingness import check_missing
from trialbook.checks.signals.outliers import check_outliers
from trialbook.checks.signals.signal import SignalFindings, tell
from trialbook.checks.signals.watched import Watched
from trialbook.checks.tables import CheckedTable
from trialbook.findings import Finding
from trialbook.mapping import Forms, MappedStudy, Specs

CHECKS = (check_digits, check_identical, check_missing, check_lag, check_outliers)


def check_signals(
    forms: Forms,
    mapped: MappedStudy,
    tables: Mapping[str, CheckedTable],
    datasets: Mapping[str, CheckedTable],
    specs: Specs,
    study: str,
    questions: Questions | None = None,
    told: Sequence[Finding] = (),
) -> SignalFindings:
    """Notices where data are unlike themselves beyond chance: the findings, an outcome for each rule, and what may be drawn.

    ``tables`` are the forms as rules see them, ``datasets`` all SDTM datasets; ``told``: what other rules found, none of
    whose cells is an outlier again. The chance of any finding in data without
    a signal is at most ``ALPHA`` in a run.
    """
    watched = Watched(study, specs, questions or Questions(), forms, mapped, tables, datasets, told)
    return tell(study, (check(watched) for check in CHECKS))
