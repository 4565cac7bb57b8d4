"""What a dataset is made with: the SDTM datasets, those made before it, and the records as far as they are made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import pandas as pd

from trialbook.analysis.adam.columns import as_text, by_subject
from trialbook.errors import TrialbookError
from trialbook.expressions import ConstantValue, Expression, ExpressionError, parse
from trialbook.protocol import Visit

SUBJECT = "USUBJID"


@dataclass(frozen=True)
class Materials:
    """``sdtm`` and ``adam``: frames by name; ``functions`` are the study's; ``constants`` stand in expressions by their names.

    ``absent``: the datasets that are specified and were not made, since the export has none of their forms.
    """

    sdtm: Mapping[str, pd.DataFrame]
    functions: Mapping[str, Callable[..., pd.Series]] = field(default_factory=dict)
    constants: Mapping[str, ConstantValue] = field(default_factory=dict)
    visits: Mapping[str, Visit] = field(default_factory=dict)
    absent: frozenset[str] = frozenset()
    adam: dict[str, pd.DataFrame] = field(default_factory=dict)

    def frame(self, name: str) -> pd.DataFrame:
        """A dataset by name; raises TrialbookError where the export gave none."""
        found = self.adam.get(name, self.sdtm.get(name))
        if found is None and name in self.absent:
            remedy = "Add its forms to the export, or their empty files where nothing of the kind happened."
            raise TrialbookError(f"the analysis reads the dataset {name}, and the export has none of its forms", remedy=remedy)
        if found is None:
            remedy = "Correct the name in analysis_specs/, or specify the dataset in sdtm_specs/domains/."
            raise TrialbookError(f"the analysis reads the dataset {name}, and there is none", remedy=remedy)
        return found

    def where(self, frame: pd.DataFrame, condition: str) -> np.ndarray:
        """A mask of the records for which an expression is true; unknown is not true."""
        if not condition:
            return np.ones(len(frame), dtype=bool)
        return self.truth(condition, frame.index, lambda name: self.column(frame, name)[1])

    def column(self, frame: pd.DataFrame, name: str) -> tuple[str, pd.Series]:
        """A variable of the records, or with a dot of the subject's record in ADSL: its plain name, and its cells as text."""
        dataset, _, variable = name.rpartition(".")
        if not dataset:
            if name not in frame:
                raise TrialbookError(f"the analysis reads the variable {name}, and there is none", remedy="Correct the name.")
            return name, as_text(name, frame[name])
        return variable, as_text(variable, self.beside(frame, dataset, variable))

    def beside(self, frame: pd.DataFrame, dataset: str, variable: str) -> pd.Series:
        """A variable of a dataset with one record a subject, beside the records of ``frame``."""
        found = self.frame(dataset)
        if variable not in found:
            raise TrialbookError(f"the analysis reads the variable {dataset}.{variable}, and there is none")
        return by_subject(found.set_index(SUBJECT)[variable], frame[SUBJECT])

    def truth(self, condition: str, index: pd.Index, lookup: Callable[[str], pd.Series]) -> np.ndarray:
        """Where an expression over columns is true."""
        known = expression(condition, tuple(sorted(self.constants.items())))
        found: np.ndarray = known.evaluate(lookup, index).fillna(False).to_numpy(dtype=bool)
        return found


@lru_cache(maxsize=1024)
def expression(text: str, constants: tuple[tuple[str, ConstantValue], ...] = ()) -> Expression:
    """The expression of a specification; raises TrialbookError where it is none."""
    try:
        return parse(text, dict(constants))
    except ExpressionError as error:
        raise TrialbookError(f"{error.place}: {error.what}", remedy=error.remedy) from None
