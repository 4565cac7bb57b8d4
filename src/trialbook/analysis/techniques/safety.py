"""The techniques of safety: exposure, adverse events and their rates, laboratory values, shifts of grade, Hy's law."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from trialbook.analysis.adam.endpoints_spec import LaboratorySpec
from trialbook.analysis.adam.making import SUBJECT, Materials
from trialbook.analysis.methods.rates import incidence_rate
from trialbook.analysis.results import Result, estimated
from trialbook.analysis.techniques.described import MISSING, Computed, Descriptions
from trialbook.errors import TrialbookError
from trialbook.protocol.analysis import Technique

DAYS_OF_YEAR = 365.25
PER_YEARS = 100.0
"""Rates are of a hundred patient-years."""
ALL_EVENTS = "any"
TRANSAMINASE_LIMIT, BILIRUBIN_LIMIT = 3.0, 2.0
"""Multiples of the upper limit of normal (FDA, Guidance for Industry: Drug-Induced Liver Injury, 2009)."""


def exposure(of: Descriptions) -> Computed:
    """How many of each arm were treated; each parameter of exposure described, for the arms that ADEX has it of."""
    frame = of.trial.datasets["ADEX"].frame
    for code, subjects in of.arms():
        treated = subjects[subjects["TRTSDT"].notna()]
        yield of.count(Technique.EXPOSURE, "subjects", code, len(treated), "treated")
        if treated.empty:
            continue
        for name in of.trial.specs.endpoints.exposure:
            records = frame[(frame["PARAMCD"] == name) & frame[SUBJECT].isin(treated.index)]
            if records.empty:
                continue
            yield from of.summarised(Technique.EXPOSURE, code, records["AVAL"], name)
            yield of.count(Technique.EXPOSURE, "subjects", code, (records["AVAL"] > 0).sum(), name, "more than none")


def adverse_events(of: Descriptions) -> Computed:
    """Subjects and events in each category; by system organ class and term; subjects by the worst grade of each."""
    spec = of.trial.specs.endpoints.adverse_events
    if spec is None:
        raise TrialbookError("analysis_specs/endpoints.yml does not say which adverse events are counted (adverse_events)")
    events = _events(of)
    technique = Technique.ADVERSE_EVENTS
    for code, _ in of.arms():
        own = events[events["ARMCD"] == code]
        for category in spec.categories:
            chosen = own[Materials({}).where(own, category.where)]
            yield of.count(technique, "subjects", code, chosen[SUBJECT].nunique(), category.id)
            yield of.count(technique, "events", code, len(chosen), category.id)
        yield from _graded(of, own, code, ALL_EVENTS)
    terms = events[[spec.body_system, spec.term]].drop_duplicates().sort_values([spec.body_system, spec.term])
    levels = [(system,) for system in terms[spec.body_system].unique()] + list(terms.itertuples(index=False, name=None))
    for level in levels:
        for code, _ in of.arms():
            own = events[(events["ARMCD"] == code) & (events[spec.body_system] == level[0])]
            own = own[own[spec.term] == level[1]] if len(level) > 1 else own
            yield of.count(technique, "subjects", code, own[SUBJECT].nunique(), *level)
            yield of.count(technique, "events", code, len(own), *level)
            yield from _graded(of, own, code, *level)


def event_rates(of: Descriptions) -> Iterator[Result]:
    """Subjects with a first event of each category in a hundred patient-years at risk: until the event, or the window's end."""
    spec = of.trial.specs.endpoints.adverse_events
    assert spec is not None
    events, start = _events(of), of.trial.specs.endpoints.origin["randomization"]
    for code, subjects in of.arms():
        end = np.fmin(subjects[spec.window_end], subjects[spec.observed_to])
        for category in spec.categories:
            chosen = events[(events["ARMCD"] == code) & Materials({}).where(events, category.where)]
            # An event whose begin nobody knows is counted, at risk to the first day that it can have been.
            begun = chosen[spec.start].fillna(chosen[SUBJECT].map(subjects[start]).astype("float64"))
            first = begun.groupby(chosen[SUBJECT]).min().reindex(subjects.index)
            days = np.fmin(first, end) - subjects[start] + 1
            years = float(days.clip(lower=0).sum()) / DAYS_OF_YEAR
            level = of.trial.protocol.analysis.testing.confidence
            rate = incidence_rate(int(first.notna().sum()), years, per=PER_YEARS, level=level)
            yield of.count(Technique.EVENT_RATES, "years", code, years, category.id)
            yield from estimated(of.analysis.id, Technique.EVENT_RATES, rate, code, category.id)


