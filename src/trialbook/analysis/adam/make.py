"""All analysis datasets of a study from its SDTM datasets: ADSL, then the others, those with endpoints' parameters last."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal

import pandas as pd

from trialbook.analysis.adam.dataset import make_dataset
from trialbook.analysis.adam.events import dated, since
from trialbook.analysis.adam.loading import SUBJECTS, AdamSpecs
from trialbook.analysis.adam.making import SUBJECT, Materials
from trialbook.analysis.adam.responders import no_responders, responders
from trialbook.analysis.adam.strategies import strategies_of
from trialbook.analysis.adam.times import times
from trialbook.datasets import SdtmDataset
from trialbook.errors import SpecError, TrialbookError
from trialbook.expressions import ConstantValue
from trialbook.protocol import Protocol
from trialbook.protocol.analysis import PlannedAnalysis
from trialbook.protocol.facts import setting_value

TIMES = "ADTTE"
RANDOMIZATION = "randomization"
"""The origin of study days, and of times unless the setting TIME_ZERO names another."""


def make_datasets(
    specs: AdamSpecs, sdtm: Mapping[str, pd.DataFrame], protocol: Protocol, absent: Collection[str] = ()
) -> dict[str, SdtmDataset]:
    """The analysis datasets by name; ``absent`` are the SDTM datasets that were not made for want of their forms.

    A parameter of an endpoint is made once for each way in which the plan's analyses take its intercurrent events; the records
    of responses go to the dataset that they are read from, those of times to ADTTE. A time that no analysis takes is made too.
    Notices of a dataset tell what could not be kept. Raises TrialbookError naming dataset and variable for what can't be made.
    """
    materials = Materials(sdtm, specs.derivations.functions, constants(protocol), protocol.visits, frozenset(absent))
    made: dict[str, SdtmDataset] = {}

    def finish(name: str, more: list[pd.DataFrame], notices: Iterable[str] = ()) -> None:
        made[name] = make_dataset(specs.datasets[name], materials, more, notices)
        materials.adam[name] = made[name].frame

    planned = parameters(specs, protocol)
    receiving = {spec.dataset for one in planned if (spec := specs.endpoints.responders.get(one.endpoint))}
    for name in specs.datasets:
        if name != TIMES:
            # What the responses are made from comes first, and then once more with them.
            finish(name, [no_responders()] if name in receiving else [])
    events = {name: dated(materials, name, sources) for name, sources in specs.endpoints.events.items()}
    # The windows of visits are counted from the randomization, whatever times are counted from.
    day1 = _origin(specs, RANDOMIZATION, materials)
    for name in sorted(receiving):
        finish(name, [_response(one, specs, protocol, materials, events, day1) for one in planned if _into(specs, one) == name])
    if TIMES in specs.datasets:
        origin = _origin(specs, str(setting_value(protocol, "TIME_ZERO")), materials)
        asked = [one for one in planned if one.endpoint in specs.endpoints.times]
        more = [_time(one, specs, protocol, events, origin) for one in asked]
        cut = horizon(protocol)
        for name, unplanned in specs.endpoints.times.items():
            if name not in {one.endpoint for one in asked}:
                more.append(times(name, unplanned.label or name, unplanned, events, {}, origin, cut))
        finish(TIMES, more, _not_counted(specs, events, origin))
    return made


def horizon(protocol: Protocol) -> int | None:
    """The last study day that counts for times to events: the end of the window of the visit HORIZON."""
    return protocol.visits[str(setting_value(protocol, "HORIZON"))].last_day


def _not_counted(specs: AdamSpecs, events: Mapping[str, pd.DataFrame], origin: pd.Series) -> list[str]:
    """Who has no time, and which events are none since they were before the origin of the subject's times."""
    told = []
    if unknown := sorted(origin.index[origin.isna()]):
        told.append(f"the day from which times are counted is not known of {', '.join(unknown)}: they have no record")
    names = dict.fromkeys(event for spec in specs.endpoints.times.values() for event in (*spec.events, *spec.competing))
    for name in names:
        records = events[name][events[name][SUBJECT].isin(origin.dropna().index)]
        early = records[~records.index.isin(since(records, origin).index)]
        if len(early):
            subjects = ", ".join(sorted(set(early[SUBJECT])))
            told.append(f"{name} is dated before the day from which times are counted, and is not counted, of {subjects}")
    return told


