"""The plan's analyses executed: each technique of each analysis, on the records of its parameter in its analysis set."""

from __future__ import annotations

from collections.abc import Iterator

from trialbook.analysis.results import Result, ResultSet, collected
from trialbook.analysis.techniques.described import Descriptions
from trialbook.analysis.techniques.responses import RESPONSE_TECHNIQUES, Responses, drawn_responders
from trialbook.analysis.techniques.safety import SAFETY_TECHNIQUES
from trialbook.analysis.techniques.subjects import SUBJECT_TECHNIQUES
from trialbook.analysis.techniques.times import TIME_TECHNIQUES, Times
from trialbook.analysis.trial import Trial
from trialbook.errors import TrialbookError
from trialbook.protocol.analysis import PlannedAnalysis, Technique
from trialbook.protocol.objectives import Kind

DESCRIPTIONS = SUBJECT_TECHNIQUES | SAFETY_TECHNIQUES


def execute(trial: Trial) -> ResultSet:
    """All results of the plan, in its order; raises TrialbookError naming analysis and technique for what can't be computed."""
    return collected(result for analysis in trial.protocol.analysis.analyses for result in _analysed(trial, analysis))


def responses(trial: Trial, analysis: PlannedAnalysis) -> Responses:
    """The records of an analysis of a response."""
    return Responses(trial, analysis, trial.records(trial.dataset_of(analysis), analysis.paramcd, analysis.set, analysis.by))


def times(trial: Trial, analysis: PlannedAnalysis) -> Times:
    """The records of an analysis of a time to an event."""
    return Times(trial, analysis, trial.records(trial.dataset_of(analysis), analysis.paramcd, analysis.set, analysis.by))


def imputations(trial: Trial) -> dict[str, list[dict[str, list[int]]]]:
    """What each analysis with imputation has drawn: by completed data set the responders of each arm, a number a stratum."""
    return {
        analysis.id: drawn_responders(responses(trial, analysis))
        for analysis in trial.protocol.analysis.analyses
        if Technique.IMPUTATION in analysis.techniques
    }


def _analysed(trial: Trial, analysis: PlannedAnalysis) -> Iterator[Result]:
    kind = trial.protocol.objectives.endpoint(analysis.endpoint).kind if analysis.endpoint else Kind.DESCRIPTIVE
    for technique in analysis.techniques:
        if kind is Kind.DESCRIPTIVE and technique in DESCRIPTIONS:
            yield from DESCRIPTIONS[technique](Descriptions(trial, analysis))
        elif kind is Kind.BINARY and technique in RESPONSE_TECHNIQUES:
            yield from RESPONSE_TECHNIQUES[technique](responses(trial, analysis))
        elif kind in (Kind.TIME_TO_EVENT, Kind.COMPETING_RISKS) and technique in TIME_TECHNIQUES:
            yield from TIME_TECHNIQUES[technique](times(trial, analysis))
        else:
            what = f"{analysis.id}: {technique} is no technique of an endpoint that is {kind}"
            raise TrialbookError(what, remedy="Correct techniques in protocol/analysis.yml.")
