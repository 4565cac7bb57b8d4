"""Tables and figures of the subjects: their flow through the trial, how they were at baseline, deviations from the protocol."""

from __future__ import annotations

from collections.abc import Sequence

from trialbook.analysis.adam.dataset import describe, variables_of
from trialbook.analysis.adam.loading import SUBJECTS
from trialbook.analysis.techniques.described import SEPARATOR
from trialbook.displays.display import Align, Column, Figure, Row, Table
from trialbook.displays.drawings.flow import flow_diagram
from trialbook.displays.drawings.flow_counts import ArmFlow, Count, Flow
from trialbook.protocol.analysis import Technique
from trialbook.tlf.cells import count_percent, decimal
from trialbook.tlf.report import Report
from trialbook.tlf.spec import DescribedVariable, DisplaySpec

LOST = "LOST TO FOLLOW-UP"


def flow_figure(report: Report, spec: DisplaySpec) -> Figure:
    """The CONSORT flow diagram."""
    analysis = report.analysis(spec.analysis)
    arms = tuple(_arm_flow(report, spec.analysis, arm.code, arm.name, analysis.set) for arm in report.arms)
    everyone = _count(report, spec.analysis, "all", "screened")
    excluded = _count(report, spec.analysis, "all", "not randomized", reasons=True)
    flow = Flow(everyone, excluded, _count(report, spec.analysis, "all", "randomized"), arms)
    figure = flow_diagram(flow, analysed=report.protocol.analysis.set(analysis.set).name)
    return report.figure(spec, ["ADSL"], figure, population="All screened")


def disposition_table(report: Report, spec: DisplaySpec) -> Table:
    """What became of treatment and of participation, by arm, with reasons; who is in which analysis set."""
    analysis = report.analysis(spec.analysis)
    rows: list[Row] = []
    for title, level in (("Study treatment", "treatment"), ("Study participation", "study")):
        rows.append(Row((title,), heading=True, ruled=bool(rows)))
        for value, label in (("COMPLETED", "Completed"), ("ONGOING", "Ongoing"), ("DISCONTINUED", "Discontinued")):
            rows.append(_row(report, spec.analysis, label, (level, value), analysis.set, 1))
        start = SEPARATOR.join((level, "DISCONTINUED", ""))
        reasons = sorted({one.removeprefix(start) for one in _levels(report, spec.analysis) if one.startswith(start)})
        rows += [_row(report, spec.analysis, one.capitalize(), (level, "DISCONTINUED", one), analysis.set, 2) for one in reasons]
    rows.append(Row(("Analysis sets",), heading=True, ruled=True))
    for one in report.protocol.analysis.sets:
        rows.append(_row(report, spec.analysis, one.name, ("set", one.id), analysis.set, 1))
    return _table(report, spec, rows)


def baseline_table(report: Report, spec: DisplaySpec) -> Table:
    """Numbers and categories at baseline, by arm and together."""
    analysis = report.analysis(spec.analysis)
    groups = [*(arm.code for arm in report.arms), "all"]
    known, adsl = _levels(report, spec.analysis, Technique.BASELINE), report.specs.datasets[SUBJECTS]
    rows: list[Row] = []
    for name in report.specs.endpoints.baseline:
        variable, told = describe(adsl, name, variables_of(adsl).get(name)), spec.variables.get(name, DescribedVariable())
        values = [one.partition(SEPARATOR)[2] for one in known if one.startswith(f"{name}{SEPARATOR}")]
        rows.append(Row((told.label or variable.label,), heading=True))
        if variable.type == "Num":
            rows += _numbers(report, spec.analysis, name, groups, told.decimals)
            continue
        for value in values or ["xxxxx"]:
            numbers = [
                report.number(spec.analysis, Technique.BASELINE, "subjects", one, f"{name}{SEPARATOR}{value}") for one in groups
            ]
            sizes = [report.size(analysis.set, None if one == "all" else one) for one in groups]
            rows.append(
                Row((told.values.get(value, value), *(count_percent(n, size) for n, size in zip(numbers, sizes, strict=True))), 1)
            )
    columns = (Column("", Align.LEFT), *report.arm_columns(analysis.set), Column(f"All\n(N = {_n(report, analysis.set)})"))
    notes = ("Quartiles: the mean of the two neighbours where a quartile lies between values (SAS, PCTLDEF=5).",)
    return report.table(spec, ["ADSL"], columns, rows, notes)


