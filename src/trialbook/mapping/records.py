"""The raw records that one kind of a domain's records is made from: the form's rows, with those of joined forms beside them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from trialbook.expressions import parse
from trialbook.mapping.codes import read_terms
from trialbook.mapping.domain_spec import FunctionCall, Join, Records, StudyCodelist, column_named
from trialbook.mapping.form_spec import DATE_TYPES
from trialbook.mapping.forms import Form
from trialbook.mapping.functions import truth_by_function
from trialbook.mapping.numbers import read_numbers
from trialbook.mapping.references import resolve
from trialbook.mapping.specs import Specs

_CONTENT = "\x1f"


@dataclass(frozen=True)
class MappingIssue:
    """Something the mapping could not do to ``records``: positions in the form ``table``, or in the dataset of that name.

    ``variables`` are columns of that table. ``kind``: JOIN (several records match), TERM (no term for a value), NUMBER (a Num
    variable from text that is not a number), UNIT (no conversion for a test's unit), RESULT (nothing can be made of a result),
    EPOCH (a date that lies on a boundary of elements at its precision), ELEMENT (the design does not have it), ITEM (nothing that
    eligibility can be judged by), ABSENT (a condition asks for a form that the export lacks: it concerns all records, and names
    none). ``about`` tells issues of one kind and column apart: the joined form, the code list, the item; ``codelist`` is the one
    that has no term. Of a join ``joined`` is the form, and ``by_key`` whether it is by what should tell its records apart: then
    the rule about that key tells of it.
    """

    kind: str
    domain: str
    table: str
    variables: tuple[str, ...]
    records: np.ndarray
    message: str
    about: str = ""
    codelist: StudyCodelist | None = None
    joined: str = ""
    by_key: bool = False

    @property
    def of_dataset(self) -> bool:
        """Whether ``table`` is a dataset: a form may have the same name."""
        return self.kind in ("NUMBER", "ABSENT", "UNIT", "RESULT", "EPOCH", "ELEMENT")

    @property
    def rule(self) -> str:
        """The id under which it is reported; no two issues of a mapping have the same."""
        table = () if self.table == self.domain else (self.table,)
        return "-".join(("TB-MAP", self.domain, *table, *self.variables, *filter(None, (self.about,)), self.kind))


@dataclass
class RawRecords:
    """``rows[alias]``: for each record its position in the alias' form, -1 where there is none."""

    spec: Records
    forms: Mapping[str, Form]
    rows: dict[str, np.ndarray]
    unknown_date_parts: tuple[str, ...]
    codelists: Mapping[str, StudyCodelist]
    domain: str = ""
    issues: list[MappingIssue] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.rows[self.spec.form])

    def locate(self, name: str) -> tuple[str, str]:
        """The (alias, column) that a name in the specification means."""
        found = resolve(name, {alias: form.spec for alias, form in self.forms.items()})
        if found is None:
            raise KeyError(name)
        return found

    def column(self, name: str) -> pd.Series:
        """The cells of a column for each record, as they are read; ``""`` where there is no record in the joined form."""
        alias, column = self.locate(name)
        return gather(self.forms[alias].cells[column], self.rows[alias])

    def given(self, name: str) -> pd.Series:
        """The cells of a column, dates as ISO 8601."""
        alias, column = self.locate(name)
        return gather(self.forms[alias].given(column, self.unknown_date_parts), self.rows[alias])

    def term(self, name: str) -> pd.Series:
        """A coded column as the terms of its code list, ``""`` where a cell is empty or has none."""
        alias, column = self.locate(name)
        return _terms(self.column(name), self.forms[alias], column, self.codelists)

    def meant(self, entry: str) -> pd.Series:
        """What a function of the study gets for an entry of ``from``: as :meth:`given`, or terms where it asks for them."""
        name, as_terms = column_named(entry)
        if not as_terms:
            return self.given(name)
        alias, column = self.locate(name)
        return gather(self.forms[alias].meant(column, self.unknown_date_parts, self.codelists), self.rows[alias])

    def holds(self, expression: str, variable: str = "") -> np.ndarray:
        """Where an expression is true; unknown counts as not true. ``variable`` is the one that the condition is of, if any.

        Of a form that the export must have and lacks nothing is known: that it has no record of a subject must not be
        concluded, and what stays open for that is reported. A form that is not required has no records where it is absent.
        """
        of_names = {name: self.forms[self.locate(name)[0]] for name in sorted(parse(expression).names)}
        absent = {name: form.name for name, form in of_names.items() if form.spec.required and not form.tables}
        result = parse(expression).evaluate(self.column, pd.RangeIndex(len(self)), absent, self.term)
        if absent and result.isna().any():
            about = (variable,) if variable else ()
            for form in dict.fromkeys(absent.values()):
                message = f"{variable or 'The choice of records'} depends on the form {form}, which is not in the export"
                nothing = np.array([], dtype=np.int64)
                self.issues.append(MappingIssue("ABSENT", self.domain, self.domain, about, nothing, message, form))
        return result.fillna(False).to_numpy(dtype=bool)


def gather(cells: pd.Series, rows: np.ndarray) -> pd.Series:
    """Cells at ``rows``, ``""`` where a row is -1."""
    if not len(cells):
        return pd.Series("", index=range(len(rows)), dtype="str")
    taken = cells.take(np.maximum(rows, 0)).reset_index(drop=True)
    return taken.where(rows >= 0, "").astype("str")


