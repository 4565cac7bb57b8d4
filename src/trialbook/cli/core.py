"""The commands about conformance rules: which there are, which are installed, and how CDISC's are installed."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trialbook.cli.options import StudyOption, study_folder
from trialbook.errors import TrialbookError

if TYPE_CHECKING:
    from trialbook.conformance.rules.applying import ScopedDataset, StudyScope
    from trialbook.standards import Standard

core_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Conformance rules: CDISC's, the kit's, the study's.")
NoStudyOption = Annotated[bool, typer.Option("--no-study", help="Leave the study out of it")]
JsonOption = Annotated[bool, typer.Option("--json", help="Write JSON")]
_STANDARD = re.compile(r"(?P<name>[A-Za-z][A-Za-z-]*?)[- ](?P<version>\d+(?:[.-]\d+)*)")


@core_app.command("rules", epilog="Example: trialbook core rules outcome death --domain AE")
def core_rules(
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="[WORDS]...", help="Words that must all stand in a rule"),
    ] = None,
    domain: Annotated[str | None, typer.Option("--domain", metavar="AE", help="Only rules that apply to this dataset")] = None,
    standard: Annotated[
        str | None, typer.Option("--standard", metavar="sdtmig-3.4", help="Only rules for this standard [default: for any]")
    ] = None,
    source: Annotated[
        Path | None,
        typer.Option("--from", metavar="PATH", help="Rules of a folder, file, zip or cache in place of those a run uses"),
    ] = None,
    study: StudyOption = None,
    no_study: NoStudyOption = False,
    as_json: JsonOption = False,
) -> None:
    """List and search the rules.

    Each with the ids of CDISC and FDA that it answers to, its scope, and whether it applies to the study, or why not. A rule
    that can't be read is listed too, with the construct that the engine does not know, its file and line.
    """
    from trialbook.cli.core_text import print_rules, rules_as_json
    from trialbook.conformance.rules import read_rules
    from trialbook.conformance.rules.listing import list_rules
    from trialbook.conformance.store.status import rule_sets

    wanted = _standard(standard) if standard is not None else None
    scope = _scope(study, no_study)
    sets = rule_sets(scope) if source is None else ((str(source), read_rules(source)),)
    listed = list_rules(sets, words or (), _dataset(domain, scope), wanted, scope)
    if as_json:
        typer.echo(json.dumps(rules_as_json(listed), ensure_ascii=False, indent=2))
    else:
        print_rules(listed)


@core_app.command("install", epilog="Example: trialbook core install --from core-ubuntu-latest.zip")
def core_install(
    source: Annotated[
        Path | None,
        typer.Option("--from", metavar="PATH", help="A folder or zip of rules, a release's zip, or the engine's resources/cache"),
    ] = None,
    url: Annotated[str | None, typer.Option("--url", metavar="URL", help="Another address of a release's zip")] = None,
    sha256: Annotated[str | None, typer.Option("--sha256", metavar="HEX", help="The checksum that the file must have")] = None,
) -> None:
    """Install CDISC's rules for this user.

    They are taken from CDISC's release for the version of its engine, or from what you have of it.

    A download that breaks off goes on when the command is run again. Its SHA-256 is shown, and compared with --sha256, else with
    the one that is published with the release. Nothing is half-installed: until all is well, what was installed stays. Of the
    engine's cache the rules are taken; terminology and standards are the kit's own. The addresses of CDISC's release could not
    be tried when this version was made; should they have changed, name the right one with --url, or a file with --from.

    Rules are kept in the user's data folder, or in the one that the variable TRIALBOOK_HOME names.
    """
    from trialbook.cli.core_text import print_installed
    from trialbook.conformance.store import install_from, install_release
    from trialbook.terminal import progress

    if source is not None and url is not None:
        raise TrialbookError("--from and --url name two sources", remedy="Give one of them.")
    with progress(None) as step:
        record, rules = install_from(source, sha256, step) if source is not None else install_release(url, sha256, step)
    print_installed(record, rules)


@core_app.command("status", epilog="Example: trialbook core status")
def core_status(study: StudyOption = None, no_study: NoStudyOption = False, as_json: JsonOption = False) -> None:
    """What is installed, and what applies to the study.

    How old it is, from where, with which checksum, and how many rules there are for each dataset of the study. Without an install
    a run uses the kit's own rules, which answer to a named part of what CDISC and FDA publish.
    """
    from trialbook.cli.core_text import print_status, status_as_json
    from trialbook.conformance.store.status import core_status as status

    scope = _scope(study, no_study)
    found = status(scope)
    if as_json:
        typer.echo(json.dumps(status_as_json(found, scope), ensure_ascii=False, indent=2))
    else:
        print_status(found, scope)


def _standard(text: str) -> tuple[str, str]:
    found = _STANDARD.fullmatch(text.strip())
    if found is None:
        raise TrialbookError(
            f"--standard takes a name and a version; found {text!r}", remedy="Write it like this: --standard sdtmig-3.4"
        )
    return found["name"].lower(), found["version"].replace("-", ".")


def _dataset(name: str | None, study: StudyScope | None) -> ScopedDataset | None:
    """A dataset with the class that the study's standard gives it, else the newest that the kit knows."""
    from trialbook.standards import load_standard

    if name is None:
        return None
    known = {one.name: one for one in study.datasets} if study else {}
    return known.get(name.upper()) or _scoped(name.upper(), load_standard())


def _scoped(name: str, standard: Standard) -> ScopedDataset:
    from trialbook.conformance.rules.applying import ScopedDataset, scope_class

    listed = standard.dataset(name)
    return ScopedDataset(name, name, scope_class(listed.class_) if listed else "")


def _scope(folder: Path | None, no_study: bool) -> StudyScope | None:
    """The study's standard and datasets; None without one, be it that none is here and none was named."""
    from trialbook.conformance.rules.applying import StudyScope
    from trialbook.study_folders import STUDY_FILE, StudyFolders

    if no_study and folder is not None:
        raise TrialbookError("--study and --no-study exclude each other", remedy="Give one of them.")
    here = Path.cwd().resolve()
    if no_study or (folder is None and not any((one / STUDY_FILE).is_file() for one in (here, *here.parents))):
        return None
    study = StudyFolders(study_folder(folder))
    domains = study.specs.domains
    made = [*domains, *(f"SUPP{name}" for name, one in domains.items() if one.supp)]
    made += [one.dataset.name for one in study.trial_design()]
    name, _, version = study.standard.name.rpartition("-")
    return StudyScope(
        name=study.protocol.id,
        standard=name,
        version=version,
        datasets=tuple(_scoped(dataset, study.standard) for dataset in made),
        rules=study.root / "validators" / "rules",
    )
