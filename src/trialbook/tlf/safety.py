"""Tables of exposure and of adverse events."""

from __future__ import annotations

from trialbook.analysis.techniques.described import SEPARATOR
from trialbook.displays.display import Align, Column, Row, Table
from trialbook.protocol.analysis import Technique
from trialbook.tlf.cells import count, count_percent, decimal, estimate
from trialbook.tlf.footnotes import footnotes
from trialbook.tlf.report import Report
from trialbook.tlf.spec import DisplaySpec

GRADES = ("1", "2", "3", "4", "5")
AE, RATES = Technique.ADVERSE_EVENTS, Technique.EVENT_RATES


def exposure_table(report: Report, spec: DisplaySpec) -> Table:
    """Each parameter of exposure in the arm that is treated."""
    analysis, treated = report.analysis(spec.analysis), report.arms[0]
    labels = {one: one for one in report.specs.endpoints.exposure} | report.parameter_names("ADEX")
    rows = [Row(("Subjects treated", count(report.number(analysis.id, Technique.EXPOSURE, "subjects", treated.code, "treated"))))]
    for name in report.specs.endpoints.exposure:
        n, mean, sd, median, low, high = report.numbers(
            analysis.id, Technique.EXPOSURE, ("n", "mean", "sd", "median", "minimum", "maximum"), treated.code, name
        )
        rows.append(Row((labels[name],), heading=True))
        rows.append(Row(("Mean (SD)", f"{decimal(mean)} ({decimal(sd, 2)})"), 1))
        rows.append(Row(("Median (min, max)", f"{decimal(median)} ({decimal(low)}, {decimal(high)})"), 1))
        level = f"{name}{SEPARATOR}more than none"
        if name in spec.parameters:
            some = report.number(analysis.id, Technique.EXPOSURE, "subjects", treated.code, level)
            rows.append(Row(("Subjects with any, n (%)", count_percent(some, n)), 1))
    columns = (Column("", Align.LEFT), report.arm_columns(analysis.set)[0])
    return report.table(
        spec, ["ADEX"], columns, rows, population=f"{report.protocol.analysis.set(analysis.set).name}, {treated.name}"
    )


def event_overview(report: Report, spec: DisplaySpec) -> Table:
    """Subjects with events of each category, with how many events, and subjects by worst grade."""
    analysis = report.analysis(spec.analysis)
    categories = report.specs.endpoints.adverse_events.categories if report.specs.endpoints.adverse_events else ()
    rows = [Row((one.text, *_events(report, spec, one.id))) for one in categories]
    rows.append(Row(("Worst CTCAE grade",), heading=True, ruled=True))
    for grade in GRADES:
        level = SEPARATOR.join(("any", f"grade {grade}"))
        numbers = [report.number(analysis.id, AE, "subjects", arm.code, level) for arm in report.arms]
        cells = [count_percent(n, report.size(analysis.set, arm.code)) for n, arm in zip(numbers, report.arms, strict=True)]
        rows.append(Row((f"Grade {grade}", cells[0], "", cells[1], ""), 1))
    return _event_table(report, spec, rows)


def events_by_term(report: Report, spec: DisplaySpec) -> Table:
    """Subjects and events by system organ class and preferred term, those that are more frequent first."""
    rows: list[Row] = []
    for system in _terms(report, spec, 1):
        rows.append(Row((system, *_events(report, spec, system)), ruled=bool(rows)))
        for term in _terms(report, spec, 2, system):
            rows.append(Row((term.partition(SEPARATOR)[2], *_events(report, spec, term)), 1))
    if report.results is None:
        rows = [
            Row(
                ("System organ class", *_events(report, spec, "")),
            ),
            Row(("Preferred term", *_events(report, spec, "")), 1),
        ]
    return _event_table(report, spec, rows)


def events_by_grade(report: Report, spec: DisplaySpec) -> Table:
    """Subjects by system organ class, preferred term and worst grade, an arm's grades beside each other."""
    analysis = report.analysis(spec.analysis)
    rows: list[Row] = []
    systems = _terms(report, spec, 1) if report.results is not None else ["System organ class"]
    for system in systems:
        terms = _terms(report, spec, 2, system) if report.results is not None else [f"{system}{SEPARATOR}Preferred term"]
        for level, indent in [(system, 0), *((term, 1) for term in terms)]:
            cells = []
            for arm in report.arms:
                for grades in (("1", "2"), ("3",), ("4",), ("5",)):
                    found = [
                        report.number(analysis.id, AE, "subjects", arm.code, SEPARATOR.join((level, f"grade {one}")))
                        for one in grades
                    ]
                    cells.append(count_percent(sum(one or 0 for one in found), report.size(analysis.set, arm.code)))
            label = level.partition(SEPARATOR)[2] if indent else level
            rows.append(Row((label, *cells), indent, ruled=bool(rows) and not indent))
    heads = ("Grade 1–2", "Grade 3", "Grade 4", "Grade 5")
    columns = (Column("", Align.LEFT), *report.columns_by_arm(analysis.set, heads))
    return report.table(spec, ["ADAE"], columns, rows, ("Subjects, n (%), once at their worst grade of each class and term.",))


def event_rates_table(report: Report, spec: DisplaySpec) -> Table:
    """Rates of a first event of each category in a hundred patient-years."""
    analysis = report.analysis(spec.analysis)
    categories = report.specs.endpoints.adverse_events.categories if report.specs.endpoints.adverse_events else ()
    rows = []
    for one in categories:
        cells = []
        for arm in report.arms:
            cells += [
                decimal(report.number(analysis.id, RATES, "years", arm.code, one.id)),
                estimate(report.estimate(analysis.id, RATES, arm.code, one.id)),
            ]
        rows.append(Row((one.text, *cells)))
    heads = ("Patient-years\nat risk", f"Rate ({report.confidence} CI)")
    columns = (Column("", Align.LEFT), *report.columns_by_arm(analysis.set, heads))
    return report.table(spec, ["ADAE"], columns, rows, footnotes(report, (RATES,)))


def _events(report: Report, spec: DisplaySpec, level: str) -> list[str]:
    """Subjects and events of each arm."""
    analysis = report.analysis(spec.analysis)
    cells = []
    for arm in report.arms:
        subjects, events = report.numbers(analysis.id, AE, ("subjects", "events"), arm.code, level)
        cells += [count_percent(subjects, report.size(analysis.set, arm.code)), count(events)]
    return cells


def _terms(report: Report, spec: DisplaySpec, depth: int, system: str = "") -> list[str]:
    """System organ classes, or the terms of one: by how many subjects have them over both arms, then by name."""
    categories = (
        {one.id for one in report.specs.endpoints.adverse_events.categories} if report.specs.endpoints.adverse_events else set()
    )
    found = [one for one in report.levels(spec.analysis, AE) if f"{SEPARATOR}grade " not in one and one not in categories]
    own = [one for one in found if one.count(SEPARATOR) == depth - 1 and (depth == 1 or one.startswith(f"{system}{SEPARATOR}"))]
    totals = {one: sum(report.number(spec.analysis, AE, "subjects", arm.code, one) or 0 for arm in report.arms) for one in own}
    return sorted(own, key=lambda one: (-totals[one], one))


def _event_table(report: Report, spec: DisplaySpec, rows: list[Row]) -> Table:
    analysis = report.analysis(spec.analysis)
    heads = ("Subjects, n (%)", "Events")
    columns = (Column("", Align.LEFT), *report.columns_by_arm(analysis.set, heads))
    return report.table(
        spec, ["ADAE"], columns, rows, ("A subject counts once in each row. Events that begin in the safety window.",)
    )