def merged(issues: Iterable[MappingIssue]) -> tuple[MappingIssue, ...]:
    """Issues that concern records, those of the same rule as one: several kinds of records may draw on the same form."""
    by_rule: dict[str, MappingIssue] = {}
    for issue in issues:
        same = by_rule.get(issue.rule)
        if len(issue.records) or issue.kind == "ABSENT":
            by_rule[issue.rule] = replace(issue, records=np.union1d(same.records, issue.records)) if same else issue
    return tuple(by_rule.values())


def _terms(cells: pd.Series, form: Form, column: str, codelists: Mapping[str, StudyCodelist]) -> pd.Series:
    return read_terms(cells, codelists[str(form.spec.columns[column].codelist)])


def raw_records(domain: str, spec: Records, forms: Mapping[str, Form], specs: Specs) -> RawRecords:
    """The records of ``spec.form`` with its joins, limited by ``where``.

    ``forms`` has every specified form, without records where the export lacks it: joining that gives nothing.
    """
    base, unknown = forms[spec.form], specs.export.unknown_date_parts
    records = RawRecords(spec, {spec.form: base}, {spec.form: np.arange(len(base.frame))}, unknown, specs.codelists, domain)
    for alias, join in spec.join.items():
        other = forms[join.form]
        rows, several = _match(base, other, alias, join, specs)
        records.forms = {**records.forms, alias: other}
        records.rows[alias] = rows
        message = f"Several records of {join.form} match by {', '.join(join.on)}; none is taken"
        about = join.form if alias == join.form else f"{join.form}-{alias}"
        by_key = bool(other.spec.keys) and set(other.spec.keys) <= set(join.others)
        at = np.flatnonzero(several)
        issue = MappingIssue("JOIN", domain, spec.form, join.on, at, message, about, joined=join.form, by_key=by_key)
        records.issues.append(issue)
    if spec.where:
        if isinstance(spec.where, FunctionCall):
            keep = truth_by_function(spec.where, records.meant, len(records), specs, forms).to_numpy()
        else:
            keep = records.holds(spec.where)
        records.rows = {alias: rows[keep] for alias, rows in records.rows.items()}
        kept = np.flatnonzero(keep)
        records.issues = [_restrict(issue, kept) for issue in records.issues]
    return records


def _restrict(issue: MappingIssue, kept: np.ndarray) -> MappingIssue:
    return replace(issue, records=np.intersect1d(issue.records, kept))


def _match(base: Form, other: Form, alias: str, join: Join, specs: Specs) -> tuple[np.ndarray, np.ndarray]:
    """Position in ``other`` for each record of ``base``, and where several match without a rule to choose."""
    frame = other.cells
    if not len(base.frame) or not len(frame):
        return np.full(len(base.frame), -1), np.zeros(len(base.frame), dtype=bool)

    def locate(name: str) -> str:
        found = resolve(name, {alias: other.spec})
        assert found is not None
        return found[1]

    def column(name: str) -> pd.Series:
        return frame[locate(name)]

    def term(name: str) -> pd.Series:
        return _terms(column(name), other, locate(name), specs.codelists)

    usable = np.logical_and.reduce([(column(name) != "").to_numpy(dtype=bool) for name in join.others])
    if join.where:
        chosen_by = parse(join.where).evaluate(column, pd.RangeIndex(len(frame)), term=term)
        usable &= chosen_by.fillna(False).to_numpy(dtype=bool)
    candidates = pd.DataFrame({"key": _key(frame, join.others), "row": np.arange(len(frame))})[usable]
    pick = join.first or join.last
    if pick:
        candidates = candidates.take(_choice(candidates, other, pick, bool(join.first), specs.export.unknown_date_parts))
    several = candidates["key"].duplicated(keep=False) & (not pick)
    ambiguous = candidates.loc[several, "key"]
    chosen = candidates[~several].drop_duplicates("key").set_index("key")["row"]
    wanted = _key(base.cells, join.on)
    return chosen.reindex(wanted).fillna(-1).to_numpy(dtype=np.int64), wanted.isin(ambiguous).to_numpy(dtype=bool)


def _choice(candidates: pd.DataFrame, other: Form, pick: tuple[str, ...], first: bool, unknown: tuple[str, ...]) -> np.ndarray:
    """The order of preference: by the picking columns, then by content: the order of the export's rows decides nothing."""
    columns = {name: sortable(other, name, unknown) for name in pick}
    known = pd.DataFrame({name: by.mask(by == "") if by.dtype == "str" else by for name, by in columns.items()})
    ordered = known.take(candidates["row"].to_numpy()).reset_index(drop=True)
    tied = ordered.assign(key=candidates["key"].to_numpy()).duplicated(keep=False)
    if tied.any():
        rows = other.cells.take(candidates["row"].to_numpy()[tied.to_numpy()])
        ordered.loc[tied, _CONTENT] = ["\x1f".join(row) for row in rows.itertuples(index=False, name=None)]
    ascending = [name == _CONTENT or first for name in ordered.columns]
    return ordered.sort_values(list(ordered.columns), ascending=ascending, na_position="last", kind="stable").index.to_numpy()


def _key(frame: pd.DataFrame, on: tuple[str, ...]) -> pd.Series:
    key = frame[on[0]]
    for column in on[1:]:
        key = key + "\x1f" + frame[column]
    return key


def sortable(form: Form, column: str, unknown: tuple[str, ...]) -> pd.Series:
    """A column in a form that sorts as meant: ISO 8601 text for dates (``""`` where there is none), float64 for numbers."""
    cells = form.given(column, unknown)
    return cells if form.spec.columns[column].type in DATE_TYPES else read_numbers(cells)
