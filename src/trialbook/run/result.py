"""What a run gives, and the writing of its datasets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import cast, get_args

import pandas as pd

from trialbook.checks.tables import CheckedTable
from trialbook.datasets import SYNTHETIC, FileFormat, SdtmDataset, write_datasets
from trialbook.errors import TrialbookError
from trialbook.findings import Results, Threshold, gate_open
from trialbook.mapping import MappingIssue
from trialbook.outputs import output_folder
from trialbook.reports import findings_frame, write_reports


@dataclass(frozen=True)
class Run:
    """What a run gives: ``results`` for people and programs, ``forms`` and ``datasets`` as checked tables by name."""

    results: Results
    forms: Mapping[str, CheckedTable]
    datasets: Mapping[str, CheckedTable]
    sdtm: tuple[SdtmDataset, ...]

    @cached_property
    def findings(self) -> pd.DataFrame:
        """One row a finding; in a notebook a table that one can sort and filter."""
        return findings_frame(self.results)

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The datasets' frames by name, as ``study.schema(name, tables)`` takes them."""
        return {one.name: one.frame for one in self.sdtm}

    def gate_open(self, threshold: Threshold = Threshold.ERROR) -> bool:
        """Whether the data may go on."""
        return gate_open(self.results.findings, self.results.rules, threshold)

    def write(self, folder: Path, threshold: Threshold = Threshold.ERROR) -> list[Path]:
        """Write ``findings.json``, ``report.xlsx``, ``report.html`` and ``queries.csv`` into an existing folder."""
        return write_reports(self.results, folder, threshold)


@dataclass(frozen=True)
class MappedExport:
    """SDTM datasets by name, what could not be mapped, and why a domain was not made.

    ``synthetic`` is the export's statement that its data are invented, if it makes one.
    """

    datasets: Mapping[str, SdtmDataset]
    issues: tuple[MappingIssue, ...]
    not_made: Mapping[str, str]
    synthetic: str | None


def write_sdtm(datasets: Iterable[SdtmDataset], out: Path, format: str, synthetic: str | None) -> None:
    """Write datasets into the folder ``out``, whole or not at all; ``format`` is xpt, json, parquet or csv.

    A statement that the data are invented goes with them.
    """
    formats = get_args(FileFormat)
    if format not in formats:
        raise TrialbookError(f"--format takes {', '.join(formats)}; found {format!r}", remedy="Give one of them.")
    with output_folder(out) as folder:
        write_datasets(datasets, folder, cast(FileFormat, format))
        if synthetic is not None:
            (folder / SYNTHETIC).write_text(synthetic + "\n", encoding="utf-8")
