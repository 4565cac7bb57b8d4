"""An SDTM dataset in memory: a frame, and what its file says about each variable."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

_SPLIT = re.compile(r"(AP[A-Z0-9]{2}|(?!AP|AD)[A-Z][A-Z0-9])[A-Z0-9]{1,2}")
VariableType = Literal["Char", "Num"]


@dataclass(frozen=True)
class Variable:
    """A variable's metadata as the dataset's file states it; ``length`` in bytes, None where the file has none.

    ``format``: how SAS shows it, as ``DATE9.``; empty for most.
    """

    name: str
    label: str = ""
    type: VariableType = "Char"
    length: int | None = None
    format: str = ""


@dataclass(frozen=True)
class SdtmDataset:
    """Columns of ``frame`` in the file's order: Char as ``str`` with ``""`` for missing, Num as float64 with NaN.

    ``file`` names the file it was read from, as a person sees it; None for a dataset made by mapping. ``encoding`` is what its
    text was read as, None for a binary format or a mapped dataset. ``notices`` say what reading had to guess or could not keep.
    """

    name: str
    label: str
    frame: pd.DataFrame
    variables: Mapping[str, Variable]
    file: str | None = None
    notices: tuple[str, ...] = field(default=())
    encoding: str | None = None

    @property
    def domain(self) -> str:
        """The domain the dataset belongs to, by its name alone: what its DOMAIN column says is to be checked, not believed.

        A split dataset is named by its domain and one or two more characters (SDTMIG 3.4, section 4.1.7: LBCH is of LB), and
        one of associated persons likewise by AP and their domain (SDTMIG-AP 1.0: APMHX is of APMH). Every other name is its
        own domain: longer ones (RELREC, RELSPEC, SUPPAE, SUPPQUAL, POOLDEF), and ADaM's (ADSL).
        """
        split = _SPLIT.fullmatch(self.name)
        return split[1] if split else self.name
