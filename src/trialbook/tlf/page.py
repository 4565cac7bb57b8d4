"""All tables and figures on one page that needs nothing beside it, with a list of them to go by."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources

from markupsafe import Markup

from trialbook.displays.display import Display, name_of
from trialbook.displays.html import as_html

_PAGE = Markup(
    '<!doctype html><html lang="en"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
    "<title>{title}</title><style>{style}</style></head><body><main class='bd-article'><h1>{title}</h1>{statement}"
    "<nav aria-label='Tables and figures'><ol>{contents}</ol></nav>{displays}</main></body></html>\n"
)


def page(title: str, statement: str, displays: Sequence[Display]) -> str:
    """The page; ``statement``: what must be known first of the data."""
    sheets = (("trialbook.tlf", "page.css"), ("trialbook.displays", "static/displays.css"))
    style = Markup("").join(
        Markup(resources.files(package).joinpath(name).read_text(encoding="utf-8")) for package, name in sheets
    )
    contents = Markup("").join(
        Markup('<li><a href="#{}-{}">{}</a> {}</li>').format(one.kind.lower(), one.number, name_of(one), one.title)
        for one in displays
    )
    told = Markup('<p class="book-display-statement"><strong>{}</strong></p>').format(statement) if statement else Markup("")
    shown = Markup("").join(as_html(one) for one in displays)
    return str(_PAGE.format(title=title, style=style, statement=told, contents=contents, displays=shown))
