"""The engine's faster ways give what its own give.

Run by test_tight.py in a process of its own: the engine changes the process that imports it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from cdisc_rules_engine.check_operators.dataframe_operators import DataframeType
from cdisc_rules_engine.models.dataset import PandasDataset
from cdisc_rules_engine.models.sdtm_dataset_metadata import SDTMDatasetMetadata
from cdisc_rules_engine.utilities.dataset_preprocessor import DatasetPreprocessor
from hypothesis import given, settings
from hypothesis import strategies as st

from trialbook.conformance.engine import once
from trialbook.conformance.engine.once import TightPreprocessor
from trialbook.conformance.engine.tight import _ASKS_LISTS, Columns, TightDataset

once.install()

CELLS = st.sampled_from(["", "A", "a", "1", " ", None, np.nan, 0.0, -0.0, 1, 1.0, True, False, 2.5, "NaN", ("A",)])


def answer(dataset: Any, operator: str, **asked: Any) -> Any:
    """What an operator says of each row."""
    return getattr(DataframeType({"value": dataset}), operator)({"target": "X", **asked})


@pytest.mark.parametrize("operator", ["equal_to", "not_equal_to", "equal_to_case_insensitive", "not_equal_to_case_insensitive"])
@given(x=st.lists(CELLS, min_size=1, max_size=12), y=st.data())
@settings(max_examples=60, deadline=None)
def test_rows_get_the_answers_that_pandas_rows_get(operator: str, x: list[Any], y: st.DataObject) -> None:
    frame = pd.DataFrame({"X": x, "Y": y.draw(st.lists(CELLS, min_size=len(x), max_size=len(x))), "N": range(len(x))})
    for asked in ({"comparator": "Y"}, {"comparator": "A", "value_is_literal": True}, {"comparator": "Y", "round_values": True}):
        ours = answer(TightDataset(frame.copy()), operator, **asked)
        pd.testing.assert_series_equal(ours, answer(PandasDataset(frame.copy()), operator, **asked))


def test_a_row_may_lead_to_another_column() -> None:
    frame = pd.DataFrame(
        {"X": ["a", "b", "a", "b"], "REF": ["Y", "Z", "Z", "Y"], "Y": ["a", "-", "-", "b"], "Z": ["-", "b", "-", "-"]}
    )
    asked = {"comparator": "REF", "value_is_reference": True}
    assert answer(TightDataset(frame), "equal_to", **asked).tolist() == [True, True, False, True]
    assert answer(PandasDataset(frame), "equal_to", **asked).tolist() == [True, True, False, True]


def test_the_same_question_is_put_once() -> None:
    put: list[str] = []

    def question(row: Any) -> bool:
        put.append(row["X"])
        return bool(row["X"] == "a")

    frame = pd.DataFrame({"X": ["a", "b"] * 50, "N": range(100)})
    assert TightDataset(frame).apply(question, axis=1).tolist() == [True, False] * 50
    # Twice "b" or "a" at most: the first row only shows what is asked for.
    assert len(put) <= 3


def test_a_list_in_a_cell_may_name_a_column() -> None:
    frame = pd.DataFrame({"A": ["x", "y"], "L": [["X", "Z"], None], "N": [1, 2]})
    for target, there in (("X", True), ("Q", False), ("A", True)):
        for kind in (TightDataset, PandasDataset):
            assert answer(kind(frame), "exists", target=target).tolist() == [there] * 2
    bare = frame[["A", "N"]]
    assert answer(TightDataset(bare), "exists", target="X").tolist() == [False] * 2
    # By this name the question is known.
    code = next(one for one in DataframeType.exists.__wrapped__.__wrapped__.__code__.co_consts if hasattr(one, "co_qualname"))
    assert code.co_qualname == _ASKS_LISTS


def test_the_rows_of_columns_are_tuples_as_pandas_makes_them() -> None:
    frame = pd.DataFrame({"A": ["x", "y", None], "F": [1.0, np.nan, 2.0], "I": [1, 2, 3]}, index=[3, 5, 9])
    ours = TightDataset(frame)[["A", "F", "I"]].copy().fillna("_NaN_")
    assert isinstance(ours, Columns)
    plain = frame[["A", "F", "I"]].copy().fillna("_NaN_")
    pd.testing.assert_series_equal(ours.apply(tuple, axis=1), plain.apply(tuple, axis=1))
    numbers = TightDataset(frame)[["F", "I"]]
    pd.testing.assert_series_equal(numbers.apply(tuple, axis=1), frame[["F", "I"]].apply(tuple, axis=1))


@pytest.mark.parametrize("value", ["x", "", 1, 2.5, True, None, float("nan"), ["a"]])
def test_a_constant_column_is_what_its_list_is(value: Any) -> None:
    ours, plain = TightDataset(pd.DataFrame({"A": ["x", "y"]})), PandasDataset(pd.DataFrame({"A": ["x", "y"]}))
    ours["K"], plain["K"] = [value] * 2, [value] * 2
    pd.testing.assert_frame_equal(ours.data, plain.data)


OF_TEXTS = ("matches_regex", "not_matches_regex", "prefix_matches_regex", "not_prefix_matches_regex", "not_suffix_matches_regex")


@pytest.mark.parametrize("operator", OF_TEXTS)
@given(x=st.lists(CELLS, min_size=1, max_size=12))
@settings(max_examples=60, deadline=None)
def test_texts_are_matched_as_by_the_engine(operator: str, x: list[Any]) -> None:
    asked = {"comparator": r"[A-Z1]", "prefix": 1, "suffix": 1}
    dataset = PandasDataset(pd.DataFrame({"X": x}))
    said = answer(dataset, operator, **asked)
    with pytest.MonkeyPatch.context() as as_it_is:
        as_it_is.setattr(DataframeType, "_map_regex", staticmethod(once._of_each))
        as_it_is.setattr(DataframeType, "_regex_str_conversion", once._text_of)
        pd.testing.assert_series_equal(said, answer(dataset, operator, **asked))


def test_qualifiers_find_the_records_that_the_engine_finds() -> None:
    records = [("1", 1.0, "G", "a"), ("1", 2.0, "", "b"), ("2", 1.0, "G", "c"), ("2", 2.0, "H", "d")]
    parents = TightDataset(pd.DataFrame(records, columns=["USUBJID", "AESEQ", "AEGRPID", "AETERM"]))
    qualifiers = [
        ("1", "AESEQ", "2", "a"),
        ("1", "AESEQ", "2", "b"),
        ("2", "AEGRPID", "H", "c"),
        ("3", "AESEQ", "1", "d"),
        ("2", "AESEQ", "7", "e"),
        ("1", None, None, "f"),
    ]
    children = TightDataset(pd.DataFrame(qualifiers, columns=["USUBJID", "IDVAR", "IDVARVAL", "QNAM"]))
    metadata = SDTMDatasetMetadata(name="SUPPAE", first_record={"RDOMAIN": "AE"})
    merged = [
        kind(children, metadata, None, None)._merge_standard_then_filter_idvar(children, parents, "SUPPAE", "AE", ["USUBJID"])
        for kind in (TightPreprocessor, DatasetPreprocessor)
    ]
    pd.testing.assert_frame_equal(*merged)
    assert merged[0]["AETERM"].tolist()[:3] == ["b", "b", "d"]
