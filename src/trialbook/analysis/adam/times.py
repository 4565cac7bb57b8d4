"""Times to events (the records of ADTTE): from an origin to the first event that the strategies leave, or to the last day."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from trialbook.analysis.adam.endpoints_spec import TimesSpec
from trialbook.analysis.adam.events import first_of, last_of, since
from trialbook.analysis.adam.making import SUBJECT
from trialbook.analysis.adam.strategies import Strategies
from trialbook.errors import TrialbookError
from trialbook.protocol.objectives import Strategy

EVENT, CENSORED, COMPETING = 0.0, 1.0, 2.0
"""CNSR: 0 is the endpoint's event, 1 the end of observation, 2 a competing event (ADaM BDS for TTE section 4.3)."""


def times(
    paramcd: str,
    param: str,
    spec: TimesSpec,
    dated: Mapping[str, pd.DataFrame],
    strategies: Strategies,
    origin: pd.Series,
    cut: float | None = None,
) -> pd.DataFrame:
    """One record a subject that has an ``origin`` (numeric dates by USUBJID): AVAL in days, CNSR, and the record it comes from.

    AVAL counts the day of the origin as day 1. An event that censors prolongs no observation that ended before it. ``cut``: the
    last day that counts; what happens after it is not seen. Who has neither an event nor a day of observation is observed to the
    origin. Of events on one day that counts which the specification names first. Raises TrialbookError where the strategies
    leave no event of the endpoint.
    """
    start = origin.dropna()
    ending = endings(paramcd, spec, strategies)
    found = [since(dated[event], start).assign(CNSR=censored) for event, censored in ending.items()]
    last = last_of([dated[event].assign(CNSR=CENSORED) for event in spec.censored_at]).reindex(start.index)
    happened = start.index.isin(pd.concat([one.loc[one["CNSR"] != CENSORED, SUBJECT] for one in found]))
    chosen = first_of(found).reindex(start.index)
    # What censors (a hypothetical strategy) prolongs no observation that ended before it.
    unseen = (chosen["CNSR"] == CENSORED) & ~happened & ~(chosen["ADT"] <= last["ADT"])
    chosen = chosen.where(chosen["ADT"].notna() & ~unseen, last)
    nothing = chosen["ADT"].isna() | ((chosen["ADT"] < start) & (chosen["CNSR"] == CENSORED))
    chosen = _replaced(chosen, nothing, start, "Observed on the day of origin alone")
    if cut is not None:
        chosen = _replaced(chosen, chosen["ADT"] - start + 1 > cut, start + cut - 1, "Cut at the end of the last planned visit")
    records = chosen.assign(PARAMCD=paramcd, PARAM=param, STARTDT=start, AVAL=chosen["ADT"] - start + 1)
    texts = ["ADTF", "EVNTDESC", "SRCDOM", "SRCVAR"]
    records[texts] = records[texts].astype("object").fillna("").astype("str")
    records[["ADT", "CNSR", "SRCSEQ"]] = records[["ADT", "CNSR", "SRCSEQ"]].astype("float64")
    return records.drop(columns=["EVENT", "LATEST"]).rename_axis(SUBJECT).reset_index()


def endings(paramcd: str, spec: TimesSpec, strategies: Strategies) -> dict[str, float]:
    """What ends the time, and its CNSR, by the event: as its strategy says, else by the specification."""
    ending = {}
    for event in dict.fromkeys((*spec.events, *spec.competing, *strategies)):
        own = Strategy.COMPOSITE if event in spec.events else Strategy.WHILE_ON_TREATMENT
        strategy = strategies.get(event, own)
        if strategy is not Strategy.TREATMENT_POLICY:
            ending[event] = _CENSORING[strategy]
    if EVENT not in ending.values():
        remedy = "Let one of its events be composite variable."
        raise TrialbookError(f"{paramcd}: the strategies leave no event of this endpoint", remedy=remedy)
    return ending


_CENSORING = {Strategy.COMPOSITE: EVENT, Strategy.HYPOTHETICAL: CENSORED, Strategy.WHILE_ON_TREATMENT: COMPETING}


def _replaced(chosen: pd.DataFrame, which: pd.Series, date: pd.Series, text: str) -> pd.DataFrame:
    """``chosen`` with another end of observation where ``which`` is true: a date that no record has."""
    mask = which.fillna(False).to_numpy(dtype=bool)
    chosen = chosen.astype({"ADT": "float64", "CNSR": "float64", "SRCSEQ": "float64"})
    chosen["ADT"] = np.where(mask, date, chosen["ADT"])
    chosen["CNSR"] = np.where(mask, CENSORED, chosen["CNSR"])
    chosen["SRCSEQ"] = np.where(mask, np.nan, chosen["SRCSEQ"])
    for name, value in (("EVNTDESC", text), ("ADTF", ""), ("SRCDOM", ""), ("SRCVAR", "")):
        chosen[name] = np.where(mask, value, chosen[name].astype("object"))
    return chosen
