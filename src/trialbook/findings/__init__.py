"""The finding: its words, its identity, the gate, and the JSON contract."""

from trialbook.findings.assemble import assemble
from trialbook.findings.contract import finding_record, findings_json, findings_json_parts, json_schema, results_record
from trialbook.findings.finding import DatasetCount, Finding, Origin, Results, RuleOutcome, RunInfo, SitePlace
from trialbook.findings.gate import count_severities, counts_against, gate_open
from trialbook.findings.identity import finding_ids
from trialbook.findings.terms import FindingStatus, Role, RuleStatus, Runner, Severity, Stage, Threshold

__all__ = [
    "DatasetCount",
    "Finding",
    "FindingStatus",
    "Origin",
    "Results",
    "Role",
    "RuleOutcome",
    "RuleStatus",
    "RunInfo",
    "Runner",
    "Severity",
    "SitePlace",
    "Stage",
    "Threshold",
    "assemble",
    "count_severities",
    "counts_against",
    "finding_ids",
    "finding_record",
    "findings_json",
    "findings_json_parts",
    "gate_open",
    "json_schema",
    "results_record",
]
