"""The order in which a dataset has its variables (SDTMIG 3.4 section 4.1.4)."""

from __future__ import annotations

from collections.abc import Iterable

from trialbook.standards import Standard

_PARTS = {"Identifier": 0, "Timing": 2}
"""Identifiers come first and timing variables last; topic and qualifiers stand between them."""


def in_order(domain: str, names: Iterable[str], standard: Standard) -> list[str]:
    """``names`` as the guide lists them; one that is only in the model stands where the model has it among these.

    One that neither has comes last.
    """
    given = list(names)
    known = {name: standard.model_variable(domain, name) for name in (*given, *(v.name for v in standard.variables(domain)))}
    places = {name: (_PARTS.get(found.role, 1), found.order) for name, found in known.items() if found}
    ordered = [variable.name for variable in standard.variables(domain) if variable.name in given]
    others = [name for name in given if name not in ordered]
    for name in sorted((name for name in others if name in places), key=places.__getitem__):
        earlier = (at for at, one in enumerate(ordered, 1) if one in places and places[one] < places[name])
        ordered.insert(max(earlier, default=0), name)
    return ordered + [name for name in others if name not in places]
