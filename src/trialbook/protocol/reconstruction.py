"""What the assumptions of the analysis say of the planned number of subjects, and how little it takes to say something else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import pandas as pd

from trialbook.protocol.analysis import Analysis, SampleSize, Testing
from trialbook.protocol.sample_size import (
    Inflation,
    Method,
    control_arm,
    event_probability,
    inflate,
    logrank_events,
    logrank_power,
    logrank_subjects,
    reached_power,
    whole,
)

LABEL = "reconstruction"
"""What a page calls it: the calculation of this project, not of the trial's sponsor."""
SCENARIO = ("p_control", "p_treatment", "power", "method", "n_arm", "dropout", "inflation")


@dataclass(frozen=True)
class EventCount:
    """Events that a log-rank test needs by two formulas, and the ``subjects`` among whom the first expects them, both arms.

    ``expected``: events among the planned subjects when nobody is lost, ``power`` what the test has with them.
    """

    schoenfeld: float
    freedman: float
    subjects: int
    expected: float
    power: float


@dataclass(frozen=True)
class Reconstruction:
    """The number of subjects that the assumptions give, beside the ``planned`` one (None: not stated)."""

    assumptions: SampleSize
    testing: Testing
    planned: int | None

    @property
    def evaluable(self) -> tuple[int, int] | None:
        """The subjects with a known outcome that are needed, control's and treatment's; None where no number suffices."""
        a = self.assumptions
        return self._evaluable(a.method, a.p_control, a.p_treatment, a.power)

    @property
    def randomized(self) -> int | None:
        """The subjects to randomize, both arms together, so that those remain after dropout."""
        a = self.assumptions
        return self._total(self.evaluable, a.dropout, a.inflation)

    @property
    def agrees(self) -> bool:
        """Whether the assumptions give the planned number."""
        return self.planned is not None and self.randomized == self.planned

    @property
    def planned_arms(self) -> tuple[int, int] | None:
        """The planned subjects by arm, control's and treatment's."""
        if self.planned is None:
            return None
        control = round(self.planned / (1 + self.assumptions.allocation))
        return control, self.planned - control

    def power(self, *, p_control: float | None = None, p_treatment: float | None = None, dropout: float = 0) -> float:
        """The power that the planned subjects have when the fraction ``dropout`` of each arm is lost; NaN without a plan.

        Proportions that are not given are the assumed ones. What remains of an arm is rounded to whole subjects.
        """
        if self.planned_arms is None:
            return float("nan")
        control, treatment = (max(round(n * (1 - dropout)), 1) for n in self.planned_arms)
        a, t = self.assumptions, self.testing
        low = a.p_control if p_control is None else p_control
        high = a.p_treatment if p_treatment is None else p_treatment
        return reached_power(a.method, control, treatment, low, high, alpha=t.alpha, sides=t.sides)

    def power_by_rates(self) -> pd.DataFrame:
        """The planned subjects' power: a row a proportion of control, a column a difference; NaN where there is no such pair."""
        grid = self.assumptions.grid
        table = {
            difference: [
                self.power(p_control=low, p_treatment=high) if (high := round(low + difference, 9)) < 1 else float("nan")
                for low in grid.p_control
            ]
            for difference in grid.difference
        }
        index = pd.Index(grid.p_control, name="p_control")
        return pd.DataFrame(table, index=index).rename_axis(columns="difference")

    def power_by_subjects(self, method: Method | None = None) -> pd.DataFrame:
        """The power under the assumed proportions for trials from half to one and a half times as large as the planned one.

        Columns ``subjects`` (with an outcome, both arms), ``control``, ``treatment``, ``power``; a row a size of the control arm.
        ``method``: another test than the assumed one.
        """
        a, t = self.assumptions, self.testing
        near = (self.planned_arms or self.evaluable or (0, 0))[0]
        rows = []
        for control in range(max(near // 2, 2), near + near // 2 + 1):
            treatment = whole(control * a.allocation)
            reached = reached_power(
                method or a.method, control, treatment, a.p_control, a.p_treatment, alpha=t.alpha, sides=t.sides
            )
            rows.append((control + treatment, control, treatment, reached))
        return pd.DataFrame(rows, columns=["subjects", "control", "treatment", "power"])

    def power_by_difference(self, p_control: float, step: float = 0.01) -> pd.DataFrame:
        """The planned subjects' power: columns ``difference`` (treatment's proportion minus control's), ``power``.

        The differences go from 0 upward by ``step`` as long as treatment's proportion is under 1.
        """
        rows = [
            (round(number * step, 9), self.power(p_control=p_control, p_treatment=round(p_control + number * step, 9)))
            for number in range(round((1 - p_control) / step))
        ]
        return pd.DataFrame(rows, columns=["difference", "power"])

    def power_by_dropout(self) -> pd.DataFrame:
        """Columns ``dropout``, ``control`` and ``treatment`` (the subjects that remain), ``power``; a row a fraction lost."""
        rows = []
        for lost in self.assumptions.grid.dropout:
            left = [max(round(n * (1 - lost)), 1) for n in self.planned_arms or ()]
            rows.append((lost, *(left or (0, 0)), self.power(dropout=lost)))
        return pd.DataFrame(rows, columns=["dropout", "control", "treatment", "power"])

    def events(self) -> EventCount | None:
        """What a log-rank test of the secondary endpoint would need, and has; None without assumptions or a plan."""
        a, t = self.assumptions, self.testing
        if a.events is None or self.planned is None:
            return None
        ratio, low = a.events.hazard_ratio, a.events.p_control
        high = event_probability(low, ratio)
        needed = [
            logrank_events(ratio, power=a.power, alpha=t.alpha, sides=t.sides, allocation=a.allocation, freedman=freedman)
            for freedman in (False, True)
        ]
        expected = self.planned * (low + a.allocation * high) / (1 + a.allocation)
        return EventCount(
            schoenfeld=needed[0],
            freedman=needed[1],
            subjects=whole(logrank_subjects(needed[0], low, high, allocation=a.allocation)),
            expected=expected,
            power=logrank_power(expected, ratio, alpha=t.alpha, sides=t.sides, allocation=a.allocation),
        )

    def scenarios(self) -> pd.DataFrame:
        """Every combination of the grid that gives the planned number: columns ``SCENARIO``, ``n_arm`` being control's.

        Without dropout both rules of inflation are one, and it stands under ``div``.
        """
        return pd.DataFrame(self._scenarios(), columns=list(SCENARIO))

    def _scenarios(self) -> Iterator[tuple[object, ...]]:
        grid = self.assumptions.grid
        for low, difference, power, method in product(grid.p_control, grid.difference, grid.power, Method):
            high = round(low + difference, 9)
            arms = self._evaluable(method, low, high, power) if high < 1 else None
            if arms is None:
                continue
            for dropout, inflation in product(grid.dropout, Inflation):
                if (dropout or inflation is Inflation.DIV) and self._total(arms, dropout, inflation) == self.planned:
                    yield low, high, power, method.value, arms[0], dropout, inflation.value

    def _evaluable(self, method: Method, low: float, high: float, power: float) -> tuple[int, int] | None:
        allocation, t = self.assumptions.allocation, self.testing
        try:
            n = control_arm(method, low, high, power=power, alpha=t.alpha, sides=t.sides, allocation=allocation)
        except ValueError:
            return None
        return whole(n), whole(whole(n) * allocation)

    @staticmethod
    def _total(arms: tuple[int, int] | None, dropout: float, inflation: Inflation) -> int | None:
        return None if arms is None else sum(inflate(n, dropout, inflation) for n in arms)


def reconstruct(analysis: Analysis, planned: int | None) -> Reconstruction | None:
    """The assumptions of the analysis and the planned number of subjects; None where it states no assumptions."""
    if analysis.sample_size is None:
        return None
    return Reconstruction(analysis.sample_size, analysis.testing, planned)
