"""What the endpoints are made of (``endpoints.yml``) held against the protocol and the analysis datasets."""

from __future__ import annotations

from collections.abc import Iterator

from trialbook.analysis.adam.endpoints_spec import EndpointsSpec
from trialbook.analysis.adam.lint_names import Known, Problem
from trialbook.analysis.adam.loading import SUBJECTS, AdamSpecs
from trialbook.analysis.adam.make import parameters
from trialbook.analysis.adam.strategies import strategies_of
from trialbook.errors import TrialbookError
from trialbook.protocol import Protocol
from trialbook.protocol.objectives import Kind
from trialbook.specfile import Complaint, LintSeverity


def endpoint_complaints(specs: AdamSpecs, protocol: Protocol, known: Known) -> tuple[Complaint, ...]:
    """What is wrong with ``endpoints.yml``, and what of the plan can't be made by it, with file and line."""
    root, file, plan = specs.folder.parent, specs.files["endpoints"], protocol.file("analysis")
    spec = specs.endpoints
    own = [*_subjects(spec, protocol, known), *_events(spec, protocol, known), *_parameters(spec, protocol, known)]
    own += [*_described(spec, specs, known)]
    return (
        *(file.complaint(root, LintSeverity.ERROR, place, text) for place, text in own),
        *(plan.complaint(root, LintSeverity.ERROR, place, text) for place, text in _planned(specs, protocol, known)),
    )


def _subjects(spec: EndpointsSpec, protocol: Protocol, known: Known) -> Iterator[Problem]:
    adsl = known.variables[SUBJECTS]
    for key in ("variable", "numeric", "code"):
        yield from known.variable(("treatment", key), getattr(spec.treatment, key), adsl, SUBJECTS)
    arms = [one.armcd for one in protocol.study.arms]
    for key in ("treated", "control"):
        if getattr(spec.treatment, key) not in arms:
            text = f"{getattr(spec.treatment, key)} is no arm of protocol/study.yml, which has {', '.join(arms)}"
            yield ("treatment", key), text
    planned = [one.id for one in protocol.analysis.sets]
    for name, flag in spec.sets.items():
        if name not in planned:
            yield ("sets", name), f"there is no analysis set {name} in protocol/analysis.yml"
        yield from known.variable(("sets", name), flag, adsl, SUBJECTS)
    for name in planned:
        if name not in spec.sets:
            yield ("sets",), f"no flag stands for the analysis set {name} of protocol/analysis.yml"
    for name in spec.strata:
        yield from known.variable(("strata",), name, adsl, SUBJECTS)
    settings = {one.id: one for one in protocol.analysis.settings}
    for option in settings["TIME_ZERO"].options if "TIME_ZERO" in settings else ():
        if option not in spec.origin:
            yield ("origin",), f"no date is the origin of times where TIME_ZERO is {option}"
    for option, name in spec.origin.items():
        yield from known.variable(("origin", option), name, adsl, SUBJECTS)


def _events(spec: EndpointsSpec, protocol: Protocol, known: Known) -> Iterator[Problem]:
    for event in protocol.objectives.intercurrent_events:
        if not spec.events.get(event.id):
            yield ("events",), f"the intercurrent event {event.id} of protocol/objectives.yml has no sources"
    for name, sources in spec.events.items():
        for index, source in enumerate(sources):
            at = ("events", name, index)
            yield from known.dataset((*at, "dataset"), source.dataset)
            if source.dataset in known.variables:
                there = known.variables[source.dataset]
                yield from known.variable((*at, "date"), source.date, there, source.dataset)
                yield from known.expression((*at, "where"), source.where, there, source.dataset)