def laboratory(of: Descriptions) -> Computed:
    """Each parameter's value and change at each visit, described."""
    spec = _laboratory(of)
    frame = of.trial.beside(of.trial.datasets["ADLB"].frame, of.analysis.set)
    frame = frame[Materials({}).where(frame, spec.analysed)]
    for (paramcd, _, visit), records in frame.groupby(["PARAMCD", "AVISITN", "AVISIT"], sort=True):
        for code in (arm.code for arm in of.trial.arms):
            own = records[records["ARMCD"] == code]
            yield from of.summarised(Technique.LABORATORY, code, own["AVAL"], str(paramcd), str(visit))
            if own["CHG"].notna().any():
                yield from of.summarised(Technique.LABORATORY, code, own["CHG"], str(paramcd), str(visit), "change")


def shift(of: Descriptions) -> Computed:
    """Subjects by the grade at baseline and the worst grade after it."""
    spec = _laboratory(of)
    frame = of.trial.beside(of.trial.datasets["ADLB"].frame, of.analysis.set)
    worst = frame[Materials({}).where(frame, spec.worst)]
    for paramcd, records in worst.groupby("PARAMCD", sort=True):
        pairs = records.assign(BTOXGR=records["BTOXGR"].where(records["BTOXGR"] != "", MISSING))
        for code in (arm.code for arm in of.trial.arms):
            own = pairs[pairs["ARMCD"] == code].groupby(["BTOXGR", "ATOXGR"]).size()
            for (before, after), number in own.items():
                yield of.count(Technique.SHIFT, "subjects", code, number, str(paramcd), before, after)


def hys_law(of: Descriptions) -> Computed:
    """Subjects by the highest transaminase and bilirubin on treatment, in multiples of the upper limit of normal."""
    peaks = liver_peaks(of)
    for code in (arm.code for arm in of.trial.arms):
        own = peaks[peaks["ARMCD"] == code]
        transaminase, bilirubin = own["TRANSAMINASE"] > TRANSAMINASE_LIMIT, own["BILIRUBIN"] > BILIRUBIN_LIMIT
        yield of.count(Technique.HYS_LAW, "subjects", code, len(own), "measured")
        yield of.count(Technique.HYS_LAW, "subjects", code, (transaminase & bilirubin).sum(), "Hy's law")
        yield of.count(Technique.HYS_LAW, "subjects", code, (transaminase & ~bilirubin).sum(), "Temple's corollary")
        yield of.count(Technique.HYS_LAW, "subjects", code, (~transaminase & bilirubin).sum(), "hyperbilirubinemia")


def liver_peaks(of: Descriptions) -> pd.DataFrame:
    """A row a subject with both: ARMCD, TRANSAMINASE and BILIRUBIN, the highest on treatment in multiples of the upper limit."""
    spec = _laboratory(of)
    frame = of.trial.beside(of.trial.datasets["ADLB"].frame, of.analysis.set)
    frame = frame[Materials({}).where(frame, spec.on_treatment)]
    # What is three times the limit, as a person computes it, is not beyond it.
    frame = frame.assign(MULTIPLE=(frame["AVAL"] / frame["ANRHI"]).round(9))
    enzymes = frame[frame["PARAMCD"].isin(spec.transaminases)].groupby(SUBJECT)["MULTIPLE"].max()
    bilirubin = frame[frame["PARAMCD"] == spec.bilirubin].groupby(SUBJECT)["MULTIPLE"].max()
    arms = frame.drop_duplicates(SUBJECT).set_index(SUBJECT)["ARMCD"]
    return pd.DataFrame({"TRANSAMINASE": enzymes, "BILIRUBIN": bilirubin, "ARMCD": arms}).dropna().sort_index()


def _laboratory(of: Descriptions) -> LaboratorySpec:
    spec = of.trial.specs.endpoints.laboratory
    if spec is None:
        raise TrialbookError("analysis_specs/endpoints.yml does not say which laboratory values are described (laboratory)")
    return spec


def _events(of: Descriptions) -> pd.DataFrame:
    spec = of.trial.specs.endpoints.adverse_events
    assert spec is not None
    frame = of.trial.beside(of.trial.datasets["ADAE"].frame, of.analysis.set)
    frame = frame[Materials({}).where(frame, spec.where)]
    names = [spec.body_system, spec.term]
    return frame.assign(**{name: frame[name].where(frame[name] != "", "Not coded") for name in names})


def _graded(of: Descriptions, events: pd.DataFrame, code: str, *level: str) -> Computed:
    spec = of.trial.specs.endpoints.adverse_events
    assert spec is not None
    worst = events.assign(GRADE=pd.to_numeric(events[spec.grade], errors="coerce")).groupby(SUBJECT)["GRADE"].max()
    for grade, number in worst.value_counts().sort_index().items():
        yield of.count(Technique.ADVERSE_EVENTS, "subjects", code, number, *level, f"grade {grade:g}")


SAFETY_TECHNIQUES = {
    Technique.EXPOSURE: exposure,
    Technique.ADVERSE_EVENTS: adverse_events,
    Technique.EVENT_RATES: event_rates,
    Technique.LABORATORY: laboratory,
    Technique.SHIFT: shift,
    Technique.HYS_LAW: hys_law,
}
