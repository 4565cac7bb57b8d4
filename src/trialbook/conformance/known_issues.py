"""Where a published rule and the text of the standard differ: the finding stands, and carries what the text says.

The kit's table lies beside this file and holds in every run; a study adds to it in ``validators/known_issues.yml``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, field_validator, model_validator

from trialbook.findings import Finding
from trialbook.specfile import SpecFile, SpecModel, refuse_doubled

OF_KIT = Path(__file__).with_suffix(".yml")
OF_STUDY = Path("validators/known_issues.yml")
RULE_ID = re.compile(r"CORE-\d{6}|CG\d{4}|FB\d{4}|TIG\d{4}|SEND\d+(?:\.\d+)?")
DATE = re.compile(r"\d{4}(-\d{2}(-\d{2}(T\d{2}(:\d{2}(:\d{2})?)?)?)?)?")
"""A date and time in ISO 8601, as much of it as is known from the left."""

Text = Annotated[str, Field(min_length=1)]


class When(SpecModel):
    """What the values that a finding reports are like; all that is given holds.

    A name that begins with ``--`` is that of the variable in whatever domain.
    """

    value_matches: Mapping[Text, str] = {}
    dates_agree: Annotated[tuple[Text, ...], Field(min_length=2, max_length=2)] | None = None

    @field_validator("value_matches")
    @classmethod
    def _are_patterns(cls, patterns: Mapping[str, str]) -> Mapping[str, str]:
        for name, pattern in patterns.items():
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"what {name} matches is no regular expression: {error}") from None
        return patterns

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.value_matches and self.dates_agree is None:
            raise ValueError("says of no value what it is like: give value_matches or dates_agree")
        return self

    def fits(self, values: Mapping[str, str]) -> bool:
        """Whether what a finding reports is like that; a value that it does not report is like nothing."""
        for name, pattern in self.value_matches.items():
            value = _value(values, name)
            if value is None or not re.fullmatch(pattern, value):
                return False
        if self.dates_agree is None:
            return True
        one, other = (_value(values, name) or "" for name in self.dates_agree)
        return dates_agree(one, other)


class KnownIssue(SpecModel):
    """One misreading: of which rules, of what, what the standard says instead, and what follows."""

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    rules: tuple[str, ...] = Field(min_length=1)
    when: When
    reading: Text
    document: Text
    section: Text
    reason: Text

    @field_validator("rules")
    @classmethod
    def _are_published(cls, rules: tuple[str, ...]) -> tuple[str, ...]:
        refuse_doubled("rule", rules)
        for rule in rules:
            if not RULE_ID.fullmatch(rule):
                raise ValueError(f"{rule} is the id of no published rule (CORE-000732, CG0180, FB3103)")
        return rules

    @field_validator("reading", "document", "section", "reason")
    @classmethod
    def _on_one_line(cls, text: str) -> str:
        if not text.strip():
            raise ValueError("is blank")
        return " ".join(text.split())

    @property
    def statement(self) -> str:
        """The reading with its place, and the reason, as a finding carries them."""
        return f"{self.reading} ({self.document}, {self.section}) {self.reason}"


class _File(SpecModel):
    known_issues: tuple[KnownIssue, ...]

    @field_validator("known_issues")
    @classmethod
    def _apart(cls, issues: tuple[KnownIssue, ...]) -> tuple[KnownIssue, ...]:
        refuse_doubled("known issue", [one.id for one in issues])
        return issues


@dataclass(frozen=True)
class KnownIssues:
    """Known issues by id: those of a study after the kit's."""

    issues: tuple[KnownIssue, ...] = ()

    @cached_property
    def _by_rule(self) -> dict[str, list[KnownIssue]]:
        by_rule: dict[str, list[KnownIssue]] = {}
        for issue in self.issues:
            for rule in issue.rules:
                by_rule.setdefault(rule, []).append(issue)
        return by_rule

    def reading(self, finding: Finding) -> str | None:
        """What the first issue that fits a finding of a published rule says; None where none does."""
        if not self.issues:
            return None
        among = (issue for id in (finding.rule, *finding.cites) for issue in self._by_rule.get(id, ()))
        return next((issue.statement for issue in among if issue.when.fits(finding.values)), None)

    def mark(self, findings: Iterable[Finding], published: Mapping[str, object]) -> list[Finding]:
        """The findings, those of the rules ``published`` (by id) with their readings; nothing else about them changes."""
        marked = []
        for finding in findings:
            reading = self.reading(finding) if finding.rule in published else None
            marked.append(finding if reading is None else replace(finding, reading=reading))
        return marked


def load_known_issues(study: Path | None = None) -> KnownIssues:
    """The kit's known issues and those of the study in the folder ``study``.

    Raises :class:`~trialbook.errors.SpecError` with file and line, also where a study calls one as the kit does.
    """
    kit = _of_kit()
    path = study / OF_STUDY if study is not None else None
    if path is None or not path.is_file():
        return KnownIssues(kit)
    source = SpecFile(path)
    own = source.parse(_File).known_issues
    taken = {one.id for one in kit}
    for index, issue in enumerate(own):
        if issue.id in taken:
            raise source.error(
                ["known_issues", index, "id"], f"the kit has a known issue {issue.id} already", "Name it otherwise."
            )
    return KnownIssues((*kit, *own))


@cache
def _of_kit() -> tuple[KnownIssue, ...]:
    return SpecFile(OF_KIT).parse(_File).known_issues


def dates_agree(one: str, other: str) -> bool:
    """Whether two dates say the same as far as both go; what is no date agrees with nothing."""
    shorter, longer = sorted((one, other), key=len)
    return DATE.fullmatch(shorter) is not None and DATE.fullmatch(longer) is not None and longer.startswith(shorter)


def _value(values: Mapping[str, str], name: str) -> str | None:
    if name in values or not name.startswith("--"):
        return values.get(name)
    return next((value for known, value in values.items() if known[2:] == name[2:] and known[:2].isalnum()), None)
