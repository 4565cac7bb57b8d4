"""The variables that CDISC's analysis data model names: ADaMIG 1.3 (ADSL, BDS) and OCCDS 1.1, with their labels and types.

A name may hold a place for a number: ``TRTxxP`` stands for TRT01P, ``ANLzzFL`` for ANL01FL, ``AGEGRy`` for AGEGR1, ``--TERM``
for AETERM.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

from trialbook.standards.tables import DATA, read_table

ADAM_COLUMNS = ("structure", "variable", "label", "type", "core")
Structure = Literal["ADSL", "BDS", "OCCDS"]
_PLACES = {"xx": r"(\d\d)", "zz": r"(\d\d)", "y": r"([1-9]\d?)", "w": r"([1-9])", "--": "[A-Z]{2}"}
_PLACE = re.compile("--|xx|zz|(?<=[A-Z])[yw]")


@dataclass(frozen=True, slots=True)
class AdamVariable:
    """A variable of a structure; ``core`` is Req, Cond or Perm."""

    name: str
    label: str
    type: Literal["Char", "Num"]
    core: str


def adam_variable(structure: Structure, name: str) -> AdamVariable | None:
    """The variable ``name`` as the structure has it, its numbers filled in; None where the standard does not name it.

    A dataset of any structure may carry ADSL's variables (ADaMIG 1.3 section 3.1).
    """
    for one in dict.fromkeys((structure, "ADSL")):
        exact, shaped = _variables()[one]
        if name in exact:
            return exact[name]
        for pattern, variable in shaped:
            if found := pattern.fullmatch(name):
                return replace(variable, name=name, label=_filled(variable.label, found.groups()))
    return None


@cache
def adam_required(structure: Structure) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """The Required variables of a structure: the name as the guide has it, and a pattern of the names that it stands for.

    Of alternatives for other kinds of occurrences (CMTRT beside --TERM) neither is told as required.
    """
    found = []
    for one, name, _, _, core in read_table(DATA / "adamig-1.3/variables.csv", ADAM_COLUMNS):
        if one == structure and core == "Req" and name not in _ONE_OF:
            found.append((name, re.compile(_PLACE.sub(lambda place: _PLACES[place[0]], name))))
    return tuple(found)


_ONE_OF = ("--TERM", "CMTRT")


@cache
def _variables() -> dict[str, tuple[dict[str, AdamVariable], list[tuple[re.Pattern[str], AdamVariable]]]]:
    found: dict[str, tuple[dict[str, AdamVariable], list[tuple[re.Pattern[str], AdamVariable]]]] = {}
    for structure, name, label, type_, core in read_table(DATA / "adamig-1.3/variables.csv", ADAM_COLUMNS):
        exact, shaped = found.setdefault(structure, ({}, []))
        variable = AdamVariable(name, label, "Num" if type_ == "Num" else "Char", core)
        if name.startswith("*"):
            continue  # A suffix says how a study's own name ends, and no label.
        pattern = _PLACE.sub(lambda place: _PLACES[place[0]], name)
        if pattern == name:
            exact[name] = variable
        else:
            shaped.append((re.compile(pattern), variable))
    return found


def _filled(label: str, numbers: tuple[str, ...]) -> str:
    """A label with the numbers of the name in its places: ``Planned Treatment for Period xx`` of TRT01P ends in 01."""
    for place, number in zip(re.findall(r"\b(?:xx|zz|y|w)\b", label), numbers, strict=False):
        label = re.sub(rf"\b{place}\b", number, label, count=1)
    return label
