"""By which public method of ``trialbook.analysis`` each technique computes its numbers."""

from __future__ import annotations

from collections.abc import Mapping

from trialbook.protocol.analysis import Technique

METHODS: Mapping[Technique, str] = {
    Technique.PROPORTION: "proportion",
    Technique.DIFFERENCE: "risk_difference",
    Technique.STRATIFIED_DIFFERENCE: "stratified_miettinen_nurminen",
    Technique.NEWCOMBE: "newcombe",
    Technique.TEST: "fisher",
    Technique.STRATIFIED_TEST: "cochran_mantel_haenszel",
    Technique.IMPUTATION: "imputed_difference",
    Technique.TIPPING_POINT: "tipping_point",
    Technique.SURVIVAL: "kaplan_meier",
    Technique.SURVIVAL_DIFFERENCE: "survival_difference",
    Technique.LOG_RANK: "log_rank",
    Technique.STRATIFIED_LOG_RANK: "log_rank",
    Technique.HAZARD_RATIO: "cox",
    Technique.PROPORTIONAL_HAZARDS: "proportional_hazards",
    Technique.FOLLOW_UP: "follow_up",
    Technique.INCIDENCE: "cumulative_incidence",
    Technique.INCIDENCE_DIFFERENCE: "incidence_difference",
    Technique.GRAY: "gray",
    Technique.STRATIFIED_GRAY: "gray",
    Technique.SUBDISTRIBUTION: "fine_gray",
    Technique.CAUSE_SPECIFIC: "cause_specific",
    Technique.BASELINE: "summary",
    Technique.EXPOSURE: "summary",
    Technique.LABORATORY: "summary",
    Technique.EVENT_RATES: "incidence_rate",
}
"""Techniques that only count have none."""
