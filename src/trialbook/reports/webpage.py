"""``report.html`` and its pieces: one file that asks nothing of the network.

Without JavaScript it is complete but for the table, which then holds the worst findings only.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import cache
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from trialbook.findings import Results, RuleOutcome, RuleStatus, Severity, Threshold, count_severities
from trialbook.findings.coverage import TOLD_BY_ANOTHER
from trialbook.reports.conformance import conformance_glance, partly_text, seconds_text
from trialbook.reports.payload import findings_payload
from trialbook.reports.picture import picture_svg
from trialbook.reports.signal_pictures import signal_pictures_html
from trialbook.reports.summary import (
    count_rule_statuses,
    count_sites,
    count_subjects,
    count_tables,
    site_of,
    verdict,
    worst_first,
)
from trialbook.reports.trend import STATUSES, runs, trend_svg
from trialbook.reports.unrun import RULE_ORDER, by_status, more_reasons, why_not_run
from trialbook.reports.wording import (
    names_to_mend,
    opening,
    origin_text,
    record_text,
    rule_text,
    value_name,
    visible,
    visible_lines,
)

STATIC_FINDINGS = 200
LONG_TEXT, LONG_TEXT_START = 300, 120
SUBJECTS = 8
OPEN_RULES = 25
MOST_REASONS = 5
MOST_ENTRIES, OPEN_ENTRIES = 500, 25
REASONS_ARE, FINDINGS_ARE, RULES_ARE = "report.html and report.xlsx have all", "report.xlsx and findings.json", "report.xlsx"


def report_html(results: Results, threshold: Threshold) -> str:
    """The whole report as one page."""
    return _environment().get_template("report.html").render(
        results=results,
        run=results.run,
        verdict=verdict_html(results, threshold),
        decided=verdict(results, threshold),
        picture=picture_svg(results),
        signals=signal_pictures_html(results),
        tables=count_tables(results),
        sites=count_sites(results),
        subjects=count_subjects(results, SUBJECTS),
        severities=[severity.value for severity in Severity],
        history=history_html(results),
        conformance=conformance_html(results),
        findings=findings_table_html(results),
        rules=rules_table_html(results),
        page_css=_asset("page.css"),
        page_js=_asset("page.js"),
    )  # fmt: skip


def verdict_html(results: Results, threshold: Threshold, where: str = REASONS_ARE) -> Markup:
    """The verdict, its reasons, the findings by severity and the rules by status; a synthetic run is marked first.

    ``where`` says where all reasons are for which rules did not run; the most frequent stand here.
    """
    reasons = why_not_run(results)
    return _piece(
        "verdict.html",
        run=results.run,
        decided=verdict(results, threshold),
        counts=count_severities(results.findings),
        statuses=count_rule_statuses(results),
        rules=len(results.rules),
        unrun=reasons,
        more=more_reasons(reasons, MOST_REASONS, where),
    )


def conformance_html(results: Results, where: str = REASONS_ARE) -> Markup | None:
    """The conformance rules at a glance, by whose they are and what became of them; None where none belongs to the run.

    ``where`` says where all reasons are for which rules did not run; the most frequent stand here.
    """
    glance = conformance_glance(results)
    if glance is None:
        return None
    more = more_reasons(list(glance.reasons), MOST_REASONS, where)
    return _piece("conformance.html", glance=glance, more=more, partly=partly_text(glance.whole))


def history_html(results: Results) -> Markup | None:
    """The runs so far, what is resolved, and what was not assessed and why; None without a previous run, nor stray answers."""
    if not results.history and not results.stray_answers:
        return None
    reasons = Counter(str(entry["reason"]) for entry in results.not_assessed)
    return _piece(
        "history.html",
        trend=trend_svg(results),
        runs=runs(results),
        severities=[severity.value for severity in Severity],
        statuses=STATUSES,
        resolved=results.resolved,
        not_assessed=results.not_assessed,
        reasons=reasons.most_common(),
        strays=results.stray_answers,
        found=Counter(finding.status.value for finding in results.findings if finding.status),
    )


def findings_table_html(results: Results, where: str = FINDINGS_ARE) -> Markup:
    """The table of findings with filters, sorting and search; the worst 200 stand in it before any JavaScript runs.

    It reads and writes the address's hash (``#severity=Error&dataset=AE&q=dose&sort=-rule&page=2``), so that a view is a link.
    ``where`` says where all findings are, for paper and for who has no JavaScript.
    """
    return _piece(
        "findings.html",
        where=where,
        total=len(results.findings),
        shown=worst_first(results.findings)[:STATIC_FINDINGS],
        site_of=lambda finding: site_of(results, finding),
        payload=Markup(findings_payload(results)),
        script=_asset("findings.js"),
    )


def rules_table_html(results: Results, where: str = RULES_ARE, brief: bool = False) -> Markup:
    """The rules by status, those that could not run or were skipped first, each with its reason.

    ``where`` says what lists those that passed, which paper does not; ``brief`` gives their ids alone, as there are thousands.
    """
    groups: defaultdict[RuleStatus, list[RuleOutcome]] = defaultdict(list)
    for outcome in by_status(results.rules):
        groups[outcome.status].append(outcome)
    ordered = [(status, groups[status]) for status in RULE_ORDER if groups[status]]
    return _piece("rules.html", groups=ordered, total=len(results.rules), open_rules=OPEN_RULES, where=where, brief=brief)


def _piece(template: str, **values: object) -> Markup:
    """A fragment that brings its own style; pages may hold several, the style is then there several times and the same."""
    return Markup("<style>{}</style>").format(_pieces_css()) + Markup(_environment().get_template(template).render(**values))


@cache
def _pieces_css() -> Markup:
    """The pieces' style, with the dark colours where the reader's system or the book's switch asks for them."""
    return Markup(
        ".tb {{ {light} }}\n@media (prefers-color-scheme: dark) {{ html:not([data-theme=light]) .tb {{ {dark} }} }}\n"
        "html[data-theme=dark] .tb {{ {dark} }}\n"
        "@media print {{ html:not([data-theme]) .tb, html[data-theme] .tb {{ {light} }} }}\n{rest}"
    ).format(light=_asset("light.css"), dark=_asset("dark.css"), rest=_asset("pieces.css"))


@cache
def _asset(name: str) -> Markup:
    return Markup((resources.files("trialbook.reports") / "templates" / name).read_text(encoding="utf-8"))


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("trialbook.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["visible"] = visible
    environment.filters["opening"] = opening
    environment.filters["visible_lines"] = visible_lines
    environment.filters["origin"] = origin_text
    environment.filters["record"] = record_text
    environment.filters["mend"] = names_to_mend
    environment.filters["rule"] = rule_text
    environment.filters["value_name"] = value_name
    environment.filters["seconds"] = seconds_text
    environment.filters["number"] = lambda number: f"{number:,}"
    environment.globals["MOST_REASONS"] = MOST_REASONS
    environment.globals["MOST_ENTRIES"] = MOST_ENTRIES
    environment.globals["TOLD_BY_ANOTHER"] = TOLD_BY_ANOTHER
    environment.globals["OPEN_ENTRIES"] = OPEN_ENTRIES
    environment.globals["LONG_TEXT"] = LONG_TEXT
    environment.globals["LONG_TEXT_START"] = LONG_TEXT_START
    return environment
