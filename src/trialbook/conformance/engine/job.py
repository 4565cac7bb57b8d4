"""What the engine's processes are given, and what they give back: plain values, none of the engine's own classes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from trialbook.datasets import SdtmDataset, Variable
from trialbook.findings.terms import RuleStatus


@dataclass(frozen=True)
class EngineDataset:
    """A dataset as the engine is to see it.

    ``null``: what is missing is null to the engine, as in a CSV file; else text is ``""`` and a number NaN, as in a transport
    file. ``stated``: the variables in the order, and with the attributes, of what states them. ``path`` and ``size`` (in bytes)
    are the file's; where there is no file, the name that it would have, and 0.
    """

    name: str
    label: str
    path: str
    size: int
    frame: pd.DataFrame
    stated: tuple[Variable, ...]
    null: bool = False


@dataclass(frozen=True)
class Job:
    """Datasets and the rules to run on them.

    ``rules`` are CDISC Open Rules as they are written (``Core.Id`` and the rest), ``packages`` names of CT packages, ``library``
    the key under which the engine was given the standards' metadata, ``define`` the path of a Define-XML file.
    """

    datasets: tuple[EngineDataset, ...]
    rules: tuple[Mapping[str, Any], ...]
    library: str
    standard: str
    version: str
    substandard: str | None = None
    use_case: str | None = None
    packages: tuple[str, ...] = ()
    define: str | None = None
    workers: int = 1


@dataclass(frozen=True, slots=True)
class Issue:
    """One violation: ``record`` counts from 1, None where it is about the dataset; ``values`` by what the rule reports."""

    dataset: str
    record: int | None
    subject: str | None
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class DatasetRun:
    """What became of a rule on one dataset; ``dataset`` is ``""`` where the rule speaks of the study as a whole."""

    dataset: str
    status: RuleStatus
    reason: str | None = None
    message: str = ""
    issues: tuple[Issue, ...] = ()


@dataclass(frozen=True)
class RuleRun:
    """What became of one rule: on each dataset that is in its scope, and how long it took.

    ``reason`` says why no dataset was looked at, where none is in its scope; or why the rule could not be run at all.
    """

    rule: str
    datasets: tuple[DatasetRun, ...] = ()
    seconds: float = 0.0
    reason: str | None = None
    failed: bool = field(default=False)
    """The rule could not be run at all."""

    @property
    def status(self) -> RuleStatus:
        """The gravest of the datasets'; CORE's order: an error, an issue, a success, and skipped where nothing else is."""
        if self.failed:
            return RuleStatus.EXECUTION_ERROR
        found = {one.status for one in self.datasets}
        order = (RuleStatus.EXECUTION_ERROR, RuleStatus.ISSUE_REPORTED, RuleStatus.SUCCESS)
        return next((status for status in order if status in found), RuleStatus.SKIPPED)


def engine_dataset(dataset: SdtmDataset, folder: Path | None = None) -> EngineDataset:
    """A dataset for the engine: what was read from CSV in its form, all others as a transport file would give them.

    ``folder``: where its file lies.
    """
    name = dataset.file or f"{dataset.name.lower()}.xpt"
    path = folder / name if folder is not None else Path(name)
    size = path.stat().st_size if folder is not None and path.is_file() else 0
    null = path.suffix.lower() == ".csv"
    return EngineDataset(dataset.name, dataset.label, str(path), size, dataset.frame, tuple(dataset.variables.values()), null)
