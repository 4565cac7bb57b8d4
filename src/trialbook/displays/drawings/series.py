"""How series are told apart: colours for a screen, patterns of lines and shapes of marks for a print without colours."""

from __future__ import annotations

from markupsafe import Markup

from trialbook.displays.drawn import GROUND, SERIES, area, way

DASHES = ("", "8 4", "2.5 3", "10 3.5 2.5 3.5", "14 5", "8 3 2.5 3 2.5 3")
"""Patterns of lines, as SVG's ``stroke-dasharray``; the first is solid."""


def colour(series: int) -> str:
    """The colour of a series."""
    return SERIES[series % len(SERIES)]


def dashes(series: int) -> str:
    """The pattern of a series' line."""
    return DASHES[series % len(DASHES)]


def mark(series: int, x: float, y: float, size: float = 4.2) -> Markup:
    """The mark of a series: its shape alone tells it from the others."""
    ink = colour(series)
    match series % 6:
        case 0:
            return Markup('<circle cx="{:g}" cy="{:g}" r="{:g}" fill="{}"/>').format(round(x, 1), round(y, 1), size, ink)
        case 1:
            reach = size * 1.25
            corners = ((x, y - reach), (x + reach, y + 0.8 * reach), (x - reach, y + 0.8 * reach))
            return area(*corners, fill=GROUND, stroke=ink)
        case 2:
            return area((x - size, y - size), (x + size, y - size), (x + size, y + size), (x - size, y + size), fill=ink)
        case 3:
            return diamond(x, y, size * 1.3, size * 1.3, fill=GROUND, stroke=ink)
        case 4:
            return way((x - size, y - size), (x + size, y + size), stroke=ink) + way(
                (x - size, y + size), (x + size, y - size), stroke=ink
            )
    return way((x - size, y), (x + size, y), stroke=ink) + way((x, y - size), (x, y + size), stroke=ink)


def diamond(x: float, y: float, across: float, up: float, *, fill: str, stroke: str = "none") -> Markup:
    """A diamond around a point, ``across`` and ``up`` the halves of its width and height."""
    return area((x - across, y), (x, y - up), (x + across, y), (x, y + up), fill=fill, stroke=stroke)
