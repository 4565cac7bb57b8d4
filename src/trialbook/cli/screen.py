"""The command about eligibility: screen."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from trialbook.cli.options import StudyOption, open_study

EXAMPLE = "Example: trialbook screen subjects.csv --out verdicts.json, or: trialbook screen --export exports/2026-11"


def screen(
    subjects: Annotated[
        Path | None, typer.Argument(metavar="SUBJECTS.csv", help="A row a subject, a column each item of the protocol")
    ] = None,
    export: Annotated[
        Path | None, typer.Option("--export", metavar="EXPORT", help="Judge the subjects of a raw export instead")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write the verdicts as JSON here")] = None,
    study: StudyOption = None,
) -> None:
    """Who is eligible by the protocol, and why not: JSON, and on a terminal a table.

    An empty cell is unknown. The exit code is 0 whatever the verdicts are.
    """
    from trialbook.outputs import output_file
    from trialbook.terminal import print_issues, print_screening, progress

    with progress(2) as step:
        screening = open_study(study).screen(subjects, export=export, progress=step)
    text = screening.to_json()
    if out is not None:
        output_file(out, text, keep=[one for one in (subjects, export) if one is not None])
    print_issues(screening.issues)
    if sys.stdout.isatty():
        print_screening(screening, out)
    else:
        typer.echo(text, nl=False)
