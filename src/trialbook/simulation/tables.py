"""A form as a site's cells, with what each cell says where that is known, and where its cells came to stand in the export."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from trialbook.mapping import FormSpec
from trialbook.simulation.changes import Action


@dataclass(frozen=True)
class SiteTable:
    """``text``: the cells as the site writes them; ``values``: what they say, ``""`` for nothing or what is broken.

    Both are by record. ``shapes``: what is wrong with the form of a row: LONG_ROW, SHORT_ROW or FORMULA, with the column.
    """

    spec: FormSpec
    text: pd.DataFrame
    values: pd.DataFrame
    shapes: dict[int, tuple[Action, str]]


@dataclass(frozen=True)
class Place:
    """Where a record stands: ``row`` as a spreadsheet counts, or ``path`` where the file has no rows.

    ``sheet`` is that of a workbook, or the form or instrument in a file that holds several.
    """

    file: str
    sheet: str | None
    row: int | None
    path: str | None = None


@dataclass(frozen=True)
class Written:
    """``export``: what to validate; ``places`` by form and record; ``headers`` by form and column."""

    export: str
    places: dict[tuple[str, int], Place]
    headers: dict[tuple[str, str], str]
