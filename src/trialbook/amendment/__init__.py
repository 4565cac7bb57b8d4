"""Amendments: two versions of the protocol compared, what the changes touch, and how the current version is put aside."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trialbook.amendment.difference import Difference, compare
    from trialbook.amendment.freezing import freeze
    from trialbook.amendment.payload import as_json, diff_schema
    from trialbook.amendment.text import as_text

_MODULE_OF = {
    "Difference": "difference",
    "as_json": "payload",
    "as_text": "text",
    "compare": "difference",
    "diff_schema": "payload",
    "freeze": "freezing",
}

__all__ = ["Difference", "as_json", "as_text", "compare", "diff_schema", "freeze"]


def __getattr__(name: str) -> Any:
    """The public names, each from its module."""
    if name not in _MODULE_OF:
        raise AttributeError(f"module 'trialbook.amendment' has no attribute {name!r}")
    return getattr(import_module(f"trialbook.amendment.{_MODULE_OF[name]}"), name)
