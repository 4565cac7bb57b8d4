"""A figure as an SVG file that stands alone: the light theme's colours written out, on a white ground, with its statement."""

from __future__ import annotations

import re

from markupsafe import Markup

from trialbook.displays.display import Figure, name_of
from trialbook.displays.drawn import SIZE, height_of, written
from trialbook.displays.measured import FONTS, text_width
from trialbook.displays.xml_text import in_xml

INK, MARK = "#1c2733", "#6a1f6a"
"""The colours of text, and of a statement that must be seen."""
_THEME = re.compile(r"var\(--[\w-]+, (#[0-9A-Fa-f]{3,8})\)")
_EDGE = 8.0


def as_svg(figure: Figure) -> str:
    """The drawing with its title, and its content in words, for who can't see it; lengths are in CSS pixels, 96 an inch.

    What the figure states (``SYNTHETIC DATA``) is part of it, as a file goes its own ways. The ground is opaque: converters
    blend what is transparent differently.
    """
    drawn, lines = figure.drawing, [figure.statement] if figure.statement else []
    strip = height_of(lines) + _EDGE if lines else 0
    width = max(drawn.width, text_width(figure.statement, SIZE, bold=True) + 2 * _EDGE if lines else 0)
    above = written(lines, _EDGE, _EDGE, bold=True, anchor="start", fill=MARK) if lines else Markup("")
    body = Markup('<rect width="100%" height="100%" fill="#ffffff"/>{}<g transform="translate(0 {:g})">{}</g>').format(
        above, round(strip, 1), drawn.body
    )
    text = Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" width="{w:g}" height="{h:g}" viewBox="0 0 {w:g} {h:g}" role="img" '
        'aria-labelledby="title desc" font-family="{fonts}" fill="currentColor">'
        '<title id="title">{title}</title><desc id="desc">{words}</desc>{body}</svg>\n'
    ).format(
        w=round(width, 1),
        h=round(drawn.height + strip, 1),
        fonts=FONTS,
        title=f"{name_of(figure)} {figure.title}",
        words=drawn.words,
        body=body,
    )
    return _in_ink(in_xml(text))


def _in_ink(text: str) -> str:
    """The theme's colours as they are in light; those in the words, were there any, stay words."""
    head, mark, drawn = text.partition("</desc>")
    return head.replace('fill="currentColor"', f'fill="{INK}"') + mark + _THEME.sub(r"\1", drawn).replace("currentColor", INK)
