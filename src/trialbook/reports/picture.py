"""Where the findings are: each form and dataset a row, each variable with findings a tile, drawn as SVG."""

from __future__ import annotations

import math
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib import resources
from urllib.parse import urlencode

from markupsafe import Markup, escape

from trialbook.findings import Results, Severity
from trialbook.reports.summary import GroupCount, TableNames, count_tables
from trialbook.reports.wording import counted, names_to_mend, visible

LABEL, TILE, HEIGHT, GAP = 170, 100, 40, 4
PER_LINE, LINES = 8, 2
WIDTH = LABEL + PER_LINE * (TILE + GAP)
WHOLE = "no variable"
STRENGTHS = 4
# Below this many findings at one variable nothing is drawn dark: eight findings are not a catastrophe.
FEW = 50


@dataclass
class _Tile:
    """Findings at one variable; ``name`` is None for findings that name no variable."""

    name: str | None
    counts: Counter[Severity] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def worst(self) -> Severity:
        return min(self.counts, key=lambda severity: severity.rank)


def picture_svg(results: Results, linked: bool = True) -> Markup:
    """The picture as an ``<svg>`` that needs nothing else: dark where the page is dark, a link to the table from each tile.

    Without ``linked`` the tiles lead nowhere: for a page without that table.

    The darker a tile, the more findings; its edge and the letter with a number are the worst severity and how many of it. A
    finding that asks to correct two variables counts at both; what it only compares them with counts nowhere.
    """
    tiles = _tiles(results)
    groups = [group for group in count_tables(results) if group.total]
    most = max((tile.total for row in tiles.values() for tile in row), default=0)
    body: list[Markup] = []
    y = 4
    for group in groups:
        drawn, height = _draw_table(group, tiles[(group.kind, group.name)], y, most, linked)
        body.append(drawn)
        y += height
    if not groups:
        body.append(_text(0, y + 20, "No findings in any form or dataset.", "tb-p-name"))
        y += 36
    body.append(_legend(y + 8, most))
    y += 40
    worst = ", ".join(f"{group.name} ({group.kind}) {group.total:,}" for group in groups[:12])
    style = (resources.files("trialbook.reports") / "templates" / "picture.css").read_text(encoding="utf-8")
    return Markup(
        '<svg class="tb-picture" viewBox="0 0 {} {}" role="{}" aria-label="Where the findings are: {}" '
        'xmlns="http://www.w3.org/2000/svg"><title>Where the findings are</title>'
        "<desc>Findings by form or dataset and variable: {}</desc><style>{}</style>{}</svg>"
    ).format(WIDTH, y, "group" if linked else "img", worst or "nowhere", worst or "none", Markup(style), Markup("").join(body))


def _tiles(results: Results) -> dict[tuple[object, str], list[_Tile]]:
    """The tiles of each form or dataset, those with the worst and then the most findings first."""
    names = TableNames(results)
    tables: dict[tuple[object, str], dict[str | None, _Tile]] = {}
    for finding in results.findings:
        row = tables.setdefault((names.kind(finding), finding.dataset), {})
        variables: Iterable[str | None] = dict.fromkeys(names_to_mend(finding)) or [None]
        for name in variables:
            row.setdefault(name, _Tile(name)).counts[finding.severity] += 1
    return {
        key: sorted(row.values(), key=lambda tile: (-tile.total, tile.worst.rank, tile.name or "")) for key, row in tables.items()
    }


def _draw_table(group: GroupCount, tiles: list[_Tile], y: int, most: int, linked: bool) -> tuple[Markup, int]:
    room = PER_LINE * LINES
    shown = tiles if len(tiles) <= room else tiles[: room - 1]
    parts = [
        _text(0, y + 16, _fit(group.name, 16), "tb-p-name"),
        _text(0, y + 32, f"{group.kind} · {counted(group.total, 'finding')}", "tb-p-note"),
    ]
    for index, tile in enumerate(shown):
        x = LABEL + (index % PER_LINE) * (TILE + GAP)
        parts.append(_draw_tile(group, tile, x, y + (index // PER_LINE) * (HEIGHT + GAP), most, linked))
    if rest := tiles[len(shown) :]:
        x = LABEL + (PER_LINE - 1) * (TILE + GAP)
        top = y + (LINES - 1) * (HEIGHT + GAP)
        parts.append(_text(x + 6, top + 16, f"+ {counted(len(rest), 'variable')}", "tb-p-note"))
        parts.append(_text(x + 6, top + 32, f"{sum(tile.total for tile in rest):,}", "tb-p-note"))
    lines = math.ceil((len(shown) + bool(rest)) / PER_LINE)
    return Markup("").join(parts), lines * (HEIGHT + GAP) + 8


def _draw_tile(group: GroupCount, tile: _Tile, x: int, y: int, most: int, linked: bool) -> Markup:
    name = visible(tile.name) if tile.name else WHOLE
    by_severity = ", ".join(f"{tile.counts[severity]:,} {severity.value}" for severity in Severity if tile.counts[severity])
    letter = f"{tile.worst.value[0]} {tile.counts[tile.worst]:,}"
    said = f"{visible(group.name)} {name}: {by_severity}"
    query = {"dataset": group.name, "kind": group.kind or "", "variable": tile.name or ""}
    opening = Markup('<a href="#{}"').format(urlencode(query)) if linked else Markup("<g")
    return Markup(
        '{} class="tb-p-tile tb-p-{} tb-p-{}"><title>{}</title>'
        '<rect class="tb-p-fill" x="{}" y="{}" width="{}" height="{}" rx="3"/>'
        '<rect class="tb-p-edge" x="{}" y="{}" width="5" height="{}"/>{}{}{}</{}>'
    ).format(
        opening, tile.worst.value.lower(), _strength(tile.total, most), said,
        x, y, TILE, HEIGHT, x, y, HEIGHT,
        _text(x + 11, y + 16, _fit(name, 12), "tb-p-variable"),
        _text(x + 11, y + 32, f"{tile.total:,}", "tb-p-count"),
        _text(x + TILE - 7, y + 32, letter, "tb-p-letter"),
        "a" if linked else "g",
    )  # fmt: skip


def _legend(y: int, most: int) -> Markup:
    parts = []
    for index, severity in enumerate(Severity):
        x = LABEL + index * 92
        mark = Markup('<g class="tb-p-{}"><rect class="tb-p-edge" x="{}" y="{}" width="10" height="10"/></g>')
        parts.append(mark.format(severity.value.lower(), x, y))
        parts.append(_text(x + 15, y + 9, f"{severity.value[0]} {severity.value}", "tb-p-note"))
    if most:
        what = f"edge: the worst severity, and its count · darker: more findings (at most {most:,})"
        parts.append(_text(LABEL + 4 * 92, y + 9, what, "tb-p-note"))
    return Markup("").join(parts)


def _strength(count: int, most: int) -> int:
    """1 to 4, by the square root: a tile with one finding stays visible beside one with thousands."""
    return max(1, math.ceil(STRENGTHS * math.sqrt(count / max(most, FEW))))


def _text(x: int, y: int, text: str, kind: str) -> Markup:
    return Markup('<text x="{}" y="{}" class="{}">{}</text>').format(x, y, kind, escape(text))


def _fit(text: str, columns: int) -> str:
    """``text`` cut to a width in columns; a Chinese character takes two."""
    text, used = visible(text), 0
    for index, character in enumerate(text):
        used += 2 if unicodedata.east_asian_width(character) in "WF" else 1
        if used > columns:
            return text[: max(index - 1, 1)] + "…"
    return text
