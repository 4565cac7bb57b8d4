"""Each table of the small trial, row by row, and its shell; its numbers are checked by hand in tests/analysis/techniques."""

from __future__ import annotations

import pytest

from trialbook.displays.display import Table
from trialbook.tlf.build import BUILDERS, SHOWS, build, build_all
from trialbook.tlf.report import Report


@pytest.fixture
def report(small_trial):
    """With data."""
    return Report(small_trial.protocol, small_trial.specs, small_trial.trial, small_trial.results)


@pytest.fixture
def shell(small_trial):
    """Without."""
    return Report(small_trial.protocol, small_trial.specs)


@pytest.fixture
def rows(small_trial):
    """``rows(report, "disposition")``: the rows of the first display of a kind, their cells with a bar between."""

    def made(report: Report, kind: str) -> list[str]:
        table = build(report, next(one for one in small_trial.displays.displays if one.kind == kind))
        assert isinstance(table, Table)
        return ["  " * row.indent + " | ".join(row.cells) for row in table.rows]

    return made


EXPECTED = {
    "disposition": [
        "Study treatment",
        "  Completed | 3 (75.0) | 4 (100.0)",
        "  Ongoing | 0 | 0",
        "  Discontinued | 1 (25.0) | 0",
        "    Never treated | 1 (25.0) | 0",
        "Study participation",
        "  Completed | 0 | 0",
        "  Ongoing | 3 (75.0) | 2 (50.0)",
        "  Discontinued | 1 (25.0) | 2 (50.0)",
        "    Death | 1 (25.0) | 2 (50.0)",
        "Analysis sets",
        "  All randomized | 4 (100.0) | 4 (100.0)",
        "  Safety | 3 (75.0) | 4 (100.0)",
    ],
    "baseline": [
        "Age (years)",
        "  n | 4 | 4 | 8",
        "  Mean (SD) | 55.00 (12.910) | 60.00 (12.910) | 57.50 (12.247)",
        "  Median (Q1, Q3) | 55.00 (45.00, 65.00) | 60.00 (50.00, 70.00) | 57.50 (47.50, 67.50)",
        "  Min, max | 40.0, 70.0 | 45.0, 75.0 | 40.0, 75.0",
        "Sex",
        "  Female | 2 (50.0) | 2 (50.0) | 4 (50.0)",
        "  Male | 2 (50.0) | 2 (50.0) | 4 (50.0)",
    ],
    "deviations": ["Any | 1 (25.0) | 0", "  Never treated | 1 (25.0) | 0", "  No assessment at week 4 | 1 (25.0) | 0"],
    "response": [
        "Responders, n (%) | 2 (50.0) | 1 (25.0) | ",
        "Proportion, % (95 % CI) | 50.0 (15.0, 85.0) | 25.0 (4.6, 69.9) | ",
        "Non-responders, n (%) |  |  | ",
        "  No response observed | 1 (25.0) | 2 (50.0) | ",
        "  Intercurrent event before | 0 | 1 (25.0) | ",
        "  No evaluable value in the window | 1 (25.0) | 0 | ",
        "Difference, stratified, % points (95 % CI) |  |  | 25.0 (−45.2, 75.6)",
        "Difference, unstratified, % points (95 % CI) |  |  | 25.0 (−41.5, 74.2)",
        "Difference, unstratified (Newcombe), % points (95 % CI) |  |  | 25.0 (−32.0, 65.5)",
        "p value, primary test |  |  | >0.999",
        "p value, CMH |  |  | 0.513",
    ],
    "survival": [
        "Subjects with event, n (%) | 1 (25.0) | 2 (50.0) | ",
        "Censored, n (%) | 3 (75.0) | 2 (50.0) | ",
        "Quantiles, months (95 % CI) |  |  | ",
        "  25 % | 4.9 (4.9, NE) | 2.6 (1.9, NE) | ",
        "  Median | 5.5 (4.9, NE) | 4.6 (1.9, NE) | ",
        "  75 % | NE (4.9, NE) | NE (1.9, NE) | ",
        "Estimate at Month 6 (day 184), % (95 % CI) | 50.0 (0.6, 91.0) | 50.0 (5.8, 84.5) | 0.0 (−84.9, 84.9)",
        "Median follow-up, months (95 % CI) | 5.0 (0.6, NE) | 6.0 (NE, NE) | ",
        "Hazard ratio (95 % CI) |  |  | 0.55 (0.05, 6.08)",
        "p value, log-rank test |  |  | 0.619",
        "p value, stratified log-rank test |  |  | 0.695",
        "p value, proportional hazards |  |  | 0.155",
    ],
    "time_analyses": [
        "Main analysis | 1; 50.0 (0.6, 91.0) | 2; 50.0 (5.8, 84.5) | 0.0 (−84.9, 84.9) | 0.55 (0.05, 6.08)",
        "Sensitivity: censored at rescue therapy | 1; 50.0 (0.6, 91.0) | 2; 37.5 (1.1, 80.8) |  | ",
    ],
    "incidence": [
        "Subjects with event, n (%) | 1 (25.0) | 1 (25.0) | ",
        "Competing event first, n (%) | 0 | 1 (25.0) | ",
        "Estimate at Month 6 (day 184), % (95 % CI) | 33.3 (0.1, 83.2) | 25.0 (0.3, 71.4) | 8.3 (−73.3, 90.0)",
        "Subdistribution hazard ratio (95 % CI) |  |  | 1.00 (0.08, 12.96)",
        "Cause-specific hazard ratio (95 % CI) |  |  | 1.00 (0.06, 15.99)",
        "p value, Gray's test |  |  | >0.999",
    ],
    "exposure": [
        "Subjects treated | 3",
        "Doses given",
        "  Mean (SD) | 1.3 (0.58)",
        "  Median (min, max) | 1.0 (1.0, 2.0)",
        "  Subjects with any, n (%) | 3 (100.0)",
    ],
    "event_overview": [
        "Any | 1 (33.3) | 3 | 2 (50.0) | 2",
        "Serious | 1 (33.3) | 1 | 0 | 0",
        "Worst CTCAE grade",
        "  Grade 1 | 0 |  | 1 (25.0) | ",
        "  Grade 2 | 0 |  | 1 (25.0) | ",
        "  Grade 3 | 1 (33.3) |  | 0 | ",
        "  Grade 4 | 0 |  | 0 | ",
        "  Grade 5 | 0 |  | 0 | ",
    ],
    # The more frequent class first, over both arms.
    "events_by_term": [
        "Nervous system disorders | 1 (33.3) | 2 | 1 (25.0) | 1",
        "  Headache | 1 (33.3) | 2 | 1 (25.0) | 1",
        "Gastrointestinal disorders | 1 (33.3) | 1 | 0 | 0",
        "  Nausea | 1 (33.3) | 1 | 0 | 0",
        "Not coded | 0 | 0 | 1 (25.0) | 1",
        "  Not coded | 0 | 0 | 1 (25.0) | 1",
    ],
    "events_by_grade": [
        "Nervous system disorders | 1 (33.3) | 0 | 0 | 0 | 1 (25.0) | 0 | 0 | 0",
        "  Headache | 1 (33.3) | 0 | 0 | 0 | 1 (25.0) | 0 | 0 | 0",
        "Gastrointestinal disorders | 0 | 1 (33.3) | 0 | 0 | 0 | 0 | 0 | 0",
        "  Nausea | 0 | 1 (33.3) | 0 | 0 | 0 | 0 | 0 | 0",
        "Not coded | 0 | 0 | 0 | 0 | 1 (25.0) | 0 | 0 | 0",
        "  Not coded | 0 | 0 | 0 | 0 | 1 (25.0) | 0 | 0 | 0",
    ],
    "event_rates": [
        "Any | 0.3 | 292.2 (7.4, 1628.0) | 0.3 | 598.8 (72.5, 2163.0)",
        "Serious | 0.4 | 281.0 (7.1, 1565.4) | 0.6 | 0.0 (0.0, 583.3)",
    ],
    "laboratory": [
        "Alanine Aminotransferase (U/L)",
        "  Baseline | 2 | 25.0 (7.07) |  | 1 | 50.0 | ",
        "  Week 4 | 2 | 125.0 (7.07) | 100.0 (14.14) | 1 | 44.0 | −6.0",
        "Bilirubin (µmol/L)",
        "  Baseline | 2 | 10.0 (0.00) |  | 1 | 10.0 | ",
        "  Week 4 | 2 | 27.5 (24.75) | 17.5 (24.75) | 1 | 12.0 | 2.0",
    ],
    "shift": [
        "Alanine Aminotransferase (U/L)",
        "  Grade 0 | 0 | 1 | 1 | 0 | 0 | 0 | 0 | 0 | 0 | 0",
        "  Grade 1 | 0 | 0 | 0 | 0 | 0 | 0 | 1 | 0 | 0 | 0",
        "Bilirubin (µmol/L)",
        "  Grade 0 | 1 | 1 | 0 | 0 | 0 | 1 | 0 | 0 | 0 | 0",
    ],
}


