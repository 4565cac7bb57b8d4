"""How numbers stand under each other in a column: whole parts end at one place, and the widest text is centred.

The lead of a text goes to the end of its first whole number (``27`` of ``27 (56.3)``, ``−12`` of ``−12.5``), or is its first word
where it has none (``NE``); the leads of a column end at one place.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from trialbook.displays.measured import text_width

_LEAD = re.compile(r"[^\w\s]*\s?\d[\d,]*|\S+")


@dataclass(frozen=True)
class Placed:
    """Where a text begins in the column's block, and how wide the block is; in units of the letters' size."""

    offset: float
    width: float


def placed(texts: Sequence[str]) -> list[Placed]:
    """The place of each text of a column; of texts of several lines the widest line counts, and the first one's lead."""
    lines = [text.split("\n") for text in texts]
    leads = [_lead(one[0]) for one in lines]
    furthest = max(leads, default=0)
    ends = [furthest - lead + max(text_width(line, 1) for line in one) for lead, one in zip(leads, lines, strict=True)]
    width = max(ends, default=0)
    return [Placed(furthest - lead, width) for lead in leads]


def _lead(text: str) -> float:
    found = _LEAD.match(text)
    return text_width(found[0], 1) if found else 0
