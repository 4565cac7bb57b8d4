"""Pieces of SVG for drawings that stand in a page: their colours are the theme's, so that light, dark and print are right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from trialbook.displays.measured import FONTS, text_width

INK = "currentColor"
MUTED = "var(--pst-color-text-muted, #566575)"
LINE = "var(--pst-color-text-muted, #566575)"
FAINT = "var(--pst-color-border, #c9d1d9)"
GROUND = "var(--pst-color-background, #ffffff)"
SURFACE = "var(--pst-color-surface, #f3f5f7)"
ACCENT = "var(--pst-color-primary, #1f5a8a)"
OKABE_ITO = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
"""Colours that who sees few colours can tell apart (Okabe and Ito 2008), those first that stand out on a light ground."""
SERIES = tuple(f"var(--book-series-{number}, {colour})" for number, colour in enumerate(OKABE_ITO, 1))
"""The same as the theme has them, lighter on a dark ground."""
SIZE, SMALL = 13.0, 11.5
"""Sizes of letters; a line takes :data:`LEADING` of them."""
LEADING = 1.27


@dataclass(frozen=True)
class Drawing:
    """A drawing before it is put anywhere: its size, its pieces (which have no ids), and its whole content in ``words``."""

    width: float
    height: float
    body: Markup
    words: str


def drawing(width: float, height: float, body: Markup, *, name: str, title: str, words: str) -> Markup:
    """A drawing that says its whole content in ``words`` to who can't see it; ``name`` is the beginning of its ids."""
    return Markup(
        '<svg class="book-drawing" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w:g} {h:g}" style="--drawing-width: {w:g}px" '
        'role="img" aria-labelledby="{name}-title {name}-desc" font-family="{fonts}" fill="currentColor">'
        '<title id="{name}-title">{title}</title><desc id="{name}-desc">{words}</desc>{body}</svg>'
    ).format(w=round(width, 1), h=round(height, 1), name=name, fonts=FONTS, title=title, words=words, body=body)


def written(
    lines: Sequence[str], x: float, y: float, *, size: float = SIZE, bold: bool = False, anchor: str = "middle", fill: str = INK
) -> Markup:
    """Lines of text under each other, the top of the first at ``y``."""
    weight = Markup(' font-weight="600"') if bold else Markup("")
    spans = [
        Markup('<tspan x="{:g}" y="{:g}">{}</tspan>').format(round(x, 1), round(y + size * (LEADING * number + 0.98), 1), line)
        for number, line in enumerate(lines)
    ]
    return Markup('<text font-size="{:g}" text-anchor="{}" fill="{}"{}>{}</text>').format(
        size, anchor, fill, weight, Markup("").join(spans)
    )


def height_of(lines: Sequence[str], size: float = SIZE) -> float:
    """What so many lines take."""
    return len(lines) * size * LEADING


def widest(lines: Sequence[str], size: float = SIZE, *, bold: bool = False) -> float:
    """The width of the widest line."""
    return max((text_width(line, size, bold=bold) for line in lines), default=0)


def box(x: float, y: float, width: float, height: float, *, fill: str, stroke: str = "none", radius: float = 4) -> Markup:
    """A rectangle."""
    return Markup('<rect x="{:g}" y="{:g}" width="{:g}" height="{:g}" rx="{:g}" fill="{}" stroke="{}"/>').format(
        *(round(one, 1) for one in (x, y, width, height, radius)), fill, stroke
    )


def way(
    *points: tuple[float, float],
    dashed: bool | str = False,
    arrow: bool = False,
    stroke: str = LINE,
    width: float = 1.4,
) -> Markup:
    """A line through points, with an arrow's head at its end; ``dashed`` may be a pattern, as SVG's ``stroke-dasharray``."""
    pattern = dashed if isinstance(dashed, str) else "5 4" if dashed else ""
    dashes = Markup(' stroke-dasharray="{}"').format(pattern) if pattern else Markup("")
    line = Markup('<polyline points="{}" fill="none" stroke="{}" stroke-width="{:g}"{}/>').format(
        _along(points), stroke, width, dashes
    )
    return line + (_head(points[-2], points[-1], stroke) if arrow else Markup(""))


def area(*points: tuple[float, float], fill: str, stroke: str = "none", opacity: float = 1) -> Markup:
    """A surface within points."""
    return Markup('<polygon points="{}" fill="{}" stroke="{}" fill-opacity="{:g}"/>').format(
        _along(points), fill, stroke, opacity
    )


def _head(before: tuple[float, float], tip: tuple[float, float], fill: str) -> Markup:
    """The head of an arrow that comes along one axis."""
    (x, y), long, wide = tip, 7.0, 4.0
    dx = (tip[0] > before[0]) - (tip[0] < before[0])
    dy = 0 if dx else (tip[1] > before[1]) - (tip[1] < before[1])
    corners = [
        (x, y),
        (x - long * dx - wide * dy, y - long * dy - wide * dx),
        (x - long * dx + wide * dy, y - long * dy + wide * dx),
    ]
    return Markup('<polygon points="{}" fill="{}"/>').format(_along(corners), fill)


def _along(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{round(x, 1):g},{round(y, 1):g}" for x, y in points)
