"""``queries.csv`` as it comes back: the answers of sites, however Excel saved them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from trialbook.errors import TrialbookError
from trialbook.exports import RawTable, read_export
from trialbook.exports.headers import plain_header
from trialbook.reports.queries import COLUMNS, RISKY
from trialbook.reports.wording import visible, visible_lines

ID = re.compile("[0-9a-f]{16}")
AS_NUMBER = re.compile(r"\d+([.,]\d+)?e[+-]?\d+|\d+")
MOST_SHOWN = 10
NEEDED = ("id", "answer")


@dataclass(frozen=True)
class Answers:
    """What sites answered, by the id of the finding that was asked about; ``places`` says where each stands."""

    file: str
    by_id: Mapping[str, str]
    places: Mapping[str, str]


def read_answers(path: Path, encodings: Sequence[str] = ()) -> Answers:
    """The answers in a ``queries.csv``, or in a folder or zip of several: any text file or workbook that Excel makes of one.

    ``encodings`` are tried, strictly, on text that is neither UTF-8 nor has a byte order mark. Columns are found by their names,
    in any order and among others; rows without an answer say nothing. Raises :class:`~trialbook.errors.TrialbookError` where an
    answer can't be read or it can't be told which question it answers: an answer that is lost in silence is the worst of all.
    """
    if not path.exists():
        remedy = "Give the queries.csv of a run, with the sites' answers in its last column."
        raise TrialbookError("there is no such file", file=path, remedy=remedy)
    raw = read_export(path, encodings, headers=frozenset(COLUMNS))
    several = len(raw.tables) > 1
    tables = [(table, names) for table in raw.tables if (names := _names(table)).keys() >= set(NEEDED)]
    if not tables:
        found = "; ".join(", ".join(visible(str(name)) for name in table.frame.columns) for table in raw.tables)
        what = f"has not the columns {' and '.join(NEEDED)}; found {found}"
        raise TrialbookError(what, file=path, remedy="Give the queries.csv of a run, with the sites' answers in its last column.")
    answers: dict[str, str] = {}
    places: dict[str, str] = {}
    problems: list[str] = []
    for table, names in tables:
        problems += [f"{_place(table, problem.row, several)}: {problem.what}" for problem in table.problems]
        for row, id, answer in _rows(table, names):
            place = _place(table, row, several)
            wrong = _wrong_with(id)
            if wrong:
                problems.append(f"{place}: {wrong}, and the answer is {_short(answer)}")
            elif answers.setdefault(id, answer) != answer:
                problems.append(f"{place}: {id} is answered {_short(answer)}, and in {places[id]} {_short(answers[id])}")
            else:
                places.setdefault(id, place)
    if problems:
        shown = problems[:MOST_SHOWN]
        shown += [f"and {len(problems) - MOST_SHOWN:,} more"] if len(problems) > MOST_SHOWN else []
        remedy = "Copy the ids anew from the queries.csv that was sent, as text; give each answer once, in its own cell."
        raise TrialbookError("holds answers that can't be taken:\n  " + "\n  ".join(shown), file=path, remedy=remedy)
    return Answers(path.name, answers, places)


def _names(table: RawTable) -> dict[str, str]:
    """The table's columns by the name that they have in ``queries.csv``."""
    return {plain: str(name) for name in table.frame.columns if (plain := plain_header(str(name))) in COLUMNS}


def _rows(table: RawTable, names: Mapping[str, str]) -> Iterator[tuple[int, str, str]]:
    """Row, id and answer of each row that has an answer."""
    columns = (table.frame[names[name]].tolist() for name in NEEDED)
    for row, id, answer in zip(table.row.tolist(), *columns, strict=True):
        text = _text(answer)
        if text:
            yield row, _id(id), text


def _id(cell: str) -> str:
    """The id in a cell: without white space, full-width letters and the apostrophe that kept Excel from reading a number."""
    plain = "".join(unicodedata.normalize("NFKC", cell).split()).lower()
    return plain.lstrip("'’‘")


def _text(cell: str) -> str:
    """The answer in a cell, without the apostrophe that keeps it from being a formula; lines end as they do everywhere."""
    lines = cell.replace("\r\n", "\n").replace("\r", "\n").strip()
    if lines.startswith("'") and lines[1:].startswith(RISKY):
        lines = lines[1:]
    return visible_lines(lines)


def _wrong_with(id: str) -> str | None:
    if ID.fullmatch(id):
        return None
    if not id:
        return "there is no id"
    if AS_NUMBER.fullmatch(id):
        return f"the id is {id}: a program took it for a number, and its last digits are lost"
    return f"{_short(id)} is no id of a query (16 digits and letters a to f)"


def _place(table: RawTable, row: int, several: bool) -> str:
    sheet = f"sheet {table.sheet!r}, " if table.sheet is not None else ""
    return (f"{table.file}, " if several else "") + f"{sheet}row {row}"


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return repr(flat if len(flat) <= 60 else flat[:60] + "…")
