"""What follows within the protocol: visits, settings and sample size, and texts that name facts of other statements."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from trialbook.amendment.place import Place, PlaceKind, Taken, differences
from trialbook.protocol import Protocol
from trialbook.protocol.analysis import Setting
from trialbook.protocol.changes import Change, Kind
from trialbook.protocol.changes.change import Step
from trialbook.protocol.changes.compare import identity_of
from trialbook.protocol.changes.names import statement_title, words
from trialbook.protocol.changes.parts import parts_of
from trialbook.protocol.facts import setting_value, worded
from trialbook.protocol.reconstruction import Reconstruction


def touched_visits(old: Protocol, new: Protocol) -> list[Place]:
    """A place for each visit that is planned differently, or at which other things are done."""
    before, after = _visits(old), _visits(new)
    places = []
    for name in dict.fromkeys([*before, *after]):
        takes = differences(before.get(name, {}), after.get(name, {}))
        if takes:
            note = "" if name in before and name in after else "new" if name in after else "gone"
            places.append(Place(PlaceKind.VISITS, name, f"Visit {name}", takes, note))
    return places


def _visits(protocol: Protocol) -> dict[str, dict[str, Any]]:
    done = protocol.activities.activities
    return {
        name: {
            **visit.model_dump(mode="json", include={"visitnum", "day", "window"}),
            "activities": [one.activity for one in done if name in one.visits],
        }
        for name, visit in protocol.visits.items()
    }


def touched_analysis(old: Protocol, new: Protocol) -> list[Place]:
    """The SAP's settings whose values differ, wherever they are stated, its tests, and the sample size computed anew."""
    before, after = ({one.id: one for one in side.analysis.settings} for side in (old, new))
    places = []
    for name in dict.fromkeys([*before, *after]):
        takes = differences(_setting(old, before.get(name)), _setting(new, after.get(name)))
        if takes:
            places.append(Place(PlaceKind.SAP, name, (after.get(name) or before[name]).text, takes))
    for part in ("testing", "estimation"):
        takes = differences(
            *(
                {words(key): said for key, said in getattr(side.analysis, part).model_dump(mode="json").items()}
                for side in (old, new)
            )
        )
        if takes:
            places.append(Place(PlaceKind.SAP, part, f"The plan's {part}", takes))
    takes = differences(*(_sample_size(side.sample_size()) for side in (old, new)))
    if takes:
        places.append(Place(PlaceKind.SAP, "sample size", "Sample size, computed from the assumptions", takes))
    return places


def _setting(protocol: Protocol, setting: Setting | None) -> dict[str, Any]:
    if setting is None:
        return {}
    try:
        value: Any = setting_value(protocol, setting.id)
    except LookupError:
        value = f"nothing: {setting.from_} leads nowhere"
    return {"value": value, "unit": setting.unit}


def _sample_size(size: Reconstruction | None) -> dict[str, Any]:
    if size is None:
        return {}
    evaluable = size.evaluable
    return {
        "planned subjects": size.planned,
        "subjects that the assumptions give": size.randomized,
        "evaluable subjects by arm": list(evaluable) if evaluable else None,
        "power of the planned subjects": f"{size.power():.4f}",
        "assumptions": size.assumptions.model_dump(mode="json", include=_ASSUMED),
        "test": size.testing.model_dump(mode="json", include={"alpha", "sides"}),
    }


_ASSUMED = {"method", "p_control", "p_treatment", "power", "allocation", "dropout", "inflation"}


def touched_statements(sides: tuple[Protocol, Protocol]) -> list[Place]:
    """Texts that are written as they were and say something else, since they name facts that changed."""
    texts = [{(part, path): text for part, said in parts_of(side).items() for path, text in _texts(said)} for side in sides]
    places = []
    for (part, path), written in texts[0].items():
        if written != texts[1].get((part, path)) or "{" not in written:
            continue
        before, after = worded(sides[0], written), worded(sides[1], written)
        if before != after:
            place = Change(Kind.CHANGED, part, path, statement_title(part, path), before, after)
            places.append(Place(PlaceKind.STATEMENTS, place.id, place.title, (Taken("says", before, after),)))
    return places


def _texts(node: Any, path: tuple[Step, ...] = ()) -> Iterator[tuple[tuple[Step, ...], str]]:
    if isinstance(node, str):
        yield path, node
    elif isinstance(node, Mapping):
        for key, inner in node.items():
            yield from _texts(inner, (*path, Step(str(key))))
    elif isinstance(node, list):
        identity = identity_of(node, node)
        for place, inner in enumerate(node):
            name = str(inner[identity]) if identity is not None else str(place + 1)
            yield from _texts(inner, (*path, Step(name, True)))
