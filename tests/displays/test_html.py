"""A display in a page: whole small ones, as a reader's software takes them."""

from __future__ import annotations

import re

from markupsafe import Markup

from trialbook.displays.display import Align, Column, Figure, Row, Table
from trialbook.displays.drawn import Drawing
from trialbook.displays.html import as_html

COLUMNS = (Column("", Align.LEFT), Column("A & B\n(N = 48)", over="Arm"), Column("C", over="Arm"), Column("p", Align.RIGHT))


def test_a_small_table() -> None:
    rows = (
        Row(("Sex, n (%)",), heading=True),
        Row(("Male <18", "27 (56.3)", "4 (8.3)", ""), indent=1),
        Row(("Total", "48", "48", "0.01"), ruled=True),
    )
    table = Table("14.1.2", "Age & sex", "All <randomized>", COLUMNS, rows, ("A\nnote",), "Source: ADSL", "SYNTHETIC DATA")
    assert as_html(table) == (
        '<div class="book-display" id="table-14.1.2"><p class="book-display-statement"><strong>SYNTHETIC DATA</strong></p>'
        '<div class="book-scroll" role="region" tabindex="0" aria-label="Table 14.1.2 Age &amp; sex">'
        '<table class="book-table book-display-table">'
        '<caption><span class="book-display-number">Table 14.1.2</span> Age &amp; sex '
        '<span class="book-display-population">All &lt;randomized&gt;</span></caption>'
        '<thead><tr><td rowspan="2"></td><th scope="colgroup" colspan="2" class="book-over">Arm</th>'
        '<th scope="col" class="book-right" rowspan="2">p</th></tr>'
        '<tr><th scope="col" class="book-number">A &amp; B<br>(N = 48)</th>'
        '<th scope="col" class="book-number">C</th></tr></thead>'
        '<tbody><tr class="book-group"><th scope="rowgroup" colspan="4">Sex, n (%)</th></tr>'
        '<tr><th scope="row" style="--level: 1">Male &lt;18</th>'
        '<td class="book-number"><span style="width: 7.20ch; padding-left: 0.00ch">27 (56.3)</span></td>'
        '<td class="book-number"><span style="width: 6.20ch; padding-left: 1.00ch">4 (8.3)</span></td>'
        '<td class="book-right"></td></tr>'
        '<tr class="book-ruled"><th scope="row">Total</th>'
        '<td class="book-number"><span style="width: 7.20ch; padding-left: 0.00ch">48</span></td>'
        '<td class="book-number"><span style="width: 6.20ch; padding-left: 0.00ch">48</span></td>'
        '<td class="book-right">0.01</td></tr></tbody></table></div>'
        '<div class="book-display-notes"><p>A<br>note</p><p class="book-display-source">Source: ADSL</p></div></div>'
    )


def test_each_heading_begins_a_group_of_rows() -> None:
    rows = [Row(("n", "1")), Row(("Sex",), heading=True), Row(("Male", "1")), Row(("Age", "2"), heading=True)]
    said = as_html(Table("14.1", "T", "", (Column(""), Column("A")), tuple(rows)))
    assert re.findall(r"<tbody>|</tbody>|rowgroup|scope=\"row\"", said) == [
        "<tbody>", 'scope="row"', "</tbody>", "<tbody>", "rowgroup", 'scope="row"', "</tbody>", "<tbody>", "rowgroup", "</tbody>",
    ]  # fmt: skip


def test_a_table_without_rows_is_a_shell() -> None:
    said = as_html(Table("14.1", "T", "", (Column("Sex"), Column("A")), statement="Shell: no data"))
    assert '<p class="book-display-statement"><strong>Shell: no data</strong></p>' in said
    assert '<tbody><tr><td colspan="2" class="book-centre">No data</td></tr></tbody>' in said
    assert "book-display-notes" not in said


def test_a_figure_says_its_content_in_words() -> None:
    drawing = Drawing(100, 50.04, Markup('<rect width="5"/>'), "It falls < 5")
    figure = Figure("14.2.1", "Survival & more", "All", drawing, ("Note",))
    assert as_html(figure) == (
        '<figure class="book-figure book-display" id="figure-14.2.1"><figcaption><span class="book-display-number">Figure 14.2.1'
        '</span> Survival &amp; more <span class="book-display-population">All</span></figcaption>'
        '<div class="book-scroll" role="region" tabindex="0" aria-label="Figure 14.2.1 Survival &amp; more">'
        '<svg class="book-drawing" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 50" style="--drawing-width: 100px" '
        'role="img" aria-labelledby="figure-14.2.1-title figure-14.2.1-desc" font-family="Arial, &#39;Liberation Sans&#39;, '
        'Helvetica, &#39;Noto Sans CJK SC&#39;, sans-serif" fill="currentColor">'
        '<title id="figure-14.2.1-title">Figure 14.2.1 Survival &amp; more</title><desc id="figure-14.2.1-desc">It falls &lt; 5'
        '</desc><rect width="5"/></svg></div><div class="book-display-notes"><p>Note</p></div></figure>'
    )
    assert figure.words == "It falls < 5"
