"""The command line: arguments in, exit code out; what a command does lives elsewhere.

Exit codes: 0 done, 1 findings at or over the threshold (or a gate that stays closed), 2 the run could not be made. Every import
of substance is inside its command, so that ``--help`` answers at once.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trialbook import __version__
from trialbook.errors import TrialbookError

if TYPE_CHECKING:
    from trialbook.findings import Threshold
    from trialbook.run import Run, Study

FAILED, UNUSABLE = 1, 2

app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
book_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="The book: its pages, executed.")
specs_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="The specifications, held against the standards.")
ct_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Controlled terminology packages of the study.")
app.add_typer(book_app, name="book")
app.add_typer(specs_app, name="specs")
app.add_typer(ct_app, name="ct")

StudyOption = Annotated[
    Path | None,
    typer.Option("--study", metavar="DIR", help="The study's folder [default: the nearest one upward with protocol/study.yml]"),
]
OutOption = Annotated[
    Path | None, typer.Option("--out", metavar="DIR", help="Write findings.json, report.xlsx, report.html and queries.csv here")
]
FailOption = Annotated[
    str, typer.Option("--fail-on", metavar="SEVERITY", help="Exit 1 from this severity on: reject, error, warning or never")
]
CoreOption = Annotated[
    str, typer.Option("--core", metavar="auto|off", help="CDISC's conformance rules: those installed, or none")
]


def main() -> None:
    """Run the command line; a user's error is one message on stderr and exit code 2."""
    try:
        app()
    except TrialbookError as error:
        typer.secho(f"trialbook: {error}", err=True, fg=typer.colors.RED if sys.stderr.isatty() else None)
        raise SystemExit(UNUSABLE) from None


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"trialbook {__version__}")
        raise typer.Exit


@app.callback()
def trialbook(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")] = False,
) -> None:
    """A clinical trial as a book that runs: EDC exports to SDTM, checked cell by cell, beside the protocol."""


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
        made = run_demo(_study(study), out, step)
    print_run(made.run, Threshold.ERROR, made.report)
    typer.echo(f"The synthetic export, and what is broken in it: {made.simulated}")
    typer.echo(f"SDTM datasets: {made.sdtm}\nThe book: {made.book}")


@app.command(epilog="Example: trialbook validate exports/2026-11 --out out/validation")
def validate(
    export: Annotated[Path, typer.Argument(metavar="EXPORT", help="Raw export: a folder, a zip, a CSV file or a workbook")],
    out: OutOption = None,
    fail_on: FailOption = "error",
    core: CoreOption = "auto",
    skip_unreadable: Annotated[
        bool, typer.Option("--skip-unreadable", help="Go on without the files that can't be read; each is a Reject")
    ] = False,
    study: StudyOption = None,
) -> None:
    """Raw export to findings, each traced to the raw cell."""
    from trialbook.terminal import progress

    threshold, wanted = _threshold(fail_on), _core(core)
    with progress(5) as step:
        run = _study(study).validate(export, wanted, step, skip_unreadable)
    _report(run, out, threshold)


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
    from trialbook.terminal import progress

    threshold, wanted = _threshold(fail_on), _core(core)
    if no_study and study is not None:
        raise TrialbookError("--no-study and --study exclude each other", remedy="Give one of them.")
    with progress(2) as step:
        if no_study:
            from trialbook.run import check_standard_only

            run = check_standard_only(datasets, wanted, step)
        else:
            run = _study(study).check(datasets, wanted, step)
    _report(run, out, threshold)


@app.command("map", epilog="Example: trialbook map exports/2026-11 --out out/sdtm --format json")
def map_(
    export: Annotated[Path, typer.Argument(metavar="EXPORT", help="Raw export: a folder, a zip, a CSV file or a workbook")],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the datasets are written")],
    format: Annotated[str, typer.Option("--format", metavar="FORMAT", help="xpt, json (Dataset-JSON), parquet or csv")] = "xpt",
    study: StudyOption = None,
) -> None:
    """Raw export to SDTM datasets, without checks."""
    from trialbook.reports import opening
    from trialbook.run import write_sdtm
    from trialbook.terminal import progress

    with progress(3) as step:
        mapped = _study(study).map(export, step)
        write_sdtm(mapped.datasets.values(), out, format, mapped.synthetic)
    if mapped.synthetic is not None:
        typer.echo(f"SYNTHETIC DATA  {opening(mapped.synthetic)}")
    for one in mapped.datasets.values():
        typer.echo(f"{one.name:<8} {len(one.frame):>8,} records  {one.label}")
    for issue in mapped.issues:
        typer.echo(f"{issue.domain}: {len(issue.records):,} records: {issue.message}", err=True)
    for name, reason in mapped.not_made.items():
        typer.echo(f"{name} is not made: {reason}", err=True)
    typer.echo(f"Datasets: {out}")


