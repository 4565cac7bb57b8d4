"""Which row of a table is its header, and how names in several rows are joined."""

from __future__ import annotations

import numpy as np
import pytest
from openpyxl.utils import range_boundaries

from trialbook.exports.headers import header_index, plain_header, sheet_header

KNOWN = {"subjid", "age", "体温", "脉搏", "生命体征血压"}


@pytest.mark.parametrize(
    "text",
    ["AE_TERM", " ae_term\t", "ＡＥ＿ＴＥＲＭ", "AE_\nTERM", "Ae _\r\n term", "\u3000AE_TERM\xa0", "AE\u200b_TERM\ufeff"],
)
def test_spellings_of_one_name(text: str) -> None:
    assert plain_header(text) == "ae_term"


def test_a_name_keeps_what_tells_it_apart() -> None:
    assert [plain_header(text) for text in ("身高（cm）", "AE-TERM", "AE.TERM", "")] == ["身高(cm)", "ae-term", "ae.term", ""]


@pytest.mark.parametrize(
    ("rows", "index"),
    [
        ([["SUBJID", "AGE"]], 0),
        ([["Study of IFN"], ["subjid", "Age", "x"]], 1),
        ([["Study", "2024"], ["Exported by", "x"], ["SUBJID", "AGE"], ["1", "40"]], 2),
        ([["SUBJID", "AGE"], ["SUBJID", "AGE"]], 0),
        ([["Age of SUBJID"], ["SUBJID", "x"], ["SUBJID", "AGE"]], 2),
        ([["SUBJID", "SUBJID"], ["1", "2"]], None),
        ([["SUBJID", "x"], ["1", "2"]], None),
        ([], None),
    ],
)
def test_the_header_is_the_first_row_with_the_most_known_names(rows: list[list[str]], index: int | None) -> None:
    assert header_index(rows, KNOWN) == index


def merged_ranges(*references: str) -> np.ndarray:
    bounds = [range_boundaries(reference) for reference in references]
    return np.array([[top, bottom, left - 1, right - 1] for left, top, right, bottom in bounds], dtype=np.int64).reshape(-1, 4)


def cells(*texts: str) -> dict[int, str]:
    return {column: text for column, text in enumerate(texts) if text}


UNDER_AGE = cells("SUBJID", "生命体征", "", "AGE")
VITALS = {1: cells("SUBJID", "生命体征"), 2: cells("", "体温", "脉搏"), 3: cells("01", "36.5", "80")}


@pytest.mark.parametrize(
    ("rows", "merged", "first", "last", "names"),
    [
        ({1: cells("A", "B"), 2: cells("1", "2")}, [], 1, 1, ["A", "B"]),
        (VITALS, ["A1:A2", "B1:C1"], 1, 2, ["SUBJID", "体温", "脉搏"]),
        (VITALS | {1: UNDER_AGE}, ["A1:A2", "B1:C1", "D1:D2"], 1, 2, ["SUBJID", "体温", "脉搏", "AGE"]),
        (VITALS | {1: UNDER_AGE}, ["B1:C1"], 1, 2, ["SUBJID", "体温", "脉搏", "AGE"]),
        (VITALS | {2: cells("", "体温", "血压")}, ["A1:A2", "B1:C1"], 1, 2, ["SUBJID", "体温", "生命体征 血压"]),
        (VITALS | {2: cells("", "体温", "其他")}, ["A1:A2", "B1:C1"], 1, 2, ["SUBJID", "体温", "生命体征 其他"]),
        (
            {1: cells("SUBJID", "治疗前", "", "治疗后"), 2: cells("", "体温", "脉搏", "体温"), 3: cells("01")},
            ["A1:A2", "B1:C1"], 1, 2, ["SUBJID", "治疗前 体温", "脉搏", "治疗后 体温"],
        ),
        ({1: cells("基本", "", "体征"), 2: cells("SUBJID", "AGE", "体温")}, ["A1:B1"], 1, 2, ["SUBJID", "AGE", "体温"]),
        ({1: cells("Study X"), 3: cells("SUBJID", "AGE"), 4: cells("1", "2")}, ["A1:B1"], 3, 3, ["SUBJID", "AGE"]),
        ({1: cells("Study X"), 2: cells("SUBJID", "AGE", "x", "y")}, ["A1:C1"], 2, 2, ["SUBJID", "AGE", "x", "y"]),
        ({2: cells("Title"), 3: cells("2024"), 4: cells("A", "B"), 5: cells("1", "2")}, ["A2:B2", "A3:B3"], 4, 4, ["A", "B"]),
        ({1: cells("SUBJID", "AGE"), 2: cells("1", "40"), 3: cells("", "41")}, ["A2:A3"], 1, 1, ["SUBJID", "AGE"]),
        ({1: cells("SUBJID", "AGE"), 2: cells("1", "40", "x")}, ["B1:C1"], 1, 1, ["SUBJID", "AGE"]),
    ],
)  # fmt: skip
def test_the_header_of_a_sheet(
    rows: dict[int, dict[int, str]], merged: list[str], first: int, last: int, names: list[str]
) -> None:
    header = sheet_header(rows, merged_ranges(*merged), KNOWN)
    assert (header.first, header.last, header.names) == (first, last, names)
    assert [row for row, _ in header.above] == [row for row in rows if row < first]
