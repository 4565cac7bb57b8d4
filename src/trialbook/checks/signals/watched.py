"""What signals are looked for in: the tables of a run, with the groups that their records fall into."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from trialbook.checks.questions import Questions
from trialbook.checks.tables import CheckedTable
from trialbook.findings import Finding, Role
from trialbook.mapping import Forms, MappedStudy, Specs

SITE, MONTH, PERSON = "site", "month", "person entering"
WHOLE_MONTH, WHOLE_DAY = len("2024-03"), len("2024-03-05")


@dataclass(frozen=True)
class Watched:
    """``tables`` are the forms as rules see them, ``datasets`` the SDTM datasets; ``told``: what other rules found already."""

    study: str
    specs: Specs
    questions: Questions
    forms: Forms
    mapped: MappedStudy
    tables: Mapping[str, CheckedTable]
    datasets: Mapping[str, CheckedTable]
    told: Sequence[Finding] = ()

    def groups(self, table: CheckedTable, of_form: bool) -> dict[str, np.ndarray]:
        """By kind of group the name of each record's group, ``""`` where it is not known; only kinds that the table has."""
        found = {}
        if table.subject is not None and self.sites:
            found[SITE] = table.subject.map(self.sites).fillna("").to_numpy(dtype=object)
        dates = self._dates(table, of_form)
        if dates is not None:
            found[MONTH] = _start(dates, WHOLE_MONTH)
        persons = self._persons(table)
        if persons is not None:
            found[PERSON] = persons
        return found

    def days(self, table: CheckedTable, of_form: bool) -> np.ndarray:
        """The day of each record, ``""`` where it is not known."""
        dates = self._dates(table, of_form)
        return np.full(len(table.frame), "", dtype=object) if dates is None else _start(dates, WHOLE_DAY)

    @cached_property
    def sites(self) -> dict[str, str]:
        """SITEID of each subject by DM."""
        dm = self.datasets.get("DM")
        if dm is None or not {"SITEID", "USUBJID"} <= set(dm.frame.columns):
            return {}
        return dict(zip(dm.frame["USUBJID"], dm.frame["SITEID"], strict=True))

    @cached_property
    def told_cells(self) -> frozenset[tuple[str, str | None, int | str | None, str]]:
        """The cells that other findings name as ones to mend."""
        return frozenset(
            (origin.file, origin.sheet, origin.path or origin.row, column)
            for finding in self.told
            for origin in finding.origins
            if origin.role is Role.CORRECT
            for column in origin.columns
        )

    def are_told(self, table: CheckedTable, positions: np.ndarray, variables: Sequence[str]) -> np.ndarray:
        """Which records have a cell behind ``variables`` that another finding names as one to mend."""
        located = table.locate(positions, variables, Role.CORRECT)
        return np.array(
            [
                any((one.file, one.sheet, one.path or one.row, column) in self.told_cells for one in of for column in one.columns)
                for of in located
            ],
            dtype=bool,
        )

    def _dates(self, table: CheckedTable, of_form: bool) -> pd.Series | None:
        """ISO 8601, when what a record tells was done."""
        if not of_form:
            dates = table.frame.get(f"{domain_of(table)}DTC")
            return None if dates is None else dates.astype("str")
        form = self.forms.found[table.name]
        if form.spec.date is None or form.spec.date in form.missing:
            return None
        return form.given(form.spec.date, self.specs.export.unknown_date_parts)

    def _persons(self, table: CheckedTable) -> np.ndarray | None:
        """Who entered the raw record behind each record; None where no form behind it says."""
        found: np.ndarray | None = None
        for name, rows in table.behind:
            form = self.forms.found.get(name)
            column = form.spec.entered_by if form is not None else None
            if form is None or column is None or column in form.missing:
                continue
            entered = form.cells[column].to_numpy(dtype=object)
            found = np.full(len(table.frame), "", dtype=object) if found is None else found
            known = (rows >= 0) & (found == "")
            found[known] = entered[rows[known]]
        return found


def _start(dates: pd.Series, length: int) -> np.ndarray:
    """The first characters of dates that have so many."""
    return dates.str[:length].where(dates.str.len() >= length, "").to_numpy(dtype=object)


def domain_of(table: CheckedTable) -> str:
    """The domain of a dataset's variables: a dataset that is split has a longer name."""
    frame = table.frame
    return str(frame["DOMAIN"].iloc[0]) if "DOMAIN" in frame and len(frame) else table.name