@pytest.mark.parametrize("kind", EXPECTED)
def test_a_table_row_by_row(report, rows, kind):
    assert rows(report, kind) == EXPECTED[kind]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("disposition", "  Completed | xx (xx.x) | xx (xx.x)"),
        ("baseline", "  Mean (SD) | xx.xx (xx.xxx) | xx.xx (xx.xxx) | xx.xx (xx.xxx)"),
        ("response", "p value, primary test |  |  | 0.xxx"),
        ("survival", "Hazard ratio (95 % CI) |  |  | xx.xx (xx.xx, xx.xx)"),
        (
            "time_analyses",
            f"Main analysis | {' | '.join(['xx; xx.x (xx.x, xx.x)'] * 2)} | xx.x (xx.x, xx.x) | xx.xx (xx.xx, xx.xx)",
        ),
        ("exposure", "Doses given"),
        ("events_by_grade", "  Preferred term | " + " | ".join(["xx (xx.x)"] * 8)),
        ("laboratory", "  Baseline | xx | xx.x (xx.xx) | xx.x (xx.xx) | xx | xx.x (xx.xx) | xx.x (xx.xx)"),
        ("shift", "  Grade 0 | " + " | ".join(["xx"] * 10)),
    ],
)
def test_a_shell_has_the_form_of_the_table_and_no_number(shell, rows, kind, expected):
    assert expected in rows(shell, kind)


