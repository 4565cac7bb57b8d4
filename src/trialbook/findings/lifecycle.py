"""Findings from one run to the next: new or persisting; resolved, or not assessed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from trialbook.findings.coverage import Coverage
from trialbook.findings.finding import Finding, Results
from trialbook.findings.previous import PreviousRun, Remembered
from trialbook.findings.terms import FindingStatus, Stage


def follow(results: Results, previous: PreviousRun, coverage: Coverage) -> Results:
    """The results held against a previous run's: each finding with its status, what is resolved, and what was not assessed.

    A finding that the previous run could not assess either is remembered all the same: it persists, is resolved, or waits on.
    """
    taken = _taken_over(results.findings, previous.findings)
    findings = tuple(
        replace(
            finding,
            id=taken.get(finding.id, finding.id),
            status=FindingStatus.PERSISTING if taken.get(finding.id, finding.id) in previous.findings else FindingStatus.NEW,
        )
        for finding in results.findings
    )
    places = results.places and {taken.get(id, id): place for id, place in results.places.items()}
    pictures = tuple(one.of(taken.get(one.finding, one.finding)) for one in results.pictures)
    now = {finding.id for finding in findings}
    resolved: list[dict[str, Any]] = []
    not_assessed: list[dict[str, Any]] = []
    for one in sorted(previous.findings.values(), key=_order):
        if one.id in now:
            continue
        reason = coverage.why_not_assessed(one, previous)
        if reason is None:
            resolved.append(one.entry(f"{one.rule} ran on {one.dataset} and does not find it any more"))
        else:
            not_assessed.append(one.entry(reason))
    return replace(
        results,
        findings=findings,
        places=places,
        pictures=pictures,
        resolved=tuple(resolved),
        not_assessed=tuple(not_assessed),
        history=previous.history,
    )


def _order(one: Remembered) -> tuple[Any, ...]:
    return one.severity.rank, list(Stage).index(one.stage), one.dataset, one.rule, one.subject or "", one.id


def _taken_over(findings: Sequence[Finding], known: Mapping[str, Remembered]) -> dict[str, str]:
    """By the id of a finding that was not known so, the id of the known one that it is.

    Records that share their key are told apart by their content: when one of them is mended, comes or goes, the ids of the others
    may change, and so does that of one whose wrong value became another. Within a rule and a key what is left on both sides is
    the same, first where the values are.
    """
    ids = {finding.id for finding in findings}
    left: defaultdict[str, list[Remembered]] = defaultdict(list)
    for one in sorted(known.values(), key=lambda one: one.id):
        if one.id not in ids:
            left[one.group or one.id].append(one)
    unknown = [finding for finding in findings if finding.id not in known and left.get(finding.group or finding.id)]
    taken: dict[str, str] = {}
    for alike in (True, False):
        for finding in unknown:
            if finding.id in taken:
                continue
            among = left[finding.group or finding.id]
            found = next((one for one in among if not alike or one.values == finding.values), None)
            if found is not None:
                among.remove(found)
                taken[finding.id] = found.id
    return taken
