"""What pages show of a run, made from its results: counts, the gate, and fragments of HTML by name.

``left_out``: that only aggregates are shown, and how to get the rest · ``verdict`` · ``picture``: where the findings are ·
``tables`` and ``sites``: findings by form or dataset, and by site · ``conformance``: its rules by whose they are and what became
of them · ``findings``: the table that sorts and filters; of
aggregates, findings and subjects by rule · ``signals``: pictures of values, never of aggregates · ``rules``: all rules with
status and reason. None of them knows how long anything took: the same data give the same pieces.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlencode

from markupsafe import Markup

from trialbook.findings import Results, Severity, Stage, Threshold, count_severities, gate_open
from trialbook.pages.html import Cell, code, table
from trialbook.pages.shown import AGGREGATE, SUBJECT, Level, ShownCounts, ShownGate, ShownInput, ShownRun
from trialbook.pages.shown_aggregates import (
    SMALLEST_SITE,
    Names,
    aggregates,
    forms_by_file,
    large_sites,
    subjects_by_rule,
)
from trialbook.reports import findings_table_html, picture_svg, rules_table_html, verdict_html
from trialbook.reports.signal_pictures import signal_pictures_html
from trialbook.reports.summary import GroupCount, count_rule_statuses, count_sites, count_tables, verdict, worst_rules
from trialbook.reports.webpage import conformance_html
from trialbook.reports.wording import visible

THRESHOLD = Threshold.ERROR
"""What closes the gate that the book shows."""
REPORT = "the report.xlsx that `trialbook validate` writes"
BELOW = "all are below"
NOT_A_FORM = "of no form"

LEFT_OUT = Markup(
    '<aside class="book-aggregates" role="note" aria-label="Aggregates only"><p><strong>Aggregates only.</strong> '
    "The export does not say that its data are invented, so this page counts and names no subject, however small a count is. It "
    "leaves out the single findings with their records, values, messages and queries, the names of files, sheets and unknown "
    "columns, explanations, pictures of values, the text of errors, and the names of sites with fewer than {} subjects; "
    "<code>trialbook book build --subject-level</code> shows these too.</p></aside>"
)


def show_results(results: Results, names: Names, subject_level: bool) -> ShownRun:
    """What pages may show of a run's results: of invented data, or with ``subject_level``, single findings; else aggregates."""
    level = SUBJECT if subject_level or results.run.synthetic is not None else AGGREGATE
    results = _timeless(results)
    run, safe = results.run, results if level == SUBJECT else aggregates(results, names)
    decided = verdict(safe, THRESHOLD)
    gate = ShownGate(gate_open(results.findings, results.rules, THRESHOLD), THRESHOLD.value, decided.headline, decided.reasons)
    pieces = _of_subjects(safe) if level == SUBJECT else _of_aggregates(safe, subjects_by_rule(results), large_sites(results))
    return ShownRun(
        synthetic=run.synthetic,
        level=level,
        study=run.study,
        standard=run.standard,
        ct=run.ct,
        exported=run.exported.date.isoformat() if run.exported else None,
        versions=dict(run.versions),
        counts=_counts(results),
        gate=gate,
        inputs=_inputs(results, level),
        pieces={name: str(piece) for name, piece in pieces.items()},
    )


def _timeless(results: Results) -> Results:
    """The results without how long rules took: the same data are to give the same pieces."""
    rules = tuple(replace(outcome, seconds=0.0) for outcome in results.rules)
    return replace(results, rules=rules, outcomes=tuple(replace(outcome, seconds=0.0) for outcome in results.outcomes))


def _counts(results: Results) -> ShownCounts:
    forms = [one for one in results.datasets if one.stage is Stage.RAW]
    return ShownCounts(
        files=len(results.run.inputs),
        records=sum(one.records for one in forms),
        forms=len(forms),
        datasets=len(results.datasets) - len(forms),
        subjects=len(results.subjects),
        sites=len({site for site in results.sites.values() if site}),
        severities=count_severities(results.findings),
        statuses={status.value: count for status, count in count_rule_statuses(results).items()},
        explained=sum(finding.explanation is not None for finding in results.findings),
    )


