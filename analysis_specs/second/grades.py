"""Grades of laboratory values by CTCAE version 5.0."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, NamedTuple

from .marrow import exact

Row = dict[str, Any]


class Rises(NamedTuple):
    """How high a value is: beyond which multiple of the upper limit of normal each grade begins.

    ``of_baseline``: the same multiples of the baseline, in place of the limit's where the baseline was beyond it (``beside``: the
    higher of both grades holds); ``least``: grade 1 begins with that multiple of the baseline, not beyond it.
    """

    of_limit: tuple[Fraction, ...]
    of_baseline: tuple[Fraction, ...]
    beside: bool = False
    least: bool = False


def _parts(*numbers: str) -> tuple[Fraction, ...]:
    return tuple(Fraction(number) for number in numbers)


TRANSAMINASE = Rises(_parts("1", "3", "5", "20"), _parts("1.5", "3", "5", "20"), least=True)
HIGH = {
    "ALT": TRANSAMINASE,
    "AST": TRANSAMINASE,
    "BILI": Rises(_parts("1", "1.5", "3", "10"), _parts("1", "1.5", "3", "10")),
    # A creatinine has no grade 1 by its baseline, and no grade 4.
    "CREAT": Rises(_parts("1", "1.5", "3", "6"), _parts("1.5", "1.5", "3"), beside=True),
}
LOW = {
    "HGB": _parts("100", "80"),
    "WBC": _parts("3", "2", "1"),
    "NEUT": _parts("1.5", "1", "0.5"),
    "PLAT": _parts("75", "50", "25"),
    "LYM": _parts("0.8", "0.5", "0.2"),
}
"""In the standard units: below the lower limit of normal is grade 1, below each of these the next."""


def grade(row: Row, before: Row | None = None) -> int | None:
    """The grade of a value; ``before`` is the baseline, where the criteria compare with it.

    None of a test that has no criteria here, and of a value without the limit of normal that they need.
    """
    test, value = row["LBTESTCD"], exact(row["LBSTRESN"])
    assert value is not None
    if test in LOW:
        lower = exact(row["LBSTNRLO"])
        beyond = sum(value < limit for limit in LOW[test])
        return None if lower is None else 1 + beyond if beyond else int(value < lower)
    if test not in HIGH or (upper := exact(row["LBSTNRHI"])) is None:
        return None
    rises = HIGH[test]
    by_limit = sum(value > upper * times for times in rises.of_limit)
    start = exact(before["LBSTRESN"]) if before else None
    if start is None:
        return by_limit
    by_baseline = sum(value > start * times for times in rises.of_baseline)
    if rises.least and value == start * rises.of_baseline[0]:
        by_baseline = 1
    if rises.beside:
        return max(by_limit, by_baseline)
    return by_baseline if grade(before or row) else by_limit
