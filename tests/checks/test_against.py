"""Rules that say which record of another table each record disagrees with, and which file lacks one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from trialbook.checks import against, position_of, value_at


def text(**columns: list[str]) -> pd.DataFrame:
    return pd.DataFrame(columns, dtype="str")


def test_position_of_the_one_equal_record() -> None:
    keys = text(subject=["S1", "S1", "S2", "S2", ""], visit=["M1", "M2", "M1", "M1", "M3"])
    wanted = text(subject=["S1", "S1", "S2", "S3", "", "S1"], visit=["M2", "M1", "M1", "M1", "M3", ""])
    assert position_of(keys, wanted).tolist() == [1, 0, -1, -1, -1, -1]


def test_positions_are_one_a_record() -> None:
    with pytest.raises(ValueError, match="2 positions in LAB for a mask of 3"):
        against(pd.Series([True, False, True]), LAB=pd.Series([0, -1]))


def test_values_at_positions_are_empty_where_there_is_none() -> None:
    index, at = pd.Index([4, 2, 9]), np.array([1, -1, 0])
    pd.testing.assert_series_equal(
        value_at(pd.Series(["a", "b"], dtype="str"), at, index), pd.Series(["b", "", "a"], index=index, dtype="str")
    )
    pd.testing.assert_series_equal(value_at(pd.Series([1.5, 2.5]), at, index), pd.Series([2.5, np.nan, 1.5], index=index))
    assert value_at(pd.Series([False, True]), at, index).to_dict() == {4: True, 2: False, 9: False}
    assert value_at(pd.Series([], dtype="str"), np.array([-1]), pd.Index([0])).tolist() == [""]
    assert value_at(pd.Series([1.5]), np.array([], dtype="int64"), pd.Index([])).tolist() == []
