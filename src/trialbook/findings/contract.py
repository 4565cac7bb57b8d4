"""``findings.json``: the results of a run in the form that other programs read. The schema lies beside this file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from importlib import resources
from typing import Any

from trialbook.findings.counts import count_rules, count_severities, count_statuses
from trialbook.findings.finding import Finding, Results
from trialbook.findings.gate import gate_open
from trialbook.findings.terms import DATASET, FORM, Stage, Threshold

SCHEMA_VERSION = 1


def finding_record(finding: Finding) -> dict[str, Any]:
    """A finding as the JSON contract has it."""
    return {
        "id": finding.id,
        "rule": finding.rule,
        "cites": list(finding.cites),
        "severity": finding.severity.value,
        "stage": finding.stage.value,
        "dataset": finding.dataset,
        "record": finding.record,
        "subject": finding.subject,
        "variables": list(finding.variables),
        "values": dict(finding.values),
        "message": finding.message,
        "query": finding.query,
        "status": finding.status.value if finding.status else None,
        "explanation": finding.explanation,
        "reading": finding.reading,
        "answer": finding.answer,
        "group": finding.group,
        "origins": [
            {
                "role": origin.role.value,
                "file": origin.file,
                "sheet": origin.sheet,
                **({"row": origin.row} if origin.path is None else {"path": origin.path}),
                "columns": list(origin.columns),
            }
            for origin in finding.origins
        ],
    }


def results_record(results: Results, threshold: Threshold) -> dict[str, Any]:
    """The whole of ``findings.json`` as plain data."""
    return _record(results, threshold) | {"findings": [finding_record(finding) for finding in results.findings]}


def _record(results: Results, threshold: Threshold) -> dict[str, Any]:
    """The same with the findings as they are."""
    run = results.run
    return {
        "schema": SCHEMA_VERSION,
        "run": {
            "study": run.study,
            "started": run.started,
            "standard": run.standard,
            "ct": run.ct,
            "versions": dict(run.versions),
            "inputs": [dict(entry) for entry in run.inputs],
            "synthetic": run.synthetic,
            "exported": {"date": run.exported.date.isoformat(), "source": run.exported.source} if run.exported else None,
            "conformance": asdict(run.conformance) if run.conformance else None,
        },
        "gate": {"open": gate_open(results.findings, results.rules, threshold), "threshold": threshold.value},
        "counts": count_severities(results.findings),
        "statuses": count_statuses(results),
        "rule_counts": count_rules(results.rules),
        "rules": [
            {
                "rule": outcome.rule,
                "runner": outcome.runner.value,
                "status": outcome.status.value,
                "reason": outcome.reason,
                "findings": outcome.findings,
                "source": outcome.source or None,
                "cites": list(outcome.cites),
            }
            for outcome in results.rules
        ],
        "findings": results.findings,
        "resolved": [dict(entry) for entry in results.resolved],
        "not_assessed": [dict(entry) for entry in results.not_assessed],
        "queries": [asdict(query) for query in results.queries],
        "stray_answers": [dict(entry) for entry in results.stray_answers],
        "tables": [
            {
                "name": table.name,
                "kind": FORM if table.stage is Stage.RAW else DATASET,
                "records": table.records,
                "files": [{"file": file, "sheet": sheet} for file, sheet in table.files],
            }
            for table in results.datasets
        ],
        "subjects": list(results.subjects),
        "history": [dict(entry) for entry in results.history],
    }


def findings_json(results: Results, threshold: Threshold) -> str:
    """``findings.json`` as text; complete, whatever the number of findings; one line an entry of its lists."""
    return "".join(findings_json_parts(results, threshold))


def findings_json_parts(results: Results, threshold: Threshold) -> Iterator[str]:
    """The same piece by piece, an entry at a time: all findings at once, as data or text, would take as much memory as datasets.

    Line by line because `json` has its fast encoder only without indentation.
    """
    encode = json.JSONEncoder(ensure_ascii=False).encode
    before = "{\n"
    for name, value in _record(results, threshold).items():
        yield f'{before} "{name}": '
        before = ",\n"
        if isinstance(value, list | tuple) and value:
            entries = map(finding_record, value) if name == "findings" else iter(value)
            opening = "[\n  "
            for entry in entries:
                yield opening + encode(entry)
                opening = ",\n  "
            yield "\n ]"
        else:
            yield encode(value)
    yield "\n}\n"


def json_schema() -> dict[str, Any]:
    """The JSON schema of ``findings.json``."""
    text = resources.files("trialbook.findings").joinpath("findings.schema.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema
