"""What a page and the whole document were made from, as a line and as tables."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from pathlib import Path

from markupsafe import Markup

from trialbook.book.about import About
from trialbook.pages.html import Cell, code, facts, table
from trialbook.pages.inputs import content_hash, tree_hash
from trialbook.pages.records import Record

SHOWN_DIGITS = 12
"""Of a SHA-256, in a line; the tables and the manifest have all of it."""

KINDS = {
    "study:protocol": "protocol",
    "study:sdtm_specs": "specifications",
    "study:analysis_specs": "analyses",
    "study:validators": "rules",
    "study": "other files of the study",
    "export": "export",
    "kit": "kit",
}


def line_html(about: About, page: Path, record: Record | None, notebook: str | None) -> Markup:
    """The line at the end of a page: document, commit, day, inputs by hash, versions, run time; ``notebook`` is a link."""
    parts: list[Cell] = [f"{about.study}, protocol version {about.version}", about.commit_words]
    made_from = [Markup("page {}").format(_short(content_hash(page)))]
    if record is None:
        parts.append(Markup("built <time>{}</time>").format(_moment(about.built)))
    else:
        parts.append(Markup("executed <time>{}</time> in <time>{:.1f} s</time>").format(_moment(record.executed), record.seconds))
        made_from += [Markup("{} {}").format(kind, _short(tree_hash(files))) for kind, files in by_kind(record.inputs)]
    parts.append(Markup("SHA-256 of ") + Markup(", ").join(made_from))
    parts.append(", ".join([f"Python {about.python}", *(f"{name} {version}" for name, version in about.versions.items())]))
    if notebook:
        parts.append(Markup('<a href="{}" download>executed notebook</a>').format(notebook))
    return Markup('<p class="book-provenance">{}</p>').format(Markup(" · ").join(parts))


def tables_html(about: About, records: Mapping[str, Record], titles: Mapping[str, str]) -> Markup:
    """The document, each executed page, and each file that one of them read, with its whole SHA-256."""
    inputs = {name: digest for record in records.values() for name, digest in record.inputs.items()}
    pieces = [
        facts(
            [
                ("Study", about.study),
                ("Protocol version", about.version),
                ("Version control", about.commit_words),
                ("Built", Markup("<time>{}</time>").format(_moment(about.built))),
                ("Python", about.python),
                ("Packages", ", ".join(f"{name} {version}" for name, version in about.versions.items())),
                ("Lock file, SHA-256", code(about.lock) if about.lock else "there is none"),
                ("Kit, SHA-256", code(about.kit)),
            ],
            about="The document",
        )
    ]
    rows = [
        (
            Markup('<a href="{}.html">{}</a>').format(page.rpartition("/")[2], titles[page]),
            Markup("<time>{}</time>").format(_moment(one.executed)),
            Markup("<time>{:.1f} s</time>").format(one.seconds),
            Markup("<br>").join(f"{kind}: {len(files)}" for kind, files in by_kind(one.inputs)),
            code(tree_hash((name, digest or "") for name, digest in one.inputs.items())[:SHOWN_DIGITS]),
        )
        for page, one in records.items()
    ]
    pieces.append(table(("Page", "Executed", "Took", "Inputs read", "SHA-256 over them"), rows, about="Pages that were executed"))
    for kind, files in by_kind(inputs):
        listed = [(code(name.partition(":")[2] or name), code(digest)) for name, digest in files if not name.endswith("/")]
        shown = table(("File", "SHA-256"), listed, about=f"Inputs: {kind}", kind="book-hashes")
        folded = Markup('<details class="book-folded"><summary>{}: {} files</summary>{}</details>')
        pieces.append(folded.format(kind.capitalize(), len(listed), shown))
    return Markup('<div class="book-provenance-tables">{}</div>').format(Markup("").join(pieces))


def by_kind(inputs: Mapping[str, str | None]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Inputs by what they are, each with its hash, in the order of :data:`KINDS`."""
    order = list(KINDS.values())
    named = sorted(
        ((_kind(name), name, digest or "") for name, digest in inputs.items()), key=lambda one: (order.index(one[0]), one[1])
    )
    return [(kind, [(name, digest) for _, name, digest in group]) for kind, group in groupby(named, key=lambda one: one[0])]


def _kind(name: str) -> str:
    where, _, rest = name.partition(":")
    return KINDS.get(f"{where}:{rest.split('/')[0]}") or KINDS[where]


def _short(digest: str) -> Markup:
    return code(digest[:SHOWN_DIGITS])


def _moment(iso: str) -> str:
    """A time in UTC to the minute, as a person reads it."""
    return iso[:16].replace("T", " ") + " UTC"
