"""The command that runs the statistical analysis plan."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from trialbook.cli.options import FAILED, StudyOption, open_study
from trialbook.errors import TrialbookError

EXAMPLE = "Example: trialbook analyse exports/2026-11 --out out/analysis --compare"


def analyse(
    export: Annotated[
        Path | None, typer.Argument(metavar="EXPORT", help="Raw export [default: the study's synthetic one]", show_default=False)
    ] = None,
    sdtm: Annotated[Path | None, typer.Option("--sdtm", metavar="DATASETS", help="SDTM datasets in place of an export")] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Where datasets, results, tables and figures are written")
    ] = None,
    compare: Annotated[
        bool, typer.Option("--compare", help="Compute each number by a second path; exit code 1 where they differ")
    ] = False,
    shells: Annotated[bool, typer.Option("--shells", help="The tables and figures without data")] = False,
    strategy: Annotated[
        list[str] | None,
        typer.Option(
            "--strategy",
            metavar="ENDPOINT:EVENT=STRATEGY",
            help="Another strategy for an intercurrent event, as EFS:THERAPY=hypothetical; may be given several times",
        ),
    ] = None,
    study: StudyOption = None,
) -> None:
    """The statistical analysis plan, run: analysis datasets, results, tables and figures."""
    from trialbook.outputs import output_folder
    from trialbook.terminal import print_analysis, progress

    loaded, strategies = open_study(study), read_strategies(strategy or [])
    if shells:
        if export is not None or sdtm is not None or compare or out is None:
            remedy = "Give --shells --out DIR alone."
            raise TrialbookError(
                "--shells makes tables without data: it takes no data, no --compare, and needs --out", remedy=remedy
            )
        from trialbook.run.analysis import shells as made

        analysed, comparison = made(loaded), None
    else:
        with progress(5) as step:
            if export is None and sdtm is None:
                from trialbook.pages.tasks import synthetic_export

                step("simulating the synthetic export")
                export = synthetic_export(loaded.root)
            analysed = loaded.analyse(export, sdtm=sdtm, strategies=strategies, progress=step)
            comparison = analysed.compare(step) if compare else None
    if out is not None:
        with output_folder(out) as folder:
            analysed.write(folder, comparison)
    print_analysis(analysed, comparison, out)
    if analysed.violations or (comparison is not None and not comparison.agree):
        raise typer.Exit(FAILED)


def read_strategies(texts: list[str]) -> dict[str, dict[str, str]]:
    """``ENDPOINT:EVENT=STRATEGY`` by endpoint and event; raises TrialbookError for a text of another form."""
    found: dict[str, dict[str, str]] = {}
    for text in texts:
        named, equals, strategy = text.partition("=")
        endpoint, colon, event = named.partition(":")
        if not (equals and colon and endpoint and event and strategy):
            what = f"--strategy takes ENDPOINT:EVENT=STRATEGY; found {text!r}"
            raise TrialbookError(what, remedy="Give it as EFS:THERAPY=hypothetical.")
        found.setdefault(endpoint, {})[event] = strategy
    return found
