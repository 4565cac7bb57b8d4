"""``validators/explanations.yml``: findings that are right and stay, with the reason that the reviewer's guide gives."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import combinations
from pathlib import Path
from typing import Self

from pydantic import Field, field_validator, model_validator

from trialbook.findings.finding import Finding
from trialbook.findings.previous import Remembered
from trialbook.findings.terms import Severity
from trialbook.specfile import Complaint, LintSeverity, SpecFile, SpecModel

FILE = Path("validators/explanations.yml")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class Scope(SpecModel):
    """Which of a rule's findings are meant; what is not given does not matter. ``finding`` is the id of a single one."""

    finding: str | None = Field(default=None, pattern="^[0-9a-f]{16}$")
    subject: str | None = Field(default=None, min_length=1)
    dataset: str | None = Field(default=None, min_length=1)
    variables: tuple[str, ...] = ()

    def fits(self, finding: Finding | Remembered) -> bool:
        """Whether a finding is among those meant; the variables are all of the finding's, in any order."""
        return (
            self.finding in (None, finding.id)
            and self.subject in (None, finding.subject)
            and self.dataset in (None, finding.dataset)
            and (not self.variables or set(self.variables) == set(finding.variables))
        )

    def overlaps(self, other: Scope) -> bool:
        """Whether a finding may be meant by both."""
        pairs = ((self.finding, other.finding), (self.subject, other.subject), (self.dataset, other.dataset))
        apart = any(one is not None and two is not None and one != two for one, two in pairs)
        both = self.variables and other.variables
        return not apart and not (both and set(self.variables) != set(other.variables))

    @property
    def text(self) -> str:
        """What is given of it, in words."""
        named = (("finding", self.finding), ("subject", self.subject), ("dataset", self.dataset))
        parts = [f"{name} {value}" for name, value in named if value is not None]
        return ", ".join(parts + ([f"variables {', '.join(self.variables)}"] if self.variables else []))


class Explanation(SpecModel):
    """Why findings of a rule are right as they are: who says so, and since when."""

    rule: str | None = Field(default=None, min_length=1)
    scope: Scope = Scope()
    text: str = Field(min_length=1)
    author: str = Field(min_length=1)
    date: date

    @field_validator("date", mode="before")
    @classmethod
    def _is_a_day(cls, found: object) -> object:
        if isinstance(found, datetime) or not isinstance(found, date | str) or not DAY.fullmatch(str(found)):
            raise ValueError("is no date as 2026-01-31")
        return found

    @field_validator("text", "author")
    @classmethod
    def _says_something(cls, text: str) -> str:
        if not text.strip():
            raise ValueError("is blank")
        return " ".join(text.split())

    @model_validator(mode="after")
    def _names_findings(self) -> Self:
        if self.rule is None and self.scope.finding is None:
            raise ValueError("names neither a rule nor, in its scope, a finding: nothing says what it explains")
        return self

    def fits(self, finding: Finding | Remembered) -> bool:
        """Whether it explains a finding."""
        return self.rule in (None, finding.rule) and self.scope.fits(finding)

    @property
    def about(self) -> str:
        """What it explains, in words."""
        return ", ".join(part for part in (self.rule or "", self.scope.text) if part)

    @property
    def statement(self) -> str:
        """The text with its author and date, as reports show it."""
        return f"{self.text} ({self.author}, {self.date.isoformat()})"


class _File(SpecModel):
    explanations: tuple[Explanation, ...]


@dataclass(frozen=True)
class Explanations:
    """The study's explanations in their order, each with its line; ``source`` is None where the study has no such file."""

    entries: tuple[Explanation, ...] = ()
    source: SpecFile | None = None

    def line(self, index: int) -> int:
        """The line on which an entry begins."""
        return self.source.line(["explanations", index]) if self.source else 1

    def attach(self, findings: Iterable[Finding]) -> tuple[tuple[Finding, ...], set[int]]:
        """The findings with their explanations, and the indexes of the entries that explain one.

        A Reject can't be explained. Where several entries fit a finding, the first explains it.
        """
        by_rule: dict[str | None, list[int]] = {}
        for index, entry in enumerate(self.entries):
            by_rule.setdefault(entry.rule, []).append(index)
        used: set[int] = set()
        explained = []
        for finding in findings:
            among = sorted((*by_rule.get(finding.rule, ()), *by_rule.get(None, ())))
            fitting = [] if finding.severity is Severity.REJECT else [i for i in among if self.entries[i].fits(finding)]
            used.update(fitting)
            explained.append(replace(finding, explanation=self.entries[fitting[0]].statement) if fitting else finding)
        return tuple(explained), used


def load_explanations(root: Path) -> Explanations:
    """The explanations of the study in the folder ``root``; raises :class:`~trialbook.errors.SpecError` with file and line."""
    path = root / FILE
    if not path.is_file():
        return Explanations()
    source = SpecFile(path)
    return Explanations(source.parse(_File).explanations, source)


def lint_explanations(
    explanations: Explanations, root: Path, rules: Mapping[str, Severity], families: Sequence[str], today: date
) -> Sequence[Complaint]:
    """What is wrong with explanations: a rule that is none of the study's, a Reject, a date to come, two for one finding.

    ``rules`` are those known before a run, ``families`` beginnings of the ids of those that only a run makes.
    """
    if explanations.source is None:
        return ()
    return tuple(_complaints(explanations, explanations.source, root, rules, families, today))


def _complaints(
    explanations: Explanations, source: SpecFile, root: Path, rules: Mapping[str, Severity], families: Sequence[str], today: date
) -> Iterator[Complaint]:
    for index, entry in enumerate(explanations.entries):
        place: list[str | int] = ["explanations", index]
        if entry.rule is not None and entry.rule not in rules and not entry.rule.startswith(tuple(families)):
            yield source.complaint(root, LintSeverity.ERROR, [*place, "rule"], f"{entry.rule} is no rule of this study")
        elif entry.rule is not None and rules.get(entry.rule) is Severity.REJECT:
            text = f"{entry.rule} is a Reject, which can't be explained"
            yield source.complaint(root, LintSeverity.ERROR, [*place, "rule"], text)
        if entry.date > today:
            text = f"the date {entry.date.isoformat()} is to come (today is {today.isoformat()})"
            yield source.complaint(root, LintSeverity.ERROR, [*place, "date"], text)
    for (first, one), (second, two) in combinations(enumerate(explanations.entries), 2):
        same_rule = one.rule == two.rule or None in (one.rule, two.rule)
        if same_rule and one.scope.overlaps(two.scope) and not _two_singles(one, two):
            text = (
                f"may explain the same finding as the entry on line {explanations.line(first)}, which then is the one that does"
            )
            yield source.complaint(root, LintSeverity.ERROR, ["explanations", second], text)


def _two_singles(one: Explanation, two: Explanation) -> bool:
    """Whether one names a single finding and the other a rule: nothing tells before a run whether it is that rule's."""
    return (one.rule is None) != (two.rule is None)
