"""An SDTM dataset in memory: a frame, and what its file says about each variable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

VariableType = Literal["Char", "Num"]


@dataclass(frozen=True)
class Variable:
    """A variable's metadata as the dataset's file states it; ``length`` in bytes, None where the file has none."""

    name: str
    label: str = ""
    type: VariableType = "Char"
    length: int | None = None


@dataclass(frozen=True)
class SdtmDataset:
    """Columns of ``frame`` in the file's order: Char as ``str`` with ``""`` for missing, Num as float64 with NaN.

    ``file`` names the file it was read from, as a person sees it; None for a dataset made by mapping.
    """

    name: str
    label: str
    frame: pd.DataFrame
    variables: Mapping[str, Variable]
    file: str | None = None
    notices: tuple[str, ...] = field(default=())

    @property
    def domain(self) -> str:
        """The domain the dataset belongs to: its DOMAIN column where constant, else its name (SUPPAE stays SUPPAE)."""
        if "DOMAIN" in self.frame and len(self.frame):
            values = self.frame["DOMAIN"].unique()
            if len(values) == 1 and values[0]:
                return str(values[0])
        return self.name
