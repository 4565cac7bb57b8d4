"""What the cells of an item table may hold, and each that holds something else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple

import numpy as np
import pandas as pd

from trialbook.expressions import day_of
from trialbook.protocol.eligibility.spec import Item, ItemType

_WHOLE = re.compile(r"\d+", re.ASCII)
_NUMBER = re.compile(r"(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)


class ItemError(NamedTuple):
    """A cell with a value that its item does not take: ``row`` counts the records from 0."""

    row: int
    item: str
    found: str
    expected: str


def expected(item: Item) -> str:
    """What an item takes, in words."""
    match item.type:
        case ItemType.IDENTIFIER:
            return "a text in each row, without blanks around it"
        case ItemType.TEXT:
            return "a text without blanks around it"
        case ItemType.CHOICE:
            words = f"one of {', '.join(item.values)}"
        case ItemType.DATE:
            words = " or ".join(["a date (YYYY-MM-DD)", *item.values])
        case _:
            words = f"a {item.type}" + "".join(f", {limit}" for limit in _limits(item))
    return words + ", or nothing where it is not known"


def _limits(item: Item) -> Iterator[str]:
    if item.above is not None:
        yield f"over {item.above}"
    elif item.maximum is not None:
        yield f"from {item.minimum} to {item.maximum}"
        return
    else:
        yield f"{item.minimum} or more"
    if item.maximum is not None:
        yield f"{item.maximum} at most"


def takes(item: Item, text: str) -> bool:
    """Whether an item takes ``text``, which is not empty."""
    match item.type:
        case ItemType.CHOICE:
            return text in item.values
        case ItemType.DATE:
            return text in item.values or day_of(text) is not None
        case ItemType.IDENTIFIER | ItemType.TEXT:
            return text == text.strip() and text.isprintable()
    written = _WHOLE if item.type is ItemType.WHOLE_NUMBER else _NUMBER
    if not written.fullmatch(text):
        return False
    number = Decimal(text)
    return (
        number >= Decimal(str(item.minimum))
        and (item.maximum is None or number <= Decimal(str(item.maximum)))
        and (item.above is None or number > Decimal(str(item.above)))
    )


def not_taken(item: Item, column: pd.Series) -> np.ndarray:
    """The records whose cell holds what the item does not take; an empty one is not among them."""
    codes, distinct = pd.factorize(column)
    wrong = np.fromiter((text != "" and not takes(item, text) for text in distinct.tolist()), dtype=bool, count=len(distinct))
    return wrong[codes]


def item_errors(items: Iterable[Item], table: pd.DataFrame) -> list[ItemError]:
    """Every cell of ``table`` (text; a column an item) that its item does not take, row by row."""
    order = list(items)
    found: list[tuple[int, int, str, str]] = []
    for place, item in enumerate(order):
        if item.name not in table:
            continue
        column = table[item.name].astype("str").fillna("")
        wrong = not_taken(item, column)
        said = np.where(wrong, expected(item), "").astype(object)
        if item.type is ItemType.IDENTIFIER:
            said[(column == "").to_numpy()] = expected(item)
            twice = column.duplicated().to_numpy() & (said == "")
            said[twice] = f"each {item.name} once: a row before has it"
        found += [(int(row), place, column.iloc[row], said[row]) for row in np.flatnonzero(said != "")]
    return [ItemError(row, order[place].name, text, words) for row, place, text, words in sorted(found)]
