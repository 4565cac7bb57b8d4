"""The ``findings.json`` of an earlier run, read back: what was known then, and what has to be known on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from trialbook.errors import TrialbookError
from trialbook.findings.contract import SCHEMA_VERSION
from trialbook.findings.finding import Query
from trialbook.findings.terms import FORM, QueryState, Runner, Severity, Stage

NAME = "findings.json"
_REMEDY = "Give the findings.json that trialbook wrote into the output folder of an earlier run, as it is."


class _Part(BaseModel):
    """A part of the file; keys that a later version has added are passed over."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Place(_Part):
    """Where a finding was seen: the file, the sheet and the columns that then were there."""

    file: str
    sheet: str | None = None
    columns: tuple[str, ...] = ()


class Remembered(_Part):
    """A finding of an earlier run, as far as a later one needs it; ``last_seen`` is the start of the run that found it last."""

    id: str = Field(pattern="^[0-9a-f]{16}$")
    rule: str
    severity: Severity
    stage: Stage
    dataset: str
    subject: str | None
    variables: tuple[str, ...]
    message: str
    values: dict[str, str] = {}
    origins: tuple[dict[str, Any], ...] = ()
    group: str | None = None
    answer: str | None = None
    last_seen: str = ""

    @property
    def places(self) -> tuple[Place, ...]:
        """Its origins, without the rows: those change from one export to the next."""
        return tuple(Place.model_validate(origin) for origin in self.origins)

    @field_validator("origins")
    @classmethod
    def _are_places(cls, origins: tuple[dict[str, Any], ...]) -> tuple[dict[str, Any], ...]:
        for origin in origins:
            Place.model_validate(origin)
        return origins

    def entry(self, reason: str) -> dict[str, Any]:
        """The entry in ``resolved`` or ``not_assessed``, with the reason why it is there."""
        return {"id": self.id} | self.model_dump(mode="json", exclude={"id"}) | {"reason": reason}


class _Rule(_Part):
    rule: str
    runner: Runner


class _Table(_Part):
    name: str
    kind: str
    files: tuple[Place, ...] = ()


class _Query(_Part):
    id: str
    site: str
    subject: str
    visit: str
    form: str
    field: str
    value: str
    question: str
    state: QueryState
    answer: str


class _Stray(_Part):
    id: str
    answer: str


class _Run(_Part):
    study: str
    started: datetime


class _File(_Part):
    run: _Run
    counts: dict[Severity, int]
    rules: tuple[_Rule, ...]
    findings: tuple[Remembered, ...]
    resolved: tuple[dict[str, Any], ...]
    not_assessed: tuple[Remembered, ...]
    rule_counts: dict[str, int] = {}
    statuses: dict[str, int] = {}
    history: tuple[dict[str, Any], ...] = ()
    queries: tuple[_Query, ...] = ()
    stray_answers: tuple[_Stray, ...] = ()
    tables: tuple[_Table, ...] = ()
    subjects: tuple[str, ...] = ()


@dataclass(frozen=True)
class PreviousRun:
    """What an earlier run knew: ``findings`` by id, with those that it could not assess itself; ``runners`` by rule.

    ``tables``: by kind (form, dataset) and name, the files and sheets of each. ``history`` ends with this run itself.
    """

    findings: Mapping[str, Remembered]
    runners: Mapping[str, Runner]
    tables: Mapping[tuple[str, str], tuple[tuple[str, str | None], ...]]
    subjects: frozenset[str]
    queries: Mapping[str, Query]
    stray_answers: Mapping[str, str]
    history: tuple[Mapping[str, Any], ...]

    @classmethod
    def of(cls, file: _File, started: str) -> Self:
        """The same from the file's parts; ``started`` as the file writes it."""
        seen = [one.model_copy(update={"last_seen": one.last_seen or started}) for one in file.findings]
        entry = {
            "started": started,
            "counts": {severity.value: file.counts.get(severity, 0) for severity in Severity},
            "statuses": file.statuses,
            "rule_counts": file.rule_counts,
        }
        return cls(
            findings={one.id: one for one in (*file.not_assessed, *seen)},
            runners={one.rule: one.runner for one in file.rules},
            tables={(one.kind, one.name): tuple((place.file, place.sheet) for place in one.files) for one in file.tables},
            subjects=frozenset(file.subjects),
            queries={one.id: Query(**one.model_dump()) for one in file.queries},
            stray_answers={one.id: one.answer for one in file.stray_answers},
            history=(*file.history, entry),
        )

    @cached_property
    def form_of(self) -> dict[tuple[str, str | None], str]:
        """The form that stood in a file (and sheet)."""
        return {place: name for (kind, name), files in self.tables.items() if kind == FORM for place in files}

    @property
    def answers(self) -> dict[str, str]:
        """Every answer that was known, by the finding that it is about."""
        known = dict(self.stray_answers)
        known |= {one.id: one.answer for one in self.findings.values() if one.answer}
        return known | {one.id: one.answer for one in self.queries.values() if one.answer}


