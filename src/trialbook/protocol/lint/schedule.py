"""Whether visits, activities, arms and epochs of the protocol fit each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

from trialbook.protocol.protocol import Protocol
from trialbook.specfile import Complaint, LintSeverity

FILE = "activities"


def lint_schedule(protocol: Protocol) -> Iterable[Complaint]:
    """Activities at visits, in arms and epochs that are not there; windows that overlap; a visit at which nothing is done."""
    yield from _windows(protocol)
    activities = protocol.activities.activities
    if not activities:
        return
    yield from _names(protocol)
    done = {visit for one in activities for visit in one.visits}
    for index, visit in enumerate(protocol.visits):
        if visit not in done:
            text = f"nothing is done at {visit}: no activity names it"
            yield _complaint(protocol, "visits", LintSeverity.WARNING, ["visits", index], text)


def _names(protocol: Protocol) -> Iterator[Complaint]:
    """What activities name that is not in the files that they name it from."""
    arms = [one.armcd for one in protocol.study.arms]
    epochs = [one.epoch for one in protocol.design.epochs]
    error = LintSeverity.ERROR
    for name in protocol.activities.epochs if epochs else ():
        if name not in epochs:
            text = f"the epoch {name} is not in design.yml, which has {', '.join(epochs)}"
            yield _complaint(protocol, FILE, error, ["epochs"], text)
    for index, one in enumerate(protocol.activities.activities):
        at: list[str | int] = ["activities", index]
        for place, visit in enumerate(one.visits):
            if visit not in protocol.visits:
                text = f"the visit {visit} is not in visits.yml"
                yield _complaint(protocol, FILE, error, [*at, "visits", place], text)
        for armcd in one.subjects.arms if one.subjects else ():
            if armcd not in arms:
                text = f"the arm {armcd} is not in study.yml, which has {', '.join(arms) or 'none'}"
                yield _complaint(protocol, FILE, error, [*at, "subjects", "arms"], text)
        for epoch in one.epochs if epochs else ():
            if epoch not in epochs:
                text = f"the epoch {epoch} is not in design.yml, which has {', '.join(epochs)}"
                yield _complaint(protocol, FILE, error, [*at, "epochs"], text)
        given = one.subjects.arms if one.subjects else ()
        if one.repeated and not any(protocol.interventions.of(armcd) for armcd in given):
            text = "it is repeated by the calendar of an intervention, and its arms have none in interventions.yml"
            yield _complaint(protocol, FILE, error, [*at, "repeated"], text)


def _windows(protocol: Protocol) -> Iterator[Complaint]:
    """A date in two windows would be on time for either visit."""
    order = list(protocol.visits)
    for earlier, later in pairwise(protocol.schedule.dated):
        ends, begins = (one.offset + (one.window or (0, 0))[edge] for one, edge in ((earlier, 1), (later, 0)))
        if begins <= ends:
            text = f"the window of {later.visit} begins before that of {earlier.visit} is over"
            at: list[str | int] = ["visits", order.index(later.visit), "window"]
            yield _complaint(protocol, "visits", LintSeverity.ERROR, at, text)


def _complaint(protocol: Protocol, file: str, severity: LintSeverity, at: list[str | int], text: str) -> Complaint:
    return protocol.file(file).complaint(protocol.folder.parent, severity, at, text)
