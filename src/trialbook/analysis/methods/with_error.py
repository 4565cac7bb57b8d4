"""An estimate that is given with its standard error."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan

from trialbook.analysis.methods.results import Estimate


@dataclass(frozen=True)
class EstimateWithError(Estimate):
    """An estimate, its limits, and its standard error (NaN where there is none: ``reason`` says why)."""

    standard_error: float = nan
