"""The commands about exports and datasets: demo, validate, check, map, simulate."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trialbook.cli.options import FAILED, StudyOption, open_study
from trialbook.errors import TrialbookError

if TYPE_CHECKING:
    from trialbook.findings import Threshold
    from trialbook.run import Run

app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)

OutOption = Annotated[
    Path | None, typer.Option("--out", metavar="DIR", help="Write findings.json, report.xlsx, report.html and queries.csv here")
]
FailOption = Annotated[
    str, typer.Option("--fail-on", metavar="SEVERITY", help="Exit 1 from this severity on: reject, error, warning or never")
]
CoreOption = Annotated[
    str,
    typer.Option(
        "--core",
        metavar="auto|off|PATH",
        help="CDISC's conformance rules: those installed, none, or those of a folder, file or zip",
    ),
]


@app.command(epilog="Example: trialbook demo --out out/demo")
def demo(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where everything is written")] = Path("out/demo"),
    study: StudyOption = None,
) -> None:
    """The whole job on a synthetic export: simulated, validated, mapped to SDTM, shown in the book."""
    from trialbook.demo import run_demo
    from trialbook.findings import Threshold
    from trialbook.terminal import print_run, progress

    with progress(7) as step:
        made = run_demo(open_study(study), out, step)
    print_run(made.run, Threshold.ERROR, made.report)
    typer.echo(f"The synthetic export, and what is broken in it: {made.simulated}")
    typer.echo(f"SDTM datasets: {made.sdtm}\nThe book: {made.book}")


VALIDATE_EXAMPLES = """\b
Example: trialbook validate exports/2026-10 --out out/october
Then, against that run, and with what the sites answered:
trialbook validate exports/2026-11 --previous out/october/findings.json --out out/november
trialbook validate exports/2026-12 --previous out/november/findings.json --answers answered.csv --out out/december
"""


@app.command(epilog=VALIDATE_EXAMPLES)
def validate(
    export: Annotated[Path, typer.Argument(metavar="EXPORT", help="Raw export: a folder, a zip, a CSV file or a workbook")],
    out: OutOption = None,
    fail_on: FailOption = "error",
    core: CoreOption = "auto",
    skip_unreadable: Annotated[
        bool, typer.Option("--skip-unreadable", help="Go on without the files that can't be read; each is a Reject")
    ] = False,
    previous: Annotated[
        Path | None,
        typer.Option("--previous", metavar="FILE", help="findings.json of an earlier run: what is new, persists, is resolved"),
    ] = None,
    answers: Annotated[
        Path | None,
        typer.Option("--answers", metavar="FILE", help="queries.csv with the sites' answers, as Excel saved it"),
    ] = None,
    exported: Annotated[
        str | None,
        typer.Option(
            "--exported",
            metavar="DATE",
            help="The day on which it was made [default: as it says, else today]: no date may be later",
        ),
    ] = None,
    study: StudyOption = None,
) -> None:
    """Raw export to findings, each traced to the raw cell."""
    start_engine()
    from trialbook.conformance.choice import core_choice
    from trialbook.terminal import progress

    threshold, wanted, day = read_threshold(fail_on), core_choice(core), read_day(exported)
    with progress(6) as step:
        run = open_study(study).validate(export, wanted, step, skip_unreadable, previous, answers, exported=day)
    write_and_print(run, out, threshold)


@app.command(epilog="Example: trialbook check sdtm/ --no-study --out out/check")
def check(
    datasets: Annotated[
        Path, typer.Argument(metavar="DATASETS", help="SDTM datasets: .xpt, Dataset-JSON, .parquet, or .csv with _datasets.csv")
    ],
    no_study: Annotated[bool, typer.Option("--no-study", help="Apply the standard alone; no study is needed")] = False,
    out: OutOption = None,
    fail_on: FailOption = "error",
    core: CoreOption = "auto",
    study: StudyOption = None,
) -> None:
    """SDTM datasets that exist already to findings."""
    start_engine()
    from trialbook.conformance.choice import core_choice
    from trialbook.terminal import progress

    threshold, wanted = read_threshold(fail_on), core_choice(core)
    if no_study and study is not None:
        raise TrialbookError("--no-study and --study exclude each other", remedy="Give one of them.")
    with progress(3) as step:
        if no_study:
            from trialbook.run import check_standard_only

            run = check_standard_only(datasets, wanted, step)
        else:
            run = open_study(study).check(datasets, wanted, step)
    write_and_print(run, out, threshold)


@app.command("map", epilog="Example: trialbook map exports/2026-11 --out out/sdtm --format json")
def map_(
    export: Annotated[Path, typer.Argument(metavar="EXPORT", help="Raw export: a folder, a zip, a CSV file or a workbook")],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the datasets are written")],
    format: Annotated[str, typer.Option("--format", metavar="FORMAT", help="xpt, json (Dataset-JSON), parquet or csv")] = "xpt",
    study: StudyOption = None,
) -> None:
    """Raw export to SDTM datasets, without checks."""
    from trialbook.findings.terms import PLACEHOLDER
    from trialbook.reports import opening
    from trialbook.run import write_sdtm
    from trialbook.terminal import progress

    with progress(3) as step:
        mapped = open_study(study).map(export, step)
        write_sdtm(mapped.datasets.values(), out, format, mapped.synthetic)
    if mapped.synthetic is not None:
        typer.echo(f"SYNTHETIC DATA  {opening(mapped.synthetic)}")
    for one in mapped.datasets.values():
        typer.echo(f"{one.name:<8} {len(one.frame):>8,} records  {one.label}")
    for issue in mapped.issues:
        # What stands in braces is the record's own value, and the records differ.
        message = PLACEHOLDER.sub(r"\1", issue.message)
        typer.echo(f"{issue.domain}: {len(issue.records):,} record{'s' * (len(issue.records) != 1)}: {message}", err=True)
    for name, reason in mapped.not_made.items():
        typer.echo(f"{name} is not made: {reason}", err=True)
    typer.echo(f"Datasets: {out}")


@app.command(epilog="Example: trialbook simulate --out out/simulated --subjects 96 --defects 0.02 --layout workbook")
def simulate(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where export/ and, with defects, defects.json are written")],
    subjects: Annotated[
        int | None, typer.Option("--subjects", metavar="N", help="Subjects of the trial (default: as many as the protocol plans)")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", metavar="S", help="The same seed and subjects give the same data")] = 1,
    defects: Annotated[float, typer.Option("--defects", metavar="RATE", help="The part of the records to break, 0 to 1")] = 0.0,
    layout: Annotated[str, typer.Option("--layout", metavar="LAYOUT", help="csv, zip, workbook, odm or redcap")] = "csv",
    study: StudyOption = None,
) -> None:
    """A synthetic export: the study's course of disease, written as sites write, broken in named ways if asked for."""
    from trialbook.simulation import simulate_export
    from trialbook.terminal import progress

    loaded = open_study(study)
    wanted = loaded.protocol.study.design.planned_subjects if subjects is None else subjects
    if wanted is None:
        what = "--subjects is needed: protocol/study.yml does not say how many subjects are planned (design.planned_subjects)"
        raise TrialbookError(what, remedy="Give the number of subjects.")
    with progress(4) as step:
        made = simulate_export(loaded.root, loaded.protocol.id, loaded.specs, out, wanted, seed, defects, layout, step)
    typer.echo(made.summary)


