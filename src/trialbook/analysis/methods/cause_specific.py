"""Cox's regression of the hazard of one cause, where others compete with it."""

from __future__ import annotations

from trialbook.analysis.methods.covariates import Covariates
from trialbook.analysis.methods.cox import Ties, cox
from trialbook.analysis.methods.regression import Regression
from trialbook.analysis.methods.time_data import Values, checked_cause_of_interest, checked_causes, checked_times


def cause_specific(
    time: Values,
    cause: Values,
    covariates: Covariates,
    *,
    of: int = 1,
    strata: Values | None = None,
    ties: Ties = "efron",
    level: float = 0.95,
) -> Regression:
    """The cause-specific hazard ratios: those of ``cox`` with the subjects of other causes censored at their event.

    ``cause``: 0 where censored, else the number of the cause; ``of``: that of interest. The other arguments and what is raised
    are those of ``cox``. Source: Prentice et al., Biometrics 1978.
    """
    causes = checked_causes(cause, len(checked_times(time)))
    return cox(time, causes == checked_cause_of_interest(of), covariates, strata=strata, ties=ties, level=level)
