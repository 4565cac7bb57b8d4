"""REDCap's flat CSV, one row a record and event with the fields of every instrument, as one table an instrument.

An instrument is told by the data dictionary where that lies beside; else by the order of the columns, in which the fields of an
instrument end with ``<instrument>_complete``. A group of checkboxes (``field___code``) becomes one column that holds the ticked
choices; with the dictionary, coded answers are read as their labels. Where nothing of an instrument was answered there is no
record: its checkboxes, which REDCap exports as 0, say nothing then. A file in which no instrument can be told is one by its own
name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from trialbook.exports.tables import RawTable, ReadNote, RowProblem

INSTRUMENT, INSTANCE = "redcap_repeat_instrument", "redcap_repeat_instance"
COMPLETE, ANSWERED = "_complete", ("1", "2", "unverified", "complete")
TICKED, UNTICKED = ("1", "checked"), ("0", "unchecked", "")
OTHER = "other"
SEPARATOR = "; "
_CHECKBOX = re.compile(r"(?P<field>[a-z][a-z0-9_]*?)___(?P<code>.+)")
_FIELD, _FORM = ("variable / field name", "field_name"), ("form name", "form_name")
_TYPE, _CHOICES = ("field type", "field_type"), ("choices, calculations, or slider labels", "select_choices_or_calculations")
_FIXED = {"yesno": {"1": "Yes", "0": "No"}, "truefalse": {"1": "True", "0": "False"}}
_CODED = ("radio", "dropdown", "checkbox")


@dataclass(frozen=True)
class Dictionary:
    """REDCap's data dictionary: the instrument of each field, and the label of each code of the fields that have choices."""

    instrument: dict[str, str] = field(default_factory=dict)
    labels: dict[str, dict[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Answers:
    """An instrument's columns, with a group of checkboxes as one; in which rows something is answered; which columns were read
    by their codes' labels; and by the row's place what is no checkbox's value."""

    cells: pd.DataFrame
    filled: pd.Series
    coded: list[str]
    odd: list[tuple[int, str]]


def split_projects(tables: Sequence[RawTable]) -> list[RawTable]:
    """The tables, with each REDCap data file as one table an instrument (its ``sheet``); data dictionaries are no tables."""
    read = [(table, _dictionary(table)) for table in tables]
    known = Dictionary()
    for _, one in read:
        if one is not None:
            known.instrument.update(one.instrument)
            known.labels.update(one.labels)
    result: list[RawTable] = []
    for table, one in read:
        if one is None:
            result += _split(table, known) if _is_project(table, known) else [table]
    return result


def _dictionary(table: RawTable) -> Dictionary | None:
    """The table as a data dictionary, as REDCap's designer and its API name the columns; None where it is none."""
    columns = {name.strip().casefold(): name for name in table.frame.columns}

    def column(names: tuple[str, ...]) -> pd.Series | None:
        found = next((columns[name] for name in names if name in columns), None)
        return None if found is None else table.frame[found].str.strip()

    fields, forms, kinds, choices = column(_FIELD), column(_FORM), column(_TYPE), column(_CHOICES)
    if fields is None or forms is None or kinds is None or choices is None:
        return None
    labels = {
        name: _FIXED[kind] if kind in _FIXED else _choices(text)
        for name, kind, text in zip(fields.str.lower(), kinds.str.lower(), choices, strict=True)
        if kind in _FIXED or kind in _CODED
    }
    return Dictionary(dict(zip(fields.str.lower(), forms.str.lower(), strict=True)), labels)


def _choices(text: str) -> dict[str, str]:
    """Codes and labels of ``1, Male | 2, Female``."""
    pairs = (choice.partition(",") for choice in text.split("|"))
    return {code.strip(): label.strip() or code.strip() for code, _, label in pairs if code.strip()}


def _is_project(table: RawTable, known: Dictionary) -> bool:
    headers = [header.casefold() for header in table.frame.columns]
    if table.sheet is not None or len(headers) < 2:
        return False
    completes = [header for header in headers if header.endswith(COMPLETE) and len(header) > len(COMPLETE)]
    return any(header.startswith("redcap_") for header in headers[1:]) or (
        bool(completes) and bool(known.instrument) and headers[0] in known.instrument
    )


def _split(table: RawTable, known: Dictionary) -> list[RawTable]:
    """One table for each instrument, in the order of their fields, with the records that it has."""
    frame = table.frame.rename(columns=str.casefold)
    system = [frame.columns[0], *(name for name in frame.columns[1:] if name.startswith("redcap_"))]
    read = {name: _answers(frame, fields, known) for name, fields in _instruments(list(frame.columns), system, known).items()}
    filled = pd.DataFrame({name: answers.filled for name, answers in read.items()}, index=frame.index, dtype=bool)
    repeats = _named(frame[INSTRUMENT]) if INSTRUMENT in frame else pd.Series("", index=frame.index)
    stray = (repeats != "") & ~repeats.isin(list(read))
    # A row of an instrument that is none is one of those that it answers, as a row that names none.
    repeats = repeats.mask(stray, "")
    told = [*table.problems, *_of_no_instrument(table, frame, stray), *_of_another(table, repeats, filled)]
    spoken = {header.casefold(): header for header in table.frame.columns}
    result: list[RawTable] = []
    for instrument, answers in read.items():
        # A row of a repeating instrument is there because somebody added it; in any other, each instrument has its fields.
        there = (repeats == instrument) | ((repeats == "") & _answered(filled[instrument], frame.get(f"{instrument}{COMPLETE}")))
        # Of an instrument without records all are kept: a form must not seem to lack the column of its visit or number.
        used = {name for name in system if name == system[0] or not there.any() or (frame.loc[there, name] != "").any()}
        kept = [name for name in system if name in used - {INSTRUMENT}]
        data = pd.concat([frame.loc[there, kept], answers.cells[there]], axis=1).rename(columns=spoken).reset_index(drop=True)
        rows = table.row[there.to_numpy()]
        result.append(
            replace(
                table,
                sheet=None if list(read) == [OTHER] else instrument,
                frame=data,
                row=rows,
                problems=(
                    *(problem for problem in told if problem.row in rows),
                    *(RowProblem(int(table.row[at]), what) for at, what in answers.odd if there.iloc[at]),
                ),
                notes=(*table.notes, *_notes(answers.coded)) if not result else _notes(answers.coded),
                repeated=frozenset(spoken[name] for name in kept),
            )
        )
    if result:
        everywhere = {problem.row for one in result for problem in one.problems}
        result[0] = replace(result[0], problems=(*result[0].problems, *(one for one in told if one.row not in everywhere)))
    return result


def _of_no_instrument(table: RawTable, frame: pd.DataFrame, stray: pd.Series) -> Iterator[RowProblem]:
    for at in np.flatnonzero(stray):
        what = (
            f"is a row of the repeating instrument {frame[INSTRUMENT].iloc[at]!r}, which has no fields; it is read by its answers"
        )
        yield RowProblem(int(table.row[at]), what)


def _of_another(table: RawTable, repeats: pd.Series, filled: pd.DataFrame) -> Iterator[RowProblem]:
    """Rows of a repeating instrument that answer another one: REDCap writes none, and what they say has no record."""
    another = pd.DataFrame({name: filled[name] & (repeats != "") & (repeats != name) for name in filled}, index=filled.index)
    for at in np.flatnonzero(another.any(axis=1)):
        others = ", ".join(another.columns[another.iloc[at]])
        what = f"is a row of the repeating instrument {repeats.iloc[at]}; its answers to {others} are not used"
        yield RowProblem(int(table.row[at]), what)


def _instruments(headers: list[str], system: list[str], known: Dictionary) -> dict[str, list[str]]:
    """The columns of each instrument; what belongs to none, as after the last ``_complete``, is kept as ``other``."""
    found: dict[str, list[str]] = {}
    waiting: list[str] = []
    for header in headers:
        if header in system:
            continue
        match = _CHECKBOX.fullmatch(header)
        owner = known.instrument.get(match["field"] if match else header)
        instrument = header.removesuffix(COMPLETE)
        if owner is not None:
            found.setdefault(owner, []).append(header)
        elif header.endswith(COMPLETE) and instrument and (not known.instrument or instrument in known.instrument.values()):
            found.setdefault(instrument, []).extend(waiting)
            waiting = []
        else:
            waiting.append(header)
    if waiting:
        found[OTHER] = waiting
    return found


def _named(labels: pd.Series) -> pd.Series:
    """Instruments by name where the export shows their labels: REDCap makes the name from the label."""
    distinct = {label: re.sub(r"[^a-z0-9]+", "_", label.strip().lower()).strip("_") for label in labels.unique()}
    return labels.map(distinct)


def _answers(frame: pd.DataFrame, fields: list[str], known: Dictionary) -> Answers:
    columns: dict[str, pd.Series] = {}
    coded: list[str] = []
    odd: list[tuple[int, str]] = []
    for name in fields:
        match = _CHECKBOX.fullmatch(name)
        if not match:
            labels = known.labels.get(name, {})
            columns[name] = frame[name].map(lambda cell, labels=labels: labels.get(cell.strip(), cell)) if labels else frame[name]
            if labels and frame[name].str.strip().isin(list(labels)).any():
                coded.append(name)
            continue
        group, code = match["field"], match["code"]
        boxes = frame[name].str.strip().str.lower()
        ticked = boxes.isin(TICKED)
        for at in np.flatnonzero(~ticked & ~boxes.isin(UNTICKED)):
            odd.append((int(at), f"{name} holds {frame[name].iloc[at]!r}, neither ticked nor not; it is read as not ticked"))
        label = next((text for key, text in known.labels.get(group, {}).items() if _suffix(key) == code), code)
        text = pd.Series(np.where(ticked, label, ""), index=frame.index, dtype="str")
        before = columns.get(group)
        columns[group] = (
            text if before is None else (before + np.where((before != "") & ticked, SEPARATOR, "") + text).astype("str")
        )
    cells = pd.DataFrame(columns, index=frame.index, dtype="str")
    filled = (cells != "").any(axis=1)
    filled.iloc[[at for at, _ in odd]] = True
    return Answers(cells, filled, coded, odd)


def _suffix(code: str) -> str:
    """A choice's code as REDCap writes it after ``___``."""
    return code.lower().replace("-", "_").replace(".", "_")


def _answered(filled: pd.Series, complete: pd.Series | None) -> pd.Series:
    return filled if complete is None else filled | complete.str.strip().str.lower().isin(ANSWERED)


def _notes(coded: list[str]) -> tuple[ReadNote, ...]:
    if not coded:
        return ()
    shown = ", ".join(coded[:8]) + (", …" if len(coded) > 8 else "")
    return (ReadNote(None, f"codes are read as their labels in the data dictionary: {shown}", True),)
