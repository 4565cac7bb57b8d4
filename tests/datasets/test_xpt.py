"""SAS transport files as others write them: labels to the byte, encodings, cuts, other versions."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest

from trialbook.datasets import SdtmDataset, Variable, read_datasets, write_datasets
from trialbook.errors import ExportError

Write = Callable[..., Path]


@pytest.fixture
def xpt(tmp_path: Path) -> Write:
    def write(columns: dict[str, list], replace: dict[bytes, bytes] | None = None, **more: object) -> Path:
        path = tmp_path / "ae.xpt"
        pyreadstat.write_xport(pd.DataFrame(columns), path, table_name="AE", file_format_version=5, **more)
        content = path.read_bytes()
        for old, new in (replace or {}).items():
            assert old in content
            content = content.replace(old, new)
        path.write_bytes(content)
        return path

    return write


def error_of(path: Path) -> tuple[str, str | None]:
    with pytest.raises(ExportError) as caught:
        read_datasets(path)
    assert caught.value.file == path
    return caught.value.what, caught.value.place


def test_names_labels_types_and_lengths_come_from_the_header(xpt: Write) -> None:
    # 40 bytes: pyreadstat gives a label back without its last, cut character.
    label = "白" * 13
    path = xpt({"AETERM": ["恶心", ""], "AESEQ": [1.0, float("nan")]}, file_label="不良事件", column_labels=[label, None])
    (ae,) = read_datasets(path)
    assert (ae.name, ae.label, ae.file, ae.notices) == ("AE", "不良事件", "ae.xpt", ())
    assert dict(ae.variables) == {
        "AETERM": Variable("AETERM", label, "Char", 6),
        "AESEQ": Variable("AESEQ", "", "Num", 8),
    }
    expected = {"AETERM": pd.Series(["恶心", ""], dtype="str"), "AESEQ": pd.Series([1.0, float("nan")])}
    pd.testing.assert_frame_equal(ae.frame, pd.DataFrame(expected))


def test_text_that_is_not_utf_8_is_read_as_windows_1252_with_a_notice(xpt: Write) -> None:
    path = xpt({"X": ["ok", "caf??"], "N": [1.0, 2.0]}, {b"caf??": b"caf\xe9\x92"})
    (ae,) = read_datasets(path)
    assert ae.frame["X"].tolist() == ["ok", "café’"]
    assert ae.encoding == "cp1252"
    assert ae.notices == (
        "dataset AE, record 2, variable X: 'café’' is a guess: the file is not utf-8, and was read as Windows-1252",
    )


def test_a_label_that_is_not_utf_8_counts_too(xpt: Write) -> None:
    (ae,) = read_datasets(xpt({"X": ["a"], "N": [1.0]}, {b"Lab??": b"Lab\xe9l"}, column_labels=["Lab??", ""]))
    assert ae.variables["X"].label == "Labél"
    assert ae.notices == (
        "dataset AE, the label of variable X: 'Labél' is a guess: the file is not utf-8, and was read as Windows-1252",
    )


GBK = {b"AETERM??": "不良事件".encode("gbk"), b"LABEL???": "受试者标".encode("gbk")}


@pytest.mark.parametrize(("declared", "encoding"), [(["GBK"], "gb18030"), (["utf-8", "gb18030", "cp1252"], "gb18030")])
def test_the_declared_encodings_come_before_windows_1252(declared: list[str], encoding: str, xpt: Write) -> None:
    path = xpt({"X": ["ok", "AETERM??", "AETERM??"], "N": [1.0, 2.0, 3.0]}, GBK, column_labels=["LABEL???", ""])
    (ae,) = read_datasets(path, declared)
    assert (ae.frame["X"].tolist(), ae.variables["X"].label) == (["ok", "不良事件", "不良事件"], "受试者标")
    assert (ae.encoding, ae.notices) == (encoding, ())


def test_text_in_utf_8_stays_utf_8_whatever_is_declared(xpt: Write) -> None:
    (ae,) = read_datasets(xpt({"X": ["恶心"], "N": [1.0]}), ["gb18030"])
    assert (ae.frame["X"].tolist(), ae.encoding, ae.notices) == (["恶心"], "utf-8", ())


def test_a_declared_encoding_that_a_transport_file_cannot_be_in_is_not_tried(xpt: Write) -> None:
    (ae,) = read_datasets(xpt({"X": ["caf?"], "N": [1.0]}, {b"caf?": b"caf\xe9"}), ["utf-16-le"])
    assert (ae.frame["X"].tolist(), ae.encoding) == (["café"], "cp1252")


def test_a_character_cut_at_a_cells_end_is_not_completed_by_the_next_cell(xpt: Write) -> None:
    # 0xB2 and "A" are a character of GBK together; alone the first is none.
    path = xpt({"X": ["abc?", "Abcd"], "N": [1.0, 2.0]}, {b"abc?": b"abc\xb2"})
    (ae,) = read_datasets(path, ["gbk"])
    assert (ae.frame["X"].tolist(), ae.encoding) == (["abc²", "Abcd"], "cp1252")
    assert ae.notices == (
        "dataset AE, record 1, variable X: 'abc²' is a guess: the file is not utf-8, nor gb18030, and was read as Windows-1252",
    )


def test_each_variable_whose_text_is_a_guess_has_a_notice(xpt: Write) -> None:
    path = xpt({"X": ["caf?", "caf?"], "Y": ["ok", "na?f"], "N": [1.0, 2.0]}, {b"caf?": b"caf\xe9", b"na?f": b"na\xeff"})
    (ae,) = read_datasets(path)
    assert ae.notices == (
        "dataset AE, record 1, variable X: 'café' is a guess: the file is not utf-8, and was read as Windows-1252 "
        "(the first of 2 records)",
        "dataset AE, record 2, variable Y: 'naïf' is a guess: the file is not utf-8, and was read as Windows-1252",
    )


@pytest.mark.parametrize(
    ("declared", "what"),
    [
        ([], "has text that is not utf-8, nor Windows-1252"),
        (["gbk"], "has text that is not utf-8, nor gb18030, nor Windows-1252"),
    ],
)
def test_text_in_no_known_encoding_stops_with_its_place(declared: list[str], what: str, xpt: Write) -> None:
    path = xpt({"X": ["ok", "caf??"], "N": [1.0, 2.0]}, {b"caf??": b"\x81\xfff\xe9\x81"})
    with pytest.raises(ExportError) as caught:
        read_datasets(path, declared)
    assert (caught.value.what, caught.value.place) == (what, "record 2, variable X")


def test_blank_records_at_the_end_that_may_be_padding_are_told(xpt: Write) -> None:
    (short,) = read_datasets(xpt({"X": ["a" * 10, "", ""]}))
    assert short.frame["X"].tolist() == ["a" * 10]
    assert short.notices == (
        "ends in blanks that may be padding or up to 7 blank records (the format cannot tell): taken as padding",
    )
    # 90 bytes are padded to 160: padding has fewer than 80, so three records are certain.
    (longer,) = read_datasets(xpt({"X": ["a" * 30, "", ""]}))
    assert longer.frame["X"].tolist() == ["a" * 30, "", ""]
    assert longer.notices == (
        "ends in blanks that may be padding or up to 2 blank records (the format cannot tell): taken as padding",
    )


def test_special_missing_values_of_sas_are_told(xpt: Write) -> None:
    (ae,) = read_datasets(xpt({"N": [1.0, float("nan")], "M": [1.0, 2.0]}, {b"." + b"\0" * 7: b"B" + b"\0" * 7}))
    assert ae.frame["N"].isna().tolist() == [False, True]
    assert ae.notices == ("record 2, variable N: a special missing value (.A to .Z, ._) was taken as missing",)


def test_a_dataset_without_records_has_its_variables(xpt: Write) -> None:
    (ae,) = read_datasets(xpt({"X": pd.Series([], dtype="str"), "N": pd.Series([], dtype="float64")}))
    assert {name: str(kind) for name, kind in ae.frame.dtypes.items()} == {"X": "str", "N": "float64"}
    assert len(ae.frame) == 0


CUT = [
    (-40, "not a whole number of 80-byte records", None),
    (-80, "ends within record 3", None),
    (960, "has no OBS header record after its variables", None),
    (320, "has header records that cannot be read", None),
    (160, "holds 0 datasets, expected one", None),
    (0, "is not a SAS transport file: its first record is not a LIBRARY header", None),
]


@pytest.mark.parametrize(("end", "what", "place"), CUT)
def test_a_file_cut_short_is_an_error(end: int, what: str, place: str | None, xpt: Write) -> None:
    path = xpt({"X": ["a" * 100, "b" * 100, "c" * 100], "N": [1.0, 2.0, 3.0]})
    path.write_bytes(path.read_bytes()[:end])
    found, where = error_of(path)
    assert what in found
    assert where == place


def test_several_datasets_in_one_file_are_refused(xpt: Write) -> None:
    path = xpt({"X": ["a" * 80], "N": [1.0]})
    content = path.read_bytes()
    path.write_bytes(content + content[240:])
    assert error_of(path) == ("holds 2 datasets, expected one", None)


def test_version_8_is_refused(xpt: Write) -> None:
    path = xpt({"X": ["a"]}, {b"*******LIBRARY": b"*******LIBV8  "})
    assert error_of(path) == ("is a SAS transport file of version 8", None)


def test_a_variable_twice_is_refused(xpt: Write) -> None:
    path = xpt({"X": ["a"], "Y": [1.0]}, {b"Y       ": b"X       "})
    assert error_of(path) == ("has the variable X twice", None)


def test_pyreadstat_is_given_python_texts_which_it_writes_three_times_as_fast(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[pd.DataFrame] = []
    write = pyreadstat.write_xport

    def recorded(frame: pd.DataFrame, *args: object, **options: object) -> None:
        given.append(frame)
        write(frame, *args, **options)

    monkeypatch.setattr(pyreadstat, "write_xport", recorded)
    frame = pd.DataFrame({"X": pd.Series(["恶心", ""], dtype="str"), "N": [1.0, float("nan")]})
    variables = {"X": Variable("X", "x", "Char", 6), "N": Variable("N", "n", "Num", 8)}
    write_datasets([SdtmDataset("AE", "", frame, variables)], tmp_path, "xpt")
    assert [str(kind) for kind in given[0].dtypes] == ["object", "float64"]
    pd.testing.assert_frame_equal(read_datasets(tmp_path)[0].frame, frame)
