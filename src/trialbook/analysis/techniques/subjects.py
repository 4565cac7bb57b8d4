"""The techniques that describe the subjects: where they went (CONSORT), how they were at baseline, how they deviated."""

from __future__ import annotations

import pandas as pd

from trialbook.analysis.adam.making import SUBJECT, Materials
from trialbook.analysis.results import ALL
from trialbook.analysis.techniques.described import MISSING, Computed, Descriptions
from trialbook.protocol.analysis import Technique


def disposition(of: Descriptions) -> Computed:
    """The numbers of a CONSORT flow diagram: screened and why not randomized; by arm treated, stopped and why, lost, analysed."""
    everyone = of.trial.subjects
    randomized = everyone[everyone[of.trial.specs.endpoints.treatment.variable] != ""]
    excluded = everyone[everyone[of.trial.specs.endpoints.treatment.variable] == ""]
    technique = Technique.DISPOSITION
    yield of.count(technique, "subjects", ALL, len(everyone), "screened")
    yield of.count(technique, "subjects", ALL, len(excluded), "not randomized")
    yield from of.tallied(technique, ALL, excluded["DCSREAS"], "not randomized")
    yield of.count(technique, "subjects", ALL, len(randomized), "randomized")
    for code, subjects in of.arms():
        yield of.count(technique, "subjects", code, len(subjects), "randomized")
        yield of.count(technique, "subjects", code, subjects["TRTSDT"].notna().sum(), "treated")
        for status, reason, level in (("EOTSTT", "DCTREAS", "treatment"), ("EOSSTT", "DCSREAS", "study")):
            for value in ("COMPLETED", "DISCONTINUED", "ONGOING"):
                yield of.count(technique, "subjects", code, (subjects[status] == value).sum(), level, value)
            stopped = subjects[subjects[status] == "DISCONTINUED"]
            yield from of.tallied(technique, code, stopped[reason], level, "DISCONTINUED")
        for name, flag in of.trial.specs.endpoints.sets.items():
            yield of.count(technique, "subjects", code, (subjects[flag] == "Y").sum(), "set", name)


def baseline(of: Descriptions) -> Computed:
    """Numbers described and categories counted, by arm and over both."""
    everyone = of.subjects
    for name in of.trial.specs.endpoints.baseline:
        numeric = pd.api.types.is_numeric_dtype(everyone[name].dtype)
        known = [] if numeric else everyone[name].where(everyone[name] != "", MISSING).unique()
        for code, subjects in (*of.arms(), (ALL, everyone)):
            if numeric:
                yield from of.summarised(Technique.BASELINE, code, subjects[name], name)
            else:
                yield from of.tallied(Technique.BASELINE, code, subjects[name], name, of=known)


def deviations(of: Descriptions) -> Computed:
    """Subjects with each kind of deviation, and with any."""
    materials = Materials({})
    found = {}
    for one in of.trial.specs.endpoints.deviations:
        frame = of.trial.datasets[one.dataset].frame
        found[one.id] = set(frame.loc[materials.where(frame, one.where), SUBJECT])
    with_any = set().union(*found.values())
    for code, subjects in of.arms():
        for kind, departed in (*found.items(), ("any", with_any)):
            yield of.count(Technique.DEVIATIONS, "subjects", code, subjects.index.isin(departed).sum(), kind)


SUBJECT_TECHNIQUES = {
    Technique.DISPOSITION: disposition,
    Technique.BASELINE: baseline,
    Technique.DEVIATIONS: deviations,
}
