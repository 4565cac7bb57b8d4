"""REDCap's flat CSV, one row a record and event with the fields of every instrument, as one table an instrument.

An instrument is told by the data dictionary where that lies beside; else by the order of the columns, in which the fields of an
instrument end with ``<instrument>_complete``. A group of checkboxes (``field___code``) becomes one column that holds the ticked
choices; with the dictionary, coded answers are read as their labels. An instrument of which nothing was answered has no record:
its checkboxes, which REDCap exports as 0, say nothing then.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from trialbook.exports.tables import RawTable, ReadNote

INSTRUMENT, INSTANCE = "redcap_repeat_instrument", "redcap_repeat_instance"
COMPLETE, ANSWERED = "_complete", ("1", "2", "unverified", "complete")
TICKED = ("1", "checked")
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
    """One table for each instrument that has records, in the order of their fields."""
    frame = table.frame.rename(columns=str.casefold)
    system = [frame.columns[0], *(name for name in frame.columns[1:] if name.startswith("redcap_"))]
    of_instrument = _instruments(list(frame.columns), system, known)
    repeats = _named(frame[INSTRUMENT]) if INSTRUMENT in frame else pd.Series("", index=frame.index)
    spoken = {header.casefold(): header for header in table.frame.columns}
    result: list[RawTable] = []
    for instrument, fields in of_instrument.items():
        answers, coded = _answers(frame, fields, known)
        complete = frame.get(f"{instrument}{COMPLETE}")
        # A row of a repeating instrument is there because somebody added it; in any other, each instrument has its fields.
        there = (repeats == instrument) | ((repeats == "") & _answered(answers, complete))
        if not there.any():
            continue
        kept = [name for name in system if name != INSTRUMENT and (name == system[0] or (frame.loc[there, name] != "").any())]
        data = pd.concat([frame.loc[there, kept], answers[there]], axis=1).rename(columns=spoken).reset_index(drop=True)
        rows = table.row[there.to_numpy()]
        result.append(
            replace(
                table,
                sheet=instrument,
                frame=data,
                row=rows,
                problems=tuple(problem for problem in table.problems if problem.row in rows),
                notes=(*table.notes, *_notes(coded)) if not result else _notes(coded),
                repeated=frozenset(spoken[name] for name in kept),
            )
        )
    return result


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
        found["other"] = waiting
    return found


def _named(labels: pd.Series) -> pd.Series:
    """Instruments by name where the export shows their labels: REDCap makes the name from the label."""
    distinct = {label: re.sub(r"[^a-z0-9]+", "_", label.strip().lower()).strip("_") for label in labels.unique()}
    return labels.map(distinct)


def _answers(frame: pd.DataFrame, fields: list[str], known: Dictionary) -> tuple[pd.DataFrame, list[str]]:
    """An instrument's columns, with a group of checkboxes as one; and which of them were read by their codes' labels."""
    columns: dict[str, pd.Series] = {}
    coded: list[str] = []
    for name in fields:
        match = _CHECKBOX.fullmatch(name)
        if not match:
            labels = known.labels.get(name, {})
            columns[name] = frame[name].map(lambda cell, labels=labels: labels.get(cell.strip(), cell)) if labels else frame[name]
            if labels and frame[name].str.strip().isin(list(labels)).any():
                coded.append(name)
            continue
        group, code = match["field"], match["code"]
        ticked = frame[name].str.strip().str.lower().isin(TICKED)
        label = next((text for key, text in known.labels.get(group, {}).items() if _suffix(key) == code), code)
        text = pd.Series(np.where(ticked, label, ""), index=frame.index, dtype="str")
        before = columns.get(group)
        columns[group] = (
            text if before is None else (before + np.where((before != "") & ticked, SEPARATOR, "") + text).astype("str")
        )
    return pd.DataFrame(columns, index=frame.index, dtype="str"), coded


def _suffix(code: str) -> str:
    """A choice's code as REDCap writes it after ``___``."""
    return code.lower().replace("-", "_").replace(".", "_")


def _answered(answers: pd.DataFrame, complete: pd.Series | None) -> pd.Series:
    filled = (answers != "").any(axis=1)
    return filled if complete is None else filled | complete.str.strip().str.lower().isin(ANSWERED)


def _notes(coded: list[str]) -> tuple[ReadNote, ...]:
    if not coded:
        return ()
    shown = ", ".join(coded[:8]) + (", …" if len(coded) > 8 else "")
    return (ReadNote(None, f"codes are read as their labels in the data dictionary: {shown}"),)
