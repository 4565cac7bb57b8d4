"""Each signal planted in measurements that have none, beside what looks like one and is not."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pytest

from trialbook.checks.signals.signal import SignalFindings
from trialbook.findings import Finding, Origin, Role, RuleStatus, Severity, Stage

Columns = dict[str, list[str]]
Signals = Callable[..., SignalFindings]
Vitals = Callable[..., Columns]
VISITS = 8


def rules(told: SignalFindings) -> list[str]:
    return [finding.rule for finding in told.findings]


def rows(finding: Finding) -> list[int]:
    """The positions of the records that a finding names to be looked at."""
    assert {origin.role for origin in finding.origins} == {Role.CORRECT}
    return sorted(origin.row - 2 for origin in finding.origins if origin.row is not None)


def in_month(columns: Columns, month: str) -> list[int]:
    return [at for at, date in enumerate(columns["DAT"]) if date.startswith(month)]


def change(columns: Columns, name: str, at: Iterable[int], to: Callable[[str], str]) -> None:
    for one in at:
        columns[name][one] = to(columns[name][one])


@pytest.mark.parametrize("seed", range(1, 5))
def test_no_signal_in_data_without_one(signals: Signals, vital_signs: Vitals, seed: int) -> None:
    told = signals(vital_signs(seed))
    assert told.findings == []
    assert {outcome.rule: (outcome.status.value, outcome.dataset) for outcome in told.outcomes} == {
        "TB-SIGNAL-DIGITS": ("SUCCESS", "VS"),
        "TB-SIGNAL-IDENTICAL": ("SUCCESS", "VS"),
        "TB-SIGNAL-MISSING": ("SUCCESS", "VS"),
        "TB-SIGNAL-LAG": ("SKIPPED", ""),
        "TB-SIGNAL-OUTLIER": ("SUCCESS", "VS"),
    }


def test_too_few_records_are_skipped_and_say_why(signals: Signals, vital_signs: Vitals) -> None:
    told = signals(vital_signs(1, subjects=3))
    assert [(outcome.rule, outcome.status, outcome.reason) for outcome in told.outcomes] == [
        (
            "TB-SIGNAL-DIGITS",
            RuleStatus.SKIPPED,
            "no column of numbers has enough records of known month, site or person to compare last digits",
        ),
        (
            "TB-SIGNAL-IDENTICAL",
            RuleStatus.SKIPPED,
            "no form or dataset has 50 records of 3 measurements to compare between subjects",
        ),
        (
            "TB-SIGNAL-MISSING",
            RuleStatus.SKIPPED,
            "no form has enough records of known month, site or person to compare what is missing",
        ),
        (
            "TB-SIGNAL-LAG",
            RuleStatus.SKIPPED,
            "no form says which column has the date of entry or report (entered, in sdtm_specs/forms)",
        ),
        (
            "TB-SIGNAL-OUTLIER",
            RuleStatus.SKIPPED,
            "no test or column of numbers has 100 values of 50 subjects to tell what lies apart",
        ),
    ]


def test_a_month_whose_pressures_end_in_0(signals: Signals, vital_signs: Vitals) -> None:
    columns = vital_signs()
    month = in_month(columns, "2024-06")
    change(columns, "SBP", month, lambda text: f"{round(int(text), -1)}")
    told = signals(columns)
    (finding,) = told.findings
    assert (finding.rule, finding.severity, finding.stage) == ("TB-SIGNAL-DIGITS", Severity.NOTICE, Stage.RAW)
    assert (finding.dataset, finding.record, finding.subject, finding.query) == ("VS", None, None, "")
    assert finding.message.startswith(
        "One group of records has some last digits far more often than the others: SBP (Systolic) of month 2024-06: "
        "the last digit is 0 in 80 of 80 values (100%), of the others in "
    )
    assert "Fisher's exact test, one-sided, p = " in finding.message
    assert finding.message.endswith("; the first 50 of 80 records are named")
    assert set(rows(finding)) <= set(month) and len(finding.origins) == 50
    assert finding.origins[0] == Origin(Role.CORRECT, "vs.csv", None, month[0] + 2, ("SBP",))
    (picture,) = told.pictures
    assert (picture.finding, picture.marked, picture.own[0]) == (finding.id, (0,), 80)


def test_a_person_who_rounds_to_halves_and_a_month_that_is_hers_are_one_signal(signals: Signals, vital_signs: Vitals) -> None:
    columns = vital_signs()
    month = in_month(columns, "2024-06")
    change(columns, "HR", month, lambda text: f"{5 * round(int(text) / 5)}")
    columns["WHO"] = ["Li" if at in month else "Wang" for at in range(len(columns["HR"]))]
    (finding,) = signals(columns, {"entered_by": "WHO", "columns": {"WHO": {}}}).findings
    assert "the last digit is 0 or 5" in finding.message


def test_what_is_rounded_everywhere_is_no_preference(signals: Signals, vital_signs: Vitals) -> None:
    columns = vital_signs()
    change(columns, "SBP", range(len(columns["SBP"])), lambda text: f"{2 * round(int(text) / 2)}")
    assert rules(signals(columns)) == []


def test_a_laboratory_with_fewer_decimals_has_no_zeros(signals: Signals, vital_signs: Vitals) -> None:
    """All subjects who start first have their values with one decimal less: none of these ends in 0 more often."""
    columns = vital_signs()
    change(columns, "TSH", [at for at, one in enumerate(columns["SUBJ"]) if int(one[1:]) % 4 == 0], lambda text: text[:-1])
    assert rules(signals(columns)) == []


def test_zeros_that_a_spreadsheet_dropped_are_digits(signals: Signals, vital_signs: Vitals) -> None:
    columns = vital_signs()
    month = in_month(columns, "2024-05")
    change(columns, "GLUC", month, lambda text: f"{float(text):.1f}")
    (finding,) = signals(columns).findings
    assert "GLUC of month 2024-05: the last digit is 0 in 80 of 80" in finding.message


def test_ten_subjects_with_the_vital_signs_of_one(signals: Signals, vital_signs: Vitals) -> None:
    columns = vital_signs()
    copies = [subject * VISITS + 3 for subject in range(20, 30)]
    for name in ("SBP", "HR", "TSH", "GLUC"):
        change(columns, name, copies, lambda _, name=name: columns[name][copies[0]])
    (finding,) = signals(columns).findings
    assert finding.rule == "TB-SIGNAL-IDENTICAL"
    assert rows(finding) == copies
    assert (
        "10 subjects (S020, S021, S022, S023, S024 and 5 more) share 1 record each of VS with all values equal" in finding.message
    )
    assert finding.origins[0].columns == ("SBP", "HR", "TSH", "GLUC")


def test_one_subject_s_visits_entered_for_another(signals: Signals, vital_signs: Vitals) -> None:
    columns = vital_signs()
    for visit in range(4):
        for name in ("SBP", "HR", "TSH", "GLUC"):
            columns[name][8 * VISITS + visit] = columns[name][40 * VISITS + visit]
    (finding,) = signals(columns).findings
    assert "2 subjects (S008, S040) share 4 records of VS" in finding.message
    assert rows(finding) == [*range(64, 68), *range(320, 324)]


def test_a_sequence_of_one_measurement_that_two_subjects_share(signals: Signals, vital_signs: Vitals) -> None:
    columns = vital_signs()
    for visit in range(VISITS):
        columns["TSH"][50 * VISITS + visit] = columns["TSH"][7 * VISITS + visit]
    (finding,) = signals(columns).findings
    assert "2 subjects (S007, S050) have the same 8 values of TSH one after the other" in finding.message
    assert {origin.columns for origin in finding.origins} == {("TSH",)}


def test_what_never_changes_in_a_subject_is_no_shared_sequence(signals: Signals, vital_signs: Vitals) -> None:
    """Heights: many subjects have the same one, at each visit."""
    columns = vital_signs()
    height = np.random.default_rng(7).integers(150, 190, 80)
    columns["HR"] = [f"{height[int(one[1:])]}" for one in columns["SUBJ"]]
    assert rules(signals(columns)) == []


def test_a_record_that_two_share_by_chance(signals: Signals, vital_signs: Vitals) -> None:
    """Two pairs of pressure and pulse that are alike are to be expected among 640."""
    columns = {name: cells for name, cells in vital_signs().items() if name not in ("TSH", "GLUC")}
    columns["TSH"] = ["2.0"] * len(columns["HR"])
    assert rules(signals(columns)) == []


def test_a_month_that_lacks_four_values_of_ten(signals: Signals, vital_signs: Vitals) -> None:
    columns = vital_signs()
    month = in_month(columns, "2024-04")
    change(columns, "GLUC", [at for at in month if at % 5 < 2], lambda _: "")
    (finding,) = signals(columns).findings
    assert finding.rule == "TB-SIGNAL-MISSING"
    assert finding.message.startswith(
        "One group of records lacks values that the others have: GLUC of month 2024-04 is empty in 32 of 80 records "
        "(32 of 80 subjects' visits, 40%; of the others 0 of 560, 0.0%); exact test by visit, one-sided, p = "
    )
    assert rows(finding) == [at for at in month if at % 5 < 2]


def test_a_site_that_lacks_values(signals: Signals, vital_signs: Vitals) -> None:
    columns = vital_signs()
    sites = {f"S{one:03}": "07" if one < 15 else "01" for one in range(80)}
    change(columns, "HR", [at for at in range(15 * VISITS) if at % 3 == 0], lambda _: "")
    (finding,) = signals(columns, sites=sites).findings
    assert "HR of site 07 is empty in 40 of 120 records" in finding.message
    assert len(finding.origins) == 40


def test_what_is_not_measured_at_a_visit_is_not_missing_in_its_month(signals: Signals, vital_signs: Vitals) -> None:
    """The first month has only first visits, at which one of the columns is not measured."""
    columns = vital_signs()
    change(columns, "GLUC", [at for at, visit in enumerate(columns["VISIT"]) if visit == "V1"], lambda _: "")
    columns["GLUC"][5] = ""
    assert rules(signals(columns)) == []


def test_a_column_that_is_often_empty_is_not_judged(signals: Signals, vital_signs: Vitals) -> None:
    columns = vital_signs()
    change(columns, "GLUC", [at for at in range(len(columns["GLUC"])) if at % 3 == 0], lambda _: "")
    change(columns, "GLUC", in_month(columns, "2024-06"), lambda _: "")
    assert rules(signals(columns)) == []


def lagging(columns: Columns, late: Callable[[int], bool], days: int) -> Columns:
    random = np.random.default_rng(5)
    lag = random.integers(0, 8, len(columns["DAT"])) + [days if late(at) else 0 for at in range(len(columns["DAT"]))]
    entered = np.array(columns["DAT"], dtype="datetime64[D]") + lag
    return {
        **columns,
        "ENTERED": [f"{day} 10:30" for day in entered],
        "WHO": ["Li" if late(at) else "Wang" for at in range(len(lag))],
    }


ENTRY: dict[str, Any] = {
    "entered": "ENTERED",
    "entered_by": "WHO",
    "columns": {"ENTERED": {"type": "datetime", "format": "y-m-d H:M"}, "WHO": {}},
}


def test_a_person_who_enters_late(signals: Signals, vital_signs: Vitals) -> None:
    columns = lagging(vital_signs(), lambda at: at // VISITS < 12, 20)
    (finding,) = signals(columns, ENTRY).findings
    assert finding.rule == "TB-SIGNAL-LAG"
    assert finding.message.startswith(
        "One group of records was entered or reported far later than the others: VS of person entering Li: "
        "ENTERED lies a median of 23"
    )
    assert "Wilcoxon's rank sum test, one-sided, p = " in finding.message
    assert len(finding.origins) == 50 and set(rows(finding)) <= set(range(12 * VISITS))
    assert {origin.columns for origin in finding.origins} == {("ENTERED",)}


@pytest.mark.parametrize("days", [0, 3])
def test_who_enters_as_late_as_the_others_or_little_later(signals: Signals, vital_signs: Vitals, days: int) -> None:
    told = signals(lagging(vital_signs(), lambda at: at // VISITS < 12, days), ENTRY)
    assert (rules(told), {outcome.rule: outcome.status for outcome in told.outcomes}["TB-SIGNAL-LAG"]) == ([], RuleStatus.SUCCESS)


def test_dates_of_entry_that_are_not_in_the_export(signals: Signals, vital_signs: Vitals) -> None:
    reasons = {outcome.rule: outcome.reason for outcome in signals(vital_signs(), ENTRY).outcomes}
    assert reasons["TB-SIGNAL-LAG"] == "VS: too few records with both dates, of known month, site or person, to compare lags"


def test_a_value_that_lies_apart(signals: Signals, vital_signs: Vitals) -> None:
    columns = vital_signs()
    columns["TSH"][100] = "4000"
    told = signals(columns)
    (finding,) = told.findings
    assert (finding.rule, finding.record, finding.subject, finding.values) == ("TB-SIGNAL-OUTLIER", 101, "S012", {"TSH": "4000"})
    assert finding.origins == (Origin(Role.CORRECT, "vs.csv", None, 102, ("TSH",)),)
    assert (
        finding.query == "TSH is “4000”, which lies far from what all other subjects have. Please check the value and its unit."
    )
    assert finding.message.startswith("The value lies apart from those of all other subjects: TSH 4000; the median is 1.7")
    assert "robust standard deviations of the logarithms away" in finding.message
    assert finding.message.endswith("(n = 640 values of 80 subjects)")
    (picture,) = told.pictures
    assert (picture.finding, picture.marked, picture.count, picture.logarithmic) == (finding.id, (4000.0,), 640, True)


def test_two_subjects_may_lie_apart_and_below(signals: Signals, vital_signs: Vitals) -> None:
    columns = vital_signs()
    columns["GLUC"][100], columns["GLUC"][500] = "0.05", "0.06"
    assert [(one.rule, one.record) for one in signals(columns).findings] == [
        ("TB-SIGNAL-OUTLIER", 101),
        ("TB-SIGNAL-OUTLIER", 501),
    ]


def test_a_value_that_another_rule_found_is_not_told_again(signals: Signals, vital_signs: Vitals) -> None:
    columns = vital_signs()
    columns["TSH"][100] = "4000"
    origin = Origin(Role.CORRECT, "vs.csv", None, 102, ("TSH",))
    known = Finding("1", "R1", (), Severity.ERROR, Stage.RAW, "VS", 101, "S012", ("TSH",), {}, "Too high", "", (origin,))
    told = signals(columns, told=[known])
    assert rules(told) == []
    assert told.outcomes[-1].reason == "1 value that other rules found wrong is left out"


def test_a_value_that_another_test_of_the_day_confirms(signals: Signals, vital_signs: Vitals) -> None:
    columns = vital_signs()
    columns["TSH"][100], columns["HR"][100] = "4000", "260"
    assert rules(signals(columns)) == []


def test_a_long_tail_is_no_outlier(signals: Signals, vital_signs: Vitals) -> None:
    """Fifteen subjects are ill, each worse than the one before: none of them lies apart from the next."""
    columns = vital_signs()
    for subject in range(15):
        columns["GLUC"][subject * VISITS + 4] = f"{9 * 1.18**subject:.2f}"
    assert rules(signals(columns)) == []


def test_ids_do_not_depend_on_rows(signals: Signals, vital_signs: Vitals) -> None:
    columns = vital_signs()
    change(columns, "SBP", in_month(columns, "2024-06"), lambda text: f"{round(int(text), -1)}")
    columns["TSH"][100] = "4000"
    order = np.random.default_rng(3).permutation(len(columns["SUBJ"]))
    shuffled = {name: [cells[at] for at in order] for name, cells in columns.items()}
    ids = [{one.id for one in signals(given).findings} for given in (columns, shuffled)]
    assert ids[0] == ids[1] and len(ids[0]) == 2


def test_the_course_of_an_illness_that_is_confirmed_once(signals: Signals, vital_signs: Vitals) -> None:
    columns = vital_signs()
    columns["TSH"][100], columns["TSH"][101], columns["HR"][100] = "4000", "900", "260"
    assert rules(signals(columns)) == []


def test_a_value_that_is_little_beyond_the_others(signals: Signals, vital_signs: Vitals) -> None:
    """A gap that is wide beside what the others vary, near the median: a person's, not a slip."""
    columns = vital_signs()
    columns["TSH"] = [f"{min(max(float(text), 0.8), 3.4):.3f}" for text in columns["TSH"]]
    columns["TSH"][100] = "12"
    assert rules(signals(columns)) == []


