"""Texts with mathematics in LaTeX between dollar signs, as HTML with MathML: what cells show, which MyST does not read."""

from __future__ import annotations

import re

from docutils.utils.math.latex2mathml import tex2mathml
from markupsafe import Markup, escape

_ACCENT = re.compile(r"(\\(?:hat|tilde|bar|widehat)\s*(?:\\[a-z]+|[a-zA-Z]|\{[^{}]*\}))(?=[_^])")
"""A letter with an accent and an index, which docutils 0.21 would set under the letter."""
_FORMULA = re.compile(r"(\$\$.+?\$\$|\$.+?\$)", re.DOTALL)


def mathematical(text: str) -> Markup:
    """A text whose ``$...$`` are formulas in its lines and whose ``$$...$$`` are formulas on lines of their own.

    Raises MathError or SyntaxError for what is no LaTeX that docutils knows.
    """
    pieces: list[Markup] = []
    for piece in _FORMULA.split(text.strip()):
        if piece.startswith("$$"):
            formula = Markup(_mathml(piece[2:-2].strip(), block=True))
            pieces.append(Markup('<div class="math book-math" role="math" tabindex="0">{}</div>').format(formula))
        elif piece.startswith("$"):
            pieces.append(Markup('<span class="math">{}</span>').format(Markup(_mathml(piece[1:-1]))))
        elif piece.strip():
            pieces.append(escape(piece))
    return _paragraphs(pieces)


def _mathml(formula: str, *, block: bool = False) -> str:
    return str(tex2mathml(_ACCENT.sub(r"\1{}", formula), as_block=block))


def _paragraphs(pieces: list[Markup]) -> Markup:
    """What stands between formulas of their own lines as paragraphs."""
    made, open_ones = [], Markup("")
    for piece in pieces:
        if piece.startswith("<div"):
            made += [Markup("<p>{}</p>").format(open_ones), piece] if open_ones else [piece]
            open_ones = Markup("")
        else:
            open_ones += piece
    made += [Markup("<p>{}</p>").format(open_ones)] if open_ones.strip() else []
    return Markup("\n").join(made)
