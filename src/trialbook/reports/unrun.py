"""Rules that did not run, and why: no report may let that pass for clean."""

from __future__ import annotations

from dataclasses import dataclass

from trialbook.findings import Results, RuleStatus
from trialbook.reports.wording import counted

UNRUN = (RuleStatus.EXECUTION_ERROR, RuleStatus.SKIPPED)


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
    """The reasons, those of rules that broke first, then the most frequent."""
    reasons: dict[tuple[RuleStatus, str], list[str]] = {}
    for outcome in results.rules:
        if outcome.status in UNRUN:
            reasons.setdefault((outcome.status, outcome.reason or "no reason was given"), []).append(outcome.rule)
    found = [WhyNotRun(status, reason, tuple(rules)) for (status, reason), rules in reasons.items()]
    return sorted(found, key=lambda one: (UNRUN.index(one.status), -len(one.rules), one.reason))


def more_reasons(reasons: list[WhyNotRun], shown: int, where: str = "report.html and report.xlsx have all") -> str | None:
    """That there are more reasons than are shown, and ``where`` all are; None where there are not."""
    rest = reasons[shown:]
    if not rest:
        return None
    rules = sum(len(one.rules) for one in rest)
    return f"and {counted(len(rest), 'more reason')} of {counted(rules, 'rule')}: {where}, under Rules"
