"""Collected values to the terms of a code list, by one reading for mapping and rules."""

from __future__ import annotations

import pandas as pd

from trialbook.mapping.distinct import each_distinct
from trialbook.mapping.domain_spec import StudyCodelist
from trialbook.mapping.plain import plain


def read_terms(cells: pd.Series, codelist: StudyCodelist) -> pd.Series:
    """The term of each cell, ``""`` where it is empty or has none.

    Width and the form of a sign do not matter (``１级`` is ``1级``, both micro signs are one); case does: that ``male`` was meant
    as ``Male`` is for a person to say.
    """
    by_value = codelist.by_value
    by_plain = {plain(value): term for value, term in by_value.items()}
    return each_distinct(cells, lambda text: by_value.get(text) or by_plain.get(plain(text), ""))
