"""The rows of each sheet of ``report.xlsx``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from trialbook.findings import Finding, Origin, Results, Role, Severity, Threshold, count_severities
from trialbook.reports.conformance import cites_text, conformance_glance, partly_text
from trialbook.reports.summary import TableNames, count_rule_statuses, count_sites, count_tables, site_of, verdict, worst_first
from trialbook.reports.trend import STATUSES, runs
from trialbook.reports.unrun import UNRUN, by_status, why_not_run
from trialbook.reports.wording import (
    counted,
    names_text,
    opening,
    origin_text,
    origins_text,
    path_text,
    record_text,
    rule_text,
    values_text,
)

SEVERITIES = tuple(severity.value for severity in Severity)
Row = tuple[object, ...]


@dataclass(frozen=True)
class Columns:
    """The columns of a sheet and their widths in characters."""

    names: tuple[str, ...]
    widths: tuple[int, ...]


DATASETS = Columns(("Kind", "Name", "Label", "Records", *SEVERITIES, "Findings"), (10, 16, 40, 11, 10, 10, 10, 10, 10))
ISSUES = Columns(
    ("Severity", "Rule", "Kind", "Dataset", "Variables", "Findings", "Explained", "Message", "Example"),
    (11, 32, 10, 14, 26, 10, 11, 60, 60),
)
DETAILS = Columns(
    (
        "Severity", "Rule", "Stage", "Dataset", "Record", "Site", "Subject", "Variables", "Values", "Message", "Query",
        "File", "Sheet", "Row", "Columns", "Compared with", "Answer", "Status", "Explanation", "Read otherwise", "Cites", "ID",
    ),
    (11, 32, 10, 12, 9, 9, 22, 20, 24, 50, 50, 24, 14, 8, 22, 34, 30, 12, 30, 50, 22, 20),
)  # fmt: skip
ENTRIES = Columns(
    (
        "Severity", "Rule", "Stage", "Dataset", "Subject", "Variables", "Values", "Message", "Reason", "Answer", "Last seen",
        "ID",
    ),
    (11, 32, 10, 12, 22, 20, 24, 50, 50, 30, 26, 20),
)  # fmt: skip
RULES = Columns(
    ("Status", "Rule", "Published as", "Runner", "Dataset", "Severity", "Findings", "Seconds", "Reason", "Message"),
    (20, 40, 20, 11, 14, 11, 10, 10, 60, 60),
)


def summary_rows(results: Results, threshold: Threshold) -> Iterator[tuple[str, Row]]:
    """(style, row) of the Summary sheet: verdict, counts, rules, sites, inputs, versions."""
    run, decided = results.run, verdict(results, threshold)
    yield "heading", ("Validation report", run.study)
    if run.synthetic is not None:
        yield "alarm", ("SYNTHETIC DATA", f"These data are invented, no patient's: {opening(run.synthetic)}")
    yield "heading", ("Verdict", decided.headline)
    for reason in decided.reasons:
        yield "body", (None, reason)
    yield from (("body", row) for row in (("Threshold", threshold.value), ("Started", run.started)))
    if run.exported is not None:
        yield "body", ("Exported", f"{run.exported.date} ({run.exported.source})")
    yield from (("body", row) for row in (("Standard", run.standard), ("Controlled terminology", run.ct)))
    yield "body", ()
    yield "heading", ("Findings",)
    for name, count in count_severities(results.findings).items():
        yield "count", (Severity(name), count)
    yield "count", ("All", len(results.findings))
    yield "body", ()
    yield "heading", ("Rules",)
    for status, count in count_rule_statuses(results).items():
        yield "alarm" if count and status in UNRUN else "count", (status.value, count)
    for one in why_not_run(results):
        yield "body", (one.status.value, f"{one.who}: {one.reason}")
    yield "body", ()
    yield from _conformance_rows(results)
    yield from _trend_rows(results)
    yield "heading", ("Sites",)
    yield "header", ("Site", "Subjects", *SEVERITIES)
    for group in count_sites(results):
        yield "body", (group.name or "no site known", group.records, *group.counts.values())
    yield "body", ()
    yield "heading", ("Inputs",)
    yield "header", ("File", "SHA-256", "Encoding", "Rows")
    for entry in run.inputs:
        yield "body", (entry["file"], entry["sha256"], entry["encoding"] or "binary", entry["rows"])
        for note in entry.get("notes", ()):
            place = ", ".join(filter(None, [note["sheet"], f"row {note['row']}" if note["row"] else ""]))
            yield "body", (None, f"{place}: {note['what']}" if place else note["what"])
    if run.synthetic is not None:
        yield "body", ("The export says", run.synthetic)
    yield "body", ()
    yield "heading", ("Versions",)
    yield from (("body", (name, version)) for name, version in run.versions.items())


def _conformance_rows(results: Results) -> Iterator[tuple[str, Row]]:
    glance = conformance_glance(results)
    if glance is None:
        return
    yield "heading", ("Conformance", f"CDISC CORE, engine {glance.engine}")
    if glance.missing:
        yield "alarm", ("CDISC's own rules did not run", glance.missing)
    yield "header", ("Rules of", "Rules", "Found nothing", "Found some", "SKIPPED", "EXECUTION ERROR")
    for one in glance.sources:
        absent = f", {one.absent:,} of them for datasets that are not there" if one.absent else ""
        yield "body", (one.source, f"{one.rules:,}{absent}", one.clean, one.found, one.absent + one.skipped, one.broken)
    if partly := partly_text(glance.whole):
        yield "body", (None, partly)
    for reading in glance.readings:
        rules = ", ".join(reading.rules)
        yield "body", ("Read otherwise", f"{counted(reading.findings, 'finding')} of {rules}: {reading.text}")
    if results.run.conformance:
        yield "header", ("Rules of", "From; SHA-256 of what they state")
        yield from (("body", (one.name, f"{one.origin}; {one.sha256}")) for one in results.run.conformance.sources)
    yield "body", ()


def _trend_rows(results: Results) -> Iterator[tuple[str, Row]]:
    if not results.history:
        return
    yield "heading", ("Runs",)
    yield "header", ("Started", "Findings; rules that did not run", *SEVERITIES)
    for one in reversed(runs(results)):
        known = [f"{STATUSES[name].lower()} {count:,}" for name, count in one.statuses.items() if count is not None]
        unrun = [] if one.not_run is None else [f"{counted(one.not_run, 'rule')} not run"]
        yield "body", (one.started, "; ".join([counted(one.total, "finding"), *known, *unrun]), *one.counts.values())
    yield "body", ()


def entry_rows(entries: Iterable[Mapping[str, Any]]) -> Iterator[Row]:
    """One row for each finding of earlier runs that is resolved, or that this run did not assess."""
    for entry in entries:
        yield (
            Severity(entry["severity"]),
            entry["rule"],
            entry["stage"],
            entry["dataset"],
            entry["subject"],
            names_text(entry["variables"]),
            values_text(entry["values"]) if entry["values"] else None,
            entry["message"],
            entry["reason"],
            entry["answer"],
            entry["last_seen"],
            entry["id"],
        )


def dataset_rows(results: Results) -> Iterator[Row]:
    """One row a form or dataset."""
    for group in count_tables(results):
        yield (group.kind, group.name, group.label, group.records, *group.counts.values(), group.total)


def issue_rows(results: Results) -> Iterator[Row]:
    """One row for each rule, form or dataset and variables; worst first, then the most frequent."""
    names = TableNames(results)
    groups: dict[tuple[object, ...], list[Finding]] = {}
    for finding in results.findings:
        key = (finding.rule, names.kind(finding), finding.dataset, finding.variables, finding.severity)
        groups.setdefault(key, []).append(finding)
    for (rule, kind, dataset, _, severity), found in sorted(
        groups.items(), key=lambda item: (item[1][0].severity.rank, -len(item[1]), item[1][0].rule, item[1][0].dataset)
    ):
        first = found[0]
        explained = sum(finding.explanation is not None for finding in found)
        yield (severity, rule, kind, dataset, names_text(first.variables), len(found), explained, first.message, _example(first))


def _example(finding: Finding) -> str:
    """One finding of a group in a few lines: where, whose, what."""
    where = [origin_text(origin) for origin in finding.origins[:1]] or [record_text(finding)]
    whose = [f"subject {finding.subject}"] if finding.subject else []
    return "\n".join([*where, *whose, values_text(finding.values)] if finding.values else [*where, *whose])


def details_columns(results: Results) -> Columns:
    """The columns of `detail_rows`; a path needs more room than the number of a row."""
    if not any(origin.path for finding in results.findings for origin in finding.origins):
        return DETAILS
    widths = (34 if name == "Row" else width for name, width in zip(DETAILS.names, DETAILS.widths, strict=True))
    return Columns(DETAILS.names, tuple(widths))


def detail_rows(results: Results) -> Iterator[Row]:
    """One row a finding, worst first; file, sheet, row and columns of the cells to mend, a line each where several."""
    for finding in worst_first(results.findings):
        mend = [origin for origin in finding.origins if origin.role is Role.CORRECT]
        yield (
            finding.severity,
            finding.rule,
            finding.stage.value,
            finding.dataset,
            finding.record,
            site_of(results, finding),
            finding.subject,
            names_text(finding.variables),
            values_text(finding.values) if finding.values else None,
            finding.message,
            finding.query,
            "\n".join(origin.file for origin in mend),
            "\n".join(origin.sheet or "" for origin in mend).strip("\n"),
            _place(mend[0]) if len(mend) == 1 else "\n".join(str(_place(origin) or "") for origin in mend),
            "\n".join(names_text(origin.columns) for origin in mend),
            origins_text(finding.origins, Role.COMPARED),
            finding.answer,
            finding.status.value if finding.status else None,
            finding.explanation,
            finding.reading,
            ", ".join(finding.cites),
            finding.id,
        )


def _place(origin: Origin) -> int | str | None:
    """The row, or the path in a file that has no rows."""
    return origin.row if origin.path is None else path_text(origin.path)


def rule_rows(results: Results) -> Iterator[Row]:
    """One row a rule; those that could not run come first, then the skipped ones: neither is a pass."""
    for outcome in by_status(results.rules):
        yield (
            outcome.status.value,
            outcome.rule,
            cites_text(outcome),
            outcome.runner.value,
            outcome.dataset,
            outcome.severity,
            outcome.findings,
            round(outcome.seconds, 2) or None,
            outcome.reason,
            rule_text(outcome.message),
        )
