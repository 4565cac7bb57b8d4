"""How a long piece of work says what it is doing: it calls a function with the name of each step."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str], None]


def quiet(step: str) -> None:
    """No progress shown."""
