"""Text longer than a transport file holds: its first part in the variable, the rest in supplemental qualifiers.

SDTMIG 3.4 section 4.5.3.2: QNAM is the variable's name and a number, shortened to eight characters. A SAS transport file of
version 5 holds 200 bytes, counted here in UTF-8, in which ``write_datasets`` writes. It drops blanks at the
end of a text, so no part begins or ends with one, and the parts in their order are the text again. There may be as many parts as
a text needs.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count

import numpy as np
import pandas as pd

from trialbook.datasets import SdtmDataset
from trialbook.datasets.columns import byte_lengths
from trialbook.mapping.domain_spec import Algorithm
from trialbook.mapping.provenance import Source

MOST_BYTES = 200
QNAM_LENGTH = 8
NEVER_SPLIT = ("STUDYID", "DOMAIN", "USUBJID")
"""What tells a record's subject: of it a part would mean another one."""

_ZERO_WIDTH_JOINER = "\u200d"
# Characters that belong to the one before them, beside those of the categories of marks (Unicode Standard Annex 29: Extend).
_EXTENDING = (
    ("\u200c", _ZERO_WIDTH_JOINER),
    ("\U0001f3fb", "\U0001f3ff"),  # skin tones
    ("\U000e0020", "\U000e007f"),  # tags, as in flags of regions
    ("\uff9e", "\uff9f"),  # half-width voiced sound marks
    ("\u1160", "\u11ff"),  # Hangul vowels and finals
    ("\ud7b0", "\ud7fb"),
)


@dataclass(frozen=True)
class QualifierText:
    """The values of a supplemental qualifier, one a record of its parent, with QLABEL, QORIG and QEVAL."""

    label: str
    origin: str
    evaluator: str
    values: pd.Series
    source: Source


def split_variables(
    dataset: SdtmDataset, sources: Mapping[str, Source], ways: Mapping[str, Sequence[Algorithm]], taken: set[str]
) -> tuple[SdtmDataset, dict[str, QualifierText]]:
    """The dataset with what fits of its long texts, and qualifiers by QNAM with the rest.

    ``ways`` are the algorithms of each variable; ``taken`` the names that can't be a QNAM, to which those given are added. A
    number whose name is taken is passed over. A text that can't be divided without loss stays whole.
    """
    frame = dataset.frame
    rest: dict[str, QualifierText] = {}
    for name, variable in dataset.variables.items():
        if variable.type != "Char" or name in NEVER_SPLIT or not (byte_lengths(frame[name]) > MOST_BYTES).any():
            continue
        first, parts = _columns(frame[name])
        frame = frame.assign(**{name: first})
        source = sources.get(name, Source(((),), np.full(len(frame), -1)))
        text = QualifierText(variable.label or name, _origin(ways.get(name, ())), "", first, source)
        rest |= _numbered(name, text, parts, taken)
    return replace(dataset, frame=frame), rest


def split_qualifiers(qualifiers: Mapping[str, QualifierText], taken: set[str]) -> dict[str, QualifierText]:
    """Qualifiers whose values fit: what follows the first part of a long one is a qualifier of its own."""
    result: dict[str, QualifierText] = {}
    for name, text in qualifiers.items():
        first, parts = _columns(text.values)
        result[name] = replace(text, values=first)
        result |= _numbered(name, text, parts, taken)
    return result


def _numbered(name: str, text: QualifierText, parts: Sequence[pd.Series], taken: set[str]) -> dict[str, QualifierText]:
    free = (qnam for number in count(1) if (qnam := numbered_name(name, number)) not in taken)
    found = {}
    for part in parts:
        qnam = next(free)
        taken.add(qnam)
        found[qnam] = replace(text, values=part)
    return found


def numbered_name(name: str, number: int) -> str:
    """``AETERM`` and 1 give AETERM1, ``LBSTRESC`` and 12 LBSTRE12: at most eight characters."""
    return f"{name[: QNAM_LENGTH - len(str(number))]}{number}"


def _origin(ways: Sequence[Algorithm]) -> str:
    """QORIG of a variable's text: where the algorithm that is tried first takes it from."""
    operation = ways[0].operation if ways else ""
    if operation.startswith("derive"):
        return "Derived"
    return "Assigned" if operation.startswith("hardcode") else "CRF"


def _columns(values: pd.Series) -> tuple[pd.Series, list[pd.Series]]:
    """The first part of each value, and those that follow, ``""`` where a value has none."""
    long = np.flatnonzero(byte_lengths(values) > MOST_BYTES)
    if not len(long):
        return values, []
    texts = values.iloc[long]
    divided = {text: parts(text) for text in texts.unique()}
    most = max(map(len, divided.values()))
    columns = []
    for number in range(most):
        cells = np.array(values if number == 0 else [""] * len(values), dtype=object)
        cells[long] = [divided[text][number] if number < len(divided[text]) else "" for text in texts]
        columns.append(pd.Series(cells, index=values.index, dtype="str"))
    return columns[0], columns[1:]


def parts(text: str, most: int = MOST_BYTES) -> tuple[str, ...]:
    """The text in parts of at most ``most`` bytes, as few as can be, which joined are the text again.

    A part ends between two characters as a reader sees them, neither of which is white space. Only where no such place is within
    reach, it ends beside white space that is no blank, or between a character and its marks; the whole text is one part where
    none of these is: a run of blanks as long as a part.
    """
    if len(text.encode()) <= most:
        return (text,)
    return _parts(text, most, (_best, _good, _lossless)) or _parts(text, most, (_lossless,)) or (text,)


def _parts(text: str, most: int, permits: Sequence[object]) -> tuple[str, ...]:
    """Parts that end as far on as the first of ``permits`` allows that allows an end at all; empty where none does."""
    found, start = [], 0
    while start < len(text):
        size, at = 0, start
        while at < len(text) and (size := size + len(text[at].encode())) <= most:
            at += 1
        if at == len(text):
            found.append(text[start:])
            break
        end = next((end for permit in permits for end in range(at, start, -1) if permit(text, end)), None)  # type: ignore[operator]
        if end is None:
            return ()
        found.append(text[start:end])
        start = end
    return tuple(found)


def _lossless(text: str, at: int) -> bool:
    return text[at - 1] != " " and text[at] != " "


def _good(text: str, at: int) -> bool:
    return _lossless(text, at) and not _belong_together(text, at)


def _best(text: str, at: int) -> bool:
    return not text[at - 1].isspace() and not text[at].isspace() and not _belong_together(text, at)


def _belong_together(text: str, at: int) -> bool:
    """Whether the characters before and after ``at`` are one as a reader sees them."""
    before, after = text[at - 1], text[at]
    if after.isascii() and before.isascii():
        return before == "\r" and after == "\n"
    if before == _ZERO_WIDTH_JOINER or unicodedata.category(after)[0] == "M":
        return True
    if any(first <= after <= last for first, last in _EXTENDING):
        return True
    if not _is_flag_half(before) or not _is_flag_half(after):
        return False
    halves = next(number for number in count(1) if number == at or not _is_flag_half(text[at - 1 - number]))
    return halves % 2 == 1


def _is_flag_half(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"
