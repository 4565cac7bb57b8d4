"""What tables and figures are made from: the plan, and results where there are any; without them, shells."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import nan

from trialbook.analysis.adam.dataset import describe, variables_of
from trialbook.analysis.adam.loading import SUBJECTS, AdamSpecs
from trialbook.analysis.results import ResultSet
from trialbook.analysis.trial import Arm, Trial
from trialbook.displays.display import Align, Column, Figure, Row, Table
from trialbook.displays.drawn import Drawing
from trialbook.protocol import Protocol
from trialbook.protocol.analysis import PlannedAnalysis, Role
from trialbook.protocol.facts import worded
from trialbook.tlf.cells import count
from trialbook.tlf.spec import DisplaySpec

SHELL_STATEMENT = "Shell: no data"
COUNTS = frozenset({"subjects", "events", "responders", "censored", "competing", "at_risk", "n"})
"""Statistics of which only those are results that somebody contributes to."""
_POWER = re.compile(r"\^([0-9]+)")
_MICRO = re.compile(r"\bu(?=(?:g|mol|L)\b)")
_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def printed(name: str) -> str:
    """The name of a parameter with its unit as it is printed: ``10⁹/L`` for ``10^9/L``, ``µmol`` for ``umol``."""
    return _MICRO.sub("µ", _POWER.sub(lambda power: power[1].translate(_SUPERSCRIPTS), name))


@dataclass(frozen=True)
class Report:
    """``trial`` and ``results`` are None where only shells are wanted."""

    protocol: Protocol
    specs: AdamSpecs
    trial: Trial | None = None
    results: ResultSet | None = None

    @property
    def arms(self) -> tuple[Arm, Arm]:
        """The arm that is treated, and control."""
        return Trial(self.protocol, self.specs, {}).arms

    def analysis(self, name: str) -> PlannedAnalysis:
        """An analysis of the plan; KeyError where there is none."""
        return {one.id: one for one in self.protocol.analysis.analyses}[name]

    def dataset_of(self, analysis: PlannedAnalysis) -> str:
        """Where the records of an analysis's parameter are."""
        return Trial(self.protocol, self.specs, {}).dataset_of(analysis)

    def parameter_names(self, dataset: str) -> dict[str, str]:
        """PARAM by PARAMCD, those that the specification writes out, and those of the data, as they are printed."""
        found = {}
        for records in self.specs.datasets[dataset].records:
            made = [records.variables.get(name) for name in ("PARAMCD", "PARAM")]
            code, name = (one.algorithms[0].hardcode if one else None for one in made)
            if code is not None and name is not None:
                found[str(code)] = str(name)
        if self.trial is not None:
            frame = self.trial.datasets[dataset].frame
            found |= dict(zip(frame["PARAMCD"], frame["PARAM"], strict=True))
        return {code: printed(name) for code, name in found.items()}

    def label(self, variable: str) -> str:
        """The label of a variable of ADSL."""
        adsl = self.specs.datasets[SUBJECTS]
        return describe(adsl, variable, variables_of(adsl).get(variable)).label

    def title_of(self, name: str) -> str:
        """An analysis as a row names it: what it is to the estimand, and what it does, in its first words."""
        analysis = self.analysis(name)
        first = worded(self.protocol, analysis.text).split(". ")[0].split("; ")[0].split(", ")[0]
        return (
            "Main analysis" if analysis.role is Role.MAIN else f"{str(analysis.role).capitalize()}: {first[0].lower()}{first[1:]}"
        )

    def number(self, analysis: str, technique: str, statistic: str, group: str = "all", level: str = "") -> float | None:
        """A result; None in a shell, 0 for a count that nobody contributes to, NaN for another number that there is not."""
        if self.results is None:
            return None
        found = self.results.get(analysis, technique, statistic, group, level)
        if found is None:
            return 0.0 if statistic in COUNTS else nan
        return found.value

    def numbers(
        self, analysis: str, technique: str, statistics: Sequence[str], group: str = "all", level: str = ""
    ) -> tuple[float | None, ...]:
        """Several statistics of one thing."""
        return tuple(self.number(analysis, technique, one, group, level) for one in statistics)

    def estimate(
        self, analysis: str, technique: str, group: str = "difference", level: str = ""
    ) -> tuple[float | None, float | None, float | None]:
        """Estimate, lower and upper limit."""
        one, low, high = self.numbers(analysis, technique, ("estimate", "low", "high"), group, level)
        return one, low, high

    def levels(self, analysis: str, technique: str) -> list[str]:
        """The levels of a technique's results, in their order; none in a shell."""
        if self.results is None:
            return []
        found = (one.key for one in self.results.of(analysis))
        return list(dict.fromkeys(key.level for key in found if key.technique == technique))

    def reasons(self, analysis: str) -> list[str]:
        """Why numbers of an analysis could not be told, each once."""
        if self.results is None:
            return []
        return list(dict.fromkeys(one.reason for one in self.results.of(analysis) if one.reason))

    def size(self, population: str, arm: str | None = None) -> float | None:
        """How many subjects an analysis set has, in an arm or in both."""
        if self.trial is None:
            return None
        sizes = self.trial.size(population)
        return float(sum(sizes.values()) if arm is None else sizes[arm])

    def population(self, name: str) -> str:
        """An analysis set as a display names it: ``All randomized (N = 96)``."""
        return f"{self.protocol.analysis.set(name).name} (N = {count(self.size(name))})"

    def arm_columns(self, population: str, *, over: str = "") -> tuple[Column, ...]:
        """A column an arm, with its number of subjects."""
        return tuple(
            Column(f"{arm.name}\n(N = {count(self.size(population, arm.code))})", Align.NUMBER, over) for arm in self.arms
        )

    def columns_by_arm(self, population: str, heads: Sequence[str]) -> tuple[Column, ...]:
        """The same columns under each arm, with its number of subjects."""
        arms = [one.header.replace("\n", " ") for one in self.arm_columns(population)]
        return tuple(Column(head, Align.NUMBER, arm) for arm in arms for head in heads)

    def table(
        self,
        spec: DisplaySpec,
        datasets: Sequence[str],
        columns: tuple[Column, ...],
        rows: Sequence[Row],
        notes: Sequence[str] = (),
        population: str = "",
    ) -> Table:
        """A table as all are: its population the main analysis's set, its ``notes`` before the footnotes of the specification."""
        whom, told, source = self._about(spec, datasets, notes, population)
        return Table(spec.number, spec.title, whom, columns, tuple(rows), told, source, self.statement)

    def figure(
        self, spec: DisplaySpec, datasets: Sequence[str], drawing: Drawing, notes: Sequence[str] = (), population: str = ""
    ) -> Figure:
        """A figure, likewise."""
        whom, told, source = self._about(spec, datasets, notes, population)
        return Figure(spec.number, spec.title, whom, drawing, told, source, self.statement)

    def _about(
        self, spec: DisplaySpec, datasets: Sequence[str], notes: Sequence[str], population: str
    ) -> tuple[str, tuple[str, ...], str]:
        whom = population or self.population(self.analysis(spec.analysis).set)
        return whom, (*notes, *spec.footnotes), self.source(spec, *datasets)

    def source(self, spec: DisplaySpec, *datasets: str) -> str:
        """From which datasets and analyses a display is made."""
        names = ", ".join(dict.fromkeys([*datasets, "ADSL"]))
        return f"Source: {names}; {'analysis' if len(spec.analyses) == 1 else 'analyses'} {', '.join(spec.analyses)}"

    @property
    def statement(self) -> str:
        """What must be known first of all that is shown."""
        if self.results is None:
            return SHELL_STATEMENT
        return f"SYNTHETIC DATA. {self.trial.synthetic}" if self.trial and self.trial.synthetic else ""

    @property
    def confidence(self) -> str:
        """The level of the intervals, as ``95 %``."""
        return f"{100 * self.protocol.analysis.testing.confidence:g} %"
