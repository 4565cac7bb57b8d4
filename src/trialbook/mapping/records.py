"""The raw records that one kind of a domain's records is made from: the form's rows, with those of joined forms beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from trialbook.datasets import iso8601
from trialbook.expressions import parse
from trialbook.mapping.datetimes import parse as parse_datetimes
from trialbook.mapping.domain_spec import Join, Records
from trialbook.mapping.form_spec import DATE_TYPES
from trialbook.mapping.forms import Form
from trialbook.mapping.references import resolve


@dataclass(frozen=True)
class MappingIssue:
    """Something the mapping could not do to ``records``: positions in the form ``table``, or in the dataset of that name.

    ``variables`` are columns of that table. ``kind``: JOIN (several records match), TERM (no term for a value), NUMBER (a Num
    variable from text that is no number).
    """

    kind: str
    domain: str
    table: str
    variables: tuple[str, ...]
    records: np.ndarray
    message: str

    @property
    def rule(self) -> str:
        """The id under which it is reported."""
        return "-".join(("TB-MAP", self.domain, *self.variables, self.kind))


@dataclass
class RawRecords:
    """``rows[alias]``: for each record its position in the alias' form, -1 where there is none."""

    spec: Records
    forms: Mapping[str, Form]
    rows: dict[str, np.ndarray]
    unknown_date_parts: tuple[str, ...]
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
        """The cells of a column for each record, stripped; ``""`` where there is no record in the joined form."""
        alias, column = self.locate(name)
        return gather(self.forms[alias].frame[column], self.rows[alias])


def gather(cells: pd.Series, rows: np.ndarray) -> pd.Series:
    """Cells at ``rows``, ``""`` where a row is -1; outer white space is not data."""
    if not len(cells):
        return pd.Series("", index=range(len(rows)), dtype="str")
    taken = cells.str.strip().take(np.maximum(rows, 0)).reset_index(drop=True)
    return taken.where(rows >= 0, "").astype("str")


def holds(expression: str, column_of: object) -> np.ndarray:
    """Where an expression is true; unknown counts as not true."""
    result = parse(expression).evaluate(column_of)  # type: ignore[arg-type]
    return result.fillna(False).to_numpy(dtype=bool)


def raw_records(
    domain: str, spec: Records, forms: Mapping[str, Form], empty: Mapping[str, Form], unknown_date_parts: tuple[str, ...]
) -> RawRecords:
    """The records of ``spec.form`` with its joins, limited by ``where``.

    ``empty`` gives a form without records for one that the export lacks: joining it gives nothing, and loses nothing.
    """
    base = forms[spec.form]
    records = RawRecords(spec, {spec.form: base}, {spec.form: np.arange(len(base.frame))}, unknown_date_parts, domain)
    for alias, join in spec.join.items():
        other = forms.get(join.form, empty[join.form])
        rows, several = _match(base, other, join, unknown_date_parts)
        records.forms = {**records.forms, alias: other}
        records.rows[alias] = rows
        if several.any():
            records.issues.append(
                MappingIssue(
                    "JOIN",
                    domain,
                    spec.form,
                    join.on,
                    np.flatnonzero(several),
                    f"Several records of {join.form} match by {', '.join(join.on)}; none is taken",
                )
            )
    if spec.where:
        keep = holds(spec.where, records.column)
        records.rows = {alias: rows[keep] for alias, rows in records.rows.items()}
        kept = np.flatnonzero(keep)
        records.issues = [_restrict(issue, kept) for issue in records.issues]
    return records


def _restrict(issue: MappingIssue, kept: np.ndarray) -> MappingIssue:
    return replace(issue, records=np.intersect1d(issue.records, kept))


def _match(base: Form, other: Form, join: Join, unknown: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Position in ``other`` for each record of ``base``, and where several match without a rule to choose."""
    frame = other.frame
    usable = np.ones(len(frame), dtype=bool)
    if join.where:
        usable = holds(join.where, lambda name: frame[name].str.strip())
    key = _key(frame, join.on)
    usable &= (frame[list(join.on)].apply(lambda c: c.str.strip()) != "").all(axis=1).to_numpy(dtype=bool)
    candidates = pd.DataFrame({"key": key, "row": np.arange(len(frame))})
    pick = join.first or join.last
    if pick:
        candidates["by"] = sortable(frame[pick], other, pick, unknown)
        usable &= (candidates["by"] != "").to_numpy() if candidates["by"].dtype == "str" else candidates["by"].notna().to_numpy()
    candidates = candidates[usable]
    if pick:
        candidates = candidates.sort_values("by", kind="stable", ascending=bool(join.first))
    several = candidates["key"].duplicated(keep=False) & (pick is None)
    ambiguous = set(candidates.loc[several, "key"])
    chosen = candidates[~several].drop_duplicates("key").set_index("key")["row"]
    wanted = _key(base.frame, join.on)
    return chosen.reindex(wanted).fillna(-1).to_numpy(dtype=np.int64), wanted.isin(ambiguous).to_numpy()


def _key(frame: pd.DataFrame, on: tuple[str, ...]) -> pd.Series:
    key = frame[on[0]].str.strip()
    for column in on[1:]:
        key = key + "\x1f" + frame[column].str.strip()
    return key


def sortable(cells: pd.Series, form: Form, column: str, unknown: tuple[str, ...]) -> pd.Series:
    """A column in a form that sorts as meant: ISO 8601 text for dates (``""`` last resort), float64 for everything else."""
    spec = form.spec.columns[column]
    if spec.type in DATE_TYPES:
        parts, fits = parse_datetimes(cells.str.strip(), spec.format, unknown)
        return iso8601.compose(parts).where(fits, "")
    return pd.to_numeric(cells, errors="coerce").astype("float64")
