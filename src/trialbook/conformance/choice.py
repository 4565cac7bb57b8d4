"""Which rules a run has: CDISC's where there are any, the kit's own, and the study's."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from trialbook.conformance.known_issues import KnownIssues, load_known_issues
from trialbook.conformance.rules import RuleSet, own_rules, read_rules
from trialbook.errors import TrialbookError

CoreChoice = str | Path | None
"""``auto``: CDISC's rules as they are installed; a path: those that lie there; ``off``: the kit's and the study's alone.

None leaves the engine out of it, for who is after other rules: the outcome says so.
"""
OFFICIAL, OF_KIT, OF_THE_STUDY = "CDISC", "trialbook", "study"
"""Whose rules are: the names of sources."""
OF_STUDY = Path("validators") / "rules"
NONE_KNOWN = KnownIssues()
LEFT_OUT = "the conformance rules were left out of this run: CDISC's, the kit's and the study's"
NOT_INSTALLED = (
    "CDISC's rules are not installed on this machine: {own} rules of the kit, which answer to {published} published ones, ran in "
    "their place (trialbook core install)"
)


@dataclass(frozen=True)
class ChosenRules:
    """The rules of a run; ``official`` is None where none were found or wanted, ``missing`` says so where they were wanted."""

    own: RuleSet | None
    study: RuleSet | None
    official: RuleSet | None
    given: bool = False
    """The official ones were named: each that is not for the run's standard is told."""
    missing: str | None = None
    known_issues: KnownIssues = NONE_KNOWN

    @property
    def named(self) -> list[tuple[str, RuleSet]]:
        """All there are, with whose they are, in the order of `sets`."""
        of = ((OF_KIT, self.own), (OF_THE_STUDY, self.study), (OFFICIAL, self.official))
        return [(name, rules) for name, rules in of if rules is not None]

    @property
    def sets(self) -> list[RuleSet]:
        """All there are; where two tell of the same record, the first is shown."""
        return [rules for _, rules in self.named]


def choose_rules(choice: CoreChoice, study: Path | None = None) -> ChosenRules:
    """Read the rules, and what is known of their misreadings; ``study`` is a study's folder.

    Raises TrialbookError where a path that is named holds no rules, or the study's known issues can't be read.
    """
    if choice is None:
        return ChosenRules(None, None, None, missing=LEFT_OUT)
    choice = core_choice(choice) if isinstance(choice, str) else choice
    own, known = own_rules(), load_known_issues(study)
    folder = study / OF_STUDY if study is not None else None
    of_study = read_rules(folder) if folder is not None and folder.is_dir() and any(folder.iterdir()) else None
    if choice == "off":
        return ChosenRules(own, of_study, None, known_issues=known)
    if isinstance(choice, Path):
        return ChosenRules(own, of_study, read_rules(choice), given=True, known_issues=known)
    from trialbook.conformance.store import installed_rules

    installed = installed_rules()
    if installed is not None:
        return ChosenRules(own, of_study, installed, known_issues=known)
    published = {id for rule in own.rules for id in (*rule.cites_of("CDISC"), *rule.cites_of("FDA"))}
    missing = NOT_INSTALLED.format(own=len(own), published=len(published))
    return ChosenRules(own, of_study, None, missing=missing, known_issues=known)


def core_choice(word: str) -> str | Path:
    """What ``--core`` says: ``auto``, ``off`` or a path that exists."""
    if word in ("auto", "off"):
        return word
    path = Path(word)
    if not path.exists():
        what = f"--core takes auto, off or a path to rules; found {word!r}, and there is no such file or folder"
        raise TrialbookError(what, remedy="Name a folder, file, zip or cache of CDISC's rules.")
    return path
