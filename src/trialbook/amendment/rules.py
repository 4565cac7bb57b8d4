"""The checks that a change touches: those whose code takes something else from the protocol, or that say something else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from trialbook.amendment.criteria import all_criteria
from trialbook.amendment.place import Place, PlaceKind, differences
from trialbook.amendment.reach import Reach
from trialbook.checks.answer_rules import SAID
from trialbook.checks.modules import rules_of
from trialbook.checks.rule import Rule
from trialbook.checks.visits.run import DAY1, MISSING, WINDOW, expected
from trialbook.protocol import Visit
from trialbook.protocol.soa import ExpectedForm, Schedule
from trialbook.run import Study

Takes = dict[str, Any]
MESSAGE, QUESTION = "its message", "its question"
"""What a rule says is told by its message, where that differs: the question says it again."""


def touched_rules(old: Study, new: Study) -> list[Place]:
    """A place for each rule of the forms, the datasets and the visits that two protocols decide, or word, differently."""
    before, after = dict(_rules(old)), dict(_rules(new))
    places = []
    for id in dict.fromkeys([*before, *after]):
        message = (after.get(id) or before[id])[0]
        takes = differences(*(side[id][1] if id in side else {} for side in (before, after)))
        if any(one.name == MESSAGE for one in takes):
            takes = tuple(one for one in takes if one.name != QUESTION)
        note = "" if id in before and id in after else "new" if id in after else "gone"
        if takes or note:
            places.append(Place(PlaceKind.RULES, id, message, takes, note))
    return places


def _rules(study: Study) -> Iterator[tuple[str, tuple[str, Takes]]]:
    """Every rule by its id, with its message and what it takes from the protocol."""
    for form in study.specs.forms:
        yield from ((one.id, (one.message, _taken(study, one))) for one in study.form_rules(form))
    for models in study.models.datasets.values():
        yield from ((one.id, (one.message, _taken(study, one))) for one in rules_of(models))
    if study.specs.items is not None and study.specs.items.answers is not None:
        yield from ((id, (message, all_criteria(study.protocol))) for id, message in SAID.items())
    if study.protocol.visits:
        yield from _of_visits(study.protocol.schedule)


def _taken(study: Study, rule: Rule) -> Takes:
    reach = Reach(study)
    reach.of(rule.check)
    return {**reach.found, MESSAGE: rule.message, QUESTION: rule.query}


def _of_visits(schedule: Schedule) -> Iterator[tuple[str, tuple[str, Takes]]]:
    """The rules about visits, which run as one: each takes the calendar, and what is expected at the visits."""
    calendar = {one.visit: _planned(one) for one in schedule.dated}
    forms: dict[str, dict[str, Any]] = {}
    for visit in schedule.dated:
        for one in schedule.expected_forms(visit.visit):
            of_form = forms.setdefault(one.form, {})
            of_form.setdefault(visit.visit, []).append(_records(one))
    for rule in (WINDOW, DAY1):
        yield rule.id, (rule.message, {"calendar": calendar})
    yield MISSING.id, (MISSING.message, {"calendar": calendar, "expected forms": forms})
    for form, of_form in forms.items():
        rule = expected(form)
        yield rule.id, (rule.message, {"calendar": {name: calendar[name] for name in of_form}, "expected at": of_form})


def _planned(visit: Visit) -> str:
    first, last = visit.window or (0, 0)
    return f"day {visit.day}, {first:+d} to {last:+d}"


def _records(one: ExpectedForm) -> str:
    """Which records of a form are expected, by which activity, of whom and when."""
    columns = "; ".join(f"{column}: {', '.join(terms)}" for column, terms in one.recorded.records.items())
    whom = one.activity.subjects.who if one.activity.subjects else ""
    return ", ".join(filter(None, [one.activity.activity, columns, whom, " or ".join(one.epochs)]))