@app.command(epilog="Example: trialbook simulate --out out/simulated --subjects 96 --defects 0.02 --layout workbook")
def simulate(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where export/ and, with defects, defects.json are written")],
    subjects: Annotated[int, typer.Option("--subjects", metavar="N", help="Subjects of the trial")] = 96,
    seed: Annotated[int, typer.Option("--seed", metavar="S", help="The same seed and subjects give the same data")] = 1,
    defects: Annotated[float, typer.Option("--defects", metavar="RATE", help="The part of the records to break, 0 to 1")] = 0.0,
    layout: Annotated[str, typer.Option("--layout", metavar="LAYOUT", help="csv, zip, workbook, odm or redcap")] = "csv",
    study: StudyOption = None,
) -> None:
    """A synthetic export: the study's course of disease, written as sites write, broken in named ways if asked for."""
    from trialbook.simulation import simulate_export
    from trialbook.terminal import progress

    loaded = _study(study)
    with progress(4) as step:
        made = simulate_export(loaded.root, loaded.protocol.id, loaded.specs, out, subjects, seed, defects, layout, step)
    typer.echo(made.summary)


@book_app.command("build", epilog="Example: trialbook book build --export exports/2026-11")
def book_build(
    export: Annotated[
        Path | None, typer.Option("--export", metavar="EXPORT", help="Show this export [default: a synthetic one]")
    ] = None,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the site is written")] = Path("out/book"),
    study: StudyOption = None,
) -> None:
    """Build the book.

    A page whose cell fails is an error that names the page and the cell; the book that was there stays.
    """
    from trialbook.pages import build_book
    from trialbook.terminal import progress

    with progress(1) as step:
        step("building the book")
        page = build_book(_study(study).root, out, export)
    typer.echo(f"The book: {page}")


@specs_app.command("lint", epilog="Example: trialbook specs lint")
def specs_lint(
    brief: Annotated[bool, typer.Option("--brief", help="Only what needs a look: complaints and unaccounted columns")] = False,
    study: StudyOption = None,
) -> None:
    """Hold the specifications against the standards, and account for each raw column."""
    from trialbook.mapping.lint import lint_specs
    from trialbook.terminal import print_lint

    loaded = _study(study)
    report = lint_specs(loaded.specs, loaded.standard, loaded.ct)
    # The study's rules name forms and columns too; one that names what is not there is an error here, not only in a run.
    _ = loaded.models
    print_lint(report, brief)
    if report.failed:
        raise typer.Exit(FAILED)


@specs_app.command("export", epilog="Example: trialbook specs export specs.xlsx")
def specs_export(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The workbook to write; it must not be there yet")],
    study: StudyOption = None,
) -> None:
    """Write the specifications as a workbook to edit in Excel."""
    from trialbook.mapping.specbook import export_specs

    export_specs(_study(study).root, file)
    typer.echo(f"Specifications: {file}")


@specs_app.command("import", epilog="Example: trialbook specs import specs.xlsx")
def specs_import(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A workbook of specs export, edited")],
    study: StudyOption = None,
) -> None:
    """Bring an edited workbook back into the YAML files: what was edited, and nothing else."""
    from trialbook.mapping.specbook import import_specs

    done = import_specs(_study(study).root, file)
    for what, files in (("changed", done.changed), ("added", done.added), ("removed", done.removed)):
        for name in files:
            typer.echo(f"{what}: {name}")
    if not (done.changed or done.added or done.removed):
        typer.echo("Nothing was edited.")


@ct_app.command("add", epilog='Example: trialbook ct add "SDTM Terminology 2025-09-26.txt"')
def ct_add(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="SDTM terminology as NCI publishes it: tab-separated or ODM XML")],
    name: Annotated[str | None, typer.Option("--name", help="The package's name, where the file does not tell it")] = None,
    study: StudyOption = None,
) -> None:
    """Add a terminology package to the study; a run uses the one that protocol/study.yml names."""
    from trialbook.standards import add_ct

    loaded = _study(study)
    added = add_ct(file, loaded.root / "sdtm_specs" / "ct", name)
    typer.echo(f"Added {added}. To use it, write  ct: {added}  in protocol/study.yml (now: {loaded.protocol.ct}).")


@ct_app.command("list", epilog="Example: trialbook ct list")
def ct_list(study: StudyOption = None) -> None:
    """The terminology packages that the study can name."""
    from trialbook.standards import list_ct

    loaded = _study(study)
    for name in list_ct(loaded.root / "sdtm_specs" / "ct"):
        typer.echo(f"{name}  (used by this study)" if name == loaded.protocol.ct else name)


def _study(folder: Path | None) -> Study:
    from trialbook.run import Study
    from trialbook.study import find_study

    return Study(folder if folder is not None else find_study(Path.cwd()))


def _threshold(word: str) -> Threshold:
    from trialbook.findings import Threshold

    try:
        return Threshold(word.lower())
    except ValueError:
        known = ", ".join(Threshold)
        raise TrialbookError(f"--fail-on takes {known}; found {word!r}", remedy="Give one of them.") from None


def _core(word: str) -> bool:
    if word in ("auto", "off"):
        return word == "auto"
    what = f"--core takes auto or off; found {word!r}"
    raise TrialbookError(what, remedy="Running rules from a folder comes with a later version of trialbook.")


def _report(run: Run, out: Path | None, threshold: Threshold) -> None:
    from trialbook.outputs import output_folder
    from trialbook.terminal import print_run

    if out is not None:
        with output_folder(out) as folder:
            run.write(folder, threshold)
    print_run(run, threshold, None if out is None else out / "report.html")
    if not run.gate_open(threshold):
        raise typer.Exit(FAILED)
