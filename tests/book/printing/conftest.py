"""A book of three pages as Sphinx's singlehtml writes it, small enough to print in seconds."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest
from markupsafe import Markup

from trialbook.book.printing import DocumentInfo
from trialbook.book.printing.chromium import NAMES
from trialbook.displays.display import Align, Column, Figure, Row, Table
from trialbook.displays.drawn import Drawing
from trialbook.displays.html import as_html

MONTHS = [f"Month{number}" for number in range(1, 17)]
WIDE = f"""<div class="book-scroll" role="region" tabindex="0" aria-label="Schedule"><table class="book-table book-soa">
<thead><tr><th scope="col">Activity</th>{"".join(f"<th>{month}</th>" for month in MONTHS)}</tr></thead><tbody>
{"".join(f"<tr id='row-{row}'><td>Activity {row}</td>{'<td>×</td>' * len(MONTHS)}</tr>" for row in range(1, 31))}
</tbody></table></div>"""
DRAWING = """<svg role="img" viewBox="0 0 200 60" width="200" height="60"><title>Trial schema</title>
<defs><linearGradient id="shade"><stop offset="0" stop-color="#1f5a8a"/></linearGradient></defs>
<rect width="200" height="60" style="fill: var(--record)"/><text x="20" y="30">Arms</text></svg>"""
FACTS = """<div class="book-scroll" role="region" aria-label="Identification"><table class="book-table book-facts"><tbody>
<tr><th scope="row">Sponsor</th><td>A sponsor <span class="book-source book-source-assumption">assumption</span></td></tr>
</tbody></table></div>"""

DISPOSITION = as_html(
    Table(
        number="14.1.2",
        title="Disposition",
        population="All randomized (N = 2)",
        columns=(Column("", Align.LEFT), Column("Arm A")),
        rows=(Row(("Treatment",), heading=True), Row(("Completed", "1"), 1), Row(("Earlier", "1"), 2)),
        footnotes=("Each subject counts once.",),
        statement="SYNTHETIC DATA.",
    )
)
FLOW = as_html(
    Figure(
        number="14.1.1",
        title="Flow",
        population="All screened",
        drawing=Drawing(200, 60, Markup('<rect width="200" height="60"/>'), "Two were screened."),
        source="Source: ADSL",
        statement="SYNTHETIC DATA.",
    )
)

PAGE = f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Small</title><script src="_static/x.js"></script></head><body>
<nav><p class="caption" role="heading"><span class="caption-text">Protocol</span></p>
<ul><li><a href="#document-book/design">1. Design</a></li></ul>
<p class="caption"><span class="caption-text">Data</span></p>
<ul><li><a href="#document-book/validation">2. Validation</a></li></ul></nav>
<article class="bd-article">
<section id="synopsis"><h1>Synopsis<a class="headerlink" href="#synopsis">#</a></h1>
<p>See <a class="reference internal" href="#document-book/design"><span>the design</span></a>,
<a href="design.html#row-3">the third row</a>, <a href="https://doi.org/10.1000/182">a paper</a>
and <a href="_downloads/x.csv">a file</a>.</p>
<section id="arms"><h2>Arms<a class="headerlink" href="#arms">#</a></h2><p>性别 and <em>words</em>.</p>
<div class="cell_output">{FACTS}</div></section>
<div class="toctree-wrapper compound">
<span id="document-book/design"></span><section id="design">
<h2><span class="section-number">1. </span>Design<a class="headerlink" href="#design">#</a></h2>
<p>By the method of Someone<a class="footnote-reference brackets" href="#id2" id="id1" role="doc-noteref"><span
class="fn-bracket">[</span>1<span class="fn-bracket">]</span></a>:
<math xmlns="http://www.w3.org/1998/Math/MathML"><mfrac><mi>a</mi><mi>b</mi></mfrac></math></p>
<section id="arms"><h3><span class="section-number">1.1. </span>Arms</h3><div class="cell_output">{DRAWING}
<h3 id="arm-A">Arm A</h3><details><summary>Folded</summary><p>Unfolded words</p></details>
<form><label>Age</label></form><button>Press</button>
<div class="book-screen-only">Screen alone</div><input value="x"></div></section>
<section id="schedule"><h3><span class="section-number">1.2. </span>Schedule</h3><p>Words before.</p>{WIDE}</section>
<aside class="footnote brackets" id="id2" role="doc-footnote"><span class="label"><span class="fn-bracket">[</span>
<a role="doc-backlink" href="#id1">1</a><span class="fn-bracket">]</span></span><p>What Someone wrote.</p></aside>
</section></div>
<div class="toctree-wrapper compound">
<span id="document-book/validation"></span><section id="validation">
<h2><span class="section-number">2. </span>Validation</h2>
<aside class="book-synthetic"><p><strong>SYNTHETIC DATA</strong> Invented.</p></aside>
<p>Back to <a href="#arm-A">arm A</a>, to <a href="#dataset=AE">a view</a>.</p>
<div class="cell_output"><table><caption>Verdicts</caption><thead><tr><th>Rule</th><th>Verdict</th></tr></thead>
<tbody><tr><td>R1</td><td>passed</td></tr></tbody></table></div>{DISPOSITION}{FLOW}</section></div>
</section></article></body></html>"""


@pytest.fixture
def single(tmp_path: Path) -> Path:
    folder = tmp_path / "singlehtml"
    (folder / "book").mkdir(parents=True)
    (folder / "_static").mkdir()
    (folder / "index.html").write_text('<meta http-equiv="Refresh" content="0; url=book/index.html" />', encoding="utf-8")
    (folder / "book" / "index.html").write_text(PAGE, encoding="utf-8")
    return folder


@pytest.fixture
def about() -> DocumentInfo:
    return DocumentInfo(
        study="SMALL-1",
        title="A small & plain study",
        version="2.0",
        built=date(2026, 11, 26),
        dated=date(2026, 3, 1),
        commit="abc123",
        status="Enrolling",
        sponsor="A sponsor",
    )


@pytest.fixture
def chromium() -> None:
    if not any(map(shutil.which, NAMES)):
        pytest.skip("Chromium is not on this machine")
