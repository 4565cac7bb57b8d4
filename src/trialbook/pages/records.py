"""What was made for the book, and from which inputs: a thing is made again when one of them has changed, and only then."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from trialbook.pages.inputs import Inputs, environment_hash


@dataclass(frozen=True)
class Record:
    """What a thing was made from: ``code`` is the hash of what was run, ``inputs`` the SHA-256 of each input that it read.

    ``environment``: hash of interpreter and installed packages; ``executed``: when, UTC, ISO 8601; ``seconds``: how long it took.
    """

    code: str
    environment: str
    inputs: dict[str, str | None]
    executed: str
    seconds: float

    @classmethod
    def of(cls, code: str, read: dict[str, list[str]], inputs: Inputs, started: datetime) -> Self:
        """The record of something that has just been made."""
        hashes = {name: inputs.hash(name) for name in sorted(inputs.names(read))}
        seconds = round((datetime.now(UTC) - started).total_seconds(), 2)
        return cls(code, environment_hash(), hashes, started.isoformat(timespec="seconds"), seconds)

    @classmethod
    def read(cls, file: Path) -> Self | None:
        """The record in a file; None where there is none that can be read."""
        try:
            return cls(**json.loads(file.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def write(self, file: Path) -> None:
        """Write it; the file appears whole."""
        new = file.with_name(file.name + ".new")
        new.write_text(json.dumps(dataclasses.asdict(self), indent=1), encoding="utf-8")
        new.replace(file)

    def stale(self, code: str, inputs: Inputs) -> str | None:
        """What has changed since it was made, the first of it; None where it still holds."""
        if self.environment != environment_hash():
            return "Python or its packages"
        if self.code != code:
            return "its code"
        return next((name for name, digest in self.inputs.items() if inputs.hash(name) != digest), None)
