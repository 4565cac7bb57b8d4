"""Tables and figures of times to events: survival and cumulative incidence."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from trialbook.analysis.execute import times
from trialbook.analysis.techniques.times import DAYS_OF_MONTH, Times, reported_days
from trialbook.analysis.trial import Arm
from trialbook.displays.display import Align, Column, Figure, Row, Table
from trialbook.displays.drawings.curve import Curve
from trialbook.displays.drawings.curves import Beneath, curves
from trialbook.protocol.analysis import PlannedAnalysis, Technique
from trialbook.tlf.cells import count_percent, decimal, estimate, in_percent, interval, p_value
from trialbook.tlf.footnotes import footnotes
from trialbook.tlf.report import Report
from trialbook.tlf.spec import DisplaySpec

QUANTILES = (("25 %", "q25"), ("Median", "median"), ("75 %", "q75"))
RATIOS = {
    Technique.HAZARD_RATIO: "Hazard ratio",
    Technique.SUBDISTRIBUTION: "Subdistribution hazard ratio",
    Technique.CAUSE_SPECIFIC: "Cause-specific hazard ratio",
}
TESTS = {
    Technique.LOG_RANK: "p value, log-rank test",
    Technique.STRATIFIED_LOG_RANK: "p value, stratified log-rank test",
    Technique.GRAY: "p value, Gray's test",
    Technique.STRATIFIED_GRAY: "p value, stratified Gray's test",
    Technique.PROPORTIONAL_HAZARDS: "p value, proportional hazards",
}


def survival_table(report: Report, spec: DisplaySpec) -> Table:
    """Events, quantiles in months and the estimate at the horizon, by arm; difference, ratios and tests."""
    analysis = report.analysis(spec.analysis)
    sizes = [report.size(analysis.set, arm.code) for arm in report.arms]
    rows = [
        _counted(report, analysis, Technique.SURVIVAL, label, statistic, sizes)
        for label, statistic in (
            ("Subjects with event, n (%)", "events"),
            ("Censored, n (%)", "censored"),
        )
    ]
    rows.append(Row((f"Quantiles, months ({report.confidence} CI)", "", "", ""), heading=True))
    for label, level in QUANTILES:
        cells = [_months(report.estimate(analysis.id, Technique.SURVIVAL, arm.code, level)) for arm in report.arms]
        rows.append(Row((label, *cells, ""), 1))
    rows.append(_at_horizon(report, analysis, Technique.SURVIVAL, Technique.SURVIVAL_DIFFERENCE))
    if Technique.FOLLOW_UP in analysis.techniques:
        cells = [_months(report.estimate(analysis.id, Technique.FOLLOW_UP, arm.code, "median")) for arm in report.arms]
        rows.append(Row((f"Median follow-up, months ({report.confidence} CI)", *cells, "")))
    return _table(report, spec, analysis, [*rows, *_compared(report, analysis)])


def incidence_table(report: Report, spec: DisplaySpec) -> Table:
    """Events and competing events, and the cumulative incidence at the horizon, by arm; difference, ratios and tests."""
    analysis = report.analysis(spec.analysis)
    sizes = [report.size(analysis.set, arm.code) for arm in report.arms]
    rows = [
        _counted(report, analysis, Technique.INCIDENCE, "Subjects with event, n (%)", "events", sizes),
        _counted(report, analysis, Technique.INCIDENCE, "Competing event first, n (%)", "competing", sizes),
        _at_horizon(report, analysis, Technique.INCIDENCE, Technique.INCIDENCE_DIFFERENCE),
    ]
    return _table(report, spec, analysis, [*rows, *_compared(report, analysis)])


def time_analyses(report: Report, spec: DisplaySpec) -> Table:
    """Main and sensitivity analyses under each other: events and the estimate of each arm, the difference or the ratio."""
    rows: list[Row] = []
    techniques: list[Technique] = []
    for name in spec.analyses:
        analysis = report.analysis(name)
        techniques += analysis.techniques
        curve = next(one for one in analysis.techniques if one in (Technique.SURVIVAL, Technique.INCIDENCE))
        difference = _difference_of(analysis)
        ratio = next((one for one in analysis.techniques if one in RATIOS), None)
        cells = []
        for arm in report.arms:
            events = report.number(name, curve, "events", arm.code)
            value = estimate(in_percent(report.estimate(name, curve, arm.code, f"day {_horizon(report, analysis)}")))
            cells.append(f"{'xx' if events is None else f'{events:.0f}'}; {value}")
        level = f"day {_horizon(report, analysis)}"
        differ = estimate(in_percent(report.estimate(name, difference, "difference", level))) if difference else ""
        told = estimate(report.estimate(name, ratio), 2) if ratio else ""
        rows.append(Row((report.title_of(name), *cells, differ, told)))
    arms = tuple(Column(arm.name, Align.NUMBER, f"Events; estimate, % ({report.confidence} CI)") for arm in report.arms)
    columns = (Column("Analysis", Align.LEFT), *arms, Column("Difference,\n% points"), Column("Hazard ratio"))
    notes = footnotes(report, dict.fromkeys(techniques))
    return report.table(spec, ["ADTTE"], columns, rows, notes)


def survival_figure(report: Report, spec: DisplaySpec) -> Figure:
    """Kaplan–Meier curves with their intervals and numbers at risk."""
    analysis = report.analysis(spec.analysis)
    of = times(report.trial, analysis) if report.trial else None
    drawn = [_survival_curve(of, arm, number) for number, arm in enumerate(report.arms)]
    endpoint = report.protocol.objectives.endpoint(analysis.endpoint)
    name = endpoint.name.split(" ", 1)[-1] if endpoint.name[:1].isdigit() else endpoint.name
    return _figure(report, spec, analysis, drawn, 1.0, spec.axis or f"{name[0].upper()}{name[1:]}, %", Technique.SURVIVAL)


def incidence_figure(report: Report, spec: DisplaySpec) -> Figure:
    """Cumulative incidence curves with numbers at risk."""
    analysis = report.analysis(spec.analysis)
    of = times(report.trial, analysis) if report.trial else None
    drawn = [_incidence_curve(of, arm, number) for number, arm in enumerate(report.arms)]
    return _figure(report, spec, analysis, drawn, 0.0, spec.axis or "Cumulative incidence, %", Technique.INCIDENCE)


def _survival_curve(of: Times | None, arm: Arm, number: int) -> Curve:
    if of is None:
        return Curve(arm.name, arm=number)
    curve = of.curves[arm.code]
    steps = curve.events > 0
    censored = np.repeat(curve.time, curve.censored)
    return Curve(
        arm.name,
        _in_months(curve.time[steps]),
        curve.survival[steps],
        curve.low[steps],
        curve.high[steps],
        _in_months(censored),
        number,
        float(_in_months(curve.time[-1:]).max(initial=0)),
    )


def _incidence_curve(of: Times | None, arm: Arm, number: int) -> Curve:
    if of is None:
        return Curve(arm.name, arm=number)
    curve = of.incidences[arm.code]
    steps = curve.events[0] > 0
    until = float(_in_months(curve.time[-1:]).max(initial=0))
    return Curve(
        arm.name,
        _in_months(curve.time[steps]),
        curve.incidence[0][steps],
        curve.low[0][steps],
        curve.high[0][steps],
        arm=number,
        until=until,
    )


def _figure(
    report: Report,
    spec: DisplaySpec,
    analysis: PlannedAnalysis,
    drawn: Sequence[Curve],
    start: float,
    y_title: str,
    technique: Technique,
) -> Figure:
    ticks = reported_days(report.protocol, _horizon(report, analysis))
    rows = []
    for arm in report.arms:
        found = [report.number(analysis.id, technique, "at_risk", arm.code, f"day {day}") for day in ticks]
        rows.append((arm.name, tuple("xx" if one is None else int(one) for one in found)))
    notes = []
    for ratio, name in RATIOS.items():
        if ratio in analysis.techniques:
            notes.append(f"{name} {estimate(report.estimate(analysis.id, ratio), 2)}")
            break
    for test in (Technique.LOG_RANK, Technique.GRAY):
        if test in analysis.techniques:
            value = p_value(report.number(analysis.id, test, "p_value", "difference"))
            notes.append(
                f"{TESTS[test].removeprefix('p value, ').capitalize()}: p {'' if value.startswith(('<', '>')) else '= '}{value}"
            )
    figure = curves(
        drawn,
        start=start,
        ticks=[round((day - 1) / DAYS_OF_MONTH) for day in ticks],
        y_title=y_title,
        beneath=(Beneath("Number at risk", tuple(rows)),),
        notes=notes,
    )
    told = footnotes(report, analysis.techniques)
    return report.figure(spec, ["ADTTE"], figure, told)


def _in_months(days: np.ndarray) -> np.ndarray:
    return np.asarray((days - 1) / DAYS_OF_MONTH)


def _horizon(report: Report, analysis: PlannedAnalysis) -> int:
    visit = report.protocol.objectives.endpoint(analysis.endpoint).visit
    return int(report.protocol.visits[visit].day or 0)


def _difference_of(analysis: PlannedAnalysis) -> Technique | None:
    known = (Technique.SURVIVAL_DIFFERENCE, Technique.INCIDENCE_DIFFERENCE)
    return next((one for one in analysis.techniques if one in known), None)


def _counted(
    report: Report, analysis: PlannedAnalysis, technique: Technique, label: str, statistic: str, sizes: Sequence[float | None]
) -> Row:
    numbers = [report.number(analysis.id, technique, statistic, arm.code) for arm in report.arms]
    return Row((label, *(count_percent(n, size) for n, size in zip(numbers, sizes, strict=True)), ""))


def _at_horizon(report: Report, analysis: PlannedAnalysis, technique: Technique, difference: Technique) -> Row:
    day = _horizon(report, analysis)
    visit = report.protocol.objectives.endpoint(analysis.endpoint).visit
    cells = [estimate(in_percent(report.estimate(analysis.id, technique, arm.code, f"day {day}"))) for arm in report.arms]
    found = estimate(in_percent(report.estimate(analysis.id, difference, "difference", f"day {day}")))
    label = f"Estimate at {visit.capitalize()} (day {day}), % ({report.confidence} CI)"
    return Row((label, *cells, found if difference in analysis.techniques else ""))


def _compared(report: Report, analysis: PlannedAnalysis) -> list[Row]:
    rows = [
        Row((f"{name} ({report.confidence} CI)", "", "", estimate(report.estimate(analysis.id, ratio), 2)), ruled=not number)
        for number, (ratio, name) in enumerate((one, name) for one, name in RATIOS.items() if one in analysis.techniques)
    ]
    return rows + [
        Row((label, "", "", p_value(report.number(analysis.id, test, "p_value", "difference"))))
        for test, label in TESTS.items()
        if test in analysis.techniques
    ]


def _months(found: tuple[float | None, float | None, float | None]) -> str:
    """Days, counted from day 1, as months passed."""
    value, low, high = (None if one is None else (one - 1) / DAYS_OF_MONTH for one in found)
    return f"{decimal(value)} {interval(low, high)}"


def _table(report: Report, spec: DisplaySpec, analysis: PlannedAnalysis, rows: list[Row]) -> Table:
    columns = (Column("", Align.LEFT), *report.arm_columns(analysis.set), Column("Comparison", Align.CENTRE))
    notes = footnotes(report, analysis.techniques)
    return report.table(spec, ["ADTTE"], columns, rows, notes)
