"""Rules that say which record of another table each record disagrees with, and which file lacks one."""

from __future__ import annotations

import pandas as pd
import pytest

from trialbook.checks import against, position_of


def text(**columns: list[str]) -> pd.DataFrame:
    return pd.DataFrame(columns, dtype="str")


def test_position_of_the_one_equal_record() -> None:
    keys = text(subject=["S1", "S1", "S2", "S2", ""], visit=["M1", "M2", "M1", "M1", "M3"])
    wanted = text(subject=["S1", "S1", "S2", "S3", "", "S1"], visit=["M2", "M1", "M1", "M1", "M3", ""])
    assert position_of(keys, wanted).tolist() == [1, 0, -1, -1, -1, -1]


def test_positions_are_one_a_record() -> None:
    with pytest.raises(ValueError, match="2 positions in LAB for a mask of 3"):
        against(pd.Series([True, False, True]), LAB=pd.Series([0, -1]))
