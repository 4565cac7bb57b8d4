"""Charts in pages: static, in words, in the theme's colours, the same bytes each time; and the curves of the power."""

from __future__ import annotations

import re
import shutil
from html import unescape
from pathlib import Path

import altair as alt
import pandas as pd
import pytest

from trialbook.displays.drawn import OKABE_ITO
from trialbook.pages import figures, sample_size_figures, session
from trialbook.pages.figures import FAINT_INK, INK, figure

PROTOCOL = Path(__file__).parent / "small_protocol"


@pytest.fixture(autouse=True)
def own_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures are numbered from 1, as in a page of its own."""
    monkeypatch.setattr(figures, "_numbers", {})


def chart() -> alt.Chart:
    data = pd.DataFrame({"x": [1, 2, 3], "y": [0.1, 0.5, 0.3]})
    return alt.Chart(data).mark_line(clip=True, color=OKABE_ITO[0]).encode(x=alt.X("x:Q", title="A <b> & c"), y="y:Q")


def made(name: str = "one") -> str:
    return str(figure(chart(), name=name, alt="It rises <fast> & falls", caption="A <caption>"))


def test_a_figure_is_told_in_words_and_has_a_caption() -> None:
    html = made()
    assert html.startswith('<figure class="book-figure" id="figure-one">')
    assert html.endswith("<figcaption><b>Figure 1.</b> A &lt;caption&gt;</figcaption></figure>")
    assert 'role="img" aria-labelledby="one-title one-desc"' in html
    assert '<title id="one-title">A &lt;caption&gt;</title><desc id="one-desc">It rises &lt;fast&gt; &amp; falls</desc>' in html
    assert "A &lt;b&gt; &amp; c" in html
    assert set(re.findall(r"<script|<b> &", html)) == set()


def test_figures_of_a_page_are_numbered_as_they_come_and_ids_are_their_own() -> None:
    one, two = made("one"), made("two")
    assert ("Figure 1." in one, "Figure 2." in two) == (True, True)
    ids = [set(re.findall(r'\bid="([^"]+)"', html)) for html in (one, two)]
    assert ids[0] & ids[1] == set()
    assert {"one-clip-1"} <= ids[0]
    assert "url(#one-clip-1)" in one


def test_the_same_chart_gives_the_same_bytes() -> None:
    assert made() == made()


def test_colours_are_the_themes() -> None:
    html = made()
    colours = set(re.findall(r'(?:fill|stroke)="([^"]*)"', html)) - {"none", "transparent"}
    assert colours == {
        "currentColor", "var(--pst-color-border, #c9d1d9)", "var(--pst-color-text-muted, #566575)",
        "var(--book-series-1, #0072B2)",
    }  # fmt: skip
    assert INK not in html and FAINT_INK not in html


@pytest.fixture
def here(small_study: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(PROTOCOL, small_study / "protocol", dirs_exist_ok=True)
    monkeypatch.chdir(small_study / "book")
    session._study.cache_clear()
    return small_study


def words_of(html: str) -> str:
    found = re.search(r"<desc[^>]*>(.*?)</desc>", html)
    assert found is not None
    return unescape(found[1])


def test_the_power_against_the_number_of_subjects(here: Path) -> None:
    words = words_of(sample_size_figures.power_by_subjects_figure())
    assert words.startswith(
        "Power of Fisher's exact test against the number of subjects, with 20 % in control and 60 % with treatment; dotted, the "
        "z test, pooled variance. 40 planned subjects: 85.9 %. Subjects and power: 20: "
    )


def test_the_steps_of_an_exact_test_are_told(here: Path) -> None:
    """With 17 an arm the power is 80 % first; what a smaller number reaches, a larger one need not."""
    said = re.sub(r"<[^>]+>", "", sample_size_figures.power_steps())
    assert said.startswith("The first number that reaches 80 % is 34")


def test_the_power_against_the_difference(here: Path) -> None:
    words = words_of(sample_size_figures.power_by_difference_figure())
    assert words.startswith(
        "Power of 40 subjects against the difference between the arms (Fisher's exact test). Difference and power, 20 % in "
        "control: 10 % "
    )
    assert "40 % 86 %" in words


@pytest.mark.parametrize("name", ["power_by_subjects_figure", "power_by_difference_figure"])
def test_without_assumptions_there_is_no_curve(small_study: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(small_study / "book")
    session._study.cache_clear()
    assert "The protocol states no assumptions" in getattr(sample_size_figures, name)()
    assert sample_size_figures.power_steps() == ""
