"""Lag: a person, month or site whose records are entered, or reported, far later after the event than those of the others."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from trialbook.checks.signals.signal import Signal, SignalRule, Tested, p_text
from trialbook.checks.signals.statistics import rank_sum_greater
from trialbook.checks.signals.watched import Watched
from trialbook.datasets.iso8601 import complete_date
from trialbook.mapping import Form

RULE = SignalRule("TB-SIGNAL-LAG", "One group of records was entered or reported far later than the others")
LEAST_IN_GROUP, LEAST_IN_OTHERS = 10, 50
TIMES_AS_LONG, DAYS_LONGER = 2, 7


def check_lag(watched: Watched) -> Tested:
    """Each group against the others, form by form, by Wilcoxon's test of the subjects' median days from the event to the entry.

    An entry that is dated before its event is no lag: it is left out.
    """
    declared = [form for form in watched.forms.found.values() if form.spec.entered and form.spec.date]
    tests, signals = 0, []
    for form in declared:
        if watched.tables[form.name].subject is not None and not {form.spec.entered, form.spec.date} & set(form.missing):
            for p_known, signal in _form(watched, form):
                tests += p_known
                signals += [signal] if signal is not None else []
    if tests:
        return Tested(RULE, tests, signals, None, [form.name for form in declared])
    if not declared:
        return Tested(RULE, 0, (), "no form says which column has the date of entry or report (entered, in sdtm_specs/forms)")
    names = ", ".join(form.name for form in declared)
    return Tested(RULE, 0, (), f"{names}: too few records with both dates, of known month, site or person, to compare lags")


def _form(watched: Watched, form: Form) -> Iterator[tuple[int, Signal | None]]:
    """For each group that was tested 1, and its signal if it is materially later."""
    table, unknown = watched.tables[form.name], watched.specs.export.unknown_date_parts
    assert table.subject is not None, "forms without subjects are not judged"
    done, entered = (complete_date(form.given(str(name), unknown)) for name in (form.spec.date, form.spec.entered))
    days = (entered.dt.normalize() - done.dt.normalize()).dt.days.to_numpy(dtype=float)
    frame = pd.DataFrame({"SUBJECT": table.subject.astype("str").to_numpy(), "DAYS": days})
    for kind, names in watched.groups(table, of_form=True).items():
        known = frame.assign(GROUP=names.astype(str))[(names != "") & (days >= 0)]
        medians = known.groupby(["GROUP", "SUBJECT"])["DAYS"].median()
        group = medians.index.get_level_values("GROUP")
        for name in sorted(set(group)):
            own, others = medians[group == name].to_numpy(), medians[group != name].to_numpy()
            if len(own) < LEAST_IN_GROUP or len(others) < LEAST_IN_OTHERS:
                continue
            usual, found = float(np.median(others)), float(np.median(own))
            if found < max(TIMES_AS_LONG * usual, usual + DAYS_LONGER):
                yield 1, None
                continue
            p = rank_sum_greater(own, others)
            late = known[(known["GROUP"] == name) & (known["DAYS"] > usual)].sort_values("DAYS", ascending=False, kind="stable")
            what = (
                f"{form.name} of {kind} {name}: {form.spec.entered} lies a median of {found:g} days after {form.spec.date} "
                f"({len(own):,} subjects), of the others {usual:g} days ({len(others):,}); Wilcoxon's rank sum test, one-sided, "
                f"p = {p_text(p)}"
            )
            yield 1, Signal(table, f"{kind}|{name}", what, p, late.index.to_numpy(), (str(form.spec.entered),))
