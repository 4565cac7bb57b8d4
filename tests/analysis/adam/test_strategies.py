"""Which strategy an analysis takes for each intercurrent event: the estimand's, unless it says its own."""

from __future__ import annotations

import pytest

from trialbook.analysis.adam.strategies import strategies_of
from trialbook.errors import TrialbookError
from trialbook.protocol.analysis import PlannedAnalysis
from trialbook.protocol.objectives import Objectives, Strategy


def objectives(strategy: str) -> Objectives:
    return Objectives.model_validate(
        {
            "endpoints": [{"id": "EFS", "level": "secondary", "kind": "time_to_event", "name": "Event-free survival"}],
            "intercurrent_events": [{"id": "DEATH", "name": "Death"}, {"id": "THERAPY", "name": "Other therapy"}],
            "estimands": [
                {
                    "id": "E1",
                    "endpoint": "EFS",
                    "treatment": "A against B",
                    "population": "All",
                    "set": "ITT",
                    "variable": "Time",
                    "summary": "Difference",
                    "intercurrent_events": [
                        {"event": "DEATH", "strategy": "composite variable", "text": "Event"},
                        {"event": "THERAPY", "strategy": strategy, "text": "Whatever"},
                    ],
                }
            ],
        }
    )


def analysis(**strategies: str) -> PlannedAnalysis:
    return PlannedAnalysis.model_validate({"id": "A", "endpoint": "EFS", "set": "ITT", "text": "T", "strategies": strategies})


def test_the_analysis_goes_before_the_estimand():
    policy, composite, hypothetical = Strategy.TREATMENT_POLICY, Strategy.COMPOSITE, Strategy.HYPOTHETICAL
    of = objectives("treatment policy")
    assert strategies_of(of, "EFS") == {"DEATH": composite, "THERAPY": policy}
    assert strategies_of(of, "EFS", analysis()) == {"DEATH": composite, "THERAPY": policy}
    assert strategies_of(of, "EFS", analysis(THERAPY="hypothetical")) == {"DEATH": composite, "THERAPY": hypothetical}
    assert strategies_of(of, "OS") == {}


def test_a_principal_stratum_is_refused():
    with pytest.raises(TrialbookError, match="'principal stratum' for THERAPY of EFS can't be computed from what was observed"):
        strategies_of(objectives("principal stratum"), "EFS")
