"""The study that the tests simulate, and an export read back to canonical tables."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from trialbook.exports import RawExport, read_export
from trialbook.mapping import DATE_TYPES, Specs, collect_forms
from trialbook.mapping.datetimes import read_iso8601
from trialbook.simulation import Simulation, simulate_export
from trialbook.simulation.course import Course
from trialbook.study import LoadedStudy
from trialbook.studymodules import namespace


@dataclass
class Simulator:
    """One study, simulated into folders of ``out``."""

    study: LoadedStudy
    out: Path

    @property
    def specs(self) -> Specs:
        return self.study.specs

    def __call__(self, name: str = "sim", **options) -> Simulation:
        """``out/name`` with 20 subjects and seed 3, where the options say nothing else."""
        options = {"subjects": 20, "seed": 3, **options}
        return simulate_export(self.study.root, self.study.protocol.id, self.specs, self.out / name, **options)

    def defects(self, name: str = "sim") -> list[dict]:
        return json.loads((self.out / name / "defects.json").read_text(encoding="utf-8"))

    def course(self, subjects: int = 20, seed: int = 3) -> dict[str, pd.DataFrame]:
        """What the course gives, as the simulation asks for it; records in the order of their keys."""
        course = Course(self.study.root / "simulation", namespace(self.study.protocol.id))
        tables = course.tables(subjects, np.random.default_rng([seed, 0]), self.specs)
        return {name: self._sorted(name, frame) for name, frame in tables.items()}

    def read(self, path: Path) -> RawExport:
        headers = {header for spec in self.specs.forms.values() for header in spec.headers}
        return read_export(path, self.specs.export.encodings, self.specs.export.ignore, headers)

    def read_back(self, path: Path) -> dict[str, pd.DataFrame]:
        """The forms as the kit reads them, with dates in ISO 8601 and terms for collected values."""
        forms = collect_forms(self.read(path), self.specs.forms).found
        return {name: self._sorted(name, self._canonical(form.cells, name)) for name, form in forms.items()}

    def _sorted(self, form: str, frame: pd.DataFrame) -> pd.DataFrame:
        return frame.sort_values(list(self.specs.forms[form].keys), kind="stable").reset_index(drop=True)

    def _canonical(self, cells: pd.DataFrame, form: str) -> pd.DataFrame:
        made = {}
        for name, column in self.specs.forms[form].columns.items():
            texts = cells[name]
            if column.codelist:
                texts = texts.replace(self.specs.codelists[column.codelist].by_value)
            elif column.type == "time":
                texts = texts.str.normalize("NFKC").str.zfill(5).where(texts != "", "")
            elif column.type in DATE_TYPES:
                texts = read_iso8601(texts, column.format, self.specs.export.unknown_date_parts)
            made[name] = texts
        return pd.DataFrame(made).astype("str")


@pytest.fixture
def sim(tmp_path: Path) -> Simulator:
    """The simulator of a copy of the study of four forms, which may be broken."""
    return Simulator(LoadedStudy(shutil.copytree(Path(__file__).parent / "study", tmp_path / "study")), tmp_path / "out")