def test_a_shell_has_no_digit_where_a_number_will_stand(shell, small_trial):
    for one in build_all(shell, small_trial.displays):
        assert one.statement == "Shell: no data"
        if isinstance(one, Table):
            cells = [cell for row in one.rows for cell in row.cells[1:] if cell != "imputed"]
            assert [cell for cell in cells if any(sign in "123456789" for sign in cell)] == []


def test_the_imputed_analysis_stands_beside_the_main_one(report, rows):
    main, imputed = rows(report, "response_analyses")
    assert main == "Main analysis | 2 (50.0) | 1 (25.0) | 25.0 (−45.2, 75.6)"
    assert imputed.startswith("Sensitivity: missing values are imputed | imputed | imputed | ")


def test_what_stands_around_a_table(report, small_trial):
    specs = {one.kind: one for one in small_trial.displays.displays}
    table = build(report, specs["response"])
    assert (table.number, table.title, table.population) == ("14.2.1", "Cure", "All randomized (N = 8)")
    assert table.source == "Source: ADRS, ADSL; analysis A-CURE"
    assert [column.header for column in table.columns] == ["", "Active\n(N = 4)", "Placebo\n(N = 4)", "Comparison"]
    assert table.footnotes == (
        "Proportions: Wilson's score interval, 95 %.",
        "Difference, treated minus control, stratified by sex: Mantel–Haenszel weights, stratified Miettinen–Nurminen score "
        "interval.",
        "Primary test: Fisher's exact test, two-sided.",
        "Unstratified difference: Miettinen and Nurminen's score interval.",
        "Newcombe: hybrid of Wilson's score intervals.",
        "CMH: Cochran–Mantel–Haenszel test, stratified by sex, without continuity correction.",
        "Missing values are non-response.",
    )
    assert build(report, specs["exposure"]).population == "Safety, Active"
    assert build(report, specs["response_analyses"]).source == "Source: ADRS, ADSL; analyses A-CURE, A-CURE-MI"


def test_synthetic_data_say_so_on_every_display(small_trial):
    from dataclasses import replace

    trial = replace(small_trial.trial, synthetic="All is invented.")
    report = Report(small_trial.protocol, small_trial.specs, trial, small_trial.results)
    assert {one.statement for one in build_all(report, small_trial.displays)} == {"SYNTHETIC DATA. All is invented."}


def test_every_kind_says_what_it_shows():
    assert set(SHOWS) == set(BUILDERS)