def _parameters(spec: EndpointsSpec, protocol: Protocol, known: Known) -> Iterator[Problem]:
    for name, times in spec.times.items():
        for key in ("events", "competing", "censored_at"):
            for event in getattr(times, key):
                if event not in spec.events:
                    yield ("times", name, key), f"there is no event {event} among events"
    visits = {one.id: one.visit for one in protocol.objectives.endpoints}
    for name, response in spec.responders.items():
        at = ("responders", name)
        yield from known.dataset((*at, "dataset"), response.dataset)
        if response.visit not in protocol.visits:
            yield (*at, "visit"), f"there is no visit {response.visit} in protocol/visits.yml"
        elif visits.get(name, response.visit) != response.visit:
            yield (*at, "visit"), f"the endpoint {name} is taken at {visits[name]} by protocol/objectives.yml"
        if response.dataset in known.variables:
            there = known.variables[response.dataset]
            yield from known.variable((*at, "date"), response.date, there, response.dataset)
            for key in ("where", "yes"):
                yield from known.expression((*at, key), getattr(response, key), there, response.dataset)


def _described(spec: EndpointsSpec, specs: AdamSpecs, known: Known) -> Iterator[Problem]:
    adsl = known.variables[SUBJECTS]
    # What describes is evaluated without the plan's settings.
    plain = Known(known.variables, {})
    for name in spec.baseline:
        yield from known.variable(("baseline",), name, adsl, SUBJECTS)
    for index, one in enumerate(spec.deviations):
        yield from known.dataset(("deviations", index, "dataset"), one.dataset)
        there = known.variables.get(one.dataset, frozenset())
        yield from plain.expression(("deviations", index, "where"), one.where, there, one.dataset)
    if spec.exposure:
        yield from known.dataset(("exposure",), "ADEX")
        made = _written(specs, "ADEX")
        for name in spec.exposure:
            if made and name not in made:
                yield ("exposure",), f"no records of ADEX have the parameter {name}"
    if spec.adverse_events is not None:
        yield from known.dataset(("adverse_events",), "ADAE")
        there = known.variables.get("ADAE", frozenset())
        for key in ("body_system", "term", "grade", "start"):
            yield from known.variable(("adverse_events", key), getattr(spec.adverse_events, key), there, "ADAE")
        for key in ("window_end", "observed_to"):
            yield from known.variable(("adverse_events", key), getattr(spec.adverse_events, key), adsl, SUBJECTS)
        yield from plain.expression(("adverse_events", "where"), spec.adverse_events.where, there, "ADAE")
        for index, category in enumerate(spec.adverse_events.categories):
            yield from plain.expression(("adverse_events", "categories", index, "where"), category.where, there, "ADAE")
    if spec.laboratory is not None:
        yield from known.dataset(("laboratory",), "ADLB")
        there = known.variables.get("ADLB", frozenset())
        for key in ("analysed", "worst", "on_treatment"):
            yield from plain.expression(("laboratory", key), getattr(spec.laboratory, key), there, "ADLB")


def _written(specs: AdamSpecs, dataset: str) -> set[str]:
    """The parameters whose codes the specification writes out."""
    found = set()
    for records in specs.datasets[dataset].records if dataset in specs.datasets else ():
        code = records.variables.get("PARAMCD")
        found |= {str(one.hardcode) for one in (code.algorithms if code else ()) if one.hardcode is not None}
    return found


def _planned(specs: AdamSpecs, protocol: Protocol, known: Known) -> Iterator[Problem]:
    """Analyses of the plan that can't be made."""
    spec, endpoints = specs.endpoints, {one.id: one for one in protocol.objectives.endpoints}
    for index, analysis in enumerate(protocol.analysis.analyses):
        endpoint = endpoints.get(analysis.endpoint)
        if analysis.by:
            yield from known.variable(("analyses", index, "by"), analysis.by, known.variables[SUBJECTS], SUBJECTS)
        if endpoint is None or endpoint.kind is Kind.DESCRIPTIVE:
            continue
        made = {**spec.responders, **spec.times}
        if analysis.paramcd not in spec.responders and analysis.endpoint not in made:
            yield ("analyses", index), f"analysis_specs/endpoints.yml does not say what {analysis.paramcd} is made of"
        for event in analysis.strategies:
            if event not in spec.events:
                yield ("analyses", index, "strategies"), f"analysis_specs/endpoints.yml has no event {event}"
        try:
            strategies_of(protocol.objectives, analysis.endpoint, analysis)
        except TrialbookError as error:
            yield ("analyses", index), error.what
    try:
        parameters(specs, protocol)
    except TrialbookError as error:
        yield ("analyses",), error.what
