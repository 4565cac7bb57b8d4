"""What a run says on the terminal: the verdict, the counts, the worst rules, where the report is."""

from __future__ import annotations

from pathlib import Path

from rich.text import Text

from trialbook.conformance.reasons import OUT_OF_SCOPE
from trialbook.findings import Results, RuleStatus, Severity, Threshold, count_severities
from trialbook.reports.conformance import conformance_glance
from trialbook.reports.summary import count_rule_statuses, verdict, worst_rules
from trialbook.reports.unrun import more_reasons, why_not_run
from trialbook.reports.wording import counted, opening, visible

MOST_REASONS = 5
SEVERITY_STYLES = {
    Severity.REJECT: "bold magenta",
    Severity.ERROR: "bold red",
    Severity.WARNING: "yellow",
    Severity.NOTICE: "cyan",
}


def terminal_summary(results: Results, threshold: Threshold, report: Path | None = None) -> Text:
    """The short summary as rich text; ``str(...)`` of it is plain text. ``report`` is the page to open, if one was written."""
    decided = verdict(results, threshold)
    text = Text()
    if results.run.synthetic is not None:
        text.append(" SYNTHETIC DATA ", style="reverse bold magenta")
        text.append(f" {opening(results.run.synthetic)}\n")
    text.append(decided.headline, style="bold green" if decided.open else "bold red")
    named = f" · {visible(results.run.study)}" if results.run.study else ""
    text.append(f"{named} · {counted(len(results.findings), 'finding')}\n")
    for reason in decided.reasons:
        text.append(f"  {reason}\n")
    text.append("\n")
    for index, (name, count) in enumerate(count_severities(results.findings).items()):
        text.append("   " if index else "  ")
        text.append(f"{name} {count:,}", style=SEVERITY_STYLES[Severity(name)] if count else "dim")
    text.append("\n")
    if worst := worst_rules(results, 3):
        text.append("\nWorst rules\n", style="bold")
        width = max(len(rule.rule) for rule in worst)
        for rule in worst:
            text.append(f"  {rule.severity.value:<8}", style=SEVERITY_STYLES[rule.severity])
            text.append(f"{rule.rule:<{width}}  {rule.findings:>7,}  {visible(rule.message)}\n")
    text.append("\n")
    text.append(f"Rules: {_rules(results)}\n")
    if glance := conformance_glance(results):
        text.append(f"{glance.sentence}\n")
        if glance.missing:
            text.append(f"  {visible(glance.missing)}\n", style="yellow")
    # What is said of the conformance needs no saying twice.
    reasons = [one for one in why_not_run(results) if not (glance and one.reason in (OUT_OF_SCOPE, glance.missing))]
    for one in reasons[:MOST_REASONS]:
        text.append(f"  {one.status.value}", style="bold red" if one.status is RuleStatus.EXECUTION_ERROR else "yellow")
        text.append(f"  {one.who}: {visible(one.reason)}\n")
    if more := more_reasons(reasons, MOST_REASONS):
        text.append(f"  {more}\n", style="yellow")
    if report is not None:
        text.append("Report: ")
        text.append(str(report), style="underline")
        text.append("\n")
    text.rstrip()
    return text


def _rules(results: Results) -> str:
    statuses = count_rule_statuses(results)
    words = {
        RuleStatus.SUCCESS: "passed",
        RuleStatus.ISSUE_REPORTED: "with findings",
        RuleStatus.SKIPPED: "SKIPPED",
        RuleStatus.EXECUTION_ERROR: "EXECUTION ERROR",
    }
    return " · ".join(f"{count:,} {words[status]}" for status, count in statuses.items())
