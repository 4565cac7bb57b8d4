"""What is installed: CDISC's rules for one version of the engine, and where they came from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from trialbook.conformance.rules.ruleset import RuleSet
from trialbook.conformance.rules.sources import read_rules
from trialbook.conformance.store.home import engine_version, home, store_folder
from trialbook.errors import TrialbookError

RECORD, RULES = "installed.json", "rules"
SCHEMA = 1
_AGAIN = "Install the rules again: trialbook core install."


@dataclass(frozen=True, slots=True)
class Installed:
    """The record of an installation, ``installed.json``."""

    engine: str
    """The version of CDISC's engine that the rules are for."""
    source: str
    """The address or path that they were taken from."""
    release: str | None
    """CDISC's release, as it is tagged; None for what was not taken from one."""
    sha256: str
    """Of the file that they were taken from; of a folder, of the rules in it."""
    checked: str | None
    """What the checksum was compared with: ``published``, ``given``, or None."""
    installed: str
    """When, in UTC (ISO 8601)."""
    modified: str | None
    """When the source was last changed, as its server says; None where nobody does."""
    rules: int
    unreadable: int
    content_sha256: str
    """Of what the rules state (``RuleSet.sha256``): whoever changes an installed rule is found out."""

    @property
    def when(self) -> datetime:
        """When it was installed."""
        return datetime.fromisoformat(self.installed)

    def days(self, now: datetime | None = None) -> int:
        """How many days ago that was."""
        return max(((now or datetime.now(UTC)) - self.when).days, 0)

    def as_json(self) -> dict[str, object]:
        """The record as it is written."""
        return {"schema": SCHEMA} | asdict(self)


def installed(engine: str | None = None) -> Installed | None:
    """The record of the rules installed for a version of the engine, by default the one that runs; None without any.

    Raises TrialbookError for an installation that is damaged.
    """
    file = store_folder(engine) / RECORD
    try:
        return _record(json.loads(file.read_text(encoding="utf-8")))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, TypeError) as error:
        raise TrialbookError(f"is no record of an installation ({error})", file=file, remedy=_AGAIN) from None


def _record(data: object) -> Installed:
    if not isinstance(data, Mapping) or data.get("schema") != SCHEMA:
        raise ValueError(f"expected schema {SCHEMA}")
    record = Installed(**{key: value for key, value in data.items() if key != "schema"})
    if record.when.tzinfo is None:
        raise ValueError("its time has no zone")
    return record


def installed_rules() -> RuleSet | None:
    """CDISC's rules, as installed for the engine that runs; None where they are not installed.

    Raises TrialbookError for an installation that is damaged, or was changed since.
    """
    record = installed()
    if record is None:
        return None
    folder = store_folder() / RULES
    found = read_rules(folder)
    if found.sha256 != record.content_sha256:
        raise TrialbookError("holds other rules than were installed there", file=folder, remedy=_AGAIN)
    return RuleSet(found.rules, found.unreadable, f"CDISC's rules {record.release or record.source}")


def other_engines() -> tuple[str, ...]:
    """Other versions of the engine that rules are installed for."""
    try:
        folders = sorted(path.parent.name for path in (home() / "core").glob(f"*/{RECORD}"))
    except OSError:
        return ()
    return tuple(name for name in folders if name != engine_version() and not name.startswith("."))


def rules_folder() -> Path:
    """Where the installed rules are, or would be."""
    return store_folder() / RULES
