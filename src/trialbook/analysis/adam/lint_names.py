"""What specifications of analysis datasets may name: variables, settings of the plan, datasets; and what they name in vain."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from trialbook.analysis.adam.loading import SUBJECTS
from trialbook.expressions import ConstantValue, ExpressionError, parse

Place = Sequence[str | int]
Problem = tuple[Place, str]
"""Where in a file something stands, and what is wrong with it."""


@dataclass(frozen=True)
class Known:
    """``variables`` by dataset, SDTM's and those of analysis datasets as far as they are made; ``constants`` are the settings."""

    variables: Mapping[str, frozenset[str]]
    constants: Mapping[str, ConstantValue]

    def dataset(self, at: Place, name: str) -> Iterator[Problem]:
        """A dataset that is not there."""
        if name not in self.variables:
            yield at, f"there is no dataset {name}"

    def variable(self, at: Place, name: str, own: frozenset[str], of: str = "the records") -> Iterator[Problem]:
        """A variable that neither the records have (``own``), nor ADSL where the name says so."""
        dataset, _, plain = name.rpartition(".")
        if not dataset:
            if name not in own:
                yield at, f"there is no variable {name} in {of}"
        elif dataset not in self.variables:
            yield at, f"there is no dataset {dataset}"
        elif plain not in self.variables[dataset]:
            yield at, f"there is no variable {plain} in {dataset}"
        elif dataset != SUBJECTS:
            yield at, f"{dataset} may have several records of a subject: only {SUBJECTS} is beside each record"

    def expression(self, at: Place, text: str, own: frozenset[str], of: str = "the records") -> Iterator[Problem]:
        """An expression that is none, or that reads what is not there."""
        if not text:
            return
        try:
            found = parse(text, dict(self.constants))
        except ExpressionError as error:
            yield at, f"{error.place}: {error.what}"
            return
        for name in sorted(found.names):
            yield from self.variable(at, name, own, of)
        for name in sorted(found.terms):
            yield at, f"term({name}): analysis datasets have no code lists"
