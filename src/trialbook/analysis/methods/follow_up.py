"""How long subjects were followed, by the reverse Kaplan–Meier method (Schemper and Smith, Controlled Clinical Trials 1996)."""

from __future__ import annotations

import numpy as np

from trialbook.analysis.methods.kaplan_meier import KaplanMeier, Transform, kaplan_meier
from trialbook.analysis.methods.quantiles import median
from trialbook.analysis.methods.results import Estimate
from trialbook.analysis.methods.time_data import Values, checked_events


def follow_up(time: Values, event: Values, *, transform: Transform = "log-log", level: float = 0.95) -> KaplanMeier:
    """The curve of the time to the end of follow-up: being censored is what happens, and the event hides when.

    Arguments and errors are those of ``kaplan_meier``. As R's ``survfit(Surv(time, event == 0) ~ 1)``.
    """
    return kaplan_meier(time, ~checked_events(event, int(np.size(time))), transform=transform, level=level)


def median_follow_up(time: Values, event: Values, *, transform: Transform = "log-log", level: float = 0.95) -> Estimate:
    """The median of the time to the end of follow-up, with its interval; unknown where most had the event before it.

    Source: Schemper and Smith, Controlled Clinical Trials 1996; 17: 343-346.
    """
    return median(follow_up(time, event, transform=transform, level=level))
