"""Charts as static drawings in a page: made by Altair while the book is built, without a script and without a network.

A chart takes its look from :func:`figure`; what has a colour of its own takes it from ``drawn.OKABE_ITO``, and lines and text
beside the axes from :data:`INK` and :data:`FAINT_INK`, which become the theme's colours.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from trialbook.displays.drawn import FAINT, MUTED, OKABE_ITO, SERIES
from trialbook.pages.html import target

if TYPE_CHECKING:
    import altair as alt

INK, MUTED_INK, FAINT_INK = "#010203", "#010204", "#010205"
"""What a chart names where the theme's colour of text, of text beside, and of thin lines is meant."""
_THEME = {INK: "currentColor", MUTED_INK: MUTED, FAINT_INK: FAINT, **dict(zip(OKABE_ITO, SERIES, strict=True))}
_FONT = "Arial"
WIDTH, HEIGHT = 620, 300
"""The size of a chart that names none, axes apart."""
_CLIP = re.compile(r"\b(?:clip|gradient)_?(\d+)\b")
_ABOUT = re.compile(r' (?:role|aria-[a-z]+)="[^"]*"')
_numbers: dict[str, int] = {}


def figure(chart: alt.TopLevelMixin, *, name: str, alt: str, caption: str) -> Markup:
    """A chart with its caption; figures of a page are numbered as they come.

    ``name`` tells it from the page's others and is the beginning of its ids; ``alt`` says in words what the chart shows, to who
    can't see it; ``caption`` stands under it.
    """
    import vl_convert

    spec: dict[str, Any] = chart.to_dict()
    spec["config"] = {**spec.get("config", {}), **_look()}
    svg = vl_convert.vegalite_to_svg(spec)
    return framed_figure(_in_page(svg, target(name), caption, alt), name=name, caption=caption)


def framed_figure(svg: Markup, *, name: str, caption: str) -> Markup:
    """A drawing in a frame that scrolls on a narrow screen, with its number and its caption."""
    number = _numbers.setdefault(name, len(_numbers) + 1)
    return Markup(
        '<figure class="book-figure" id="figure-{}"><div class="book-scroll" role="region" tabindex="0" aria-label="{}">{}</div>'
        "<figcaption><b>Figure {}.</b> {}</figcaption></figure>"
    ).format(target(name), caption, svg, number, caption)


def _look() -> dict[str, Any]:
    """The look of all charts: Vega-Lite's ``config``."""
    text = {"labelColor": INK, "titleColor": INK, "labelFontSize": 12, "titleFontSize": 12.5, "titleFontWeight": 600}
    return {
        "background": None,
        "font": _FONT,
        "view": {"continuousWidth": WIDTH, "continuousHeight": HEIGHT, "stroke": None},
        "range": {"category": list(OKABE_ITO)},
        "axis": {**text, "gridColor": FAINT_INK, "domainColor": MUTED_INK, "tickColor": MUTED_INK, "titlePadding": 10},
        "legend": {**text, "orient": "top", "symbolStrokeWidth": 2.5},
        "title": {"color": INK},
        "header": {"labelColor": INK, "titleColor": INK},
        "text": {"color": INK, "fontSize": 12},
        "rule": {"color": MUTED_INK},
    }


def _in_page(svg: str, name: str, title: str, words: str) -> Markup:
    """The drawing as it stands in a page: scalable, with the theme's colours, in words, and with ids that are the page's own."""
    head = re.match(r'<svg [^>]*?width="([\d.]+)" height="([\d.]+)"[^>]*>', svg)
    if head is None:
        raise ValueError("the chart did not become a drawing that says how large it is")
    width, height = head[1], head[2]
    inner = _ABOUT.sub("", svg[head.end() :].removesuffix("</svg>"))
    known: dict[str, str] = {}
    inner = _CLIP.sub(lambda found: known.setdefault(found[0], f"{name}-clip-{len(known) + 1}"), inner)
    for ink, colour in _THEME.items():
        inner = inner.replace(ink, colour)
    opening = (
        f'<svg class="book-drawing" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'style="--drawing-width: {width}px" role="img" aria-labelledby="{name}-title {name}-desc">'
        f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-desc">{escape(words)}</desc>'
    )
    return Markup(f"{opening}{inner}</svg>")
