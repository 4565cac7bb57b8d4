"""The figures of the small trial in words, with data and as shells; what a report refuses to build."""

from __future__ import annotations

import pytest

from trialbook.displays.display import Figure
from trialbook.displays.svg_file import as_svg
from trialbook.errors import TrialbookError
from trialbook.tlf.build import build
from trialbook.tlf.page import page
from trialbook.tlf.report import Report
from trialbook.tlf.spec import DisplaySpec


@pytest.fixture
def figure(small_trial):
    """``figure("flow")``, and ``figure("flow", shell=True)``: the figure of a kind."""

    def made(kind: str, shell: bool = False) -> Figure:
        data = (None, None) if shell else (small_trial.trial, small_trial.results)
        report = Report(small_trial.protocol, small_trial.specs, *data)
        found = build(report, next(one for one in small_trial.displays.displays if one.kind == kind))
        assert isinstance(found, Figure)
        return found

    return made


# What is said of each figure to who can't see it: a part with its numbers, and one of its shell.
FIGURES = [
    (
        "flow",
        "Assessed for eligibility (n = 9), excluded (n = 1): Screen failure (n = 1), randomized (n = 8). "
        "Allocated to Active (n = 4); Received allocated intervention (n = 3); Did not receive allocated intervention (n = 1)",
        "Assessed for eligibility (n = ), excluded (n = ), randomized (n = ).",
    ),
    (
        "survival_figure",
        "Overall survival, % against months since randomization. Active, by time: 0: 100.0 %; 6: 50.0 %. Placebo, by time: 0: "
        "100.0 %; 6: 50.0 %. Number at risk, Active: 4, 1. Number at risk, Placebo: 4, 2. Hazard ratio 0.55 (0.05, 6.08) "
        "Log-rank test: p = 0.619",
        "Number at risk, Active: xx, xx.",
    ),
    (
        "incidence_figure",
        "Progression, % against months since randomization. Active, by time: 0: 0.0 %; 6: 33.3 %. Placebo, by time: 0: 0.0 %; "
        "6: 25.0 %.",
        "Progression, % against months since randomization. No data. Curves to be shown: Active, Placebo.",
    ),
    (
        "response_forest",
        "F: 50 (-46.8 to 92.4); Active, n/N (%) 1/2 (50.0); Placebo, n/N (%) 0/2 (0.0); Difference (95 % CI) 50.0 (−46.8, 92.4).",
        "All: no estimate; Active, n/N (%) xx/xx (xx.x)",
    ),
    (
        "tipping",
        "p values by the number of responders among 1 missing subjects of Active and 0 of Placebo. Main analysis, 0 and 0: "
        "p = 1.000",
        "no data",
    ),
    (
        "hys_law",
        "Active, 2 subjects: Hyperbilirubinemia 0, Hy's law range 1, Below both limits 1, Temple's corollary 0.",
        "Active: no data. Placebo: no data.",
    ),
]


@pytest.mark.parametrize(("kind", "words", "shell"), FIGURES)
def test_a_figure_in_words(figure, kind, words, shell):
    assert words in figure(kind).words.replace("\xa0", " ")
    assert shell in figure(kind, shell=True).words.replace("\xa0", " ")


@pytest.mark.parametrize("kind", [kind for kind, _, _ in FIGURES])
def test_a_figure_can_be_drawn(figure, kind):
    for shell in (False, True):
        assert as_svg(figure(kind, shell)).startswith("<?xml") or as_svg(figure(kind, shell)).startswith("<svg")


def test_all_displays_stand_on_one_page_that_needs_nothing_beside_it(small_trial):
    from trialbook.tlf.build import build_all

    report = Report(small_trial.protocol, small_trial.specs, small_trial.trial, small_trial.results)
    made = page("SMALL01: tables <and> figures", "All is invented.", build_all(report, small_trial.displays))
    assert "<h1>SMALL01: tables &lt;and&gt; figures</h1>" in made
    assert made.count("All is invented.") == 1
    for one in small_trial.displays.displays:
        assert made.count(f">Table {one.number}<") + made.count(f">Figure {one.number}<") >= 1
    assert "http" not in made.replace("http://www.w3.org", "")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kind": "chart"}, "analysis_specs/displays.yml: 14.1 is of the kind 'chart'\nTake one of flow"),
        ({"analyses": ("A-X",)}, "analysis_specs/displays.yml: 14.1 shows A-X, which protocol/analysis.yml does not plan"),
    ],
)
def test_what_can_not_be_built(small_trial, changes, message):
    spec = DisplaySpec.model_validate({"number": "14.1", "kind": "survival", "title": "T", "analyses": "A-OS"} | changes)
    with pytest.raises(TrialbookError) as raised:
        build(Report(small_trial.protocol, small_trial.specs), spec)
    assert str(raised.value).startswith(message)
