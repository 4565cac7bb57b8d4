"""From SDTM datasets to what the statistical analysis plan asks for; its methods are public functions on numbers and arrays.

``from trialbook.analysis import log_rank`` is all that a statistician needs to call one alone. Names are imported when they are
first asked for: a method that is not called loads no library.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trialbook.analysis.methods.cause_specific import cause_specific
    from trialbook.analysis.methods.counts import Limits
    from trialbook.analysis.methods.cox import cox
    from trialbook.analysis.methods.differences import agresti_caffo, newcombe, pearson_chi_squared, risk_difference, wald
    from trialbook.analysis.methods.exact import conditional_odds_ratio, fisher
    from trialbook.analysis.methods.fine_gray import fine_gray
    from trialbook.analysis.methods.follow_up import follow_up, median_follow_up
    from trialbook.analysis.methods.gray import gray
    from trialbook.analysis.methods.imputation import Pooled, impute_responders, imputed_difference, pool
    from trialbook.analysis.methods.incidence import CumulativeIncidence, cumulative_incidence, incidence_difference
    from trialbook.analysis.methods.kaplan_meier import KaplanMeier, kaplan_meier
    from trialbook.analysis.methods.log_rank import LogRank, log_rank
    from trialbook.analysis.methods.proportional_hazards import ProportionalHazards, proportional_hazards
    from trialbook.analysis.methods.proportions import clopper_pearson, jeffreys, proportion, wilson
    from trialbook.analysis.methods.quantiles import median, quantile
    from trialbook.analysis.methods.rates import incidence_rate, rate_difference, rate_ratio
    from trialbook.analysis.methods.regression import Regression
    from trialbook.analysis.methods.restricted_mean import restricted_mean, restricted_mean_difference
    from trialbook.analysis.methods.results import Estimate, Tested
    from trialbook.analysis.methods.score import miettinen_nurminen, score_test
    from trialbook.analysis.methods.strata import cochran_mantel_haenszel, mantel_haenszel
    from trialbook.analysis.methods.strata_difference import stratified_risk_difference
    from trialbook.analysis.methods.strata_newcombe import stratified_newcombe
    from trialbook.analysis.methods.strata_ratios import breslow_day, common_odds_ratio, common_risk_ratio
    from trialbook.analysis.methods.stratified_score import stratified_miettinen_nurminen, stratified_score_test, summary_score
    from trialbook.analysis.methods.summaries import Summary, summary
    from trialbook.analysis.methods.survival_difference import survival_difference
    from trialbook.analysis.methods.tipping import TippingPoint, tipping_point
    from trialbook.analysis.methods.with_error import EstimateWithError
    from trialbook.analysis.operating.characteristics import Characteristics, operating_characteristics
    from trialbook.analysis.operating.scenario import Arm, Scenario

_MODULES = {
    "methods.proportions": ("proportion", "wilson", "clopper_pearson", "jeffreys"),
    "methods.differences": ("risk_difference", "newcombe", "wald", "agresti_caffo", "pearson_chi_squared"),
    "methods.score": ("miettinen_nurminen", "score_test"),
    "methods.exact": ("fisher", "conditional_odds_ratio"),
    "methods.strata": ("cochran_mantel_haenszel", "mantel_haenszel"),
    "methods.strata_difference": ("stratified_risk_difference",),
    "methods.strata_newcombe": ("stratified_newcombe",),
    "methods.stratified_score": ("stratified_miettinen_nurminen", "stratified_score_test", "summary_score"),
    "methods.strata_ratios": ("common_odds_ratio", "common_risk_ratio", "breslow_day"),
    "methods.imputation": ("impute_responders", "imputed_difference", "pool", "Pooled"),
    "methods.tipping": ("tipping_point", "TippingPoint"),
    "methods.rates": ("incidence_rate", "rate_difference", "rate_ratio"),
    "methods.kaplan_meier": ("kaplan_meier", "KaplanMeier"),
    "methods.quantiles": ("quantile", "median"),
    "methods.survival_difference": ("survival_difference",),
    "methods.log_rank": ("log_rank", "LogRank"),
    "methods.cox": ("cox",),
    "methods.regression": ("Regression",),
    "methods.proportional_hazards": ("proportional_hazards", "ProportionalHazards"),
    "methods.restricted_mean": ("restricted_mean", "restricted_mean_difference"),
    "methods.follow_up": ("follow_up", "median_follow_up"),
    "methods.incidence": ("cumulative_incidence", "incidence_difference", "CumulativeIncidence"),
    "methods.gray": ("gray",),
    "methods.fine_gray": ("fine_gray",),
    "methods.cause_specific": ("cause_specific",),
    "methods.summaries": ("summary", "Summary"),
    "methods.counts": ("Limits",),
    "methods.results": ("Estimate", "Tested"),
    "methods.with_error": ("EstimateWithError",),
    "operating.characteristics": ("operating_characteristics", "Characteristics"),
    "operating.scenario": ("Scenario", "Arm"),
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}

__all__ = [
    "Arm",
    "Characteristics",
    "CumulativeIncidence",
    "Estimate",
    "EstimateWithError",
    "KaplanMeier",
    "Limits",
    "LogRank",
    "Pooled",
    "ProportionalHazards",
    "Regression",
    "Scenario",
    "Summary",
    "Tested",
    "TippingPoint",
    "agresti_caffo",
    "breslow_day",
    "cause_specific",
    "clopper_pearson",
    "cochran_mantel_haenszel",
    "common_odds_ratio",
    "common_risk_ratio",
    "conditional_odds_ratio",
    "cox",
    "cumulative_incidence",
    "fine_gray",
    "fisher",
    "follow_up",
    "gray",
    "impute_responders",
    "imputed_difference",
    "incidence_difference",
    "incidence_rate",
    "jeffreys",
    "kaplan_meier",
    "log_rank",
    "mantel_haenszel",
    "median",
    "median_follow_up",
    "miettinen_nurminen",
    "newcombe",
    "operating_characteristics",
    "pearson_chi_squared",
    "pool",
    "proportion",
    "proportional_hazards",
    "quantile",
    "rate_difference",
    "rate_ratio",
    "restricted_mean",
    "restricted_mean_difference",
    "risk_difference",
    "score_test",
    "stratified_miettinen_nurminen",
    "stratified_newcombe",
    "stratified_risk_difference",
    "stratified_score_test",
    "summary",
    "summary_score",
    "survival_difference",
    "tipping_point",
    "wald",
    "wilson",
]


def __getattr__(name: str) -> Any:
    """The public names, each from its module."""
    if name not in _MODULE_OF:
        raise AttributeError(f"module 'trialbook.analysis' has no attribute {name!r}")
    return getattr(import_module(f"trialbook.analysis.{_MODULE_OF[name]}"), name)


def __dir__() -> list[str]:
    """The public names, and what is imported already."""
    return sorted({*globals(), *__all__})
