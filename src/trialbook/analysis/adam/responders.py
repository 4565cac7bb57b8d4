"""Responses at a visit (one record a subject): observed, or decided by an intercurrent event that came before, or missing."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from trialbook.analysis.adam.endpoints_spec import RespondersSpec
from trialbook.analysis.adam.events import first_of, since
from trialbook.analysis.adam.making import SUBJECT, Materials
from trialbook.analysis.adam.strategies import Strategies
from trialbook.errors import TrialbookError
from trialbook.protocol import Visit
from trialbook.protocol.objectives import Strategy

NUMBERS = ("ADT", "SRCSEQ", "AVAL", "AVISITN", "AWHI")
TEXTS = ("SRCDOM", "SRCVAR", "AVALCAT1", "EVNTDESC", "AVALC", "DTYPE", "PARAMCD", "PARAM", "AVISIT")
"""The variables of a response, beside USUBJID."""

RESPONSE, NO_RESPONSE, INTERCURRENT, MISSING = "Response", "No response", "Intercurrent event", "Missing"
"""What AVALCAT1 says: the response was observed or not, an intercurrent event decided, or there is no value."""


def responders(
    paramcd: str,
    param: str,
    spec: RespondersSpec,
    materials: Materials,
    dated: Mapping[str, pd.DataFrame],
    strategies: Strategies,
    origin: pd.Series,
    visit: Visit,
) -> pd.DataFrame:
    """One record a subject of ``origin`` (numeric dates by USUBJID): AVALC Y or N, AVAL 1 or 0, missing as N and 0.

    An intercurrent event comes before where its date is not after that of the value or, where there is no value, not after
    the last day of the ``visit``'s window; not before the origin. Whose origin is not known has no window, and is missing.
    DTYPE tells what was not observed, AWHI the window's end. Raises TrialbookError where two records of a subject count.
    """
    source = materials.frame(spec.dataset)
    counted = source[materials.where(source, spec.where)]
    if counted[SUBJECT].duplicated().any():
        subject = counted.loc[counted[SUBJECT].duplicated(), SUBJECT].iloc[0]
        raise TrialbookError(f"{spec.dataset} has several records of {subject} for which {spec.where} is true; one can count")
    if visit.last_day is None:
        raise TrialbookError(f"{paramcd}: the visit {visit.visit} has no window", remedy="Name a planned visit.")
    start = origin
    yes = pd.Series(materials.where(counted, spec.yes), index=counted[SUBJECT]).reindex(start.index)
    date = counted.set_index(SUBJECT)[spec.date].reindex(start.index)
    traced = counted.set_index(SUBJECT)[["SRCDOM", "SRCVAR", "SRCSEQ"]].reindex(start.index)
    until = date.fillna(start + visit.last_day - 1)
    records = pd.DataFrame({"ADT": date, **traced}, index=start.index)
    records["AVALCAT1"] = np.where(yes.isna(), MISSING, np.where(yes.fillna(False).astype(bool), RESPONSE, NO_RESPONSE))
    records["EVNTDESC"] = ""
    for strategy, category in ((Strategy.HYPOTHETICAL, MISSING), (Strategy.COMPOSITE, INTERCURRENT)):
        events = [since(dated[event], start) for event, taken in strategies.items() if taken is strategy]
        first = first_of(events).reindex(start.index)
        before = (first["ADT"].astype("float64") <= until).to_numpy()
        for name in ("ADT", "SRCDOM", "SRCVAR", "SRCSEQ", "EVNTDESC"):
            records[name] = records[name].astype("object").where(~before, first[name])
        records["AVALCAT1"] = records["AVALCAT1"].where(~before, category)
    if Strategy.WHILE_ON_TREATMENT in strategies.values():
        remedy = "Take another strategy, or specify a response that does not hang on a visit."
        raise TrialbookError(f"{paramcd}: a response at one visit has no value while on treatment", remedy=remedy)
    texts = ["SRCDOM", "SRCVAR", "EVNTDESC"]
    records[texts] = records[texts].fillna("").astype("str")
    records[["ADT", "SRCSEQ"]] = records[["ADT", "SRCSEQ"]].astype("float64")
    response = records["AVALCAT1"] == RESPONSE
    observed = records["AVALCAT1"].isin([RESPONSE, NO_RESPONSE])
    made = {"AVAL": response.astype("float64"), "AVALC": np.where(response, "Y", "N"), "DTYPE": np.where(observed, "", "NRI")}
    made |= {"AVISIT": visit.visit, "AVISITN": float(visit.visitnum), "AWHI": float(visit.last_day)}
    return records.assign(PARAMCD=paramcd, PARAM=param, **made).rename_axis(SUBJECT).reset_index()


def no_responders() -> pd.DataFrame:
    """The variables of responses, without a record."""
    columns = {name: pd.Series(dtype="float64") for name in NUMBERS} | {
        name: pd.Series(dtype="str") for name in (SUBJECT, *TEXTS)
    }
    return pd.DataFrame(columns)
