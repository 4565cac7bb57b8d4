"""Tables and figures of laboratory values: by visit, shifts of grade, Hy's law."""

from __future__ import annotations

from trialbook.analysis.techniques.described import SEPARATOR, Descriptions
from trialbook.analysis.techniques.safety import liver_peaks
from trialbook.displays.display import Align, Column, Figure, Row, Table
from trialbook.displays.drawings.hys_law import LiverTests, hys_law_plot
from trialbook.protocol.analysis import Technique
from trialbook.tlf.cells import count, decimal
from trialbook.tlf.report import Report
from trialbook.tlf.spec import DisplaySpec

GRADES = ("0", "1", "2", "3", "4")
"""A value has no grade 5."""


def laboratory_table(report: Report, spec: DisplaySpec) -> Table:
    """Value and change of parameters at each visit: number, mean and standard deviation, median."""
    analysis = report.analysis(spec.analysis)
    technique = Technique.LABORATORY
    levels = [one for one in report.levels(analysis.id, technique) if one.count(SEPARATOR) == 1]
    names = report.parameter_names("ADLB")
    rows: list[Row] = []
    for paramcd in spec.parameters or sorted({one.partition(SEPARATOR)[0] for one in levels}):
        rows.append(Row((names.get(paramcd, paramcd),), heading=True, ruled=bool(rows)))
        visits = [one.partition(SEPARATOR)[2] for one in levels if one.startswith(f"{paramcd}{SEPARATOR}")]
        for visit in visits or ["Baseline"]:
            cells = []
            for arm in report.arms:
                level = SEPARATOR.join((paramcd, visit))
                cells += [
                    count(report.number(analysis.id, technique, "n", arm.code, level)),
                    _mean(report, analysis.id, arm.code, level),
                    _mean(report, analysis.id, arm.code, SEPARATOR.join((level, "change"))),
                ]
            rows.append(Row((visit.capitalize(), *cells), 1))
    heads = ("n", "Mean (SD)", "Change,\nmean (SD)")
    columns = (Column("", Align.LEFT), *report.columns_by_arm(analysis.set, heads))
    return report.table(
        spec, ["ADLB"], columns, rows, ("Of several values in a visit's window the last. Change: from baseline.",)
    )


def shift_table(report: Report, spec: DisplaySpec) -> Table:
    """The grade at baseline (rows) against the worst after it (columns), of each parameter and arm."""
    analysis = report.analysis(spec.analysis)
    levels = [one.split(SEPARATOR) for one in report.levels(analysis.id, Technique.SHIFT)]
    names = report.parameter_names("ADLB")
    rows: list[Row] = []
    for paramcd in sorted({one[0] for one in levels}) or ["xxxxx"]:
        rows.append(Row((names.get(paramcd, paramcd),), heading=True, ruled=bool(rows)))
        for before in sorted({one[1] for one in levels if one[0] == paramcd}) or ["0"]:
            cells = [
                count(report.number(analysis.id, Technique.SHIFT, "subjects", arm.code, SEPARATOR.join((paramcd, before, after))))
                for arm in report.arms
                for after in GRADES
            ]
            rows.append(Row((f"Grade {before}" if before.isdigit() else before, *cells), 1))
    columns = (Column("Baseline", Align.LEFT), *report.columns_by_arm(analysis.set, [f"Grade {one}" for one in GRADES]))
    return report.table(
        spec,
        ["ADLB"],
        columns,
        rows,
        ("Subjects by the worst CTCAE grade after baseline, in the safety window, by value alone.",),
    )


def hys_law_figure(report: Report, spec: DisplaySpec) -> Figure:
    """Highest transaminase against highest bilirubin of each subject."""
    analysis = report.analysis(spec.analysis)
    tests = [LiverTests(arm.name) for arm in report.arms]
    if report.trial is not None:
        peaks = liver_peaks(Descriptions(report.trial, analysis))
        own = [peaks[peaks["ARMCD"] == arm.code] for arm in report.arms]
        tests = [
            LiverTests(arm.name, one["TRANSAMINASE"].tolist(), one["BILIRUBIN"].tolist())
            for arm, one in zip(report.arms, own, strict=True)
        ]
    return report.figure(
        spec,
        ["ADLB"],
        hys_law_plot(tests),
        ("ULN: upper limit of normal. Each subject at its highest values on treatment or observation.",),
    )


def _mean(report: Report, analysis: str, group: str, level: str) -> str:
    n, mean, sd = report.numbers(analysis, Technique.LABORATORY, ("n", "mean", "sd"), group, level)
    if n is not None and not n:
        return ""
    return f"{decimal(mean)} ({decimal(sd, 2)})" if n is None or n > 1 else decimal(mean)
