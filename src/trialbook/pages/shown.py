"""What pages may show of a run, and the file that holds it: written by the build, read by each page without loading the data."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from markupsafe import Markup

from trialbook.errors import TrialbookError

SCHEMA = 1
Level = Literal["subject", "aggregate"]
SUBJECT: Level = "subject"
AGGREGATE: Level = "aggregate"


@dataclass(frozen=True)
class ShownInput:
    """A file that a run has read. ``file`` is its name; where only aggregates are shown, the forms that it gave (``AE, DM``)."""

    file: str
    sha256: str
    encoding: str | None
    rows: int


@dataclass(frozen=True)
class ShownCounts:
    """How many there are.

    ``severities``: findings by severity, every severity present, worst first; ``statuses``: rules by status, every status
    present; ``explained``: how many of the findings are explained; ``sites`` and ``subjects`` are those of DM.
    """

    files: int
    records: int
    forms: int
    datasets: int
    subjects: int
    sites: int
    severities: Mapping[str, int]
    statuses: Mapping[str, int]
    explained: int

    @property
    def findings(self) -> int:
        """All findings."""
        return sum(self.severities.values())

    @property
    def rules(self) -> int:
        """All rules."""
        return sum(self.statuses.values())


@dataclass(frozen=True)
class ShownGate:
    """The verdict: whether the gate is open at ``threshold``, and every reason that a reader must know, a sentence each."""

    open: bool
    threshold: str
    headline: str
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class ShownRun:
    """Everything that pages may show of a run; there is no way from here to more.

    ``synthetic`` is the export's statement that its data are invented, None where it makes none. ``level`` says what stands here:
    ``"subject"``, single findings with cells of subjects, or ``"aggregate"``, counts. ``exported`` is the day of the export in
    ISO 8601, ``versions`` are those of the packages that decide a result. ``pieces`` are fragments of HTML by name
    (:mod:`trialbook.pages.shown_pieces` says which there are), ``""`` for one that this run has nothing for.

    The file is one JSON object in UTF-8 with these names, in this order, and before them ``"schema": 1``. It holds no time of a
    run: the same export, study and packages give the same bytes.
    """

    synthetic: str | None
    level: Level
    study: str
    standard: str
    ct: str
    exported: str | None
    versions: Mapping[str, str]
    counts: ShownCounts
    gate: ShownGate
    inputs: tuple[ShownInput, ...]
    pieces: Mapping[str, str]

    @property
    def names_subjects(self) -> bool:
        """Whether data of real subjects stand here."""
        return self.synthetic is None and self.level == SUBJECT

    def piece(self, name: str) -> Markup:
        """A fragment of HTML for :func:`~trialbook.pages.show`. Raises KeyError for a name that is none."""
        return Markup(self.pieces[name])

    def to_json(self) -> str:
        """The content of the file."""
        return json.dumps({"schema": SCHEMA, **asdict(self)}, ensure_ascii=False, indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str) -> ShownRun:
        """What :meth:`to_json` gave; raises ValueError, KeyError or TypeError for anything else."""
        found: dict[str, Any] = json.loads(text)
        if found.pop("schema") != SCHEMA:
            raise ValueError(f"expected schema {SCHEMA}")
        counts, gate = found.pop("counts"), found.pop("gate")
        inputs = tuple(ShownInput(**one) for one in found.pop("inputs"))
        shown_gate = ShownGate(**{**gate, "reasons": tuple(gate["reasons"])})
        return cls(**found, counts=ShownCounts(**counts), gate=shown_gate, inputs=inputs)

    def write(self, file: Path) -> None:
        """Write the file, whole or not at all."""
        beside = file.with_name(f".{file.name}.{os.getpid()}")
        beside.write_text(self.to_json(), encoding="utf-8")
        beside.replace(file)

    @classmethod
    def read(cls, file: Path) -> ShownRun:
        """Read the file; raises TrialbookError where it is not there or is none."""
        remedy = "Build the book again; the build writes it."
        try:
            return cls.from_json(file.read_text(encoding="utf-8"))
        except OSError as error:
            raise TrialbookError(f"can't be read: {error.strerror}", file=file, remedy=remedy) from None
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise TrialbookError(f"is not what pages may show of a run: {error}", file=file, remedy=remedy) from None
