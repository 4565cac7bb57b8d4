"""What a cell of the workbook says, and what it is in YAML: each kind of value as text that a person edits, and back.

An empty cell is a key that is not there. A text is itself; items of a list stand between semicolons, in quotes where they hold
one; a nested value is YAML on one line, in braces or brackets.
"""

from __future__ import annotations

import csv
import io
import json
import re
from typing import Any, Literal

Kind = Literal["text", "yes/no", "list", "number", "value"]

_PLAIN = re.compile(r"[^\W\d_](?:[^:#,\[\]{}\"'`\n\r\t&*!|>%@\\\u0085\u2028\u2029]*[^\s:#,\[\]{}\"'`&*!|>%@\\])?")
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?", re.ASCII)
_SCALARS = {"true", "false", "null"}
_RESERVED = _SCALARS | {"yes", "no", "on", "off", "y", "n", "nan", "inf"}
_YES, _NO = {"yes", "true", "1", "y", "是"}, {"no", "false", "0", "n", "否"}
EXPECTED = {
    "yes/no": "yes or no",
    "list": 'items between semicolons, such as  a; b; "c;d"',
    "number": "a number",
    "value": "YAML on one line, such as  {function: usubjid, from: SUBJID}",
}


def render(kind: Kind, value: Any) -> str:
    """A value of YAML as the text of a cell; ``""`` for None."""
    if value is None:
        return ""
    if kind == "yes/no" and isinstance(value, bool):
        return "yes" if value else "no"
    if kind == "list" and isinstance(value, list) and all(isinstance(item, str) for item in value):
        return "; ".join(map(_item, value)) if value else "[]"
    if kind == "list" and isinstance(value, str):
        return _item(value)
    if isinstance(value, bool):
        return flow(value)
    if isinstance(value, str):
        quoted = kind == "value" and (value[:1] in ('"', "{", "[") or _NUMBER.fullmatch(value))
        return json.dumps(value, ensure_ascii=False) if quoted else value
    return flow(value)


def parse(kind: Kind, text: str) -> Any:
    """The value that a cell which is not empty stands for; ValueError where it stands for none."""
    if kind == "yes/no":
        if text.casefold() not in _YES | _NO:
            raise ValueError(EXPECTED[kind])
        return text.casefold() in _YES
    if kind == "list":
        if text == "[]":
            return []
        try:
            (items,) = csv.reader(io.StringIO(text, newline=""), delimiter=";", skipinitialspace=True, strict=True)
        except (csv.Error, ValueError):
            raise ValueError(EXPECTED[kind]) from None
        return [item if '"' in text else item.strip() for item in items if item.strip() or '"' in text]
    if kind == "number" or (kind == "value" and _NUMBER.fullmatch(text)):
        if not _NUMBER.fullmatch(text):
            raise ValueError(EXPECTED[kind])
        return float(text) if set(text) & set(".eE") else int(text)
    if kind == "value" and text[:1] in ('"', "{", "["):
        return _yaml(text)
    return text


def _item(item: str) -> str:
    plain = item and item == item.strip() and item != "[]" and not set(item) & set(';"\n\r')
    return item if plain else '"' + item.replace('"', '""') + '"'


def _yaml(text: str) -> Any:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    from trialbook.specfile import plain_data

    try:
        return plain_data(YAML(typ="rt").load(text))
    except YAMLError:
        raise ValueError(EXPECTED["value"]) from None


def flow(value: Any) -> str:
    """A value as YAML on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key_text(name)}: {flow(item)}" for name, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(flow, value)) + "]"
    return scalar(value)


def key_text(name: str) -> str:
    """A key as YAML; ``on`` and ``N`` are text in the YAML 1.2 that is read here, and usual keys."""
    return name if re.fullmatch(r"[A-Za-z_]\w*", name) and name.casefold() not in _SCALARS else scalar(name)


def scalar(value: Any) -> str:
    """A scalar as YAML: text without quotes only where nobody could read it as something else."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        return str(value)
    if _PLAIN.fullmatch(value) and value.casefold() not in _RESERVED:
        return value
    escaped = json.dumps(value, ensure_ascii=False)
    return re.sub(r"[\x7f-\x9f\u2028\u2029\ufeff]", lambda found: f"\\u{ord(found.group()):04x}", escaped)
