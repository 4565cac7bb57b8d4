"""A comparison as JSON (``diff.schema.json`` says its shape)."""

from __future__ import annotations

import json
from dataclasses import asdict
from importlib.resources import files
from typing import Any

from trialbook.amendment.difference import Difference
from trialbook.amendment.place import PlaceKind
from trialbook.protocol.changes import Kind, word_diff


def as_json(found: Difference) -> str:
    """The comparison as a JSON text, ending with a line break."""
    return json.dumps(_payload(found), ensure_ascii=False, indent=2) + "\n"


def diff_schema() -> dict[str, Any]:
    """The JSON schema of :func:`as_json`."""
    schema: dict[str, Any] = json.loads((files("trialbook.amendment") / "diff.schema.json").read_text(encoding="utf-8"))
    return schema


def _payload(found: Difference) -> dict[str, Any]:
    return {
        "schema": 1,
        "study": found.study,
        "old": asdict(found.old),
        "new": asdict(found.new),
        "amendments": [
            {
                "number": one.number,
                "version": one.version,
                "date": one.date.isoformat(),
                "effective": one.effective.isoformat(),
                "consents": list(one.consents),
                "author": one.author,
                "rationale": one.rationale,
            }
            for one in found.amendments
        ],
        "changes": [
            {
                "id": one.id,
                "part": one.part,
                "kind": one.kind,
                "title": one.title,
                "before": one.before,
                "after": one.after,
                "words": [list(piece) for piece in word_diff(one.before or "", one.after or "")]
                if one.kind is Kind.CHANGED
                else None,
                "rationale": found.rationale(one),
            }
            for one in found.changes
        ],
        "touches": {
            str(kind): [
                {"id": one.id, "title": one.title, "note": one.note, "takes": [asdict(taken) for taken in one.takes]}
                for one in found.of(kind)
            ]
            for kind in PlaceKind
        },
        "not_computed": [{"what": what, "reason": reason} for what, reason in found.not_computed],
    }
