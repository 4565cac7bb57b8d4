"""Footnotes under a table: told from records strictly, so that no record is lost."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from trialbook.exports import RawTable
from trialbook.mapping.form_spec import FormSpec

_MOST = 20
_LONG = 15
_OPENING = re.compile(
    r"\s*(?:[*※†‡§#]|--|[(（\[【]|注|备注|说明|来源|合计|总计|打印|导出|制表|第.{1,5}页|共|"
    r"(?:foot)?notes?\b|sources?\b|total\b|page\b|printed\b|exported\b|end\b)",
    re.IGNORECASE,
)
_TOTAL = re.compile(r"(?:合计|总计|共计|total)\s*[:：]?", re.IGNORECASE)
_MARKS = re.compile(r"[:：。；;，,、!！?？*※†‡§()（）\[\]【】\"“”《》=]")


def footnote_rows(spec: FormSpec, table: RawTable, named: Mapping[str, str]) -> pd.Series:
    """Where the table's last rows are footnotes.

    Such a row fills its first cell alone, and leaves empty a column that is a key or required, or opens as notes do; a short row
    of a text file may fill more, up to half the columns, since a note has commas, and a row of totals may fill any. Its first
    cell has what none of the records has there: the opening of a note, or more characters, some of a kind that the others lack.
    """
    frame = table.frame
    mask = pd.Series(False, index=frame.index)
    needed = [frame.columns.get_loc(header) for header, name in named.items() if name in spec.keys or spec.columns[name].required]
    short = {problem.row for problem in table.problems}
    candidates = []
    for at in range(len(frame) - 1, max(-1, len(frame) - 1 - _MOST), -1):
        filled = np.flatnonzero(frame.iloc[at].str.strip() != "")
        if not len(filled):
            break
        cut = table.row[at] in short and 2 * len(filled) <= frame.shape[1]
        if _TOTAL.fullmatch(frame.iat[at, 0].strip()) and not set(needed) <= set(filled):
            candidates.append(at)
            continue
        opens = _OPENING.match(frame.iat[at, 0]) and frame.shape[1] > 1
        lacks = opens or any(place > filled[-1] for place in needed)
        if not (len(filled) == 1 or cut) or filled[-1] != len(filled) - 1 or not lacks:
            break
        candidates.append(at)
    if candidates:
        others = frame.iloc[: candidates[-1], 0].str.strip().unique()
        for at in candidates:
            if not _is_note(frame.iat[at, 0].strip(), others):
                break
            mask.iloc[at] = True
    return mask


def note_text(frame: pd.DataFrame) -> str:
    """What is noted about the footnotes in a frame of them alone."""
    texts = [" ".join(" ".join(filter(str.strip, row)).split()) for row in frame.itertuples(index=False, name=None)]
    return "stands under the table and is read as no record: " + " / ".join(repr(text[:300]) for text in texts)


def _is_note(text: str, others: Iterable[str]) -> bool:
    values = [value for value in others if value]
    opens = _OPENING.match(text) is not None
    if not values:
        return opens or (len(text) > _LONG and bool(_kinds(text)))
    if opens and not any(map(_OPENING.match, values)):
        return True
    longer = len(text) > max(map(len, values))
    return longer and bool(_kinds(text) - set().union(*map(_kinds, values)))


def _kinds(text: str) -> set[str]:
    """The kinds of characters by which a sentence differs from a code."""
    kinds = {"blank"} if re.search(r"\s", text) else set()
    if any(character.isalpha() and not character.isascii() for character in text):
        kinds.add("letters beyond ASCII")
    if _MARKS.search(text):
        kinds.add("mark")
    return kinds
