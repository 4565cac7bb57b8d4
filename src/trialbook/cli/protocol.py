"""The commands about versions of the protocol: diff, freeze."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from trialbook.cli.options import StudyOption, open_study
from trialbook.errors import TrialbookError

protocol_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="The protocol's versions: compared, and put aside.")


@protocol_app.command("diff", epilog="Example: trialbook protocol diff HEAD . --format docx --out amendment.docx")
def protocol_diff(
    old: Annotated[str, typer.Argument(metavar="OLD", help="A folder, a version by its name, or a revision of git")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The same; a dot is the folder you are in")],
    format: Annotated[str, typer.Option("--format", metavar="FORMAT", help="text, json or docx (tracked changes)")] = "text",
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write it here [default: the terminal]")] = None,
    study: StudyOption = None,
) -> None:
    """What changed between two protocols, and what it touches: criteria, visits, SAP, checks, datasets, pages."""
    from trialbook.amendment.show import rendered, write_whole
    from trialbook.terminal import progress

    with progress(1) as step:
        step("comparing the protocols")
        made = rendered(old, new, _root(study), format, to_file=out is not None)
    if out is None:
        typer.echo(made, nl=False)
    else:
        write_whole(out, made)
        typer.echo(f"Written: {out}")


@protocol_app.command("freeze", epilog="Example: trialbook protocol freeze")
def protocol_freeze(study: StudyOption = None) -> None:
    """Put the protocol as it stands aside, under its version's name, before it is amended."""
    from trialbook.amendment import freeze

    protocol = open_study(study).protocol
    target = freeze(protocol)
    typer.echo(f"Version {protocol.versions[-1]}: {target}")
    typer.echo("Next: edit protocol/, and add the amendment to protocol/amendments.yml.")


def _root(study: Path | None) -> Path | None:
    """The study that is named, else the nearest one upward; None where there is none, since two folders need none."""
    from trialbook.study import find_study

    if study is not None:
        return open_study(study).root
    try:
        return find_study(Path.cwd())
    except TrialbookError:
        return None
