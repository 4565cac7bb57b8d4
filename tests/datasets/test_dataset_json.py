"""Dataset-JSON 1.1 as others write it, and what is wrong with files that are not."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from trialbook.datasets import Variable, dataset_json, read_datasets
from trialbook.errors import ExportError

COLUMNS = [
    {
        "itemOID": "IT.AE.AETERM",
        "name": "AETERM",
        "label": "Reported Term",
        "dataType": "string",
        "length": 200,
        "keySequence": 1,
    },
    {"itemOID": "IT.AE.AESTDTC", "name": "AESTDTC", "label": "Start", "dataType": "date"},
    {"itemOID": "IT.AE.AESEQ", "name": "AESEQ", "label": "Sequence", "dataType": "integer"},
    {"itemOID": "IT.AE.DOSE", "name": "DOSE", "label": "Dose", "dataType": "decimal", "targetDataType": "decimal"},
]
ROWS = [["恶心", "2024-03", 1, "165.15"], [None, "", None, None]]
HEAD = {
    "datasetJSONCreationDateTime": "2024-12-05T10:00:00",
    "datasetJSONVersion": "1.1.0",
    "itemGroupOID": "IG.AE",
    "records": 2,
    "name": "AE",
    "label": "Adverse Events",
    "columns": COLUMNS,
}
EXPECTED = pd.DataFrame(
    {
        "AETERM": pd.Series(["恶心", ""], dtype="str"),
        "AESTDTC": pd.Series(["2024-03", ""], dtype="str"),
        "AESEQ": [1.0, float("nan")],
        "DOSE": [165.15, float("nan")],
    }
)


def as_json(folder: Path, **changes: object) -> Path:
    path = folder / "ae.json"
    path.write_text(json.dumps({**HEAD, "rows": ROWS, **changes}, ensure_ascii=False), encoding="utf-8")
    return path


def as_ndjson(folder: Path) -> Path:
    path = folder / "ae.ndjson"
    path.write_text("\r\n".join(json.dumps(part) for part in [HEAD, *ROWS]) + "\r\n", encoding="utf-8-sig")
    return path


@pytest.mark.parametrize("write", [as_json, as_ndjson])
def test_both_forms_read_the_same(write, tmp_path: Path) -> None:
    (ae,) = read_datasets(write(tmp_path))
    pd.testing.assert_frame_equal(ae.frame, EXPECTED)
    assert (ae.name, ae.label, ae.encoding, ae.notices) == ("AE", "Adverse Events", "utf-8", ())
    assert list(ae.variables.values()) == [
        Variable("AETERM", "Reported Term", "Char", 200),
        Variable("AESTDTC", "Start", "Char", None),
        Variable("AESEQ", "Sequence", "Num", None),
        Variable("DOSE", "Dose", "Num", None),
    ]


def test_metadata_without_rows_is_a_dataset_without_records(tmp_path: Path) -> None:
    (ae,) = read_datasets(as_json(tmp_path, records=0, rows=None))
    assert {name: str(kind) for name, kind in ae.frame.dtypes.items()} == {
        "AETERM": "str",
        "AESTDTC": "str",
        "AESEQ": "float64",
        "DOSE": "float64",
    }


def test_a_date_that_asks_to_become_a_number_stays_text_with_a_notice(tmp_path: Path) -> None:
    column = {"itemOID": "IT", "name": "TRTSDT", "label": "", "dataType": "date", "targetDataType": "integer"}
    (adsl,) = read_datasets(as_json(tmp_path, columns=[column], rows=[["2014-01-02"], [None]]))
    assert adsl.frame["TRTSDT"].tolist() == ["2014-01-02", ""]
    assert adsl.notices == ("TRTSDT asks to become integer: kept as ISO 8601 text",)


def row(position: int, value: object) -> dict[str, object]:
    return {"rows": [ROWS[0], [*ROWS[1][:position], value, *ROWS[1][position + 1 :]]]}


WRONG = [
    ({"datasetJSONVersion": "1.0.0"}, "datasetJSONVersion", "is not Dataset-JSON 1.1: String should match pattern"),
    ({"label": None}, "label", "is not Dataset-JSON 1.1: Input should be a valid string, found 'None'"),
    (
        {"columns": [{**COLUMNS[0], "dataType": "text"}]},
        "columns.1.dataType",
        "is not Dataset-JSON 1.1: Input should be 's",
    ),
    ({"columns": [COLUMNS[0], COLUMNS[0]]}, None, "has the variable AETERM twice"),
    ({"records": 3}, None, "states 3 records and has 2 rows"),
    ({"rows": [ROWS[0], ROWS[1][:3]]}, "record 2", "the row has 3 values, expected 4 values"),
    (row(0, 5), "record 2, AETERM", "'5' is not text, and AETERM is string"),
    (row(2, "5"), "record 2, AESEQ", "'5' is not a number that a double holds, and AESEQ is integer"),
    (row(2, True), "record 2, AESEQ", "'True' is not a number that a double holds, and AESEQ is integer"),
    (
        row(2, 2**53 + 1),
        "record 2, AESEQ",
        "'9007199254740993' is not a number that a double holds, and AESEQ is integer",
    ),
    (row(2, float("nan")), None, "has NaN, which is not JSON"),
    (row(3, "1,5"), "row 2, column DOSE", "'1,5' is not a number, and DOSE is Num"),
    (
        {"columns": [{**COLUMNS[0], "dataType": "boolean"}], "rows": [[True], [True]]},
        "AETERM",
        "AETERM is boolean, which SDTM",
    ),
]


@pytest.mark.parametrize(("changes", "place", "what"), WRONG)
def test_a_file_that_does_not_follow_the_specification(changes: dict, place: str | None, what: str, tmp_path: Path) -> None:
    path = as_json(tmp_path, **changes)
    with pytest.raises(ExportError) as caught:
        read_datasets(path)
    assert caught.value.what.startswith(what)
    assert (caught.value.file, caught.value.place) == (path, place)


BROKEN = [
    (b'{"datasetJSONVersion": "1.1", "rows": [["a"', "line 1, column 44", "is not valid JSON: Expecting ',' delimiter"),
    (b'{"findings": []}', None, "is not Dataset-JSON: it has no datasetJSONVersion"),
    (b"[1]", None, "is not Dataset-JSON: it has no datasetJSONVersion"),
    (b'{"name":\n "\xb6\xf1"}', "line 2", "is not UTF-8 text: byte 0xB6"),
    (b"[" * 200_000, None, "is not Dataset-JSON: maximum recursion depth exceeded"),
    (b"", "line 1, column 1", "is not valid JSON: Expecting value"),
]


@pytest.mark.parametrize(("content", "place", "what"), BROKEN)
def test_a_file_that_is_not_dataset_json(content: bytes, place: str | None, what: str, tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(content)
    with pytest.raises(ExportError) as caught:
        read_datasets(path)
    assert caught.value.what.startswith(what)
    assert caught.value.place == place


def test_ndjson_names_the_line(tmp_path: Path) -> None:
    path = as_ndjson(tmp_path)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(ExportError, match="line 3, column"):
        read_datasets(path)


def test_types_are_judged_once_a_column_and_a_cell_only_where_one_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(value: object) -> bool:
        raise AssertionError(value)

    monkeypatch.setattr(dataset_json, "_exact_number", never)
    monkeypatch.setattr(dataset_json, "_is_text", never)
    (ae,) = read_datasets(as_json(tmp_path))
    pd.testing.assert_frame_equal(ae.frame, EXPECTED)


def test_a_large_whole_number_written_as_a_float_is_a_double(tmp_path: Path) -> None:
    (ae,) = read_datasets(as_json(tmp_path, columns=[COLUMNS[2]], rows=[[1e300], [1]]))
    assert ae.frame["AESEQ"].tolist() == [1e300, 1.0]
