"""The rows of an edited workbook laid over the study's files: only what a cell says otherwise than the file becomes another.

A value that a cell still shows as it was written keeps its form in YAML, whatever that is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from trialbook.mapping.domain_spec import OPERATIONS
from trialbook.mapping.specbook import layout
from trialbook.mapping.specbook.cells import parse, render
from trialbook.mapping.specbook.layout import ALGORITHM, ARGUMENT, ARGUMENTS, EVERY_DOMAIN, REST, SETTING, VALUE, Field, Sheet
from trialbook.mapping.specbook.merged import Data, Merged, Path, Place, ReadRow, arranged, paired
from trialbook.mapping.specbook.rows import CODELISTS, COMMON, EXPORT, SPECS, UNITS, VISITS, Files, algorithm, listed, shown


def merge(old: Files, sheets: Mapping[str, Sequence[ReadRow]]) -> Merged:
    """The files that the rows of ``sheets`` (by title) make of ``old``; files that are no longer named are left out."""
    work = _Merge(old, sheets)
    work.forms()
    work.domains()
    work.single(CODELISTS, {"codelists": work.codelists()})
    work.single(COMMON, {"variables": work.variables(EVERY_DOMAIN, "", COMMON, ("variables",), work.old(COMMON, "variables"))})
    work.single(UNITS, {"spellings": work.lists(layout.SPELLINGS), "tests": work.tests(), "results": work.lists(layout.RESULTS)})
    work.export()
    work.visits()
    work.left_over()
    return work.merged


class _Merge:
    def __init__(self, old: Files, sheets: Mapping[str, Sequence[ReadRow]]):
        self.files, self.sheets, self.merged = old, sheets, Merged({})
        self.used: set[tuple[str, int]] = set()

    def old(self, file: str, key: str) -> Data:
        return self.files.get(file, {}).get(key) or {}

    def problem(self, sheet: Sheet, row: ReadRow, column: str, what: str) -> None:
        self.merged.problems.append((Place(sheet.title, row.number, column), what))

    def rows(self, sheet: Sheet, **where: str) -> Iterator[ReadRow]:
        for row in self.sheets[sheet.title]:
            if all(row.cells[name] == value for name, value in where.items()):
                self.used.add((sheet.title, row.number))
                yield row

    def named(self, sheet: Sheet, key: str, rows: Iterator[ReadRow], once: bool = True) -> dict[str, list[ReadRow]]:
        """The rows by the value in ``key``, which each must have."""
        found: dict[str, list[ReadRow]] = {}
        for row in rows:
            name = row.cells[key]
            if not name:
                self.problem(sheet, row, key, "is empty; every row needs one")
            elif once and name in found:
                self.problem(sheet, row, key, f"{name} is there already, in row {found[name][0].number}")
            else:
                found.setdefault(name, []).append(row)
        return found

    def place(self, file: str, path: Path, sheet: Sheet, row: ReadRow, column: str) -> None:
        self.merged.places[file, path] = Place(sheet.title, row.number, column)

    def entry(self, sheet: Sheet, row: ReadRow, old: Any, fields: Sequence[Field], file: str, path: Path) -> Data:
        """One mapping: ``old`` with the values that the row's cells say otherwise."""
        old = old or {}
        new = dict(old)
        for one in fields:
            self.place(file, (*path, one.name), sheet, row, one.name)
            text, was = row.cells[one.name], old.get(one.name, one.default)
            if text == render(one.kind, was).strip():
                continue
            value = self.value(sheet, row, one.name, one, text) if text else None
            if value is None:
                new.pop(one.name, None)
            elif value != was:
                new[one.name] = value[0] if isinstance(was, str) and isinstance(value, list) and len(value) == 1 else value
        return new

    def value(self, sheet: Sheet, row: ReadRow, column: str, one: Field, text: str) -> Any:
        if one.choices and one.kind == "text" and text not in one.choices:
            self.problem(sheet, row, column, f"{text!r} is not known; expected one of {', '.join(one.choices)}")
            return None
        try:
            return parse(one.kind, text)
        except ValueError as error:
            self.problem(sheet, row, column, f"found {text!r}; expected {error}")
            return None

    def mapping(self, data: Data, key: str, made: Data) -> None:
        """Set ``key`` to what is made; without anything to say it goes, or stays as empty as it was."""
        if made:
            data[key] = arranged(data.get(key) or {}, made)
        elif data.get(key):
            del data[key]

    def single(self, file: str, parts: Mapping[str, Data]) -> None:
        data = dict(self.files.get(file, {}))
        for key, made in parts.items():
            self.mapping(data, key, made)
        self.keep(file, data)

    def keep(self, file: str, data: Data) -> None:
        if data or file in self.files:
            self.merged.files[file] = data

    def file_of(self, kind: str, key: str, name: str) -> str:
        known = [file for file, data in self.files.items() if file.startswith(f"{SPECS}/{kind}/") and data.get(key) == name]
        return known[0] if known else f"{SPECS}/{kind}/{name.lower()}"

    def forms(self) -> None:
        for name, (row, *_) in self.named(layout.FORMS, "form", self.rows(layout.FORMS)).items():
            file = self.file_of("forms", "form", name)
            self.place(file, ("form",), layout.FORMS, row, "form")
            old = self.files.get(file, {})
            data = self.entry(layout.FORMS, row, old or {"form": name}, layout.FORMS.fields, file, ())
            columns = {}
            for column, (one, *_) in self.named(layout.COLUMNS, "column", self.rows(layout.COLUMNS, form=name)).items():
                path = ("columns", column)
                self.place(file, path, layout.COLUMNS, one, "column")
                was = self.old(file, "columns").get(column)
                columns[column] = self.entry(layout.COLUMNS, one, was, layout.COLUMNS.fields, file, path)
            data["columns"] = arranged(old.get("columns") or {}, columns)
            self.merged.files[file] = data

    def domains(self) -> None:
        for name, (row, *_) in self.named(layout.DOMAINS, "domain", self.rows(layout.DOMAINS)).items():
            file = self.file_of("domains", "domain", name)
            self.place(file, ("domain",), layout.DOMAINS, row, "domain")
            old = self.files.get(file, {})
            data = self.entry(layout.DOMAINS, row, old or {"domain": name}, layout.DOMAINS.fields, file, ())
            data["records"] = self.records(name, file, old.get("records") or [])
            self.mapping(data, "variables", self.variables(name, "", file, ("variables",), old.get("variables") or {}))
            self.mapping(data, "supp", self.qualifiers(name, file, old.get("supp") or {}))
            self.merged.files[file] = data

    def records(self, domain: str, file: str, old: list[Data]) -> list[Data]:
        was = {str(number): one for number, one in enumerate(old, 1)}
        rows = self.named(layout.RECORDS, "no", self.rows(layout.RECORDS, domain=domain))
        result = []
        for index, no in enumerate(arranged(was, dict.fromkeys(rows))):
            row, path, before = rows[no][0], ("records", index), was.get(no) or {}
            self.place(file, path, layout.RECORDS, row, "no")
            data = self.entry(layout.RECORDS, row, before, layout.RECORDS.fields, file, path)
            joins = {}
            for alias, (one, *_) in self.named(layout.JOINS, "alias", self.rows(layout.JOINS, domain=domain, no=no)).items():
                at = (*path, "join", alias)
                self.place(file, at, layout.JOINS, one, "alias")
                joins[alias] = self.entry(layout.JOINS, one, (before.get("join") or {}).get(alias), layout.JOINS.fields, file, at)
            self.mapping(data, "join", joins)
            made = self.variables(domain, no, file, (*path, "variables"), before.get("variables") or {})
            self.mapping(data, "variables", made)
            result.append(data)
        return result

    def variables(self, domain: str, no: str, file: str, path: Path, old: Data) -> Data:
        rows = self.named(layout.VARIABLES, "variable", self.rows(layout.VARIABLES, domain=domain, no=no), once=False)
        return {name: self.ways(layout.VARIABLES, of_name, old.get(name), file, (*path, name)) for name, of_name in rows.items()}

    def qualifiers(self, domain: str, file: str, old: Data) -> Data:
        sheet, made = layout.SUPP, {}
        for name, rows in self.named(sheet, "qnam", self.rows(sheet, domain=domain), once=False).items():
            path, was = ("supp", name), old.get(name) or {}
            self.place(file, path, sheet, rows[0], "qnam")
            data = self.entry(sheet, rows[0], was, layout.QUALIFIER, file, path)
            for row in rows[1:]:
                for one in layout.QUALIFIER:
                    if row.cells[one.name] not in ("", rows[0].cells[one.name]):
                        what = f"differs from row {rows[0].number}; a qualifier has one {one.name}"
                        self.problem(sheet, row, one.name, what)
            data["value"] = self.ways(sheet, rows, was.get("value"), file, (*path, "value"))
            made[name] = data
        return made

    def ways(self, sheet: Sheet, rows: Sequence[ReadRow], old: Any, file: str, path: Path) -> Any:
        """The algorithms of a variable: one, or several as a list."""
        before, single = listed(old), len(rows) == 1 and not isinstance(old, list)
        cells = [tuple(row.cells[name] for name in (ALGORITHM, ARGUMENT, *(one.name for one in REST))) for row in rows]
        shown_before = [tuple(text.strip() for text in algorithm(way).values()) for way in before]
        self.place(file, path, sheet, rows[0], ARGUMENT)
        result = []
        for index, (row, was) in enumerate(zip(rows, paired(shown_before, cells), strict=True)):
            at = path if single else (*path, index)
            self.place(file, at, sheet, row, ARGUMENT)
            result.append(self.way(sheet, row, {} if was is None else before[was], file, at))
        return result[0] if single else result

    def way(self, sheet: Sheet, row: ReadRow, old: Data, file: str, path: Path) -> Data:
        operation, argument = row.cells[ALGORITHM], row.cells[ARGUMENT]
        rest = self.entry(sheet, row, old, REST, file, path)
        self.place(file, (*path, operation), sheet, row, ARGUMENT)
        was = algorithm(old)
        if (operation, argument) == (was[ALGORITHM], was[ARGUMENT].strip()):
            return rest
        if operation not in OPERATIONS:
            what = f"{operation!r} is not known" if operation else "is empty"
            self.problem(sheet, row, ALGORITHM, f"{what}; expected one of {', '.join(OPERATIONS)}")
            return rest
        kind = ARGUMENTS[operation]
        value: Any = [] if kind == "list" else ""
        if argument:
            value = self.value(sheet, row, ARGUMENT, Field(operation, kind), argument)
        if isinstance(value, list) and len(value) == 1 and isinstance(old.get(operation), str):
            value = value[0]
        if operation in rest:
            return rest | {operation: value}
        return {operation: value} | {key: item for key, item in rest.items() if key not in OPERATIONS}

    def codelists(self) -> Data:
        sheet, made, old = layout.CODELISTS, {}, self.old(CODELISTS, "codelists")
        for name, rows in self.named(sheet, "list", self.rows(sheet), once=False).items():
            was = old.get(name) or {}
            self.place(CODELISTS, ("codelists", name), sheet, rows[0], "list")
            given = [row for row in rows if row.cells["ct"]]
            for row in given[1:]:
                if row.cells["ct"] != given[0].cells["ct"]:
                    what = f"differs from {given[0].cells['ct']} in row {given[0].number}; a list has one"
                    self.problem(sheet, row, "ct", what)
            data = self.entry(sheet, (given or rows)[0], was, sheet.fields, CODELISTS, ("codelists", name))
            terms: dict[str, list[str]] = {}
            for row in rows:
                if not row.cells["term"]:
                    self.problem(sheet, row, "term", "is empty; every row needs one")
                self.merged.places.setdefault(
                    (CODELISTS, ("codelists", name, "terms", row.cells["term"])), Place(sheet.title, row.number, "term")
                )
                values = terms.setdefault(row.cells["term"], [])
                if row.cells["collected"]:
                    values.append(row.cells["collected"])
            before = was.get("terms") or {}
            made_terms = {}
            for term, values in terms.items():
                earlier = [str(value).strip() for value in listed(before.get(term)) if value != ""]
                same = sorted(earlier) == sorted(values) and term in before
                made_terms[term] = before[term] if same else list(arranged(dict.fromkeys(earlier), dict.fromkeys(values)))
            data["terms"] = arranged(before, made_terms)
            made[name] = data
        return made

    def lists(self, sheet: Sheet) -> Data:
        key, (one,) = sheet.keys[0], sheet.fields
        part = {"Units": "spellings", "Results": "results"}[sheet.title]
        made, old = {}, self.old(UNITS, part)
        for name, (row, *_) in self.named(sheet, key, self.rows(sheet)).items():
            self.place(UNITS, (part, name), sheet, row, one.name)
            made[name] = self.entry(sheet, row, {one.name: old.get(name, [])}, (one,), UNITS, (part,)).get(one.name, [])
        return made

    def tests(self) -> Data:
        sheet, made, old = layout.TESTS, {}, self.old(UNITS, "tests")
        for name, rows in self.named(sheet, "test", self.rows(sheet), once=False).items():
            was = old.get(name)
            single = len(rows) == 1 and not isinstance(was, list)
            before = [tuple(text.strip() for text in shown(one, sheet.fields).values()) for one in listed(was)]
            cells = [tuple(row.cells[one.name] for one in sheet.fields) for row in rows]
            units = []
            for index, (row, at) in enumerate(zip(rows, paired(before, cells), strict=True)):
                path: Path = ("tests", name) if single else ("tests", name, index)
                self.place(UNITS, path, sheet, row, "test")
                unit = self.entry(sheet, row, {} if at is None else listed(was)[at], sheet.fields, UNITS, path)
                # A test without a unit says so: its unit is an empty text.
                units.append({"unit": ""} | unit if "unit" not in unit else unit)
            made[name] = units[0] if single else units
        return made

    def export(self) -> None:
        sheet, old = layout.SETTINGS, self.files.get(EXPORT, {})
        known, data = {one.name: one for one in layout.EXPORT}, dict(old)
        rows = self.named(sheet, SETTING, self.rows(sheet))
        for name, (row, *_) in rows.items():
            self.place(EXPORT, (name,), sheet, row, VALUE)
            if name not in known:
                self.problem(sheet, row, SETTING, f"{name!r} is not known; expected one of {', '.join(known)}")
                continue
            one = known[name]
            cells = ReadRow(row.number, {name: row.cells[VALUE]})
            data |= self.entry(sheet, cells, {name: old[name]} if name in old else {}, (one,), EXPORT, ())
            self.place(EXPORT, (name,), sheet, row, VALUE)
            if not row.cells[VALUE]:
                data.pop(name, None)
        self.keep(EXPORT, {name: value for name, value in data.items() if name in rows})

    def visits(self) -> None:
        sheet, old = layout.VISITS, self.files.get(VISITS, {})
        was = {str(one.get("visit")): one for one in old.get("visits") or []}
        rows = self.named(sheet, "visit", self.rows(sheet))
        visits = []
        for index, name in enumerate(arranged(was, dict.fromkeys(rows))):
            self.place(VISITS, ("visits", index), sheet, rows[name][0], "visit")
            visits.append(self.entry(sheet, rows[name][0], was.get(name), sheet.fields, VISITS, ("visits", index)))
        if visits or old.get("visits"):
            self.keep(VISITS, {**old, "visits": visits})
        else:
            self.keep(VISITS, old)

    def left_over(self) -> None:
        """Rows of a form, domain or records that nobody names."""
        for sheet in layout.SHEETS:
            for row in self.sheets[sheet.title]:
                if (sheet.title, row.number) not in self.used:
                    owner = next(name for name in sheet.keys if name in ("form", "domain"))
                    if owner == "domain" and "no" in sheet.keys and row.cells["no"]:
                        what = f"the sheet Records has no records {row.cells['no']} of a domain {row.cells['domain']!r}"
                    else:
                        what = f"the sheet {owner.title()}s has no {owner} {row.cells[owner]!r}"
                    self.problem(sheet, row, owner, what)
