"""Mathematics as MathML, made when a page is written: browsers draw it without a script, offline and in print."""

from __future__ import annotations

from docutils import nodes
from docutils.utils.math import MathError
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.writers.html5 import HTML5Translator


def add_mathml(app: Sphinx) -> None:
    """Register the renderer ``mathml``, which ``html_math_renderer`` names."""
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))


def _inline(self: HTML5Translator, node: nodes.math) -> None:
    self.body.append(f'<span class="math">{_mathml(node, block=False)}</span>')
    raise nodes.SkipNode


def _block(self: HTML5Translator, node: nodes.math_block) -> None:
    number = node.get("number")
    label = f'<span class="eqno">({number})</span>' if number else ""
    self.body.append(self.starttag(node, "div", CLASS="math book-math", ROLE="math"))
    self.body.append(f"{label}{_mathml(node, block=True)}</div>")
    raise nodes.SkipNode


def _mathml(node: nodes.Element, *, block: bool) -> str:
    source = node.astext()
    try:
        return str(tex2mathml(source, as_block=block))
    except (MathError, SyntaxError) as error:
        raise ExtensionError(f"{node.source}:{node.line}: mathematics that can't be set: {source}: {error}") from None