def constants(protocol: Protocol) -> dict[str, ConstantValue]:
    """The settings of the plan by their ids, as expressions take them."""
    found: dict[str, ConstantValue] = {}
    for setting in protocol.analysis.settings:
        value = setting_value(protocol, setting.id)
        found[setting.id] = value if isinstance(value, str) else Decimal(str(value))
    return found


def parameters(specs: AdamSpecs, protocol: Protocol) -> tuple[PlannedAnalysis, ...]:
    """The first analysis of each parameter; raises SpecError where two of one parameter take an event differently."""
    found: dict[str, PlannedAnalysis] = {}
    for analysis in protocol.analysis.analyses:
        if analysis.endpoint not in specs.endpoints.times and analysis.endpoint not in specs.endpoints.responders:
            continue
        first = found.setdefault(analysis.paramcd, analysis)
        if strategies_of(protocol.objectives, analysis.endpoint, analysis) != strategies_of(
            protocol.objectives, first.endpoint, first
        ):
            what = f"{first.id} and {analysis.id} take intercurrent events differently and name one parameter, {analysis.paramcd}"
            raise SpecError(
                what, file=protocol.folder / "analysis.yml", remedy="Name another parameter (parameter:) for one of them."
            )
    return tuple(found.values())


def _into(specs: AdamSpecs, analysis: PlannedAnalysis) -> str:
    spec = specs.endpoints.responders.get(analysis.paramcd) or specs.endpoints.responders.get(analysis.endpoint)
    return spec.dataset if spec else ""


def _origin(specs: AdamSpecs, asked: str, materials: Materials) -> pd.Series:
    name = specs.endpoints.origin.get(asked)
    if name is None:
        known = ", ".join(specs.endpoints.origin)
        raise TrialbookError(
            f"analysis_specs/endpoints.yml: origin names no date for TIME_ZERO {asked!r}", remedy=f"It has {known}."
        )
    subjects = materials.frame(SUBJECTS).set_index(SUBJECT)
    randomized = subjects[specs.endpoints.treatment.variable] != ""
    return subjects.loc[randomized, name]


def _response(
    analysis: PlannedAnalysis,
    specs: AdamSpecs,
    protocol: Protocol,
    materials: Materials,
    events: Mapping[str, pd.DataFrame],
    origin: pd.Series,
) -> pd.DataFrame:
    known = specs.endpoints.responders
    spec = known.get(analysis.paramcd) or known[analysis.endpoint]
    taken = strategies_of(protocol.objectives, analysis.endpoint, analysis)
    label, visit = _label(analysis, protocol, spec.label), protocol.visits[spec.visit]
    return responders(analysis.paramcd, label, spec, materials, events, taken, origin, visit)


def _time(
    analysis: PlannedAnalysis, specs: AdamSpecs, protocol: Protocol, events: Mapping[str, pd.DataFrame], origin: pd.Series
) -> pd.DataFrame:
    spec = specs.endpoints.times[analysis.endpoint]
    taken = strategies_of(protocol.objectives, analysis.endpoint, analysis)
    return times(analysis.paramcd, _label(analysis, protocol, spec.label), spec, events, taken, origin, horizon(protocol))


def _label(analysis: PlannedAnalysis, protocol: Protocol, label: str) -> str:
    """PARAM: the endpoint's, and what of it the analysis takes otherwise; unlike for each PARAMCD, as ADaM wants it."""
    name = label or protocol.objectives.endpoint(analysis.endpoint).name
    otherwise = "; ".join(f"{event} by {strategy}" for event, strategy in analysis.strategies.items())
    return f"{name} ({otherwise})" if otherwise else name
