"""How a long piece of work says what it is doing: it calls a function with the name of each step."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str], None]


def quiet(step: str) -> None:
    """No progress shown."""


def part_way(progress: Progress, what: str, done: int, total: int) -> None:
    """Within a step: what is being done, and how many of how many are; shown by a progress that has a ``within``."""
    within = getattr(progress, "within", None)
    if within is not None:
        within(what, done, total)
