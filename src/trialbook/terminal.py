"""What a person sees on the terminal while a command runs and when it is done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from trialbook.findings import Threshold
from trialbook.findings.terms import PLACEHOLDER
from trialbook.mapping.column_use import ColumnStatus
from trialbook.reports import terminal_summary
from trialbook.run import Run

if TYPE_CHECKING:
    from trialbook.analysis.second.compare import Comparison
    from trialbook.book.verify import Verdict
    from trialbook.mapping import MappingIssue
    from trialbook.mapping.lint import LintReport
    from trialbook.run.analysis import Analysed
    from trialbook.screening import Screening

SHOWN_AFTER_SECONDS = 2.0
WORST_SHOWN = 10
"""So many numbers on which two paths disagree are named; ``results.json`` has all."""
VERDICT_STYLES = {"ELIGIBLE": "green", "NOT ELIGIBLE": "red", "UNDETERMINED": "yellow"}


class _Steps:
    """Moves a bar: called at the beginning of each step, and ``within`` one as it goes on."""

    def __init__(self, bar: Progress, task: TaskID):
        self._bar, self._task, self._begun = bar, task, 0

    def __call__(self, name: str) -> None:
        self._bar.update(self._task, description=name, completed=self._begun)
        self._begun += 1

    def within(self, what: str, done: int, total: int) -> None:
        """A part of the step that has begun."""
        self._bar.update(self._task, description=f"{what} ({done} of {total})", completed=self._begun - 1 + done / max(total, 1))


@contextmanager
def progress(steps: int | None) -> Iterator[Callable[[str], None]]:
    """A bar on stderr for a command of so many steps (None: nobody knows), shown on a terminal once it has taken two seconds.

    Gives the function to call at the beginning of each step.
    """
    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
    task = bar.add_task("starting", total=steps)
    timer = Timer(SHOWN_AFTER_SECONDS, bar.start)
    timer.daemon = True
    timer.start()
    try:
        yield _Steps(bar, task)
    finally:
        timer.cancel()
        bar.stop()


def print_run(run: Run, threshold: Threshold, report: Path | None) -> None:
    """The summary of a run, and where its report is."""
    console = Console(highlight=False)
    console.print(terminal_summary(run.results, threshold, report), soft_wrap=True)
    if report is None:
        console.print("No report written: name a folder with --out DIR.", style="dim")


def print_analysis(analysed: Analysed, comparison: Comparison | None, out: Path | None) -> None:
    """How many subjects each analysis set has, how many numbers were computed, what two paths agree on, and where they are."""
    console = Console(highlight=False)
    trial = analysed.trial
    if trial is not None:
        if trial.synthetic is not None:
            console.print(f"SYNTHETIC DATA  {trial.synthetic}", markup=False)
        for one in trial.protocol.analysis.sets:
            sizes = ", ".join(f"{arm.name} {trial.size(one.id)[arm.code]}" for arm in trial.arms)
            console.print(f"{one.name:<16} {sizes}", markup=False)
        for name, dataset in trial.datasets.items():
            console.print(f"{name:<8} {len(dataset.frame):>8,} records  {dataset.label}", markup=False)
            for notice in dataset.notices:
                console.print(f"{'':<17} {notice}", markup=False, soft_wrap=True)
    if analysed.violations:
        console.print(f"Against ADaM's rules: {len(analysed.violations):,}", markup=False)
        for violation in analysed.violations:
            console.print(f"  {violation}", markup=False, soft_wrap=True)
    if analysed.results is not None:
        unknown = sum(1 for one in analysed.results.results if one.reason)
        console.print(f"{len(analysed.results.results):,} numbers, {unknown:,} of them not estimable, each with its reason")
    if comparison is not None:
        counts = ", ".join(f"{number:,} {what}" for what, number in comparison.counts.items())
        console.print(f"By two paths: {counts}", style="green" if comparison.agree else "red")
        for compared in comparison.worst(WORST_SHOWN) if not comparison.agree else ():
            named = ", ".join(part for part in compared.key if part)
            console.print(f"  {named}: {compared.first:.7g} and {compared.second:.7g}", markup=False, soft_wrap=True)
    if out is None:
        console.print("Nothing written: name a folder with --out DIR.", style="dim")
    else:
        console.print(f"Tables and figures: {out / 'report.html'}", markup=False, soft_wrap=True)


def print_screening(screening: Screening, out: Path | None) -> None:
    """The verdict on each subject, what keeps it out and what would decide it; then how many there are of each."""
    console = Console(highlight=False)
    statement = f"SYNTHETIC DATA  {screening.synthetic}" if screening.synthetic is not None else None
    table = Table("Subject", "Verdict", "Failed", "Missing", "Warnings", title=statement, title_justify="left")
    for row in screening.frame.itertuples(index=False, name=None):
        table.add_row(*(Text(cell, VERDICT_STYLES.get(cell, "")) for cell in row))
    console.print(table)
    counts = ", ".join(f"{count:,} {verdict}" for verdict, count in screening.counts.items())
    many = len(screening.who) != 1
    console.print(f"{len(screening.who):,} subject{'s' * many}: {counts}")
    if out is not None:
        console.print(f"Verdicts: {out}", soft_wrap=True, markup=False)


def print_issues(issues: Sequence[MappingIssue]) -> None:
    """On stderr, what mapping could not do: a line for each issue."""
    console = Console(stderr=True, highlight=False)
    for issue in issues:
        # What stands in braces is the record's own value, and the records differ.
        message = PLACEHOLDER.sub(r"\1", issue.message)
        where = f" in {', '.join(issue.variables)} of {issue.table}" if not issue.of_dataset else ""
        count = len(issue.records)
        console.print(f"{issue.domain}: {count:,} record{'s' * (count != 1)}{where}: {message}", markup=False, soft_wrap=True)


def print_lint(report: LintReport, brief: bool) -> None:
    """What becomes of each raw column, unless ``brief``, then each complaint with file and line: nothing scrolls it away."""
    console = Console(highlight=False)
    table = Table("Form", "Column", "Status", "Goes to, or why not", title="Raw columns", title_justify="left")
    for column in report.columns:
        table.add_row(*(Text(cell) for cell in (column.form, column.column, column.status, column.text)))
    if not brief:
        console.print(table)
    for one in report.complaints:
        console.print(f"{one.severity}: {one.file}, line {one.line}: {one.place}: {one.text}", markup=False, soft_wrap=True)
    errors = sum(one.severity == "Error" for one in report.complaints)
    fates = Counter(column.status for column in report.columns)
    columns = ", ".join(f"{fates[status]} {status}" for status in ColumnStatus if fates[status])
    console.print(f"{errors} errors, {len(report.complaints) - errors} warnings. Raw columns: {columns}.")


def print_verdict(verdict: Verdict, changed: Sequence[str], compared: bool) -> None:
    """What a site's check found, a line for each difference; then, where it was ``compared`` with another, what changed."""
    console = Console(highlight=False)

    def told(what: str, found: Sequence[str], none: str) -> None:
        console.print(f"{what}: {len(found)}" if found else f"{what}: {none}", style="bold")
        for line in found:
            console.print(f"  {line}", markup=False, soft_wrap=True)

    told("Files that differ from the site's manifest", verdict.files, "none")
    if verdict.rebuilt:
        told("Inputs that differ from those of the site", verdict.inputs, "none")
        told("Results that differ when the book is built again", verdict.results, "none")
    else:
        console.print(
            "Inputs and results were not compared: name the study with --study to build the book again.", soft_wrap=True
        )
    if compared:
        told("Results that changed since the older site", changed, "none")
