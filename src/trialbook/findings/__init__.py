"""The finding: its words, its identity, the gate, and the JSON contract."""

from trialbook.findings.assemble import assemble, canonical
from trialbook.findings.contract import finding_record, findings_json, findings_json_parts, json_schema, results_record
from trialbook.findings.counts import count_rules, count_severities, count_statuses
from trialbook.findings.coverage import Coverage
from trialbook.findings.finding import (
    Conformance,
    DatasetCount,
    Exported,
    Finding,
    Origin,
    Query,
    Results,
    RuleOutcome,
    RuleSource,
    RunInfo,
    SitePlace,
)
from trialbook.findings.gate import counts_against, gate_open
from trialbook.findings.identity import finding_group, finding_ids
from trialbook.findings.lifecycle import follow
from trialbook.findings.previous import PreviousRun, Remembered, read_previous
from trialbook.findings.terms import FindingStatus, QueryState, Role, RuleStatus, Runner, Severity, Stage, Threshold

__all__ = [
    "Conformance",
    "Coverage",
    "DatasetCount",
    "Exported",
    "Finding",
    "FindingStatus",
    "Origin",
    "PreviousRun",
    "Query",
    "QueryState",
    "Remembered",
    "Results",
    "Role",
    "RuleOutcome",
    "RuleSource",
    "RuleStatus",
    "RunInfo",
    "Runner",
    "Severity",
    "SitePlace",
    "Stage",
    "Threshold",
    "assemble",
    "canonical",
    "count_rules",
    "count_severities",
    "count_statuses",
    "counts_against",
    "finding_group",
    "finding_ids",
    "finding_record",
    "findings_json",
    "findings_json_parts",
    "follow",
    "gate_open",
    "json_schema",
    "read_previous",
    "results_record",
]