def _inputs(results: Results, level: Level) -> tuple[ShownInput, ...]:
    """The files; where only aggregates are shown, by the forms that they gave: a file's name may be a subject's."""
    of = forms_by_file(results)
    files = [ShownInput(one["file"], one["sha256"], one["encoding"], one["rows"]) for one in results.run.inputs]
    if level == SUBJECT:
        return tuple(files)
    named = [ShownInput(of.get(one.file, NOT_A_FORM), one.sha256, one.encoding, one.rows) for one in files]
    return tuple(sorted(named, key=lambda one: (one.file == NOT_A_FORM, one.file, one.sha256)))


def _of_subjects(results: Results) -> dict[str, Markup]:
    return {
        "left_out": Markup(""),
        "verdict": verdict_html(results, THRESHOLD, BELOW),
        "picture": _framed(picture_svg(results)),
        "tables": _tables(count_tables(results), linked=True),
        "sites": _sites(count_sites(results), linked=True),
        "conformance": conformance_html(results, BELOW) or Markup(""),
        "findings": findings_table_html(results, REPORT),
        "signals": signal_pictures_html(results),
        "rules": rules_table_html(results, "the page on a screen", brief=True),
    }


def _of_aggregates(results: Results, subjects: dict[str, int], sites: Sequence[GroupCount]) -> dict[str, Markup]:
    """The pieces of results that hold nothing of a subject."""
    return {
        "left_out": LEFT_OUT.format(SMALLEST_SITE),
        "verdict": verdict_html(results, THRESHOLD, BELOW),
        "picture": _framed(picture_svg(results, linked=False)),
        "tables": _tables(count_tables(results), linked=False),
        "sites": _sites(sites, linked=False),
        "conformance": conformance_html(results, BELOW) or Markup(""),
        "findings": _by_rule(results, subjects),
        "signals": Markup(""),
        "rules": rules_table_html(results, "the page on a screen", brief=True),
    }


def _framed(picture: Markup) -> Markup:
    """The picture in a frame that scrolls on a narrow screen, by keys too."""
    return Markup('<div class="tb tb-scroll" role="region" tabindex="0" aria-label="Picture of the findings">{}</div>').format(
        picture
    )


def _tables(groups: Sequence[GroupCount], linked: bool) -> Markup:
    """Findings by form and dataset; one whose records nobody counted has a dash."""
    rows = [
        (
            _name(group, code(visible(group.name)), linked, dataset=group.name, kind=group.kind or ""),
            group.kind or "",
            visible(group.label),
            _number(group.records),
            *_severities(group),
        )
        for group in groups
    ]
    headers = ("Name", "Kind", "Label", "Records", *(severity.value for severity in Severity))
    return table(headers, rows, about="Findings by form and dataset", kind="book-counts book-counts-tables")


def _sites(groups: Sequence[GroupCount], linked: bool) -> Markup:
    rows = [
        (
            _name(group, visible(group.name) or "no site known", linked, site=group.name),
            _number(group.records),
            *_severities(group),
        )
        for group in groups
    ]
    headers = ("Site", "Subjects", *(severity.value for severity in Severity))
    return table(headers, rows, about="Findings by site", kind="book-counts book-counts-sites")


def _by_rule(results: Results, subjects: dict[str, int]) -> Markup:
    """What each rule that found something says of any record, and how many findings and subjects it has."""
    tables = {outcome.rule: outcome.dataset for outcome in results.rules}
    rows = [
        (
            Markup('<span class="tb"><span class="tb-severity tb-is-{}">{}</span></span>').format(
                one.severity.value.lower(), one.severity.value
            ),
            code(one.rule),
            tables.get(one.rule, ""),
            visible(one.message),
            f"{one.findings:,}",
            f"{subjects.get(one.rule, 0):,}",
        )
        for one in worst_rules(results, len(results.rules))
    ]
    headers = ("Severity", "Rule", "Form or dataset", "What is wrong", "Findings", "Subjects")
    return table(headers, rows, about="Findings by rule", kind="book-counts book-counts-rules")


def _name(group: GroupCount, name: Cell, linked: bool, **view: str) -> Cell:
    """The name of a group; where the findings table stands on the page, a link to the view of it with the group's findings."""
    return Markup('<a href="#{}">{}</a>').format(urlencode(view), name) if linked and group.total else name


def _severities(group: GroupCount) -> list[str | Markup]:
    return [f"{count:,}" if count else Markup('<span class="book-none">0</span>') for count in group.counts.values()]


def _number(count: int | None) -> str:
    return "" if count is None else f"{count:,}"
