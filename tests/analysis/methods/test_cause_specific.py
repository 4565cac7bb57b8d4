from __future__ import annotations

import pandas as pd
import pytest

from trialbook.analysis.methods.cause_specific import cause_specific


def test_the_other_causes_are_censored(invented: pd.DataFrame) -> None:
    first, second = (cause_specific(invented["time"], invented["cause"], invented["b"], of=of) for of in (1, 2))
    assert (first.events, second.events) == (10, 7)
    third = cause_specific(invented["time"], invented["cause"], invented["b"], of=3)
    assert (third.events, third.ratios[0].reason) == (0, "no events")
    with pytest.raises(ValueError, match="a cause is a whole number of 1 or more"):
        cause_specific(invented["time"], invented["cause"], invented["b"], of=0)