def start_engine() -> None:
    """CDISC's engine takes seconds to start, and does so beside everything else; that it can't is told where it is needed."""
    from trialbook.conformance.engine import warm_engine

    with suppress(TrialbookError):
        warm_engine()


def read_threshold(word: str) -> Threshold:
    """The threshold that a word of ``--fail-on`` names."""
    from trialbook.findings import Threshold

    try:
        return Threshold(word.lower())
    except ValueError:
        known = ", ".join(Threshold)
        raise TrialbookError(f"--fail-on takes {known}; found {word!r}", remedy="Give one of them.") from None


def read_day(text: str | None) -> date | None:
    """The date that ``--exported`` gives."""
    try:
        return None if text is None else datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        what = f"--exported takes a date, YYYY-MM-DD; found {text!r}"
        raise TrialbookError(what, remedy="Give the day of the export, as 2026-10-31.") from None


def write_and_print(run: Run, out: Path | None, threshold: Threshold) -> None:
    """Write the reports if a folder is named, say what was found, and end with exit code 1 where the gate stays closed."""
    from trialbook.outputs import output_folder
    from trialbook.terminal import print_run

    if out is not None:
        with output_folder(out) as folder:
            run.write(folder, threshold)
    print_run(run, threshold, None if out is None else out / "report.html")
    if not run.gate_open(threshold):
        raise typer.Exit(FAILED)
