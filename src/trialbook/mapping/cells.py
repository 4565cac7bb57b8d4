"""What a raw cell says, by one reading for mapping, keys and rules; findings show the cell as it is."""

from __future__ import annotations

import re

import pandas as pd

from trialbook.mapping.form_spec import ColumnSpec

_WHOLE = re.compile(r"^([+-]?[0-9]+)\.0*$")


def read_cells(cells: pd.Series, column: ColumnSpec) -> pd.Series:
    """Without outer white space; of a number the usual digits, and of a whole number no point: ``１.0`` is ``1``."""
    stripped = cells.str.strip()
    if column.type not in ("integer", "number"):
        return stripped
    plain = stripped.str.normalize("NFKC").str.strip()
    return plain.str.replace(_WHOLE, r"\1", regex=True) if column.type == "integer" else plain
