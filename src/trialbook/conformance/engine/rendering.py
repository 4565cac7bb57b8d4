"""Values as CDISC's engine writes them in its results."""

from __future__ import annotations

from typing import Any


def value_text(value: Any) -> str:
    """What the engine's results show for a value; a missing one is ``""``."""
    text = "" if value is None else str(value)
    return "" if text.strip().lower() in ("", "nan") or text == "null" else text
