"""Kinds of defect of keys, subjects, records and rows."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd

from trialbook.mapping import FormSpec, Specs
from trialbook.simulation.changes import Action, Candidates, Change, Kind, Tables, double, remove, set_value
from trialbook.simulation.kinds import Maker, bind, cells, is_plain, shuffled

MOST_OF_A_FORM = 40
"""Records of one subject in one form that a defect removes at most."""


def record_kinds(specs: Specs, layout: str) -> tuple[Kind, ...]:
    """All of this module that a layout can show."""
    made: list[tuple[str, Maker]] = [
        ("KEY_DUPLICATED", _key_duplicated),
        ("SUBJECT_UNKNOWN", _subject_unknown),
        ("SUBJECT_BLANK", _subject_blank),
        ("RECORD_REMOVED", _record_removed),
        ("SUBJECT_REMOVED_FROM_FORM", _subject_removed),
        ("RECORD_DOUBLED", _record_doubled),
    ]
    if layout in ("csv", "zip"):
        made += [("ROW_TOO_LONG", _row_too_long), ("ROW_TOO_SHORT", _row_too_short)]
    if layout == "workbook":
        made += [("FORMULA_WITHOUT_VALUE", _formula)]
    return tuple(bind(specs, name, make) for name, make in made)


def _forms(tables: Tables, specs: Specs, random: np.random.Generator) -> list[FormSpec]:
    names = [name for name in tables if len(tables[name])]
    return [specs.forms[names[at]] for at in random.permutation(len(names))]


def _records(tables: Tables, specs: Specs, random: np.random.Generator, least: int = 1) -> Candidates:
    """One record after another as a doubling, each form in turn."""
    open_ = {spec.form: shuffled(tables[spec.form].index, random) for spec in _forms(tables, specs, random)}
    while open_:
        for form in list(open_):
            yield double(form, open_[form].pop())
            if not open_[form]:
                del open_[form]


def _key_duplicated(tables: Tables, specs: Specs, random: np.random.Generator) -> Candidates:
    """A record gets another one's key in the one column in which the keys of the two differ."""
    pairs = {spec.form: _neighbours(tables[spec.form], spec, random) for spec in _forms(tables, specs, random)}
    pairs = {form: found for form, found in pairs.items() if found}
    while pairs:
        for form in list(pairs):
            record, column, value = pairs[form].pop()
            yield set_value(form, record, column, value)
            if not pairs[form]:
                del pairs[form]


def _neighbours(frame: pd.DataFrame, spec: FormSpec, random: np.random.Generator) -> list[tuple[int, str, str]]:
    """For each record that has one: the key column (not the subject's) that alone tells it from another, and that one's."""
    for column in (name for name in reversed(spec.keys) if name != spec.subject):
        rest = [name for name in spec.keys if name != column]
        alike = frame[frame[column] != ""]
        if spec.columns[column].codelist:
            continue
        alike = alike[alike.duplicated(rest, keep=False)]
        if len(alike):
            before = alike.groupby(rest, sort=False)[column].shift(1)
            found = before[before.notna()]
            return [(record, column, str(before[record])) for record in shuffled(found.index, random)]
    return []


def _subject_unknown(tables: Tables, specs: Specs, random: np.random.Generator) -> Candidates:
    """A subject's identifier with one character wrong, so that no form knows it."""
    known = {subject for form, frame in tables.items() for subject in frame[specs.forms[form].subject]}
    for cell in cells(tables, specs, random, lambda spec, name, column: name == spec.subject and spec.keys != (spec.subject,)):
        wrong = next(
            text for text in (cell.value[:-1] + "9", cell.value + "9", cell.value + "99", cell.value + "X") if text not in known
        )
        yield set_value(cell.form, cell.record, cell.name, wrong)


def _subject_blank(tables: Tables, specs: Specs, random: np.random.Generator) -> Candidates:
    for cell in cells(tables, specs, random, lambda spec, name, column: name == spec.subject):
        yield set_value(cell.form, cell.record, cell.name, "")


def _record_removed(tables: Tables, specs: Specs, random: np.random.Generator) -> Candidates:
    """Seen only where another form's record has its key."""
    named = _named_elsewhere(tables, specs)
    for one in _records(tables, specs, random):
        assert isinstance(one, Change)
        yield remove(one.form, one.record, detectable=one.record in named.get(one.form, ()))


def _named_elsewhere(tables: Tables, specs: Specs) -> Mapping[str, Collection[int]]:
    """By form, the records whose whole key, of more than the subject, stands in another form of the same key."""
    found: dict[str, set[int]] = {}
    for form, frame in tables.items():
        spec = specs.forms[form]
        if spec.keys == (spec.subject,):
            continue
        for other, others in tables.items():
            if other != form and set(spec.keys) <= set(specs.forms[other].keys):
                keys = list(spec.keys)
                there = pd.MultiIndex.from_frame(frame[keys]).isin(pd.MultiIndex.from_frame(others[keys]))
                found.setdefault(form, set()).update(frame.index[there])
    return found


def _subject_removed(tables: Tables, specs: Specs, random: np.random.Generator) -> Candidates:
    """All that one form has of a subject; seen where every other subject is in the form."""
    everyone = {subject for form, frame in tables.items() for subject in frame[specs.forms[form].subject]}
    for spec in _forms(tables, specs, random):
        frame = tables[spec.form]
        subjects = frame[spec.subject]
        counts = subjects.value_counts(sort=False)
        few = sorted(counts.index[counts <= MOST_OF_A_FORM])
        for at in random.permutation(len(few))[:1]:
            yield [remove(spec.form, record, detectable=set(subjects) == everyone) for record in frame.index[subjects == few[at]]]


def _record_doubled(tables: Tables, specs: Specs, random: np.random.Generator) -> Candidates:
    yield from _records(tables, specs, random)


def _row_too_long(tables: Tables, specs: Specs, random: np.random.Generator) -> Candidates:
    for one in _records(tables, specs, random):
        assert isinstance(one, Change)
        yield Change(Action.LONG_ROW, one.form, one.record)


def _row_too_short(tables: Tables, specs: Specs, random: np.random.Generator) -> Candidates:
    """The row ends before its last cell."""
    for cell in cells(tables, specs, random, lambda spec, name, column: name == list(spec.columns)[-1] and is_plain(spec, name)):
        yield Change(Action.SHORT_ROW, cell.form, cell.record, cell.name)


def _formula(tables: Tables, specs: Specs, random: np.random.Generator) -> Candidates:
    for cell in cells(tables, specs, random, lambda spec, name, column: is_plain(spec, name)):
        yield Change(Action.FORMULA, cell.form, cell.record, cell.name)