def deviations_table(report: Report, spec: DisplaySpec) -> Table:
    """Subjects with each kind of deviation."""
    analysis = report.analysis(spec.analysis)
    kinds = [("Any", "any"), *((one.text, one.id) for one in report.specs.endpoints.deviations)]
    rows = [
        _row(report, spec.analysis, text, (level,), analysis.set, int(level != "any"), Technique.DEVIATIONS)
        for text, level in kinds
    ]
    datasets = dict.fromkeys([SUBJECTS, *(one.dataset for one in report.specs.endpoints.deviations)])
    return _table(report, spec, rows, list(datasets))


def _arm_flow(report: Report, analysis: str, code: str, name: str, population: str) -> ArmFlow:
    technique = Technique.DISPOSITION
    allocated = report.number(analysis, technique, "subjects", code, "randomized")
    treated_arm = next(arm.treated for arm in report.arms if arm.code == code)
    received = report.number(analysis, technique, "subjects", code, "treated") if treated_arm else allocated
    analysed = report.number(analysis, technique, "subjects", code, SEPARATOR.join(("set", population)))
    start = SEPARATOR.join(("study", "DISCONTINUED", ""))
    reasons = {
        one.removeprefix(start): report.number(analysis, technique, "subjects", code, one) or 0
        for one in _levels(report, analysis)
        if one.startswith(start)
    }
    lost = reasons.pop(LOST, 0)
    stopped = tuple((one.capitalize(), int(number)) for one, number in reasons.items() if number)
    known = report.results is not None
    return ArmFlow(
        name,
        _whole(allocated),
        _whole(received),
        Count(int(allocated - received)) if allocated is not None and received is not None else Count(),
        Count(int(lost)) if known else Count(),
        Count(sum(number for _, number in stopped), stopped) if known else Count(),
        _whole(analysed),
        Count(int(allocated - analysed)) if allocated is not None and analysed is not None else Count(),
    )


def _whole(number: float | None) -> Count:
    return Count() if number is None else Count(int(number))


def _count(report: Report, analysis: str, group: str, level: str, *, reasons: bool = False) -> Count:
    number = report.number(analysis, Technique.DISPOSITION, "subjects", group, level)
    if number is None:
        return Count()
    start = f"{level}{SEPARATOR}"
    named = [one for one in _levels(report, analysis) if one.startswith(start)] if reasons else []
    told = tuple(
        (one.removeprefix(start).capitalize(), int(report.number(analysis, Technique.DISPOSITION, "subjects", group, one) or 0))
        for one in named
    )
    return Count(int(number), told)


def _levels(report: Report, analysis: str, technique: Technique = Technique.DISPOSITION) -> list[str]:
    return report.levels(analysis, technique)


def _row(
    report: Report,
    analysis: str,
    label: str,
    level: tuple[str, ...],
    population: str,
    indent: int,
    technique: Technique = Technique.DISPOSITION,
) -> Row:
    cells = [
        count_percent(
            report.number(analysis, technique, "subjects", arm.code, SEPARATOR.join(level)), report.size(population, arm.code)
        )
        for arm in report.arms
    ]
    return Row((label, *cells), indent)


def _numbers(report: Report, analysis: str, name: str, groups: list[str], decimals: int) -> list[Row]:
    found = [
        report.numbers(analysis, Technique.BASELINE, ("n", "mean", "sd", "median", "q1", "q3", "minimum", "maximum"), one, name)
        for one in groups
    ]

    def told(value: float | None, more: int = 1) -> str:
        return decimal(value, decimals + more)

    return [
        Row(("n", *(decimal(one[0], 0) for one in found)), 1),
        Row(("Mean (SD)", *(f"{told(one[1])} ({told(one[2], 2)})" for one in found)), 1),
        Row(("Median (Q1, Q3)", *(f"{told(one[3])} ({told(one[4])}, {told(one[5])})" for one in found)), 1),
        Row(("Min, max", *(f"{told(one[6], 0)}, {told(one[7], 0)}" for one in found)), 1),
    ]


def _n(report: Report, population: str) -> str:
    size = report.size(population)
    return "xx" if size is None else f"{size:.0f}"


def _table(report: Report, spec: DisplaySpec, rows: list[Row], datasets: Sequence[str] = (SUBJECTS,)) -> Table:
    population = report.analysis(spec.analysis).set
    columns = (Column("", Align.LEFT), *(Column(f"{one.header}\nn (%)", one.align) for one in report.arm_columns(population)))
    return report.table(spec, datasets, columns, rows)
