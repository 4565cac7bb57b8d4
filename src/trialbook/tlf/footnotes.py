"""What a footnote says of each technique, in the variant that the plan names."""

from __future__ import annotations

from collections.abc import Iterable

from trialbook.protocol.analysis import DifferenceInterval, ProportionInterval, SurvivalInterval, Technique, Ties
from trialbook.protocol.facts import setting_value
from trialbook.protocol.sample_size import Method
from trialbook.tlf.report import Report

_PROPORTIONS = {
    ProportionInterval.WILSON: "Wilson's score interval",
    ProportionInterval.CLOPPER_PEARSON: "Clopper and Pearson's exact interval",
}
_DIFFERENCES = {
    DifferenceInterval.MIETTINEN_NURMINEN: "Miettinen and Nurminen's score interval",
    DifferenceInterval.NEWCOMBE: "Newcombe's hybrid score interval",
    DifferenceInterval.WALD: "Wald's interval",
}
_SURVIVAL = {
    SurvivalInterval.LOG_LOG: "symmetric for log(−log S)",
    SurvivalInterval.LOG: "symmetric for log S",
    SurvivalInterval.PLAIN: "symmetric for S",
}
_TESTS = {
    Method.FISHER.value: "Fisher's exact test, two-sided",
    Method.POOLED.value: "Pearson's chi-squared test",
    Method.FLEISS_CC.value: "Pearson's chi-squared test with continuity correction",
}
_TIES = {Ties.EFRON: "Efron's", Ties.BRESLOW: "Breslow's"}
NOT_ESTIMABLE = "NE: not estimable"


def footnotes(report: Report, techniques: Iterable[Technique]) -> tuple[str, ...]:
    """A sentence for each technique that has one, each once."""
    found = (_footnote(report, technique) for technique in techniques)
    return tuple(dict.fromkeys(text for text in found if text))


def _footnote(report: Report, technique: Technique) -> str:
    estimation = report.protocol.analysis.estimation
    stratum = str(setting_value(report.protocol, "STRATA")).lower()
    strata = f"by {stratum}"
    match technique:
        case Technique.PROPORTION:
            return f"Proportions: {_PROPORTIONS[estimation.proportion]}, {report.confidence}."
        case Technique.DIFFERENCE:
            return f"Unstratified difference: {_DIFFERENCES[estimation.difference]}."
        case Technique.STRATIFIED_DIFFERENCE:
            return (
                f"Difference, treated minus control, stratified {strata}: Mantel–Haenszel weights, stratified Miettinen–Nurminen "
                "score interval."
            )
        case Technique.NEWCOMBE:
            return "Newcombe: hybrid of Wilson's score intervals."
        case Technique.TEST:
            return f"Primary test: {_TESTS.get(str(setting_value(report.protocol, 'PRIMARY_TEST')), '')}."
        case Technique.STRATIFIED_TEST:
            return f"CMH: Cochran–Mantel–Haenszel test, stratified {strata}, without continuity correction."
        case Technique.IMPUTATION:
            number = setting_value(report.protocol, "IMPUTATIONS")
            return (
                f"Multiple imputation: {number} imputations within arm and {stratum} from the posterior of each cell "
                "(Jeffreys' prior), Mantel–Haenszel difference with Sato's variance, Rubin's rules."
            )
        case Technique.SURVIVAL:
            return (
                f"Kaplan–Meier; intervals {_SURVIVAL[estimation.survival]} (Greenwood). A median is the midpoint where the curve "
                "is exactly ½ between two events; its interval is Brookmeyer and Crowley's."
            )
        case Technique.SURVIVAL_DIFFERENCE:
            return "Difference of survival: normal interval with Greenwood's variances."
        case Technique.STRATIFIED_LOG_RANK:
            return f"Stratified log-rank test: {strata}."
        case Technique.HAZARD_RATIO:
            return f"Hazard ratio: Cox's model with the arm alone, {_TIES[estimation.ties]} method for ties, Wald's interval."
        case Technique.PROPORTIONAL_HAZARDS:
            return "Proportional hazards: score test of the arm by time (1 − Kaplan–Meier), as R's cox.zph."
        case Technique.FOLLOW_UP:
            return "Follow-up: reverse Kaplan–Meier."
        case Technique.INCIDENCE:
            return "Cumulative incidence: Aalen–Johansen; intervals symmetric for log(−log F), Aalen's variance."
        case Technique.GRAY:
            return "Gray's test, ρ = 0."
        case Technique.SUBDISTRIBUTION:
            return "Subdistribution hazard ratio: Fine and Gray's model with the arm alone, robust variance."
        case Technique.CAUSE_SPECIFIC:
            return "Cause-specific hazard ratio: Cox's model, competing events censored."
        case Technique.EVENT_RATES:
            return "Rates: subjects with a first event in 100 patient-years at risk in the safety window, exact Poisson interval."
    return ""
