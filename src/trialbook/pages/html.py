"""Pieces of HTML that pages are made of; whatever is not Markup is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from markupsafe import Markup

Cell = str | Markup
NOTHING = Markup('<span class="book-none">—</span>')


def table(headers: Sequence[Cell], rows: Iterable[Sequence[Cell]], *, about: str, kind: str = "") -> Markup:
    """A table under one header row, or the word that there is nothing to show.

    ``about`` says what it is to who can't see it, ``kind`` is a class for its look.
    """
    rows = list(rows)
    if not rows:
        return nothing(f"{about}: none stated.")
    body = Markup("").join(Markup("<tr>{}</tr>").format(Markup("").join(_cell(cell) for cell in row)) for row in rows)
    return framed(headers, body, about=about, kind=kind)


def framed(headers: Sequence[Cell], body: Markup, *, about: str, kind: str = "") -> Markup:
    """A table whose rows are made already; on a narrow screen it scrolls in its own frame."""
    head = Markup("").join(Markup('<th scope="col">{}</th>').format(header) for header in headers)
    return _frame(Markup("<thead><tr>{}</tr></thead><tbody>{}</tbody>").format(head, body), about, kind)


def facts(pairs: Iterable[tuple[Cell, Cell]], *, about: str) -> Markup:
    """Name and value, a row each."""
    row = Markup('<tr><th scope="row">{}</th><td>{}</td></tr>')
    body = Markup("").join(row.format(name, value) for name, value in pairs)
    return _frame(Markup("<tbody>{}</tbody>").format(body), about, "book-facts")


def listing(items: Iterable[Cell], *, ordered: bool = False) -> Markup:
    """A list."""
    body = Markup("").join(Markup("<li>{}</li>").format(item) for item in items)
    return Markup("<{0}>{1}</{0}>").format(Markup("ol" if ordered else "ul"), body)


def lines(items: Iterable[Cell]) -> Markup:
    """Items one under the other in a cell; a dash where there are none."""
    made = [Markup("<div>{}</div>").format(item) for item in items]
    return Markup("").join(made) if made else NOTHING


def code(text: str) -> Markup:
    """What is written so in a file."""
    return Markup("<code>{}</code>").format(text)


def nothing(text: str) -> Markup:
    """What stands in the place of something that is not there."""
    return Markup('<p class="book-none">{}</p>').format(text)


def note(text: Cell) -> Markup:
    """What explains the line above it."""
    return Markup('<div class="book-note">{}</div>').format(text)


def target(*names: str) -> str:
    """The id of a place on a page that links lead to: ``variable-AE-AETERM``."""
    return "-".join("".join(c if c.isalnum() or c in "._" else f"_{ord(c):x}" for c in name) for name in names)


def heading(level: int, text: Cell, *names: str) -> Markup:
    """A heading that the build makes a section of the page, one that links lead to; it stands outside of all other elements."""
    return Markup('<h{0} class="book-heading" id="{1}">{2}</h{0}>').format(level, target(*names), text)


def placed(text: Cell, *names: str) -> Markup:
    """A text that links lead to."""
    return Markup('<span id="{}">{}</span>').format(target(*names), text)


def link(text: Cell, *names: str) -> Markup:
    """A link to a place on the same page."""
    return Markup('<a href="#{}">{}</a>').format(target(*names), text)


def _frame(content: Markup, about: str, kind: str) -> Markup:
    return Markup(
        '<div class="book-scroll" role="region" tabindex="0" aria-label="{}"><table class="book-table {}">{}</table></div>'
    ).format(about, kind, content)


def _cell(cell: Cell) -> Markup:
    return Markup("<td>{}</td>").format(cell if cell else NOTHING)
