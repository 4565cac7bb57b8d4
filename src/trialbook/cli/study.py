"""The commands about the study's own folders: specs, ct."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from trialbook.cli.options import FAILED, StudyOption, open_study

specs_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="The specifications: checked, and as a workbook.")
ct_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Controlled terminology packages of the study.")


@specs_app.command("lint", epilog="Example: trialbook specs lint")
def specs_lint(
    brief: Annotated[bool, typer.Option("--brief", help="Only what needs a look: complaints and unaccounted columns")] = False,
    study: StudyOption = None,
) -> None:
    """Hold the protocol against itself and the specifications against the standards, and account for each raw column."""
    from trialbook.mapping.lint import lint_specs
    from trialbook.mapping.lint_protocol import protocol_complaints
    from trialbook.mapping.lint_schedule import schedule_complaints
    from trialbook.protocol.lint import lint_protocol
    from trialbook.run.analysis_lint import analysis_lint
    from trialbook.run.explained import explanation_complaints
    from trialbook.terminal import print_lint

    loaded = open_study(study)
    named = (*schedule_complaints(loaded.protocol, loaded.specs), *protocol_complaints(loaded.specs, loaded.protocol))
    named = (*named, *explanation_complaints(loaded, date.today()), *analysis_lint(loaded))
    report = lint_specs(loaded.specs, loaded.standard, loaded.ct, (*lint_protocol(loaded.protocol), *named))
    # The study's rules name forms and columns too; one that names what is not there is an error here, not only in a run.
    _ = loaded.models, loaded.questions
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

    export_specs(open_study(study).root, file)
    typer.echo(f"Specifications: {file}")


@specs_app.command("import", epilog="Example: trialbook specs import specs.xlsx")
def specs_import(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A workbook of specs export, edited")],
    study: StudyOption = None,
) -> None:
    """Bring an edited workbook back into the YAML files: what was edited, and nothing else."""
    from trialbook.mapping.specbook import import_specs

    done = import_specs(open_study(study).root, file)
    for what, files in (("changed", done.changed), ("added", done.added), ("removed", done.removed)):
        for name in files:
            typer.echo(f"{what}: {name}")
    if not (done.changed or done.added or done.removed):
        typer.echo("Nothing was edited.")
    else:
        typer.echo("Next: trialbook specs lint")


@ct_app.command("add", epilog='Example: trialbook ct add "SDTM Terminology 2025-09-26.txt"')
def ct_add(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="SDTM terminology as NCI publishes it: tab-separated or ODM XML")],
    name: Annotated[str | None, typer.Option("--name", help="The package's name, where the file does not tell it")] = None,
    study: StudyOption = None,
) -> None:
    """Add a terminology package to the study; a run uses the one that protocol/study.yml names."""
    from trialbook.standards import add_ct

    loaded = open_study(study)
    added = add_ct(file, loaded.root / "sdtm_specs" / "ct", name)
    typer.echo(f"Added {added}. To use it, write  ct: {added}  in protocol/study.yml (now: {loaded.protocol.study.ct}).")


@ct_app.command("list", epilog="Example: trialbook ct list")
def ct_list(study: StudyOption = None) -> None:
    """The terminology packages that the study can name."""
    from trialbook.standards import list_ct

    loaded = open_study(study)
    for name in list_ct(loaded.root / "sdtm_specs" / "ct"):
        typer.echo(f"{name}  (used by this study)" if name == loaded.protocol.study.ct else name)
