"""Eligibility as plain data (JSON), for whoever judges subjects elsewhere: the items, and every expression as a tree.

``items``: what each takes (``minimum``, ``maximum``, ``above`` as exact texts), with ``expected`` in words. ``settings``: those
that choose between readings, with the ``value`` in force. ``criteria``: each with its ``logic``, of which every part must be
true: a ``text`` and its ``condition`` (:mod:`trialbook.expressions.export`), or a ``setting`` and the text and condition of each
of its ``readings``. ``contradictions``: a warning's ``message`` and its ``condition``. ``eligible_subject`` has a text for each
item, ``""`` where it is unknown, and ``cases`` what they change in it.
"""

from __future__ import annotations

from typing import Any

from trialbook.expressions import Expression, exported
from trialbook.protocol.eligibility.items import expected
from trialbook.protocol.eligibility.judge import Eligibility
from trialbook.protocol.eligibility.logic import Rule
from trialbook.protocol.eligibility.spec import Item

FORMAT = 1


def exported_eligibility(eligibility: Eligibility) -> dict[str, Any]:
    """All that decides, of every reading. Raises SpecError where the protocol has no criteria or a setting has no value."""
    eligibility.refuse_unfit()
    spec = eligibility.spec
    return {
        "format": FORMAT,
        "items": [_item(one) for one in spec.items],
        "settings": [
            {"name": one.name, "label": one.label, "value": str(one.value), "choices": one.choices}
            for one in spec.settings
            if one.choices
        ],
        "criteria": [
            {"id": one.id, "kind": str(one.kind), "text": one.text, "logic": [_part(rule) for rule in eligibility.logic(one.id)]}
            for one in spec.criteria
        ],
        "contradictions": [
            {"name": one.name, "message": one.message, **_expression(eligibility.compiled.contradictions[one.name].expression)}
            for one in spec.contradictions
        ],
        "eligible_subject": {one.name: spec.eligible_subject.get(one.name, "") for one in spec.items},
        "cases": [
            {
                "criterion": case.criterion,
                "case": case.case,
                "items": dict(case.items),
                "reading": dict(case.reading),
                "expected": case.expected,
                "missing": list(case.missing),
            }
            for case in eligibility.cases
        ],
    }


def _item(item: Item) -> dict[str, Any]:
    limits = {"minimum": item.minimum, "maximum": item.maximum, "above": item.above}
    return {
        "name": item.name,
        "label": item.label,
        "type": str(item.type),
        "values": list(item.values),
        "unit": item.unit,
        "unit_of": item.unit_of,
        **{name: None if limit is None else str(limit) for name, limit in limits.items()},
        "expected": expected(item),
    }


def _part(rule: Rule) -> dict[str, Any]:
    if not rule.setting:
        return _expression(rule.expression)
    return {"setting": rule.setting, "readings": {choice: _expression(one) for choice, one in rule.readings.items()}}


def _expression(expression: Expression) -> dict[str, Any]:
    return {"text": expression.text, "condition": exported(expression.condition)}
