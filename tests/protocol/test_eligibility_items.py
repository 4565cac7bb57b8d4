"""What the cells of an item table may hold: row by row, what was found and what is expected."""

from __future__ import annotations

import pandas as pd
import pytest

from trialbook.protocol.eligibility import Item, ItemError, ItemType, expected
from trialbook.protocol.eligibility.items import item_errors, takes

SUBJECT = Item(name="subject", label="Subject", type=ItemType.IDENTIFIER)
NOTE = Item(name="note", label="Note", type=ItemType.TEXT)
AGE = Item(name="age", label="Age", type=ItemType.WHOLE_NUMBER)
SCORE = Item(name="score", label="Score", type=ItemType.WHOLE_NUMBER, maximum=5)
RATIO = Item(name="ratio", label="Ratio", type=ItemType.NUMBER)
LIMIT = Item(name="limit", label="Limit", type=ItemType.NUMBER, above=0)
ANSWER = Item(name="answer", label="Answer", type=ItemType.CHOICE, values=("Y", "N"))
LAST = Item(name="last", label="Last", type=ItemType.DATE, values=("NONE",))

VALUES = [
    # item, taken, not taken
    (SUBJECT, ["S1", "受试者 1", "0"], [" S1", "S1 ", "S\t1", "S1\n", "\u00a0"]),
    (NOTE, ["any text, at all"], [" x", "x\x00"]),
    (AGE, ["0", "18", "018", "120"], ["18.0", "1e1", "-1", "+1", "１８", "١٨", " 18", "18 ", "18y", "1_8", "0x12", "inf", "NaN"]),
    (SCORE, ["0", "5"], ["6", "-1", "1.5", "2-3"]),
    (
        RATIO,
        ["0", "0.119", ".5", "5.", "1e-05", "1E3", "00.1"],
        ["-0.1", "-0", "+1", "<0.001", "1,5", "1 000", "0.1%", "1e", "1e9999", "٠", "nan", "Infinity", "ND", "."],
    ),
    (LIMIT, ["0.001", "1e-3", "110.1"], ["0", "0.0", "0e5", "-1"]),
    (ANSWER, ["Y", "N"], ["y", "n", "Yes", " Y", "Y ", "NA", "Ｙ", "是", "1", "TRUE"]),
    (
        LAST,
        ["NONE", "2024-02-29", "2000-02-29", "0001-01-01", "9999-12-31"],
        ["none", "None", "2023-02-29", "1900-02-29", "2024-2-29", "2024-02", "2024", "20240229", "2024/02/29", "-001-01-01",
         "2024-13-01", "2024-00-01", "2024-04-31", "29-02-2024", "0000-01-01", "2024-02-29 ",
         "２０２４-02-29", "2024-02-29T00:00"],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("item", "taken", "refused"), VALUES, ids=[item.name for item, _, _ in VALUES])
def test_what_an_item_takes(item: Item, taken: list[str], refused: list[str]) -> None:
    assert {text: takes(item, text) for text in taken + refused} == dict.fromkeys(taken, True) | dict.fromkeys(refused, False)


@pytest.mark.parametrize(
    ("item", "words"),
    [
        (SUBJECT, "a text in each row, without blanks around it"),
        (NOTE, "a text without blanks around it"),
        (AGE, "a whole number, 0 or more, or nothing where it is not known"),
        (SCORE, "a whole number, from 0 to 5, or nothing where it is not known"),
        (LIMIT, "a number, over 0, or nothing where it is not known"),
        (ANSWER, "one of Y, N, or nothing where it is not known"),
        (LAST, "a date (YYYY-MM-DD) or NONE, or nothing where it is not known"),
    ],
)
def test_what_is_expected_is_said_in_words(item: Item, words: str) -> None:
    assert expected(item) == words


def test_every_wrong_cell_row_by_row() -> None:
    table = pd.DataFrame(
        {
            "subject": ["S1", "", "S3", "S1", None],
            "age": ["18", "x", "", "-1", "70"],
            "answer": ["Y", "n", "", "N", "Y"],
            "other": ["?"] * 5,
        },
        index=[7, 7, 7, 7, 7],
        dtype="str",
    )
    whole, choice = expected(AGE), expected(ANSWER)
    assert item_errors([SUBJECT, AGE, ANSWER, LAST], table) == [
        ItemError(1, "subject", "", expected(SUBJECT)),
        ItemError(1, "age", "x", whole),
        ItemError(1, "answer", "n", choice),
        ItemError(3, "subject", "S1", "each subject once: a row before has it"),
        ItemError(3, "age", "-1", whole),
        ItemError(4, "subject", "", expected(SUBJECT)),
    ]


def test_a_table_without_rows_has_no_wrong_cell() -> None:
    assert item_errors([SUBJECT, AGE], pd.DataFrame({"subject": [], "age": []}, dtype="str")) == []
