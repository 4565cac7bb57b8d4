"""What reading a dataset's file had to guess or could not keep, as findings: nothing of it stays unsaid."""

from __future__ import annotations

from collections.abc import Sequence

from trialbook.datasets import SdtmDataset
from trialbook.findings import Finding, Origin, Role, RuleOutcome, RuleStatus, Runner, Severity, Stage, finding_ids

MESSAGE = "Reading the file left something in doubt"


def check_files(datasets: Sequence[SdtmDataset], study: str) -> tuple[list[Finding], list[RuleOutcome]]:
    """A Notice for each notice of a dataset's reader, by the rule ``TB-<dataset>-FILE``."""
    findings: list[Finding] = []
    outcomes: list[RuleOutcome] = []
    for one in datasets:
        rule = f"TB-{one.name}-FILE"
        ids = finding_ids(study, rule, one.name, (), [()] * len(one.notices), one.notices)
        origins = (Origin(Role.CORRECT, one.file or one.name, None, None, ()),)
        findings.extend(
            Finding(id, rule, (), Severity.NOTICE, Stage.SDTM, one.name, None, None, (), {}, notice, "", origins)
            for id, notice in zip(ids, one.notices, strict=True)
        )
        status = RuleStatus.ISSUE_REPORTED if one.notices else RuleStatus.SUCCESS
        outcomes.append(RuleOutcome(rule, Runner.PANDERA, status, None, len(one.notices), Severity.NOTICE, MESSAGE, one.name))
    return findings, outcomes
