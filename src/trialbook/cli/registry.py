"""The commands about the registry record."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trialbook.cli.options import FAILED, StudyOption, open_study
from trialbook.errors import TrialbookError

if TYPE_CHECKING:
    from trialbook.protocol.registry import Comparison, Difference

registry_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="The registry record beside the protocol.")
FORMATS = ("text", "json")


@registry_app.callback()
def registry() -> None:
    """The registry record beside the protocol."""


@registry_app.command("check", epilog="Example: trialbook registry check --record record.json")
def registry_check(
    record: Annotated[
        Path | None,
        typer.Option(
            "--record", metavar="FILE", help="The record: the text of its page, or API v2 JSON [default: the study's own]"
        ),
    ] = None,
    format: Annotated[str, typer.Option("--format", metavar="text|json", help="How the differences are written")] = "text",
    study: StudyOption = None,
) -> None:
    """Each difference between the registry record and the protocol; exit code 1 where one is an Error.

    A trial's page and ClinicalTrials.gov's API v2 JSON say the same in other words, and are compared by what they mean. The other
    way, each statement of the protocol whose source is the record must be found there.
    """
    from trialbook.protocol.registry import check_registry

    if format not in FORMATS:
        raise TrialbookError(f"--format takes {' or '.join(FORMATS)}; found {format!r}", remedy="Give one of them.")
    protocol = open_study(study).protocol
    compared = check_registry(protocol, record)
    if format == "json":
        typer.echo(json.dumps(_as_json(compared, protocol.id), ensure_ascii=False, indent=2))
    else:
        _print(compared)
    if compared.failed:
        raise typer.Exit(FAILED)


def _as_json(compared: Comparison, study: str) -> dict[str, object]:
    record = {"file": str(compared.file), "identifier": compared.record.identifier, "form": compared.record.form}
    differences = [asdict(one) | {"file": f"protocol/{one.file}"} for one in compared.differences]
    return {"study": study, "record": record, "failed": compared.failed, "counts": _counts(compared), "differences": differences}


def _counts(compared: Comparison) -> dict[str, int]:
    from trialbook.protocol.registry import Severity

    found = Counter(one.severity for one in compared.differences)
    return {str(severity): found[severity] for severity in Severity}


def _print(compared: Comparison) -> None:
    """A table on a terminal, else a line for each difference; what was compared, and how many there are, last."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False)
    if console.is_terminal and compared.differences:
        table = Table("Severity", "Field", "Record", "Protocol", "Where", show_lines=True)
        for one in compared.differences:
            where = f"protocol/{one.file}, line {one.line}\n{one.place}"
            table.add_row(*(Text(cell) for cell in (one.severity, f"{one.field}\n{one.text}", one.record, one.protocol, where)))
        console.print(table)
    else:
        for one in compared.differences:
            typer.echo(_line(one))
    counts = ", ".join(f"{count} {severity}{'s' * (count != 1)}" for severity, count in _counts(compared).items() if count)
    typer.echo(f"Record {compared.record.identifier} ({compared.record.form}, {compared.file}): {counts or 'no difference'}.")


def _line(one: Difference) -> str:
    record, protocol = (" ".join(text.split()) or "(nothing)" for text in (one.record, one.protocol))
    place = f"protocol/{one.file}, line {one.line}: {one.place}"
    return f"{one.severity}: {place}: {one.field}: {one.text} (record: {record}; protocol: {protocol})"
