"""The command line: arguments in, exit code out; what a command does lives elsewhere.

Exit codes: 0 done, 1 findings at or over the threshold (or a gate that stays closed), 2 the run could not be made. Every import
of substance is inside its command, so that ``--help`` answers at once.
"""

from __future__ import annotations

import io
import sys
from typing import Annotated

import typer

from trialbook import __version__
from trialbook.cli.analysis import EXAMPLE as ANALYSE_EXAMPLE
from trialbook.cli.analysis import analyse
from trialbook.cli.book import book_app
from trialbook.cli.core import core_app
from trialbook.cli.exports import app
from trialbook.cli.options import UNUSABLE
from trialbook.cli.protocol import protocol_app
from trialbook.cli.registry import registry_app
from trialbook.cli.screen import EXAMPLE, screen
from trialbook.cli.study import ct_app, specs_app
from trialbook.errors import TrialbookError

app.command(epilog=EXAMPLE)(screen)
app.command(epilog=ANALYSE_EXAMPLE)(analyse)
app.add_typer(book_app, name="book")
app.add_typer(specs_app, name="specs")
app.add_typer(ct_app, name="ct")
app.add_typer(core_app, name="core")
app.add_typer(protocol_app, name="protocol")
app.add_typer(registry_app, name="registry")


def main() -> None:
    """Run the command line; a user's error is one message on stderr and exit code 2."""
    _speak_utf8()
    try:
        app()
    except TrialbookError as error:
        typer.secho(f"trialbook: {error}", err=True, fg=typer.colors.RED if sys.stderr.isatty() else None)
        raise SystemExit(UNUSABLE) from None


def _speak_utf8() -> None:
    """What is piped is UTF-8, as what is written to files; a terminal shows what its own encoding has."""
    if isinstance(sys.stdout, io.TextIOWrapper) and sys.stdout.isatty():
        sys.stdout.reconfigure(errors="replace")
    elif isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"trialbook {__version__}")
        raise typer.Exit


@app.callback()
def trialbook(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")] = False,
) -> None:
    """A clinical trial as a book that runs: EDC exports to SDTM, checked cell by cell, beside the protocol."""
