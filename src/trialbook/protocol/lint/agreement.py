"""Whether objectives and analysis agree with the rest of the protocol: what they name is there, and the numbers fit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from trialbook.protocol.composed import PLACEHOLDER, compose
from trialbook.protocol.design import TrialDesign
from trialbook.protocol.facts import Facts, fact_of, leaves
from trialbook.protocol.interventions import study_day
from trialbook.protocol.objectives import Endpoint, Kind
from trialbook.protocol.protocol import Protocol
from trialbook.specfile import Complaint, LintSeverity

Problem = tuple[list[str | int], LintSeverity, str]
WORDED = ("objectives", "analysis", "sections", "questions", "glossary")
"""The files whose texts name facts in braces."""
_DURATION = re.compile(r"(\d+)[- ](month|year)")
_ERROR, _WARNING = LintSeverity.ERROR, LintSeverity.WARNING


def lint_wording(protocol: Protocol) -> Iterable[Complaint]:
    """Texts that name a fact which is not there."""
    for name in WORDED:
        if not (protocol.folder / f"{name}.yml").exists():
            continue
        for location, value in leaves(protocol.file(name).data):
            for found in PLACEHOLDER.finditer(value) if isinstance(value, str) else ():
                try:
                    compose(found[0], Facts(protocol))
                except LookupError as error:
                    yield protocol.file(name).complaint(protocol.folder.parent, _ERROR, location, str(error.args[0]))


def lint_objectives(protocol: Protocol) -> Iterable[Complaint]:
    """Visits and analysis sets that are not there, what no objective or estimand asks for or handles, times that do not fit."""
    yield from _complaints(protocol, "objectives", _objectives(protocol))


def lint_analysis(protocol: Protocol) -> Iterable[Complaint]:
    """Settings that lead nowhere, and assumptions that do not give the planned number of subjects."""
    yield from _complaints(protocol, "analysis", _analysis(protocol))


def _complaints(protocol: Protocol, name: str, problems: Iterable[Problem]) -> Iterator[Complaint]:
    for keys, severity, text in problems:
        yield protocol.file(name).complaint(protocol.folder.parent, severity, keys, text)


def _objectives(protocol: Protocol) -> Iterator[Problem]:
    objectives = protocol.objectives
    asked = {name for one in objectives.objectives for name in one.endpoints}
    for index, endpoint in enumerate(objectives.endpoints):
        at: list[str | int] = ["endpoints", index]
        if endpoint.id not in asked:
            yield at, _WARNING, f"no objective asks for the endpoint {endpoint.id}"
        if endpoint.kind is not Kind.DESCRIPTIVE and not objectives.estimands_of(endpoint.id):
            yield at, _WARNING, f"the endpoint {endpoint.id} has no estimand"
        if endpoint.visit and endpoint.visit not in protocol.visits:
            yield [*at, "visit"], _ERROR, f"there is no visit {endpoint.visit} in visits.yml"
        else:
            yield from (([*at, "visit"], _ERROR, text) for text in _times(protocol, endpoint))
    for index, objective in enumerate(objectives.objectives):
        if not objective.endpoints:
            yield ["objectives", index], _WARNING, f"no endpoint answers the objective {objective.id}"
    sets = {one.id for one in protocol.analysis.sets}
    for index, estimand in enumerate(objectives.estimands):
        for key, names in (("set", (estimand.set,)), ("other_sets", estimand.other_sets)):
            for name in names:
                if name not in sets:
                    there = ", ".join(sorted(sets)) or "none"
                    yield ["estimands", index, key], _ERROR, f"there is no analysis set {name} in analysis.yml, which has {there}"
        handled = {one.event for one in estimand.intercurrent_events}
        for event in objectives.intercurrent_events:
            if event.id not in handled:
                text = f"{estimand.id} has no strategy for the intercurrent event {event.id} ({event.name})"
                yield ["estimands", index, "intercurrent_events"], _WARNING, text


def _times(protocol: Protocol, endpoint: Endpoint) -> Iterator[str]:
    """Where the endpoint's words name another time than that of its visit."""
    day = protocol.visits[endpoint.visit].day if endpoint.visit else None
    for number, unit in _DURATION.findall(endpoint.words):
        due = study_day(int(number) * (12 if unit == "year" else 1))
        if day is not None and day != due:
            yield f"{number} {unit}s are day {due}, and the visit {endpoint.visit} is on day {day}: {endpoint.words}"


def _analysis(protocol: Protocol) -> Iterator[Problem]:
    analysis = protocol.analysis
    for index, setting in enumerate(analysis.settings):
        if setting.from_:
            try:
                value = fact_of(protocol, setting.from_)
            except LookupError as error:
                yield ["settings", index, "from"], _ERROR, str(error.args[0])
                continue
            if setting.options and str(value) not in setting.options:
                yield ["settings", index, "from"], _ERROR, f"{value} is none of its options: {', '.join(setting.options)}"
    endpoints, sets = {one.id for one in protocol.objectives.endpoints}, {one.id for one in analysis.sets}
    for index, planned_analysis in enumerate(analysis.analyses):
        for key, name, known, file in (
            ("endpoint", planned_analysis.endpoint, endpoints, "objectives.yml"),
            ("set", planned_analysis.set, sets, "analysis.yml"),
        ):
            # An analysis without an endpoint describes the subjects themselves.
            if name not in known and (name or key != "endpoint"):
                text = f"there is no {key} {name} in {file}, which has {', '.join(sorted(known)) or 'none'}"
                yield ["analyses", index, key], _ERROR, text
    size = protocol.sample_size()
    if size is None:
        return
    events = size.assumptions.events
    if events is not None and events.endpoint not in {one.id for one in protocol.objectives.endpoints}:
        yield ["sample_size", "events", "endpoint"], _ERROR, f"there is no endpoint {events.endpoint} in objectives.yml"
    if not size.agrees:
        planned = "no number" if size.planned is None else str(size.planned)
        given = "no number of subjects" if size.randomized is None else f"{size.randomized} subjects"
        yield ["sample_size"], _WARNING, f"these assumptions give {given}, and study.yml plans {planned}"
    share = size.assumptions.allocation / (1 + size.assumptions.allocation)
    # As it is written: texts there that name what is missing are design.yml's own mistakes.
    quotient = protocol.part("design", TrialDesign).value("RANDQT")
    if re.fullmatch(r"[\d.]+", quotient) and abs(float(quotient) - share) > 0.005:
        text = f"treatment gets {share:g} of the subjects, and design.yml has the randomization quotient {quotient}"
        yield ["sample_size", "allocation"], _ERROR, text
