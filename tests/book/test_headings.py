"""Headings that a cell shows become sections of the page, in the section that the cell stands in."""

from __future__ import annotations

from docutils import nodes
from docutils.frontend import get_default_settings
from docutils.parsers.rst import Parser
from docutils.utils import new_document
from markupsafe import Markup

from trialbook.book.sphinx_headings import CellHeadings
from trialbook.pages.html import heading


def page(html: str) -> nodes.document:
    """A page with one section, a paragraph, and a cell that shows the HTML; parted at its headings."""
    document = new_document("page", get_default_settings(Parser))
    raw = nodes.raw(html, html, format="html")
    shown = nodes.container("", nodes.container("", raw, classes=["cell_output"]), classes=["cell"])
    section = nodes.section("", nodes.title("", "Domains"), nodes.paragraph("", "Before"), shown, ids=["domains"])
    document += section
    CellHeadings(document).apply()
    return document


def told(node: nodes.Element, depth: int = 0) -> list[str]:
    """The sections with their ids and what stands in them, indented by depth."""
    found = []
    for child in node.children:
        if isinstance(child, nodes.section):
            found += [f"{'  ' * depth}# {child.children[0].astext()} ({child['ids'][0]})", *told(child, depth + 1)]
        elif isinstance(child, nodes.container):
            found += [f"{'  ' * depth}{raw.astext().strip()}" for raw in child.findall(nodes.raw)]
        elif isinstance(child, nodes.paragraph):
            found.append(f"{'  ' * depth}{child.astext()}")
    return found


def test_what_stands_under_a_heading_becomes_its_section() -> None:
    html = (
        Markup("<p>First</p>") + heading(3, "AE: Adverse <events>", "domain", "AE") + Markup("<table></table>")
        + heading(4, "SUPPAE", "supp", "AE") + Markup("<i>s</i>") + heading(3, "DM", "domain", "DM") + Markup("<b>d</b>")
    )  # fmt: skip
    assert told(page(html)) == [
        "# Domains (domains)",
        "  Before",
        "  <p>First</p>",
        "  # AE: Adverse <events> (domain-AE)",
        "    <table></table>",
        "    # SUPPAE (supp-AE)",
        "      <i>s</i>",
        "  # DM (domain-DM)",
        "    <b>d</b>",
    ]


def test_an_output_that_begins_with_a_heading_leaves_no_empty_cell() -> None:
    assert told(page(str(heading(3, "One", "one")) + "<p>x</p>")) == [
        "# Domains (domains)", "  Before", "  # One (one)", "    <p>x</p>",
    ]  # fmt: skip


def test_other_headings_stay_where_they_are() -> None:
    html = '<h3 id="own">Own</h3><p>x</p>'
    assert told(page(html)) == ["# Domains (domains)", "  Before", f"  {html}"]


def test_links_lead_to_the_sections() -> None:
    document = page(str(heading(3, "One", "a", "b_c")))
    assert isinstance(document.ids["a-b_c"], nodes.section)
