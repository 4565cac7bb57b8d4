"""EPOCH by the subject's elements: each case a date, and the epoch that it has or the reason why it has none."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialbook.errors import SpecError
from trialbook.mapping import load_specs
from trialbook.mapping.epochs import epochs_of

UNCLEAR = "?"
PLAIN = [
    ("2024-02-01", "2024-03-05", "SCREENING"),
    ("2024-03-05", "2024-09-01", "TREATMENT"),
    ("2024-09-01", "2025-03-01", "FOLLOW-UP"),
]
TIMED = [("2024-02-01T08:00", "2024-03-05T09:30", "SCREENING"), ("2024-03-05T09:30", "2024-09-01T12:00", "TREATMENT")]
END_TIMED = [("2024-02-01", "2024-03-05T09:30", "SCREENING"), ("2024-03-05", "2024-09-01", "TREATMENT")]
START_TIMED = [("2024-02-01", "2024-03-05", "SCREENING"), ("2024-03-05T09:30", "2024-09-01", "TREATMENT")]
ONE_EPOCH = [("2024-02-01", "2024-03-05", "TREATMENT"), ("2024-03-05", "2024-04-01", "TREATMENT")]
ONGOING = [("2024-02-01", "", "SCREENING"), ("2024-03-05", "", "TREATMENT")]
GAP = [("2024-02-01", "2024-03-05", "SCREENING"), ("2024-03-10", "2024-04-01", "TREATMENT")]
OVERLAP = [("2024-02-01", "2024-03-10", "SCREENING"), ("2024-03-05", "2024-04-01", "TREATMENT")]
MONTHS = [("2024-01", "2024-03", "SCREENING"), ("2024-03", "2024-06", "TREATMENT")]
REVERSED = [("2024-05-01", "2024-03-05", "TREATMENT")]
EMPTY_ELEMENT = [("2024-03-05", "2024-03-05", "SCREENING"), ("2024-03-05", "2024-04-01", "TREATMENT")]
LAST_DAY = [("2024-03-05", "2024-03-05", "FOLLOW-UP")]
NO_EPOCH = [("2024-03-05", "2024-04-01", ""), ("2024-04-01", "2024-05-01", "TREATMENT")]
UNKNOWN_YEAR = [("--03-05", "2024-04-01", "SCREENING"), ("2024-04-01", "--05", "TREATMENT")]


def of(elements: list[tuple[str, str, str]], dates: list[str], subject: str = "S1", planned: str | None = None) -> list[str]:
    rows = [("S1", *element) for element in elements] + [("S2", "1999-01-01", "2100-01-01", "FOLLOW-UP")]
    se = pd.DataFrame(rows, columns=["USUBJID", "SESTDTC", "SEENDTC", "EPOCH"], dtype="str").sample(frac=1, random_state=1)
    subjects = pd.Series([subject] * len(dates), dtype="str")
    visits = None if planned is None else pd.Series([planned] * len(dates), dtype="str")
    epochs, unclear = epochs_of(subjects, pd.Series(dates, dtype="str"), se, visits)
    assert epochs.dtype == "str"
    assert not (unclear & (epochs != "").to_numpy()).any()
    return [UNCLEAR if doubt else epoch for epoch, doubt in zip(epochs, unclear, strict=True)]


@pytest.mark.parametrize(
    ("elements", "date", "expected"),
    [
        (PLAIN, "2024-01-31", ""),
        (PLAIN, "2024-02-01", "SCREENING"),
        (PLAIN, "2024-03-04", "SCREENING"),
        (PLAIN, "2024-03-05", "TREATMENT"),  # a day on which one ends and the next begins is the next one's
        (PLAIN, "2024-03-05T00:00", "TREATMENT"),
        (PLAIN, "2024-03-05T23:59", "TREATMENT"),
        (PLAIN, "2024-09-01", "FOLLOW-UP"),
        (PLAIN, "2025-03-01", "FOLLOW-UP"),  # the subject's last day
        (PLAIN, "2025-03-01T18:00", "FOLLOW-UP"),
        (PLAIN, "2025-03-02", ""),
        (PLAIN, "2024-05", "TREATMENT"),
        (PLAIN, "2024-03", UNCLEAR),
        (PLAIN, "2024", UNCLEAR),
        (PLAIN, "2024-02", "SCREENING"),
        (PLAIN, "2019", ""),
        (PLAIN, "2025-03", UNCLEAR),
        (PLAIN, "2026", ""),
        (PLAIN, "2024---15", UNCLEAR),
        (PLAIN, "2024-04--T10:30", "TREATMENT"),
        (PLAIN, "--03-05", ""),
        (PLAIN, "", ""),
        (PLAIN, "2024-02-30", ""),
        (PLAIN, "soon", ""),
        (PLAIN, "2024-03-01/2024-03-04", "SCREENING"),
        (PLAIN, "2024-03-01/2024-03-05", UNCLEAR),
        (TIMED, "2024-03-05", UNCLEAR),  # cannot be told SCREENING from TREATMENT
        (TIMED, "2024-03-05T09", UNCLEAR),
        (TIMED, "2024-03-05T09:29", "SCREENING"),
        (TIMED, "2024-03-05T09:29:59", "SCREENING"),
        (TIMED, "2024-03-05T09:30", "TREATMENT"),
        (TIMED, "2024-03-05T10", "TREATMENT"),
        (TIMED, "2024-03-04", "SCREENING"),
        (TIMED, "2024-03-06", "TREATMENT"),
        (TIMED, "2024-02-01", UNCLEAR),
        (TIMED, "2024-02-01T07:59", ""),
        (TIMED, "2024-09-01", UNCLEAR),
        (TIMED, "2024-09-01T12:00", "TREATMENT"),
        (TIMED, "2024-09-01T12:01", ""),
        (END_TIMED, "2024-03-05", UNCLEAR),
        (END_TIMED, "2024-03-05T09:00", "SCREENING"),
        (END_TIMED, "2024-03-05T09:30", "TREATMENT"),
        (START_TIMED, "2024-03-05", UNCLEAR),
        (START_TIMED, "2024-03-05T09:00", "SCREENING"),
        (START_TIMED, "2024-03-05T09:30", "TREATMENT"),
        (ONE_EPOCH, "2024-03", "TREATMENT"),
        (ONE_EPOCH, "2024-03-05", "TREATMENT"),
        (ONGOING, "2024-03-04", "SCREENING"),
        (ONGOING, "2024-03-05", "TREATMENT"),
        (ONGOING, "2031", "TREATMENT"),
        (GAP, "2024-03-05", "SCREENING"),
        (GAP, "2024-03-07", ""),
        (GAP, "2024-03-10", "TREATMENT"),
        (GAP, "2024-03", UNCLEAR),
        (OVERLAP, "2024-03-04", "SCREENING"),
        (OVERLAP, "2024-03-07", UNCLEAR),
        (OVERLAP, "2024-03-11", "TREATMENT"),
        (MONTHS, "2024-02-10", "SCREENING"),
        (MONTHS, "2024-03-10", UNCLEAR),
        (MONTHS, "2024-03", UNCLEAR),
        (MONTHS, "2024-04", "TREATMENT"),
        (MONTHS, "2024-06-01", UNCLEAR),
        (MONTHS, "2024-07-01", ""),
        (REVERSED, "2024-02-01", ""),
        (REVERSED, "2024-04-01", UNCLEAR),
        (REVERSED, "2024-06-01", ""),
        (EMPTY_ELEMENT, "2024-03-05", "TREATMENT"),
        (LAST_DAY, "2024-03-05", "FOLLOW-UP"),
        (LAST_DAY, "2024-03-06", ""),
        (NO_EPOCH, "2024-03-10", ""),
        (NO_EPOCH, "2024-04-01", "TREATMENT"),
        (UNKNOWN_YEAR, "2024-03-10", ""),
        (UNKNOWN_YEAR, "2024-06-10", "TREATMENT"),
        ([], "2024-03-10", ""),
    ],
)  # fmt: skip
def test_the_epoch_of_a_date(elements, date, expected):
    assert of(elements, [date]) == [expected]


@pytest.mark.parametrize("subject", ["S0", "S3", ""])
def test_a_subject_without_elements_has_no_epoch(subject):
    assert of(PLAIN, ["2024-03-05", "2024"], subject) == ["", ""]


def test_no_elements_at_all():
    nothing = pd.DataFrame(columns=["USUBJID", "SESTDTC", "SEENDTC", "EPOCH"], dtype="str")
    epochs, unclear = epochs_of(pd.Series(["S1"], dtype="str"), pd.Series(["2024-03-05"], dtype="str"), nothing)
    assert (list(epochs), list(unclear)) == ([""], [False])


DAYS = st.dates(pd.Timestamp("2024-01-01").date(), pd.Timestamp("2024-03-31").date()).map(str)


@settings(max_examples=15, deadline=None)
@given(st.lists(DAYS, min_size=2, max_size=5, unique=True).map(sorted), st.sampled_from(["2024-02", "2024-01", "2024"]))
def test_a_partial_date_has_the_epoch_that_each_of_its_days_has(days, partial):
    elements = [(*pair, f"E{number}") for number, pair in enumerate(pairwise(days))]
    within = [str(day)[:10] for day in pd.date_range("2024-01-01", "2024-12-31", freq="D") if str(day).startswith(partial)]
    of_days = set(of(elements, within))
    assert of(elements, [partial]) == [of_days.pop() if len(of_days) == 1 else UNCLEAR]


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.tuples(*[st.sampled_from(["", "2024", "2024-02", "2024-02-03", "2024-02-03T10:00", "x", "2024---03"])] * 2,
                       st.sampled_from(["", "A", "B"])), max_size=5),
    st.lists(st.sampled_from(["2024", "2024-02-03", "2024-02-03T10:00", "2024-02-04", "", "-"]), max_size=4),
)  # fmt: skip
def test_any_elements_give_an_answer(elements, dates):
    assert len(of(elements, dates)) == len(dates)


def test_many_subjects_and_records_are_told_apart():
    numbers = np.random.default_rng(1)
    names = np.array([f"S{number:05d}" for number in range(2000)])
    days = np.array([str(day)[:10] for day in pd.date_range("2023-06-01", "2025-06-01")])
    subjects = pd.Series(numbers.choice(names, 200_000), dtype="str")
    dates = pd.Series(numbers.choice(days, 200_000), dtype="str")
    rows = [(name, *element) for name in names for element in PLAIN]
    se = pd.DataFrame(rows, columns=["USUBJID", "SESTDTC", "SEENDTC", "EPOCH"], dtype="str")
    epochs, unclear = epochs_of(subjects, dates, se)
    assert not unclear.any()
    assert ((epochs == "TREATMENT") == ((dates >= "2024-03-05") & (dates < "2024-09-01"))).all()


SE = "domain: SE\nrecords:\n  - form: AE\nvariables:\n  EPOCH: {assign_no_ct: TERM}\n  SESTDTC: {assign_datetime: START}\n"
DERIVED = (
    "domain: AE\nrecords:\n  - form: AE\nvariables:\n  AESTDTC: {assign_datetime: START}\n  EPOCH: {derive_epoch: AESTDTC}\n"
)


@pytest.mark.parametrize(
    ("domains", "expected"),
    [
        ({"ae": DERIVED}, "derive_epoch needs the domain SE, which is not in sdtm_specs/domains"),
        ({"ae": DERIVED, "se": SE}, "derive_epoch needs SEENDTC of SE, which is not filled for the records of AE"),
        ({"dm": DERIVED.replace("AE\nrec", "DM\nrec"), "se": SE}, "derive_epoch looks into SE, which is made after DM"),
        ({"se": DERIVED.replace("AE\nrec", "SE\nrec")}, "derive_epoch looks into SE, whose own EPOCH is assigned"),
    ],
)
def test_a_study_that_can_tell_no_epoch_is_refused(tmp_path, domains, expected):
    texts = {"common": "variables:\n  USUBJID: {assign_no_ct: SUBJ}\n", "forms/ae": FORM}
    for name, text in (texts | {f"domains/{name}": text for name, text in domains.items()}).items():
        path = tmp_path / f"{name}.yml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    with pytest.raises(SpecError, match=f"line 6: variables.EPOCH: {expected}"):
        load_specs(tmp_path, "epochs")


FORM = """\
form: AE
tables: [ae]
subject: SUBJ
keys: [SUBJ]
columns:
  SUBJ: {}
  TERM: {}
  START: {type: date, format: y-m-d}
"""


@pytest.mark.parametrize(
    ("elements", "date", "visit_of", "expected"),
    [
        (TIMED, "2024-03-05", "SCREENING", "SCREENING"),
        (TIMED, "2024-03-05", "TREATMENT", "TREATMENT"),
        (TIMED, "2024-03-05", "FOLLOW-UP", UNCLEAR),  # the visit is of an epoch in which it cannot lie
        (TIMED, "2024-03-05", "", UNCLEAR),
        (TIMED, "2024-03-06", "SCREENING", "TREATMENT"),  # what the date tells, the visit does not change
        (TIMED, "", "SCREENING", ""),
        (PLAIN, "2024-03", "TREATMENT", "TREATMENT"),
    ],
)
def test_the_visit_decides_where_the_date_alone_cannot(elements, date, visit_of, expected):
    assert of(elements, [date], planned=visit_of) == [expected]
