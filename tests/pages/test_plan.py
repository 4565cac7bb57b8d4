"""The statistical analysis plan: estimands side by side, analyses by endpoint, methods as formulas; each variant can be set."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest

from trialbook.pages import methods, plan, session
from trialbook.pages.mathematics import mathematical
from trialbook.protocol.analysis import (
    DifferenceInterval,
    Estimation,
    ProportionInterval,
    SurvivalInterval,
    Technique,
    Ties,
)
from trialbook.protocol.sample_size import Method

PROTOCOL = Path(__file__).parent / "small_protocol"
ANALYSES = """
analyses:
  - {id: A1, endpoint: CURE, set: ITT, techniques: [proportion, difference, test], cites: [book1],
     text: "Cured <all> at {objectives.CURE.visit}"}
  - {id: A2, endpoint: CURE, role: sensitivity, set: ITT, techniques: [tipping_point], text: Other}
  - {id: A3, endpoint: LIFE, set: ITT, techniques: [survival, hazard_ratio], text: Life}
"""


@pytest.fixture
def here(small_study: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(PROTOCOL, small_study / "protocol", dirs_exist_ok=True)
    with (small_study / "protocol/analysis.yml").open("a", encoding="utf-8") as file:
        file.write(ANALYSES)
    monkeypatch.chdir(small_study / "book")
    session._study.cache_clear()
    return small_study


def test_the_analyses_of_each_endpoint(here: Path, rows: Callable[[str], list[list[str]]]) -> None:
    html = plan.analyses_tables()
    assert re.findall(r'<h3 class="book-heading" id="([^"]+)">(.*?)</h3>', html) == [
        ("analyses-CURE", "Cure at week 1 (primary)"), ("analyses-LIFE", "Life &lt;b&gt; (secondary)"),
    ]  # fmt: skip
    assert rows(html) == [
        ["Analysis", "What is done", "Set", "Methods", "Source"],
        ["Main / A1", "Cured <all> at WEEK 1", "All", "Proportion / Difference of proportions / Test of two proportions",
         "assumption [Doe 2001]"],
        ["Sensitivity / A2", "Other", "All", "Tipping point", "assumption"],
        ["Analysis", "What is done", "Set", "Methods", "Source"],
        ["Main / A3", "Life", "All", "Kaplan-Meier estimate / Hazard ratio", "assumption"],
    ]  # fmt: skip


def test_methods_are_those_that_analyses_use_and_links_lead_to_them(here: Path) -> None:
    shown = plan.methods_section()
    headings = re.findall(r'<h3 class="book-heading" id="([^"]+)">(.*?)</h3>', shown)
    assert [name for _, name in headings] == [
        "Proportion", "Difference of proportions", "Test of two proportions", "Kaplan-Meier estimate", "Hazard ratio",
        "Tipping point",
    ]  # fmt: skip
    links = set(re.findall(r'href="#(method-[^"]+)"', plan.analyses_tables()))
    assert links == {name for name, _ in headings}
    assert "Efron" in shown and "Fisher" in shown


def test_the_method_follows_the_plan(here: Path) -> None:
    file = here / "protocol/analysis.yml"
    file.write_text(file.read_text(encoding="utf-8") + "estimation: {difference: newcombe, ties: breslow}\n", encoding="utf-8")
    session._study.cache_clear()
    shown = plan.methods_section()
    assert ("Newcombe" in shown, "Miettinen" in shown, "Breslow" in shown, "Efron" in shown) == (True, False, True, False)


def test_estimands_stand_side_by_side(here: Path, rows: Callable[[str], list[list[str]]]) -> None:
    told = rows(plan.estimands_matrix())
    assert told[0] == ["Attribute", "Cure at week 1"]
    assert [row[0] for row in told] == [
        "Attribute", "Treatment", "Population", "Analysis set", "Variable", "If: death <br>", "Summary", "Missing data", "Source",
    ]  # fmt: skip


def test_the_level(here: Path) -> None:
    said = re.sub(r"<[^>]+>", "", plan.level_sentence())
    assert unescape(said) == "The level is 0.1, 1-sided; intervals have the confidence level 80 %. None <x>. assumption"


@pytest.mark.parametrize("name", ["analyses_tables", "estimands_matrix", "methods_section", "missing_table"])
def test_a_study_without_a_plan_says_so(small_study: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(small_study / "book")
    session._study.cache_clear()
    assert "none stated." in getattr(plan, name)()


ESTIMATIONS = [
    *(Estimation(proportion=one) for one in ProportionInterval),
    *(Estimation(difference=one) for one in DifferenceInterval),
    *(Estimation(survival=one) for one in SurvivalInterval),
    *(Estimation(ties=one) for one in Ties),
]


@pytest.mark.parametrize("technique", Technique)
def test_each_variant_of_each_method_can_be_set(technique: Technique) -> None:
    for estimation in ESTIMATIONS:
        for test in (*Method, None):
            html = mathematical(methods.described(technique, estimation, test))
            assert "$" not in html
            assert html.startswith("<p>") and "%s" not in html
    assert technique in methods.NAMES


def test_an_accent_with_an_index_stands_over_its_letter() -> None:
    assert "<munderover>" not in mathematical(r"$\hat p_1 - \tilde{p}_0^2 + \bar\delta_m$")
    assert "<munderover>" in mathematical(r"$$\sum_{i=1}^n x_i$$")


def test_what_is_no_formula_is_escaped() -> None:
    assert mathematical("a <b> & $x < y$") == (
        '<p>a &lt;b&gt; &amp; <span class="math"><math xmlns="http://www.w3.org/1998/Math/MathML">\n  <mi>x</mi>\n  '
        "<mo>&lt;</mo>\n  <mi>y</mi>\n</math></span></p>"
    )
