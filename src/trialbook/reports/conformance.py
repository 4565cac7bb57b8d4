"""The conformance of a run at a glance: which rules of whom ran, what became of them, and why the others did not run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from trialbook.findings import Results, RuleOutcome, RuleStatus
from trialbook.reports.unrun import UNRUN, WhyNotRun, out_of_scope, reasons_of
from trialbook.reports.wording import counted

ENGINE = "cdisc-rules-engine"
WHOSE = {"CDISC": "CDISC", "trialbook": "trialbook", "study": "this study"}
ALL = "all"
PUBLISHED = "CORE-"
"""How the ids of CDISC's rules begin: where a rule of ours is shown in the place of one, that is among what it cites."""


@dataclass(frozen=True)
class SourceCount:
    """Rules of one source by what became of them; ``absent`` are for datasets that are not there, ``skipped`` all others.

    ``partly``: rules that ran, but not on each dataset in their scope. ``seconds``: all together took. ``sha256`` is of what the
    rules of the source state.
    """

    source: str
    rules: int
    clean: int
    found: int
    absent: int
    skipped: int
    broken: int
    partly: int
    seconds: float
    sha256: str = ""


@dataclass(frozen=True)
class Reading:
    """What the standard says where published rules find otherwise: the rules, and how many findings carry it."""

    text: str
    rules: tuple[str, ...]
    findings: int


@dataclass(frozen=True)
class Glance:
    """The conformance of a run: ``sources`` (where there are several, all of them last), ``reasons`` why rules did not run.

    ``engine`` is its version, ``missing`` says why CDISC's rules are not among them.
    """

    engine: str
    sources: tuple[SourceCount, ...]
    missing: str | None
    reasons: tuple[WhyNotRun, ...]
    readings: tuple[Reading, ...]

    @property
    def whole(self) -> SourceCount:
        """All sources together."""
        return self.sources[-1]

    @property
    def sentence(self) -> str:
        """The same in one line, as a terminal has room for."""
        whole = self.whole
        named = ", ".join(f"{one.source} {one.rules:,}" for one in self.sources if one.source != ALL)
        rest = [
            f"{number:,} {what}"
            for number, what in (
                (whole.absent, "for datasets that are not there"),
                (whole.skipped, "SKIPPED"),
                (whole.broken, "EXECUTION ERROR"),
            )
            if number
        ]
        ran = whole.clean + whole.found
        return f"Conformance (CDISC CORE {self.engine}): {named} · {' · '.join([f'{ran:,} ran', *rest])}"


def conformance_glance(results: Results) -> Glance | None:
    """The conformance of a run; None where no conformance rule belongs to it."""
    stated = results.run.conformance
    outcomes = [outcome for outcome in results.rules if outcome.source]
    if stated is None or not outcomes:
        return None
    partial = _partial(results)
    counts = [
        replace(
            _count(WHOSE[one.name], [outcome for outcome in outcomes if outcome.source == one.name], partial), sha256=one.sha256
        )
        for one in stated.sources
    ]
    counts.sort(key=lambda one: list(WHOSE.values()).index(one.source))
    if len(counts) > 1:
        counts.append(_count(ALL, outcomes, partial))
    unrun = reasons_of(outcome for outcome in outcomes if outcome.status in UNRUN)
    return Glance(results.run.versions.get(ENGINE, ""), tuple(counts), stated.missing, tuple(unrun), _readings(results))


def partly_text(count: SourceCount) -> str | None:
    """That some of the rules that ran did not run everywhere; None where all did."""
    if not count.partly:
        return None
    one = count.partly == 1
    return (
        f"{counted(count.partly, 'rule')} ran on {'a dataset' if one else 'datasets'} that {'has' if one else 'have'} what "
        f"{'it needs' if one else 'they need'}, and not on the others: the list of rules says on which, and why."
    )


def cites_text(outcome: RuleOutcome) -> str:
    """The published rules that a rule answers to, each beyond its own name."""
    return ", ".join(outcome.cites)


def seconds_text(seconds: float) -> str:
    """How long a rule took, blank where nobody measured it."""
    return f"{seconds:.2f}" if seconds else ""


def _count(source: str, outcomes: Sequence[RuleOutcome], partial: frozenset[str]) -> SourceCount:
    by_status = Counter(outcome.status for outcome in outcomes)
    absent = sum(map(out_of_scope, outcomes))
    return SourceCount(
        source=source,
        rules=len(outcomes),
        clean=by_status[RuleStatus.SUCCESS],
        found=by_status[RuleStatus.ISSUE_REPORTED],
        absent=absent,
        skipped=by_status[RuleStatus.SKIPPED] - absent,
        broken=by_status[RuleStatus.EXECUTION_ERROR],
        partly=sum(outcome.rule in partial for outcome in outcomes if outcome.status not in UNRUN),
        seconds=sum(outcome.seconds for outcome in outcomes),
    )


def _partial(results: Results) -> frozenset[str]:
    """Conformance rules that did not run on some dataset in their scope."""
    return frozenset(outcome.rule for outcome in results.outcomes if outcome.source and outcome.status in UNRUN)


def _readings(results: Results) -> tuple[Reading, ...]:
    rules: dict[str, dict[str, None]] = {}
    found: Counter[str] = Counter()
    for finding in results.findings:
        if finding.reading is not None:
            found[finding.reading] += 1
            published = [id for id in finding.cites if id.startswith(PUBLISHED)] or [finding.rule]
            rules.setdefault(finding.reading, {}).update(dict.fromkeys(published))
    return tuple(Reading(text, tuple(sorted(rules[text])), number) for text, number in found.most_common())
