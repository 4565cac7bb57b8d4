"""What rules of one run share: made once for the same tables, made anew for changed ones, and never anyone else's to change."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from trialbook.checks import once
from trialbook.checks.once import one_run

LAB = pd.DataFrame(
    {
        "SUBJID": pd.Series(["01", "02"], dtype="str"),
        "VALUE": [1.0, np.nan],
        "DAY": pd.to_datetime(["2026-01-05", None]),
        "DONE": [True, False],
    }
)


@pytest.fixture
def asked():
    """A function that is run once, and the tables that it was run for."""
    for_which = []

    @once
    def counted(table, *more, **named):
        for_which.append((table, *more))
        return table.copy()

    counted.for_which = for_which
    return counted


def no_change(table):
    return table


def put(column, value):
    def change(table):
        table.loc[0, column] = value
        return table

    return change


@pytest.mark.parametrize(
    ("other", "times"),
    [
        (no_change, 1),
        (lambda table: table.copy(), 1),
        (lambda table: table.reset_index(drop=True), 1),
        (put("SUBJID", "03"), 2),
        (put("VALUE", 2.0), 2),
        (put("DAY", pd.Timestamp("2026-01-06")), 2),
        (put("DONE", False), 2),
        (lambda table: table.rename(columns={"VALUE": "AGE"}), 2),
        (lambda table: table[["VALUE", "SUBJID", "DAY", "DONE"]], 2),
        (lambda table: table.iloc[:1], 2),
        (lambda table: table.set_axis([5, 7]), 2),
        (lambda table: table.astype({"DONE": "float64"}), 2),
        (lambda table: table["SUBJID"], 2),
    ],
)
def test_a_table_is_known_again_and_a_changed_one_is_another(asked, other, times):
    with one_run():
        asked(LAB.copy(deep=False))
        asked(other(LAB.copy(deep=False)))
    assert len(asked.for_which) == times


def test_what_is_written_into_the_memory_of_a_table_counts_too(asked):
    table = LAB.copy()
    with one_run():
        asked(table)
        table["VALUE"].array[0] = 9.0
        assert asked(table)["VALUE"].tolist()[0] == 9.0
        table["SUBJID"].array[0] = "09"
        assert asked(table)["SUBJID"].tolist() == ["09", "02"]
    assert len(asked.for_which) == 3


def test_plain_values_columns_and_tables_by_name_tell_calls_apart(asked):
    with one_run():
        for of in ("AE", "AE", "LB", None, 1, True, ("AE",), LAB["SUBJID"], LAB["SUBJID"], {"LB": LAB}, {"LB": LAB}, {"AE": LAB}):
            asked(LAB, of)
        asked(LAB, of="AE")
    assert len(asked.for_which) == 10


def test_no_caller_sees_what_another_does_to_its_copy():
    @once
    def made(table):
        return {"table": table, "column": table["VALUE"], "pair": (np.array([1, 2]), {"a"})}

    with one_run():
        first = made(LAB)
        first["table"].loc[0, "SUBJID"] = "09"
        first["column"][0] = 5.0
        first["pair"][0][0] = 7
        first["pair"][1].add("b")
        second = made(LAB)
    pd.testing.assert_frame_equal(second["table"], LAB)
    assert (second["column"][0], second["pair"][0].tolist(), second["pair"][1]) == (1.0, [1, 2], {"a"})


def test_nothing_outlives_its_run_and_outside_of_one_nothing_is_kept(asked):
    asked(LAB)
    asked(LAB)
    with one_run():
        asked(LAB)
        with one_run():
            asked(LAB)
        asked(LAB)
    with one_run():
        asked(LAB)
    assert len(asked.for_which) == 5


@pytest.mark.parametrize(
    "unusual",
    [
        LAB.assign(OBJECT=pd.Series([["a"], ["b"]], dtype="object")),
        LAB.assign(OBJECT=pd.Categorical(["a", "b"])),
        LAB.set_index(["SUBJID", "VALUE"]),
    ],
)
def test_a_table_that_cannot_be_known_is_asked_about_each_time(asked, unusual):
    with one_run():
        asked(unusual)
        asked(unusual)
    assert len(asked.for_which) == 2


def test_a_failure_is_not_kept():
    tries = []

    @once
    def fails_first(table):
        tries.append(table)
        if len(tries) == 1:
            raise ValueError("no")
        return len(tries)

    with one_run():
        with pytest.raises(ValueError, match="no"):
            fails_first(LAB)
        assert (fails_first(LAB), fails_first(LAB)) == (2, 2)


def test_methods_and_class_methods_are_told_apart_by_whose_they_are():
    class Base:
        @classmethod
        @once
        def name(cls, table):
            return cls.__name__

    class Other(Base):
        pass

    with one_run():
        assert (Base.name(LAB), Other.name(LAB), Base.name(LAB)) == ("Base", "Other", "Base")
