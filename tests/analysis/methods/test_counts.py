"""What is no count is told, with the arm and the number that was found."""

from __future__ import annotations

import numpy as np
import pytest

from trialbook.analysis.methods.counts import Tables, deviate, normal_p_value, responders
from trialbook.analysis.methods.differences import risk_difference


@pytest.mark.parametrize(
    ("counts", "message"),
    [
        ((4, 3, 1, 2), "arm 1: 4 responders of 3 subjects, expected no more than subjects"),
        ((1, 3, -1, 2), "arm 2: responders: found -1, expected whole numbers from 0 upward"),
        ((1.5, 3, 1, 2), "arm 1: responders: found 1.5, expected whole numbers from 0 upward"),
        ((1, 3, 1, float("nan")), "arm 2: subjects: found nan, expected whole numbers from 0 upward"),
        ((1, float("inf"), 1, 2), "arm 1: subjects: found inf, expected whole numbers from 0 upward"),
        (([1, 9, 7], [8, 8, 8], 1, 2), "arm 1: 9 responders of 8 subjects, expected no more than subjects"),
    ],
)
def test_what_is_no_table_is_told(counts, message):
    with pytest.raises(ValueError, match="expected") as caught:
        Tables.of(*counts)
    assert str(caught.value) == message


def test_numbers_and_arrays_make_tables_of_one_shape():
    tables = Tables.of([1, 2], 5, 0, [[3], [4]])
    assert {part.shape for part in (tables.x1, tables.n1, tables.x2, tables.n2)} == {(2, 2)}
    assert tables.swapped.x2.tolist() == [[1, 2], [1, 2]]


def test_strata_are_sequences():
    with pytest.raises(ValueError, match="found single numbers, expected sequences"):
        Tables.of_strata(1, 2, 1, 2)


def test_one_arm_is_named_as_the_caller_names_it():
    with pytest.raises(ValueError, match=r"^3 responders of 2 subjects"):
        responders(3, 2)


@pytest.mark.parametrize("level", [0, 1, 95, -0.5, float("nan")])
def test_a_level_is_a_proportion(level):
    with pytest.raises(ValueError, match=r"expected more than 0 and less than 1, such as 0\.95"):
        deviate(level)


def test_p_values_of_a_normal_statistic():
    z = np.array([-np.inf, -1.959963984540054, 0, 1.6448536269514722, np.inf])
    assert normal_p_value(z).tolist() == pytest.approx([0, 0.05, 1, 0.1, 0])
    assert normal_p_value(z, sides=1).tolist() == pytest.approx([1, 0.975, 0.5, 0.05, 0])
    assert normal_p_value(z, sides=1, greater=False).tolist() == pytest.approx([0, 0.025, 0.5, 0.95, 1])
    with pytest.raises(ValueError, match="sides: found 3, expected 1 or 2"):
        normal_p_value(z, sides=3)


def test_many_tables_are_not_one_estimate():
    with pytest.raises(ValueError, match="counts of 2 tables: found where those of one are expected"):
        risk_difference([1, 2], 5, 1, 5)
