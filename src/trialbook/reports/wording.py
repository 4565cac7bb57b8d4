"""Findings in words: what a person reads in place of records, origins and characters that show nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from trialbook.exports.headers import plain_header
from trialbook.findings import Finding, Origin, Role
from trialbook.findings.terms import PLACEHOLDER

# What a person cannot see, or what changes how the rest is seen: C0 and C1 controls, marks of direction, lone surrogates.
# U+200C and U+200D stay: emoji and some scripts are made with them.
HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)
VALUE_AT_END = re.compile(rf": {PLACEHOLDER.pattern}$")
NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
EMPTY = "(empty)"
# A step of an ODM path: the entity's OID (or key), its repeat key and, among equals, its number.
STEP = r"/\w+(?:\[@\w+=(?:'([^']*)'|\"([^\"]*)\")\](?:\[@\w+=(?:'([^']*)'|\"([^\"]*)\")\])?(?:\[(\d+)\])?)?"
STEPS = re.compile(STEP)
PATH = re.compile(f"(?:{STEP})+")


def visible(text: str) -> str:
    """``text`` with every character that shows nothing written as an escape: ``\\n``, ``\\x07``, ``\\u202e``."""
    return HIDDEN.sub(_escape, text)


def visible_lines(text: str) -> str:
    """As `visible`, but lines stay lines: for texts that people wrote for people, such as a query in two languages."""
    return "\n".join(visible(line) for line in text.replace("\r\n", "\n").split("\n"))


def opening(text: str) -> str:
    """The first sentence of a statement, its lines joined: what a banner or a terminal has room for."""
    flat = " ".join(text.split())
    end = re.search(r"[.!?](?=\s|$)|[。！？]", flat)
    return visible(flat[: end.end()] if end else flat)


def _escape(match: re.Match[str]) -> str:
    character = match.group()
    code = ord(character)
    return NAMED.get(character) or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}")


def origin_text(origin: Origin) -> str:
    """Where a raw cell stands: ``AE.csv · row 14 · SAE_YN``, with the sheet after the file in a workbook."""
    parts = [visible(origin.file)]
    if origin.sheet is not None:
        parts.append(visible(origin.sheet))
    if origin.row is not None:
        parts.append(f"row {origin.row}")
    if origin.path is not None:
        parts.append(path_text(origin.path))
    if origin.columns:
        parts.append(names_text(origin.columns))
    return " · ".join(parts)


def path_text(path: str) -> str:
    """An ODM path as a person reads it: ``S001 › Baseline › F.LAB › IG.LAB #2``; ``findings.json`` has it as XPath."""
    if not PATH.fullmatch(path):
        return visible(path)
    steps = []
    for oid, oid_, repeat, repeat_, nth in STEPS.findall(path):
        if oid or oid_:
            steps.append(f"{oid or oid_}{f' #{repeat or repeat_}' if repeat or repeat_ else ''}{f' ({nth})' if nth else ''}")
    return visible(" › ".join(steps)) or visible(path)


def origins_text(origins: Sequence[Origin], role: Role) -> str:
    """The origins of one role, a line each."""
    return "\n".join(origin_text(origin) for origin in origins if origin.role is role)


def names_text(names: Sequence[str]) -> str:
    """Variables or columns as a list in a sentence."""
    return ", ".join(visible(name) for name in names)


def rule_text(message: str) -> str:
    """What a rule says of any record: its message without the record's value at the end; others as the name of their column."""
    return PLACEHOLDER.sub(r"\1", VALUE_AT_END.sub("", message))


def subject_text(subject: str | None, number: str) -> str:
    """A subject, and its number as it is collected in the record in question, where nobody would read that from the first."""
    if not number or (subject or "").endswith(number):
        return visible(subject or "")
    return visible(f"{subject} ({number})" if subject else number)


def names_to_mend(finding: Finding) -> tuple[str, ...]:
    """The variables of a finding whose cells are to be corrected, without those that it only quotes or compares.

    The export's header tells them, however it is spelt; all variables, where none of them is called as a cell to correct is.
    """
    mend = {plain_header(column) for one in finding.origins if one.role is Role.CORRECT for column in one.columns}
    return tuple(name for name in finding.variables if plain_header(name) in mend) or finding.variables


def values_text(values: Mapping[str, str]) -> str:
    """A single value as it is, several as lines ``VARIABLE = value``; an empty one says so."""
    if len(values) == 1:
        return visible(next(iter(values.values()))) or EMPTY
    return "\n".join(f"{value_name(name)} = {visible(value) or EMPTY}" for name, value in values.items())


def value_name(name: str) -> str:
    """The variable whose value is reported; what a rule has made of several (``$min_ds_dsstdtc``) as words."""
    return visible(f"computed {name[1:].replace('_', ' ')}" if name.startswith("$") else name)


def record_text(finding: Finding) -> str:
    """``record 12``, or that the finding is about the whole form or dataset."""
    return "whole table" if finding.record is None else f"record {finding.record}"


def counted(number: int, noun: str) -> str:
    """``1 finding``, ``1,204 findings``."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")
