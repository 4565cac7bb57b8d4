"""The line at the end of each page that says what it was made from, and the tables of the page Provenance."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.parsers.rst import Directive
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from trialbook.book.about import ABOUT, About
from trialbook.book.leaves import Executed, pages_of
from trialbook.book.manifest import NOTEBOOKS, page_records
from trialbook.book.provenance import line_html, tables_html
from trialbook.pages.inputs import Inputs
from trialbook.pages.tasks import shared_files


class provenance_line(nodes.General, nodes.Element):  # noqa: N801 - docutils names its nodes so
    """Where the line of a page goes; ``page`` is its name."""


class provenance_tables(nodes.General, nodes.Element):  # noqa: N801 - docutils names its nodes so
    """Where the tables of all pages go."""


class ProvenanceDirective(Directive):
    """``{provenance}``: what the whole document was made from, page by page and file by file."""

    def run(self) -> list[nodes.Node]:
        """A place that is filled when the page is written."""
        env = self.state.document.settings.env
        env.trialbook_tables = {*getattr(env, "trialbook_tables", set()), env.docname}
        return [provenance_tables()]


def add_provenance(app: Sphinx) -> None:
    """Register nodes, directive and what fills them."""
    for node in (provenance_line, provenance_tables):
        app.add_node(node)
    app.add_directive("provenance", ProvenanceDirective)
    app.connect("doctree-read", _place_line)
    app.connect("env-get-outdated", _always)
    app.connect("doctree-resolved", _fill)


def _place_line(app: Sphinx, doctree: nodes.document) -> None:
    sections = [node for node in doctree.children if isinstance(node, nodes.section)]
    (sections[-1] if sections else doctree).append(provenance_line(page=app.env.docname))


def _always(app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]) -> list[str]:
    """The pages with the tables of all pages: they change with each of them."""
    env_pages: set[str] = getattr(env, "trialbook_tables", set())
    return [page for page in env_pages if page in env.found_docs]


def _fill(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    work: Path = app.trialbook_work  # type: ignore[attr-defined]
    about = About.read(work / ABOUT)
    executed = Executed.in_work(work)
    inputs = Inputs(Path(app.srcdir), None, shared_files(Path(app.srcdir)))
    pages = [page.name for page in pages_of(Path(app.srcdir))]
    for node in list(doctree.findall(provenance_line)):
        page: str = node["page"]
        record = page_records([page], executed, inputs).get(page)
        notebook = f"{'../' * page.count('/')}{NOTEBOOKS}/{page}.ipynb" if record and app.builder.name == "html" else None
        _replace(node, line_html(about, Path(app.srcdir) / f"{page}.md", record, notebook))
    for node in list(doctree.findall(provenance_tables)):
        titles = {page: _title(app, page) for page in pages}
        _replace(node, tables_html(about, page_records(pages, executed, inputs), titles))


def _title(app: Sphinx, page: str) -> str:
    """A page's title with its number, as the table of contents has it."""
    title = app.env.titles[page]
    return " ".join([".".join(str(part) for part in title.get("secnumber") or ()), title.astext()]).strip()


def _replace(node: nodes.Element, html: Any) -> None:
    node.replace_self(nodes.raw("", str(html), format="html"))