@pytest.mark.parametrize(
    "cells",
    [
        {"DAT": ""},
        {"DAT": "2024"},
        {"SUBJ": ""},
        {"TSH": "1", "HR": "70"},
        {"SBP": "", "HR": "", "TSH": "", "GLUC": ""},
        {"GLUC": "<5", "TSH": "1e300", "HR": "-1"},
    ],
    ids=str,
)
def test_cells_that_say_nothing(signals: Signals, vital_signs: Vitals, cells: dict[str, str]) -> None:
    columns = vital_signs()
    told = signals(columns | {name: [cell] * len(columns["SUBJ"]) for name, cell in cells.items()})
    assert rules(told) == []
    assert RuleStatus.EXECUTION_ERROR not in {outcome.status for outcome in told.outcomes}


def test_a_form_without_records(signals: Signals, vital_signs: Vitals) -> None:
    told = signals({name: [] for name in vital_signs()})
    assert {outcome.status for outcome in told.outcomes} == {RuleStatus.SKIPPED}


def test_what_a_coder_enters_is_no_measurement(signals: Signals, vital_signs: Vitals) -> None:
    columns = vital_signs()
    columns["TSH"][100] = "10000001"
    assert rules(signals(columns, {"date": None, "by_site": False})) == []
    assert rules(signals(columns, {"date": None})) == ["TB-SIGNAL-OUTLIER"]
