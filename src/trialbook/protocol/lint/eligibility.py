"""Whether eligibility agrees with the texts of its criteria, with study.yml and with its own boundary cases."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

import pandas as pd

from trialbook.protocol.eligibility.cases import cases_of_none
from trialbook.protocol.eligibility.items import expected, takes
from trialbook.protocol.eligibility.judge import Eligibility
from trialbook.protocol.eligibility.outcomes import outcomes
from trialbook.protocol.eligibility.spec import Criterion, Setting
from trialbook.protocol.eligibility.verdicts import Verdict
from trialbook.protocol.protocol import Protocol
from trialbook.protocol.source import Source
from trialbook.specfile import Complaint, LintSeverity

# Not the 1 of CR1 or of a gene's name: a number has no letter beside it.
_NUMBER = re.compile(r"(?<![^\W_])(?<!\d\.)\d+(?:\.\d+)?(?![^\W_])(?!\.\d)")
_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_ERROR, _WARNING = LintSeverity.ERROR, LintSeverity.WARNING
Place = list[str | int]


def lint_eligibility(protocol: Protocol) -> Iterator[Complaint]:
    """Settings without a value, numbers that a text does not state, what nothing uses, and cases that come out otherwise."""
    eligibility = protocol.eligibility
    if eligibility.file is None:
        return
    for place, severity, text in [*_complaints(eligibility), *_unasked(protocol)]:
        yield eligibility.file.complaint(protocol.folder.parent, severity, place, text)
    for line, criterion, text in [*_strays(eligibility), *_cases(eligibility)]:
        file = (protocol.folder / "eligibility_cases.csv").relative_to(protocol.folder.parent).as_posix()
        yield Complaint(_ERROR, file, line, criterion, text)


def _complaints(eligibility: Eligibility) -> Iterator[tuple[Place, LintSeverity, str]]:
    spec = eligibility.spec
    for number, setting in enumerate(spec.settings):
        if setting.name not in eligibility.values:
            yield ["settings", number, "from"], _ERROR, f"study.yml states nothing at {setting.from_}"
        if setting.name not in eligibility.compiled.named:
            yield ["settings", number, "name"], _WARNING, f"no criterion uses the setting {setting.name}"
        yield from _quoted(number, setting, eligibility)
    used = eligibility.compiled.named
    for number, item in enumerate(spec.items):
        if item.name not in used and item.type != "identifier":
            yield ["items", number, "name"], _WARNING, f"no criterion uses the item {item.name}"
    for number, criterion in enumerate(spec.criteria):
        for field in ("text", "short"):
            for text in _unstated(criterion, getattr(criterion, field), eligibility):
                yield ["criteria", number, field], _ERROR, text
    yield from _base(eligibility)


def _unasked(protocol: Protocol) -> Iterator[tuple[Place, LintSeverity, str]]:
    """A setting that answers a question which is not there."""
    asked = {one.number for one in protocol.questions.questions}
    for number, setting in enumerate(protocol.eligibility.spec.settings):
        if asked and setting.question is not None and setting.question not in asked:
            yield ["settings", number, "question"], _ERROR, f"there is no question {setting.question} in questions.yml"


def _quoted(number: int, setting: Setting, eligibility: Eligibility) -> Iterator[tuple[Place, LintSeverity, str]]:
    """A number of the record that is not in the words quoted for it."""
    value = eligibility.values.get(setting.name)
    if setting.quote and isinstance(value, Decimal) and value not in numbers(setting.quote, words=True):
        place: Place = ["settings", number, "from" if setting.from_ else "value"]
        yield place, _ERROR, f"{value} is not in the words quoted for it: {setting.quote}"


def numbers(text: str, *, words: bool = False) -> set[Decimal]:
    """The numbers that a text states in digits and, with ``words``, those that it may state in words (English)."""
    found = {Decimal(number) for number in _NUMBER.findall(text)}
    spoken = set(re.findall(r"[a-z]+", text.lower())) if words else set()
    return found | {Decimal(number) for number, word in enumerate(_WORDS) if word in spoken}


def _unstated(criterion: Criterion, text: str, eligibility: Eligibility) -> Iterator[str]:
    """Where a criterion's text and the settings it uses have not the same numbers."""
    if not text:
        return
    used = {name: eligibility.values.get(name) for name in eligibility.settings_of(criterion.id)}
    own = {name: value for name, value in used.items() if isinstance(value, Decimal)}
    for name, value in own.items():
        if _source(eligibility, eligibility.settings[name]) is Source.RECORD and value not in numbers(text, words=True):
            yield f"{criterion.id} uses {name} = {value}, which its text does not state: {text}"
    if None in used.values():
        return
    items = [eligibility.items[name] for name in eligibility.items_of(criterion.id)]
    explained = set(own.values()).union(*(numbers(item.label) for item in items))
    for value in sorted(numbers(text) - explained):
        yield f"the text of {criterion.id} states {value}, and none of the settings that it uses does: {text}"


def _source(eligibility: Eligibility, setting: Setting) -> Source:
    return setting.source or eligibility.spec.source


def _base(eligibility: Eligibility) -> Iterator[tuple[Place, LintSeverity, str]]:
    """What keeps the eligible subject from being that."""
    wrong = _wrong_values(eligibility)
    for name, value in wrong.items():
        yield ["eligible_subject", name], _ERROR, f"is {value!r}; expected {expected(eligibility.items[name])}"
    if wrong or not _can_judge(eligibility):
        return
    verdicts = eligibility.judge(pd.DataFrame([eligibility.spec.eligible_subject], dtype="str"))
    if (verdict := verdicts.verdict.iloc[0]) != Verdict.ELIGIBLE:
        of = [*verdicts.failed.iloc[0], *verdicts.missing.iloc[0]]
        yield (
            ["eligible_subject"],
            _ERROR,
            f"is {verdict}, because of {', '.join(of)}: the boundary cases start from one who is not",
        )


def _wrong_values(eligibility: Eligibility) -> dict[str, str]:
    subject = eligibility.spec.eligible_subject
    return {name: value for name, value in subject.items() if not takes(eligibility.items[name], value)}


def _can_judge(eligibility: Eligibility) -> bool:
    spec = eligibility.spec
    return bool(spec.criteria and spec.eligible_subject) and set(eligibility.values) == set(eligibility.settings)


def _strays(eligibility: Eligibility) -> Iterator[tuple[int, str, str]]:
    """Cases of a criterion that is not there."""
    path = eligibility.cases_file
    for line, criterion in cases_of_none(path, eligibility.spec) if path is not None else ():
        yield line, criterion, f"there is no criterion {criterion!r} (there is {', '.join(eligibility.criteria)})"


def _cases(eligibility: Eligibility) -> Iterator[tuple[int, str, str]]:
    if not _can_judge(eligibility) or _wrong_values(eligibility):
        return
    for one in outcomes(eligibility.cases, eligibility):
        if not one.as_expected:
            said = (
                f"{_said(one.case.expected)}{_of(one.case.missing)}, and the criterion says {_said(one.found)}{_of(one.missing)}"
            )
            yield one.case.line, one.case.criterion, f"{one.case.case}: expected is {said}"


def _said(truth: bool | None) -> str:
    return "unknown" if truth is None else str(truth).lower()


def _of(missing: tuple[str, ...]) -> str:
    return f" (missing {', '.join(missing)})" if missing else ""
