"""The counts that every report shows, and the verdict in words."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from trialbook.findings import (
    Finding,
    FindingStatus,
    QueryState,
    Results,
    RuleStatus,
    Severity,
    Stage,
    Threshold,
    count_severities,
    counts_against,
    gate_open,
)
from trialbook.findings.coverage import TOLD_BY_ANOTHER
from trialbook.reports.unrun import out_of_scope
from trialbook.reports.wording import counted, rule_text

Kind = Literal["form", "dataset"]
MOST_STRAYS = 5


@dataclass(frozen=True)
class Verdict:
    """The gate and why it is open or closed, a sentence a reason; those in ``unrun`` tell of rules that did not run."""

    open: bool
    headline: str
    reasons: tuple[str, ...]
    unrun: tuple[str, ...] = ()


@dataclass(frozen=True)
class GroupCount:
    """Findings of one form, dataset, site or subject by severity; ``records`` is None where nobody counted them."""

    name: str
    counts: Mapping[str, int]
    kind: Kind | None = None
    label: str = ""
    records: int | None = None

    @property
    def total(self) -> int:
        """All findings of the group."""
        return sum(self.counts.values())


@dataclass(frozen=True)
class RuleCount:
    """One rule's findings: the worst severity among them, how many, and what the rule says."""

    rule: str
    severity: Severity
    findings: int
    message: str


class TableNames:
    """Which form or dataset a finding belongs to: DM may name both."""

    def __init__(self, results: Results):
        self.forms = {entry.name for entry in results.datasets if entry.stage is Stage.RAW}
        self.datasets = {entry.name for entry in results.datasets if entry.stage is not Stage.RAW}

    def kind(self, finding: Finding) -> Kind:
        """Stage ``raw`` speaks of forms; a finding of mapping may speak of a form too, when no dataset has the name."""
        if finding.stage is Stage.RAW:
            return "form"
        return "form" if finding.dataset in self.forms - self.datasets else "dataset"


def site_of(results: Results, finding: Finding) -> str | None:
    """The SITEID of the finding's subject; None without a subject, or when DM does not name it."""
    return None if finding.subject is None else results.sites.get(finding.subject)


def worst_first(findings: tuple[Finding, ...]) -> list[Finding]:
    """By severity, otherwise in the order they were found."""
    ranks = {severity: severity.rank for severity in Severity}
    return sorted(findings, key=lambda finding: ranks[finding.severity])


def count_tables(results: Results) -> list[GroupCount]:
    """Every form and dataset of the run, forms first, and those that only a finding names after them."""
    names = TableNames(results)
    tallies: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    kinds: dict[tuple[str, str], Kind] = {}
    for finding in results.findings:
        kind = names.kind(finding)
        kinds[(kind, finding.dataset)] = kind
        tallies[(kind, finding.dataset)][finding.severity.value] += 1
    groups = []
    for entry in results.datasets:
        listed: Kind = "form" if entry.stage is Stage.RAW else "dataset"
        groups.append(
            GroupCount(
                entry.name, _all_severities(tallies.pop((listed, entry.name), Counter())), listed, entry.label, entry.records
            )
        )
    groups += [GroupCount(key[1], _all_severities(tally), kinds[key]) for key, tally in sorted(tallies.items())]
    return sorted(groups, key=lambda group: group.kind != "form")


def count_sites(results: Results) -> list[GroupCount]:
    """Every site that DM names, in order; last, with the name ``""``, what belongs to no known site."""
    tallies: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for site in results.sites.values():
        tallies[site] = Counter()
    for finding in results.findings:
        tallies[site_of(results, finding) or ""][finding.severity.value] += 1
    subjects = Counter(results.sites.values())
    ordered = sorted(tallies, key=lambda site: (site == "", site))
    return [GroupCount(site, _all_severities(tallies[site]), records=subjects.get(site)) for site in ordered]


def count_subjects(results: Results, most: int) -> list[GroupCount]:
    """The ``most`` subjects with the most findings, worst severities first."""
    tallies: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for finding in results.findings:
        if finding.subject:
            tallies[finding.subject][finding.severity.value] += 1
    groups = [GroupCount(subject, _all_severities(tally)) for subject, tally in tallies.items()]
    groups.sort(key=lambda group: (tuple(-count for count in group.counts.values()), group.name))
    return groups[:most]


def count_rule_statuses(results: Results) -> dict[RuleStatus, int]:
    """How many rules ended how, every status present."""
    tally = Counter(outcome.status for outcome in results.rules)
    return {status: tally[status] for status in RuleStatus}


def worst_rules(results: Results, most: int) -> list[RuleCount]:
    """The rules with findings, by the worst severity and then by how many findings."""
    texts = {outcome.rule: rule_text(outcome.message) for outcome in results.rules if outcome.message}
    tally: Counter[str] = Counter()
    worst: dict[str, Finding] = {}
    for finding in results.findings:
        tally[finding.rule] += 1
        known = worst.get(finding.rule)
        if known is None or finding.severity.rank < known.severity.rank:
            worst[finding.rule] = finding
    rules = [RuleCount(rule, finding.severity, tally[rule], texts.get(rule, finding.message)) for rule, finding in worst.items()]
    rules.sort(key=lambda rule: (rule.severity.rank, -rule.findings, rule.rule))
    return rules[:most]


