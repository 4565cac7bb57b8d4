"""Kinds of defect of numbers, coded values and texts."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

import numpy as np

from trialbook.mapping import DATE_TYPES, ColumnSpec, FormSpec, Specs
from trialbook.simulation.changes import Candidates, Kind, Tables, edit_text, set_text, set_value
from trialbook.simulation.kinds import Cell, Maker, bind, cells, is_plain

FAR = 3
"""A number more than so many times as large as any other of its column, or as small, is seen to be wrong."""

_GARBAGE = ("?", "##", "。", "---", "待查", "见病历", "asdf")


def value_kinds(specs: Specs) -> tuple[Kind, ...]:
    """All of this module."""
    made: tuple[tuple[str, Maker], ...] = (
        ("TEXT_IN_NUMBER", _text_in_number),
        ("UNIT_IN_NUMBER", _unit_in_number),
        ("DECIMAL_COMMA", _decimal_comma),
        ("FRACTION_OF_WHOLE_NUMBER", _fraction),
        ("WRONG_SIGN", _wrong_sign),
        ("TIMES_10", _times(10)),
        ("TIMES_100", _times(100)),
        ("TIMES_1000", _times(1000)),
        ("VALUE_NOT_IN_CODE_LIST", _not_in_codelist),
        ("VALUE_OF_ANOTHER_CODE_LIST", _other_codelist),
        ("CODED_VALUE_CUT", _coded_value_cut),
        ("CODED_VALUE_MOJIBAKE", _coded_value_mojibake),
        ("GARBAGE", _garbage),
        ("TEXT_CUT", _text_cut),
        ("REQUIRED_BLANK", _required_blank),
        ("VALUES_OF_TWO_RECORDS_EXCHANGED", _records_exchanged),
        ("VALUES_OF_TWO_COLUMNS_EXCHANGED", _columns_exchanged),
    )
    return tuple(bind(specs, name, make) for name, make in made)


def _is_number(spec: FormSpec, name: str, column: ColumnSpec) -> bool:
    return column.type in ("integer", "number") and not column.codelist and is_plain(spec, name)


def _is_coded(spec: FormSpec, name: str, column: ColumnSpec) -> bool:
    return column.codelist is not None and is_plain(spec, name)


def _is_text(spec: FormSpec, name: str, column: ColumnSpec) -> bool:
    return column.type == "text" and not column.codelist and is_plain(spec, name)


def _numbers(tables: Tables, specs: Specs, random: np.random.Generator) -> Iterator[tuple[Cell, Decimal]]:
    for cell in cells(tables, specs, random, _is_number):
        try:
            yield cell, Decimal(cell.value)
        except InvalidOperation:
            continue


def _words(specs: Specs, codelist: str) -> set[str]:
    return set(specs.codelists[codelist].by_value)


def _text_in_number(tables: Tables, specs: Specs, random: np.random.Generator) -> Candidates:
    for cell in cells(tables, specs, random, _is_number):
        words = [word for word in ("未测", "正常", "约", "O", "l2", "12/") if word not in cell.column.nulls]
        yield set_text(cell.form, cell.record, cell.name, str(random.choice(words)))


def _unit_in_number(tables: Tables, specs: Specs, random: np.random.Generator) -> Candidates:
    for cell in cells(tables, specs, random, _is_number):
        yield edit_text(cell.form, cell.record, cell.name, lambda text: f"{text.strip()}单位")


def _decimal_comma(tables: Tables, specs: Specs, random: np.random.Generator) -> Candidates:
    for cell, number in _numbers(tables, specs, random):
        if cell.column.type == "number":
            text = cell.value if "." in cell.value else f"{number}.5"
            yield set_text(cell.form, cell.record, cell.name, text.replace(".", ","))


def _fraction(tables: Tables, specs: Specs, random: np.random.Generator) -> Candidates:
    for cell, number in _numbers(tables, specs, random):
        if cell.column.type == "integer":
            yield set_value(cell.form, cell.record, cell.name, f"{number}.5")


def _wrong_sign(tables: Tables, specs: Specs, random: np.random.Generator) -> Candidates:
    """Seen to be wrong where no other value of the column is below zero."""
    for cell, number in _numbers(tables, specs, random):
        if number > 0:
            negative = tables[cell.form][cell.name].str.startswith("-").any()
            yield set_value(cell.form, cell.record, cell.name, f"-{cell.value}", detectable=not negative)


def _times(factor: int) -> Maker:
    def make(tables: Tables, specs: Specs, random: np.random.Generator) -> Candidates:
        for cell, number in _numbers(tables, specs, random):
            if number:
                wrong = number * factor
                others = [Decimal(text) for text in tables[cell.form][cell.name].unique() if _decimal(text)]
                yield set_value(
                    cell.form, cell.record, cell.name, f"{wrong:f}", detectable=abs(wrong) > FAR * max(map(abs, others))
                )

    return make


def _decimal(text: str) -> bool:
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False


def _not_in_codelist(tables: Tables, specs: Specs, random: np.random.Generator) -> Candidates:
    for cell in cells(tables, specs, random, _is_coded):
        known = _words(specs, str(cell.column.codelist)) | set(cell.column.nulls)
        words = [word for word in ("其他", "ZZ", "99", "见备注", "XX级") if word not in known]
        yield set_text(cell.form, cell.record, cell.name, str(random.choice(words)))


def _other_codelist(tables: Tables, specs: Specs, random: np.random.Generator) -> Candidates:
    """A value that is right in another column of the study."""
    used = sorted({str(column.codelist) for spec in specs.forms.values() for column in spec.columns.values() if column.codelist})
    for cell in cells(tables, specs, random, _is_coded):
        known = _words(specs, str(cell.column.codelist)) | set(cell.column.nulls)
        others = sorted({word for codelist in used for word in _words(specs, codelist)} - known)
        if others:
            yield set_text(cell.form, cell.record, cell.name, str(random.choice(others)))


def _coded_value_cut(tables: Tables, specs: Specs, random: np.random.Generator) -> Candidates:
    for cell in cells(tables, specs, random, _is_coded):
        known = _words(specs, str(cell.column.codelist)) | set(cell.column.nulls)
        words = specs.codelists[str(cell.column.codelist)].terms[cell.value] or (cell.value,)
        cut = [word[:-1] for word in words if len(word) > 1 and word[:-1].strip() and word[:-1].strip() not in known]
        if cut:
            yield set_text(cell.form, cell.record, cell.name, str(random.choice(cut)))


def _coded_value_mojibake(tables: Tables, specs: Specs, random: np.random.Generator) -> Candidates:
    """UTF-8 that was taken for GBK, and saved so."""
    for cell in cells(tables, specs, random, _is_coded):
        words = [word for word in specs.codelists[str(cell.column.codelist)].terms[cell.value] if not word.isascii()]
        if words:
            yield set_text(cell.form, cell.record, cell.name, words[0].encode().decode("gb18030", errors="replace"))


def _garbage(tables: Tables, specs: Specs, random: np.random.Generator) -> Candidates:
    """In a column whose values have a form."""
    for cell in cells(
        tables,
        specs,
        random,
        lambda spec, name, column: is_plain(spec, name) and (column.type != "text" or column.codelist is not None),
    ):
        known = set(cell.column.nulls) | (_words(specs, cell.column.codelist) if cell.column.codelist else set())
        yield set_text(cell.form, cell.record, cell.name, str(random.choice([text for text in _GARBAGE if text not in known])))


def _text_cut(tables: Tables, specs: Specs, random: np.random.Generator) -> Candidates:
    """What is left of a free text is as good a text as any."""
    for cell in cells(tables, specs, random, _is_text):
        cut = cell.value[: max(1, len(cell.value) // 2)].strip()
        if cut and cut != cell.value and cut not in cell.column.nulls:
            yield set_text(cell.form, cell.record, cell.name, cut, detectable=False)


def _required_blank(tables: Tables, specs: Specs, random: np.random.Generator) -> Candidates:
    for cell in cells(tables, specs, random, lambda spec, name, column: column.required and is_plain(spec, name)):
        yield set_value(cell.form, cell.record, cell.name, "")


def _records_exchanged(tables: Tables, specs: Specs, random: np.random.Generator) -> Candidates:
    """Two records have each other's value of one column: both are as plausible as before."""
    for cell in cells(tables, specs, random, lambda spec, name, column: is_plain(spec, name)):
        column = tables[cell.form][cell.name]
        others = column.index[(column != "") & (column != cell.value)]
        if len(others):
            other = int(random.choice(others.to_numpy()))
            yield [
                set_value(cell.form, cell.record, cell.name, str(column[other]), detectable=False),
                set_value(cell.form, other, cell.name, cell.value, detectable=False),
            ]


def _columns_exchanged(tables: Tables, specs: Specs, random: np.random.Generator) -> Candidates:
    """Two columns of one record have each other's value, of which one at least has no reading there."""
    for cell in cells(tables, specs, random, lambda spec, name, column: is_plain(spec, name) and column.type in DATE_TYPES):
        frame = tables[cell.form]
        names = [
            name
            for name, column in cell.spec.columns.items()
            if is_plain(cell.spec, name) and column.type not in DATE_TYPES and frame.at[cell.record, name] not in ("", cell.value)
        ]
        if names:
            name = str(random.choice(names))
            yield [
                set_text(cell.form, cell.record, cell.name, str(frame.at[cell.record, name])),
                set_text(
                    cell.form, cell.record, name, cell.value, detectable=not _is_text(cell.spec, name, cell.spec.columns[name])
                ),
            ]
