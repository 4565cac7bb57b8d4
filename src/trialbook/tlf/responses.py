"""Tables and figures of a response: the primary analysis, its sensitivity analyses, subgroups, tipping points."""

from __future__ import annotations

from trialbook.analysis.adam.responders import INTERCURRENT, MISSING, NO_RESPONSE
from trialbook.analysis.execute import responses
from trialbook.analysis.techniques.responses import tipping_grid
from trialbook.displays.display import Align, Column, Figure, Row, Table
from trialbook.displays.drawings.forest import Effect, forest_plot
from trialbook.displays.drawings.tipping import tipping_grid as tipping_drawing
from trialbook.protocol.analysis import Technique
from trialbook.tlf.cells import count, count_percent, estimate, in_percent, p_value, rounded
from trialbook.tlf.footnotes import footnotes
from trialbook.tlf.report import Report
from trialbook.tlf.spec import DisplaySpec

DIFFERENCES = {
    Technique.STRATIFIED_DIFFERENCE: "Difference, stratified",
    Technique.DIFFERENCE: "Difference, unstratified",
    Technique.NEWCOMBE: "Difference, unstratified (Newcombe)",
    Technique.IMPUTATION: "Difference, multiple imputation",
}
TESTS = {Technique.TEST: "p value, primary test", Technique.STRATIFIED_TEST: "p value, CMH", Technique.IMPUTATION: "p value"}


def response_table(report: Report, spec: DisplaySpec) -> Table:
    """Responders of each arm, what the others were, the differences with their intervals, and the tests."""
    analysis = report.analysis(spec.analysis)
    sizes = [report.size(analysis.set, arm.code) for arm in report.arms]
    rows = [_by_arm(report, analysis.id, "Responders, n (%)", "responders", "", sizes)]
    proportions = [report.estimate(analysis.id, Technique.PROPORTION, arm.code) for arm in report.arms]
    shown = [estimate(in_percent(one)) for one in proportions]
    rows.append(Row((f"Proportion, % ({report.confidence} CI)", *shown, "")))
    rows.append(Row(("Non-responders, n (%)", "", "", ""), heading=True))
    for category, label in (
        (NO_RESPONSE, "No response observed"),
        (INTERCURRENT, "Intercurrent event before"),
        (MISSING, "No evaluable value in the window"),
    ):
        rows.append(_by_arm(report, analysis.id, label, "subjects", category, sizes, indent=1))
    for technique in analysis.techniques:
        if technique in DIFFERENCES:
            found = estimate(in_percent(report.estimate(analysis.id, technique)))
            rows.append(
                Row((f"{DIFFERENCES[technique]}, % points ({report.confidence} CI)", "", "", found), ruled=not _compared(rows))
            )
    for technique in analysis.techniques:
        if technique in TESTS:
            rows.append(Row((TESTS[technique], "", "", p_value(report.number(analysis.id, technique, "p_value", "difference")))))
    columns = (Column("", Align.LEFT), *report.arm_columns(analysis.set), Column("Comparison", Align.CENTRE))
    notes = footnotes(report, analysis.techniques)
    return report.table(spec, _datasets(report, spec), columns, rows, notes)


def response_analyses(report: Report, spec: DisplaySpec) -> Table:
    """Main, sensitivity and supplementary analyses under each other: responders by arm and the difference of each."""
    rows: list[Row] = []
    techniques: list[Technique] = []
    for name in spec.analyses:
        analysis = report.analysis(name)
        used = next(one for one in analysis.techniques if one in DIFFERENCES)
        techniques += analysis.techniques
        cells = []
        for arm in report.arms:
            if used is Technique.IMPUTATION:
                cells.append("imputed")
            else:
                number = report.number(name, Technique.PROPORTION, "responders", arm.code)
                cells.append(count_percent(number, report.number(name, Technique.PROPORTION, "subjects", arm.code)))
        found = estimate(in_percent(report.estimate(name, used)))
        rows.append(Row((report.title_of(name), *cells, found)))
    arms = tuple(Column(arm.name, Align.NUMBER, "Responders, n (%)") for arm in report.arms)
    columns = (Column("Analysis", Align.LEFT), *arms, Column(f"Difference, % points\n({report.confidence} CI)"))
    notes = footnotes(report, dict.fromkeys(techniques))
    return report.table(spec, _datasets(report, spec), columns, rows, notes)


def response_forest(report: Report, spec: DisplaySpec) -> Figure:
    """The difference in each value of a variable, beside that of the main analysis (the second that the display names)."""
    analysis, overall = report.analysis(spec.analysis), report.analysis(spec.analyses[1])
    used = next(one for one in overall.techniques if one in DIFFERENCES)
    rows = [_effect(report, analysis.id, Technique.DIFFERENCE, one) for one in report.levels(analysis.id, Technique.DIFFERENCE)]
    rows.append(_effect(report, overall.id, used, ""))
    drawing = forest_plot(
        rows,
        axis="Difference of proportions, % points",
        null=0.0,
        before=tuple(f"{arm.name}, n/N (%)" for arm in report.arms),
        after=(f"Difference ({report.confidence} CI)",),
        label=report.label(analysis.by),
        favours=(report.arms[1].name, report.arms[0].name),
    )
    notes = footnotes(report, (Technique.DIFFERENCE,))
    return report.figure(spec, _datasets(report, spec), drawing, notes)


def tipping_figure(report: Report, spec: DisplaySpec) -> Figure:
    """The p value of each number of responders among the missing of both arms."""
    analysis = report.analysis(spec.analysis)
    grid = tipping_grid(responses(report.trial, analysis)) if report.trial else None
    drawing = tipping_drawing(
        grid.p_values if grid else [],
        grid.conclusions if grid else [],
        arms=(report.arms[0].name, report.arms[1].name),
        alpha=report.protocol.analysis.testing.alpha,
    )
    notes = ("Each cell is the p value of the primary test, had so many of those without a value responded.",)
    return report.figure(spec, _datasets(report, spec), drawing, notes)


def _by_arm(
    report: Report, analysis: str, label: str, statistic: str, level: str, sizes: list[float | None], indent: int = 0
) -> Row:
    numbers = [report.number(analysis, Technique.PROPORTION, statistic, arm.code, level) for arm in report.arms]
    return Row((label, *(count_percent(n, size) for n, size in zip(numbers, sizes, strict=True)), ""), indent)


def _effect(report: Report, analysis: str, technique: Technique, level: str) -> Effect:
    counts = []
    for arm in report.arms:
        n, of = report.numbers(analysis, Technique.PROPORTION, ("responders", "subjects"), arm.code, level)
        share = "xx.x" if n is None or not of else rounded(100 * n / of, 1)
        counts.append(f"{count(n)}/{count(of)} ({share})")
    shown = in_percent(report.estimate(analysis, technique, "difference", level))
    value, low, high = shown if all(one is not None and one == one for one in shown) else (None, None, None)
    return Effect(level or "All", tuple(counts), (estimate(shown),), value, low, high, overall=not level)


def _compared(rows: list[Row]) -> bool:
    return any(row.ruled for row in rows)


def _datasets(report: Report, spec: DisplaySpec) -> list[str]:
    return [report.dataset_of(report.analysis(name)) for name in spec.analyses]