def verdict(results: Results, threshold: Threshold) -> Verdict:
    """Whether the gate is open, and every reason a reader must know before believing it."""
    is_open = gate_open(results.findings, results.rules, threshold)
    headline = "Gate open" if is_open else "Gate closed"
    unrun = (*_on_rules(results), *_on_not_assessed(results, threshold))
    reasons = (*_on_findings(results, threshold), *unrun, *_on_history(results), *_on_queries(results))
    return Verdict(is_open, headline, reasons, unrun)


def _on_findings(results: Results, threshold: Threshold) -> list[str]:
    if threshold.severity is None:
        return ["No severity closes the gate in this run: it was made with the threshold “never”."]
    against = [finding for finding in results.findings if counts_against(finding, threshold)]
    name = threshold.severity.value
    over = name if threshold.severity is Severity.REJECT else f"{name} or worse"
    reasons = []
    if against:
        by_severity = [f"{count:,} {severity}" for severity, count in count_severities(against).items() if count]
        reasons.append(f"{counted(len(against), 'finding')} of severity {over}: {', '.join(by_severity)}.")
    else:
        reasons.append(f"No unexplained finding of severity {over}.")
    reached = sum(finding.severity.reaches(threshold.severity) for finding in results.findings)
    if explained := reached - len(against):
        does = "is explained and does" if explained == 1 else "are explained and do"
        reasons.append(f"{counted(explained, 'finding')} of severity {over} {does} not count.")
    return reasons


def _on_rules(results: Results) -> list[str]:
    statuses = count_rule_statuses(results)
    total = len(results.rules)
    reasons = []
    if statuses[RuleStatus.SUCCESS] + statuses[RuleStatus.ISSUE_REPORTED] == 0:
        reasons.append("No rule ran: nothing was checked.")
    if broken := statuses[RuleStatus.EXECUTION_ERROR]:
        reasons.append(
            f"{broken:,} of {counted(total, 'rule')} could not run (EXECUTION ERROR): what {_they(broken)} would find is unknown."
        )
    if skipped := statuses[RuleStatus.SKIPPED]:
        were = "was" if skipped == 1 else "were"
        absent = sum(map(out_of_scope, results.rules))
        reasons.append(
            f"{skipped:,} of {counted(total, 'rule')} {were} SKIPPED: "
            f"what {_they(skipped)} check{'s' if skipped == 1 else ''} was not looked at"
            f"{f' ({absent:,} for datasets that are not there)' if absent else ''}."
        )
    return reasons


def _on_history(results: Results) -> list[str]:
    statuses = Counter(finding.status for finding in results.findings if finding.status)
    if not (statuses or results.resolved or results.not_assessed):
        return []
    return [
        f"Since the previous run: {statuses[FindingStatus.NEW]:,} new, {statuses[FindingStatus.PERSISTING]:,} persisting, "
        f"{len(results.resolved):,} resolved, {len(results.not_assessed):,} not assessed."
    ]


def _on_not_assessed(results: Results, threshold: Threshold) -> list[str]:
    """What of earlier runs would close the gate, and was not looked at: an open gate says nothing of it."""
    lost = [one for one in results.not_assessed if one["reason"] != TOLD_BY_ANOTHER]
    over = [one for one in lost if threshold.severity and Severity(one["severity"]).reaches(threshold.severity)]
    if not over or threshold.severity is None:
        return []
    name = threshold.severity.value if threshold.severity is Severity.REJECT else f"{threshold.severity.value} or worse"
    were = "was" if len(over) == 1 else "were"
    they = "it" if len(over) == 1 else "they"
    return [f"{counted(len(over), 'earlier finding')} of severity {name} {were} not assessed: {they} may still be there."]


def _on_queries(results: Results) -> list[str]:
    """How the questions to the sites stand, once there is something to say beside that they were asked."""
    reasons = []
    states = Counter(query.state for query in results.queries)
    closed = len({query.id for query in results.queries} & {entry["id"] for entry in results.resolved})
    if results.history or states[QueryState.ANSWERED]:
        reasons.append(
            f"Queries to sites: {states[QueryState.OPEN]:,} open, {states[QueryState.ANSWERED]:,} answered though the finding "
            f"is still there, {closed:,} closed by this run."
        )
    if strays := len(results.stray_answers):
        ids = ", ".join(entry["id"] for entry in results.stray_answers[:MOST_STRAYS])
        more = f" and {strays - MOST_STRAYS:,} more" if strays > MOST_STRAYS else ""
        to = "is to a question" if strays == 1 else "are to questions"
        kept = "it" if strays == 1 else "them"
        reasons.append(f"{counted(strays, 'answer')} {to} that nobody asks any more: {ids}{more}. findings.json keeps {kept}.")
    return reasons


def _they(number: int) -> str:
    return "it" if number == 1 else "they"


def _all_severities(tally: Mapping[str, int]) -> dict[str, int]:
    return {severity.value: tally.get(severity.value, 0) for severity in Severity}
