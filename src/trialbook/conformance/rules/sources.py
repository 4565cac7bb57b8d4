"""Where rules come from: a file, a folder, the kit itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from trialbook.conformance.rules.reading import read_rule_text
from trialbook.conformance.rules.rule import CoreRule, UnreadableRule
from trialbook.conformance.rules.ruleset import RuleSet, rule_set
from trialbook.errors import TrialbookError

SUFFIXES = (".yml", ".yaml", ".json")
OWN = Path(__file__).parents[1] / "own"
MOST_FILES = 20_000
"""Files in a folder of rules: all of CDISC's are about a thousand."""
EXPECTED = "a folder of rules, a rule (.yml, .yaml, .json), a zip of rules, or the engine's resources/cache"


def read_rules(path: Path) -> RuleSet:
    """The rules at ``path``: a folder, read to its depths, or a file.

    A rule that can't be read is in ``RuleSet.unreadable``. Raises TrialbookError where there is no rule to be read at all.
    """
    if path.is_dir():
        return _not_empty(rule_set(_folder(path), str(path)), path)
    if path.is_file():
        if path.suffix.lower() not in SUFFIXES:
            raise TrialbookError(f"is no file of rules; expected {EXPECTED}", file=path, remedy="Name another path.")
        return rule_set([_file(path)], str(path))
    raise TrialbookError("does not exist", file=path, remedy=f"Name {EXPECTED}.")


def own_rules() -> RuleSet:
    """The kit's own rules, which need nothing installed."""
    return rule_set((_file(path) for path in sorted(OWN.glob("*.yml"))), "trialbook")


def _not_empty(found: RuleSet, path: Path) -> RuleSet:
    if not found.rules and not found.unreadable:
        raise TrialbookError(f"holds no rules; expected {EXPECTED}", file=path, remedy="Name another path.")
    return found


def _folder(folder: Path) -> Iterator[CoreRule | UnreadableRule]:
    for path in rule_files(folder):
        yield _file(path)


def rule_files(folder: Path) -> list[Path]:
    """The files in a folder that may hold a rule, those of hidden folders left out."""
    found: list[Path] = []
    for directory, subfolders, files in folder.walk():
        subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
        named = (directory / name for name in sorted(files) if not name.startswith("."))
        found += [path for path in named if path.suffix.lower() in SUFFIXES]
        if len(found) > MOST_FILES:
            raise TrialbookError(f"holds more than {MOST_FILES:,} files", file=folder, remedy="Name the folder of rules alone.")
    return found


def _file(path: Path) -> CoreRule | UnreadableRule:
    try:
        content = path.read_bytes()
    except OSError as error:
        return UnreadableRule(None, "file", f"can't be read: {error.strerror}", path)
    return read_rule_text(content, path)
