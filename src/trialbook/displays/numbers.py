"""How numbers stand under each other in a column: whole parts end at one place, and the widest text is centred.

The lead of a text goes to the end of its first whole number (``27`` of ``27 (56.3)``, ``−12`` of ``−12.5``, ``<0`` of
``<0.001``); the leads of a column end at one place. A text that does not begin with a number (``NE``) is centred.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from trialbook.displays.measured import text_width

_LEAD = re.compile(r"[^\w\s]*\s?\d+(?:,\d{3}(?!\d))*")


@dataclass(frozen=True)
class Placed:
    """Where a text begins in the column's block, and how wide the block is; in units of the letters' size."""

    offset: float
    width: float


def placed(texts: Sequence[str]) -> list[Placed]:
    """The place of each text of a column; of texts of several lines the widest line counts, and the first one's lead."""
    leads = [_LEAD.match(text) for text in texts]
    reaches = [None if lead is None else text_width(lead[0], 1) for lead in leads]
    own = [max(text_width(line, 1) for line in text.split("\n")) for text in texts]
    furthest = max((reach for reach in reaches if reach is not None), default=0)
    ends = [wide if reach is None else furthest - reach + wide for reach, wide in zip(reaches, own, strict=True)]
    width = max(ends, default=0)
    numbers = max((end for end, reach in zip(ends, reaches, strict=True) if reach is not None), default=0)
    first = (width - numbers) / 2
    return [
        Placed((width - wide) / 2 if reach is None else first + furthest - reach, width)
        for reach, wide in zip(reaches, own, strict=True)
    ]
