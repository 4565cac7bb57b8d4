"""Rules that did not run, and why: no report may let that pass for clean.

Of conformance rules there are hundreds, for every dataset that a study may have: why these did not run is told by the kind of
reason, and last that no dataset is in their scope.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from trialbook.conformance.reasons import OUT_OF_SCOPE, kind_of_reason
from trialbook.findings import Results, RuleOutcome, RuleStatus, Runner
from trialbook.reports.wording import counted

UNRUN = (RuleStatus.EXECUTION_ERROR, RuleStatus.SKIPPED)
RULE_ORDER = (*UNRUN, RuleStatus.ISSUE_REPORTED, RuleStatus.SUCCESS)


@dataclass(frozen=True)
class WhyNotRun:
    """One reason and the rules that did not run by it."""

    status: RuleStatus
    reason: str
    rules: tuple[str, ...]

    @property
    def who(self) -> str:
        """The rule, or how many."""
        return self.rules[0] if len(self.rules) == 1 else counted(len(self.rules), "rule")


def why_not_run(results: Results) -> list[WhyNotRun]:
    """The reasons, those of rules that broke first, then the most frequent; last that no dataset is in a rule's scope."""
    return reasons_of(outcome for outcome in results.rules if outcome.status in UNRUN)


def reasons_of(outcomes: Iterable[RuleOutcome]) -> list[WhyNotRun]:
    """The reasons of some rules that did not run, in that order."""
    told: dict[tuple[RuleStatus, str], list[RuleOutcome]] = {}
    for outcome in outcomes:
        told.setdefault((outcome.status, _kind(outcome)), []).append(outcome)
    found = []
    for (status, kind), alike in told.items():
        reasons = {_reason(one) for one in alike}
        found.append(WhyNotRun(status, kind if len(reasons) > 1 else reasons.pop(), tuple(one.rule for one in alike)))
    return sorted(found, key=lambda one: (UNRUN.index(one.status), one.reason == OUT_OF_SCOPE, -len(one.rules), one.reason))


def by_status(outcomes: Iterable[RuleOutcome]) -> list[RuleOutcome]:
    """Outcomes by status, rules that broke first, those that passed last; of a status, those without a dataset last."""
    return sorted(outcomes, key=lambda one: (RULE_ORDER.index(one.status), out_of_scope(one), one.rule))


def out_of_scope(outcome: RuleOutcome) -> bool:
    """Whether a rule did not run since it is for datasets that are not there."""
    return outcome.status is RuleStatus.SKIPPED and outcome.reason == OUT_OF_SCOPE


def _kind(outcome: RuleOutcome) -> str:
    """A reason as it is grouped; that of a rule that broke stays its own."""
    core = outcome.runner is Runner.CORE and outcome.status is RuleStatus.SKIPPED
    return kind_of_reason(_reason(outcome)) if core else _reason(outcome)


def _reason(outcome: RuleOutcome) -> str:
    return outcome.reason or "no reason was given"


def more_reasons(reasons: list[WhyNotRun], shown: int, where: str = "report.html and report.xlsx have all") -> str | None:
    """That there are more reasons than are shown, and ``where`` all are; None where there are not."""
    rest = reasons[shown:]
    if not rest:
        return None
    rules = sum(len(one.rules) for one in rest)
    return f"and {counted(len(rest), 'more reason')} of {counted(rules, 'rule')}: {where}, under Rules"
