"""Numbers as a study report writes them: counts with per cent, estimates with intervals, p values; shells in their place."""

from __future__ import annotations

from math import isinf, isnan

SHELL, SHELL_PERCENT, SHELL_DECIMAL, SHELL_P = "xx", "xx (xx.x)", "xx.x", "0.xxx"
NOT_ESTIMABLE = "NE"
NONE = "–"
SMALLEST_P = 0.001


def count(number: float | None) -> str:
    """A number of subjects or events."""
    return SHELL if number is None else f"{number:.0f}"


def count_percent(number: float | None, of: float | None) -> str:
    """A number of subjects with its per cent; ``0`` alone where there are none."""
    if number is None or of is None:
        return SHELL_PERCENT
    if not of:
        return NONE
    return f"{number:.0f} ({rounded(100 * number / of, 1)})" if number else "0"


def decimal(value: float | None, places: int = 1) -> str:
    """A number to so many places; NE where it can't be told."""
    if value is None:
        return "xx" + ("." + "x" * places if places else "")
    return NOT_ESTIMABLE if isnan(value) else rounded(value, places)


def interval(low: float | None, high: float | None, places: int = 1) -> str:
    """The limits of an interval in parentheses."""
    return f"({decimal(low, places)}, {decimal(high, places)})"


Limits = tuple[float | None, float | None, float | None]
"""An estimate and its limits; None in a shell."""


def estimate(found: Limits, places: int = 1) -> str:
    """An estimate and its interval."""
    value, low, high = found
    return f"{decimal(value, places)} {interval(low, high, places)}"


def in_percent(found: Limits) -> Limits:
    """A proportion and its limits in per cent."""
    value, low, high = map(percent, found)
    return value, low, high


def percent(value: float | None) -> float | None:
    """A proportion in per cent."""
    return None if value is None else 100 * value


def p_value(value: float | None) -> str:
    """A p value to three places, ``<0.001`` below what they show."""
    if value is None:
        return SHELL_P
    if isnan(value):
        return NOT_ESTIMABLE
    if value < SMALLEST_P:
        return f"<{SMALLEST_P}"
    return ">0.999" if value > 1 - SMALLEST_P else rounded(value, 3)


def rounded(value: float, places: int) -> str:
    """Rounded half away from zero as the decimal that is written, as SAS rounds; a minus sign that is one, and no -0."""
    from decimal import ROUND_HALF_UP, Decimal

    if isinf(value):
        return "∞" if value > 0 else "−∞"
    text = str(Decimal(repr(round(value, places + 8))).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP))
    return text.removeprefix("-") if not float(text) else text.replace("-", "−")
