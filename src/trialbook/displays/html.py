"""A display as a piece of a page, in the book's looks (``static/displays.css``).

A table's caption holds its number, title and population; headers say what they are over, so that a cell can be read out with its
row, its column and the header over that. A figure's drawing has its words inside.
"""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup, escape

from trialbook.displays.display import NO_DATA, Align, Column, Display, Figure, Row, Table, name_of, spans
from trialbook.displays.drawn import drawing
from trialbook.displays.measured import text_width
from trialbook.displays.numbers import Placed, placed

_BREAK = Markup("<br>")
_DIGIT = text_width("0", 1)
"""A digit's width, in letters' sizes: CSS calls it ``ch``."""


def as_html(display: Display) -> Markup:
    """The display with its statement, title, footnotes and source; its id is ``table-14.2.1.1`` or ``figure-14.2.1.1``."""
    return _table(display) if isinstance(display, Table) else _figure(display)


def _table(table: Table) -> Markup:
    content = Markup("<caption>{}</caption><thead>{}</thead>{}").format(_caption(table), _head(table), _bodies(table))
    return Markup(
        '<div class="book-display" id="{}">{}<div class="book-scroll" role="region" tabindex="0" aria-label="{}">'
        '<table class="book-table book-display-table">{}</table></div>{}</div>'
    ).format(_id(table), _statement(table), f"{name_of(table)} {table.title}", content, _notes(table))


def _figure(figure: Figure) -> Markup:
    drawn = figure.drawing
    title = f"{name_of(figure)} {figure.title}"
    svg = drawing(drawn.width, drawn.height, drawn.body, name=_id(figure), title=title, words=drawn.words)
    return Markup(
        '<figure class="book-figure book-display" id="{}">{}<figcaption>{}</figcaption>'
        '<div class="book-scroll" role="region" tabindex="0" aria-label="{}">{}</div>{}</figure>'
    ).format(_id(figure), _statement(figure), _caption(figure), title, svg, _notes(figure))


def _id(display: Display) -> str:
    return f"{display.kind.lower()}-{display.number}"


def _caption(display: Display) -> Markup:
    parts = [Markup('<span class="book-display-number">{}</span>').format(name_of(display)), escape(display.title)]
    if display.population:
        parts.append(Markup('<span class="book-display-population">{}</span>').format(display.population))
    return Markup(" ").join(parts)


def _statement(display: Display) -> Markup:
    if not display.statement:
        return Markup("")
    return Markup('<p class="book-display-statement"><strong>{}</strong></p>').format(display.statement)


def _notes(display: Display) -> Markup:
    notes = [Markup("<p>{}</p>").format(_lines(note)) for note in display.footnotes]
    if display.source:
        notes.append(Markup('<p class="book-display-source">{}</p>').format(_lines(display.source)))
    return Markup('<div class="book-display-notes">{}</div>').format(Markup("").join(notes)) if notes else Markup("")


def _head(table: Table) -> Markup:
    upper = spans(table.columns)
    two = any(span.text for span in upper)
    first, second = [], []
    for span in upper:
        under = table.columns[span.first : span.first + span.columns]
        if span.text:
            cell = Markup('<th scope="colgroup" colspan="{}" class="book-over">{}</th>')
            first.append(cell.format(span.columns, _lines(span.text)))
            second += [_header(column) for column in under]
        else:
            first += [_header(column, rows=2 if two else 1) for column in under]
    lines = [first, second] if two else [first]
    return Markup("").join(Markup("<tr>{}</tr>").format(Markup("").join(line)) for line in lines)


def _header(column: Column, rows: int = 1) -> Markup:
    more = Markup(' rowspan="{}"').format(rows) if rows > 1 else Markup("")
    if not column.header:
        return Markup("<td{}></td>").format(more)
    return Markup('<th scope="col" class="book-{}"{}>{}</th>').format(column.align, more, _lines(column.header))


def _bodies(table: Table) -> Markup:
    """The rows; each heading begins a group of its own, which is what its header's scope is."""
    if not table.rows:
        return Markup('<tbody><tr><td colspan="{}" class="book-centre">{}</td></tr></tbody>').format(len(table.columns), NO_DATA)
    groups: list[list[Markup]] = [[]]
    for row, cells in zip(table.rows, _cells(table), strict=True):
        if row.heading and groups[-1]:
            groups.append([])
        groups[-1].append(_row(row, cells, len(table.columns)))
    return Markup("").join(Markup("<tbody>{}</tbody>").format(Markup("").join(rows)) for rows in groups)


def _row(row: Row, cells: list[Markup], columns: int) -> Markup:
    kinds = [name for name, is_so in (("book-group", row.heading), ("book-ruled", row.ruled)) if is_so]
    kind = Markup(' class="{}"').format(" ".join(kinds)) if kinds else Markup("")
    over = Markup(' colspan="{}"').format(columns) if len(row.cells) == 1 and columns > 1 else Markup("")
    style = Markup(' style="--level: {}"').format(row.indent) if row.indent else Markup("")
    scope = "rowgroup" if row.heading else "row"
    label = Markup('<th scope="{}"{}{}>{}</th>').format(scope, over, style, _lines(row.cells[0]))
    return Markup("<tr{}>{}{}</tr>").format(kind, label, Markup("").join(cells))


def _cells(table: Table) -> Iterator[list[Markup]]:
    """The cells after the label, row by row."""
    full = [row for row in table.rows if len(row.cells) > 1]
    places = {
        at: iter(placed([row.cells[at] for row in full]))
        for at, column in enumerate(table.columns)
        if at and column.align is Align.NUMBER
    }
    for row in table.rows:
        yield [
            _cell(text, column, next(places[at]) if at in places else None)
            for at, (text, column) in enumerate(zip(row.cells, table.columns, strict=False))
            if at
        ]


def _cell(text: str, column: Column, place: Placed | None) -> Markup:
    if place is None or not text:
        return Markup('<td class="book-{}">{}</td>').format(column.align, _lines(text))
    style = f"width: {place.width / _DIGIT:.2f}ch; padding-left: {place.offset / _DIGIT:.2f}ch"
    return Markup('<td class="book-number"><span style="{}">{}</span></td>').format(style, _lines(text))


def _lines(text: str) -> Markup:
    return _BREAK.join(escape(line) for line in text.split("\n"))
