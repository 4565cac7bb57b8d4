"""What the rules across datasets are made from: the datasets that are there, and what the standard says of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from trialbook.checks.questions import Questions
from trialbook.checks.rule import Rule
from trialbook.datasets import SdtmDataset
from trialbook.standards import Standard

Made = Iterator[tuple[str, Rule]]
"""Rules, each with the dataset whose records it judges."""

_OBSERVATIONS = ("Interventions", "Events", "Findings", "Findings About")


@dataclass(frozen=True)
class Given:
    """``untreated``: the arms (ARMCD) in which the protocol gives nothing; empty where no protocol is known."""

    datasets: Mapping[str, SdtmDataset]
    standard: Standard
    questions: Questions
    untreated: frozenset[str] = frozenset()

    def of_domain(self, domain: str) -> tuple[str, ...]:
        """The datasets of a domain: one, or those that it is split into (SDTMIG 3.4 section 4.1.7)."""
        return tuple(name for name, one in self.datasets.items() if one.domain == domain)

    def has(self, name: str, *columns: str) -> bool:
        """Whether a dataset is there with all of ``columns``."""
        return name in self.datasets and all(column in self.datasets[name].frame for column in columns)

    def texts(self, name: str, *columns: str) -> bool:
        """Whether a dataset is there with all of ``columns``, each of them text; what is not is a finding about its type."""
        return self.has(name, *columns) and all(self.datasets[name].variables[one].type == "Char" for one in columns)

    def numbers(self, name: str, *columns: str) -> bool:
        """Whether a dataset is there with all of ``columns``, each of them a number."""
        return self.has(name, *columns) and all(self.datasets[name].variables[one].type == "Num" for one in columns)

    def class_of(self, name: str) -> str:
        """The observation class of a dataset, ``""`` where the standard does not know it."""
        listed = self.standard.dataset(name) or self.standard.dataset(self.datasets[name].domain)
        return listed.class_ if listed else ""

    def observations(self) -> Iterator[tuple[str, str, str]]:
        """Every dataset of an observation class that says of whom its records are: its name, its domain and its class."""
        for name, one in self.datasets.items():
            class_ = self.class_of(name)
            if class_ in _OBSERVATIONS and self.texts(name, "USUBJID"):
                yield name, one.domain, class_

    def date_of(self, name: str) -> str | None:
        """The variable that says when a record of a dataset took place: its start, else its collection; None for neither."""
        domain = self.datasets[name].domain
        ends = ("STDTC", "DTC") if self.class_of(name) not in ("Findings", "Findings About") else ("DTC", "STDTC")
        return next((f"{domain}{end}" for end in ends if self.texts(name, f"{domain}{end}")), None)


def text(cells: pd.Series) -> pd.Series:
    """Cells as text, ``""`` where missing; a whole number without a point."""
    if cells.dtype.kind == "f":
        return pd.Series(["" if cell != cell else f"{cell:.15g}" for cell in cells.tolist()], index=cells.index, dtype="str")
    return cells.astype("str").fillna("")