def read_previous(path: Path, study: str) -> PreviousRun:
    """The run that ``path`` tells of: a ``findings.json``, or the folder that holds it.

    Raises :class:`~trialbook.errors.TrialbookError` for a file that can't be read, is cut off or was edited so that it is no
    findings.json any more, is of another version of it, or of another study than ``study``.
    """
    if path.is_dir():
        path = path / NAME
    try:
        text = path.read_bytes().decode("utf-8-sig")
        data = json.loads(text)
    except FileNotFoundError:
        raise TrialbookError("there is no such file", file=path, remedy=_REMEDY) from None
    except OSError as error:
        raise TrialbookError(f"can't be read: {error.strerror}", file=path, remedy=_REMEDY) from None
    except UnicodeDecodeError as error:
        raise TrialbookError("is not UTF-8 text", file=path, place=f"byte {error.start + 1}", remedy=_REMEDY) from None
    except json.JSONDecodeError as error:
        cut = error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string")
        what = "is cut off" if cut and text.strip() else f"is not JSON: {error.msg}"
        place = f"line {error.lineno}, column {error.colno}"
        raise TrialbookError(what, file=path, place=place, remedy=_REMEDY) from None
    except RecursionError:
        raise TrialbookError("is no findings.json: it is nested too deeply", file=path, remedy=_REMEDY) from None
    if not isinstance(data, dict) or "schema" not in data:
        found = "an object without 'schema'" if isinstance(data, dict) else f"a JSON {_json_type(data)}"
        raise TrialbookError(f"is no findings.json: found {found}", file=path, remedy=_REMEDY)
    if data["schema"] != SCHEMA_VERSION or isinstance(data["schema"], bool):
        what = f"has schema {json.dumps(data['schema'])[:40]}; this version of trialbook reads {SCHEMA_VERSION}"
        remedy = "Validate the earlier export again with this version, and give the findings.json that it writes."
        raise TrialbookError(what, file=path, place="schema", remedy=remedy)
    try:
        file = _File.model_validate(data)
    except ValidationError as error:
        raise _malformed(error, path) from None
    if file.run.study != study:
        what = f"is of the study {file.run.study!r}; this study is {study!r}"
        raise TrialbookError(what, file=path, place="run.study", remedy="Give a findings.json of this study.")
    return PreviousRun.of(file, data["run"]["started"])


def _malformed(error: ValidationError, path: Path) -> TrialbookError:
    problems = error.errors()
    first = problems[0]
    place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in first["loc"]).removeprefix(".")
    what = "is missing" if first["type"] == "missing" else str(first["msg"])
    more = f" (and {len(problems) - 1:,} more such places)" if len(problems) > 1 else ""
    return TrialbookError(f"is no findings.json as trialbook writes it: {what}{more}", file=path, place=place, remedy=_REMEDY)


def _json_type(data: object) -> str:
    names = {list: "list", str: "text", bool: "truth value", int: "number", float: "number", type(None): "null"}
    return names.get(type(data), "value")
