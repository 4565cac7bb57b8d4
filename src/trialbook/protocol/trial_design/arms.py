"""TE, TA and TV: elements, the arms' paths through them, and the planned visits (SDTMIG 3.4 sections 7.2 and 7.3)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from trialbook.protocol.trial_design.records import Cell, Record

if TYPE_CHECKING:
    from trialbook.protocol.protocol import Protocol


def element_records(protocol: Protocol) -> Iterator[Record]:
    """TE: a record an element."""
    for index, one in enumerate(protocol.design.elements):
        values = {"ETCD": one.etcd, "ELEMENT": one.element, "TESTRL": one.starts, "TEENRL": one.ends, "TEDUR": one.duration}
        yield Record(values, "design", ("elements", index))


def arm_records(protocol: Protocol) -> Iterator[Record]:
    """TA: a record an element of each arm of ``study.yml``, in the order in which the arms stand there."""
    design = protocol.design
    elements, places = design.element, {arm.armcd: index for index, arm in enumerate(design.arms)}
    for arm in protocol.study.arms:
        for number, step in enumerate(design.path.get(arm.armcd, ())):
            yield Record(
                {
                    "ARMCD": arm.armcd,
                    "ARM": arm.arm,
                    "TAETORD": float(number + 1),
                    "ETCD": step.etcd,
                    "ELEMENT": elements[step.etcd].element,
                    "TABRANCH": step.branch,
                    "TATRANS": step.transition,
                    "EPOCH": step.epoch,
                },
                "design",
                ("arms", places[arm.armcd], "path", number),
            )


def visit_records(protocol: Protocol) -> Iterator[Record]:
    """TV: a record a visit, for all arms (ARMCD is empty); one without a rule of its own starts on its day."""
    rules = {rule.visit: rule for rule in protocol.design.visits}
    for index, one in enumerate(protocol.visits.values()):
        rule = rules.get(one.visit)
        day = "" if one.day is None else float(one.day)
        values: dict[str, Cell] = {
            "VISITNUM": one.visitnum,
            "VISIT": one.visit,
            "VISITDY": day,
            "TVSTRL": rule.starts if rule else f"Day {one.day}" if one.day is not None else "",
            "TVENRL": rule.ends if rule else "",
        }
        yield Record(values, "visits", ("visits", index))
