"""What the forms tell of visits: the records of a form by subject, visit and date, so that each of these is judged once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from trialbook.datasets.iso8601 import complete_date
from trialbook.mapping import Form, Specs
from trialbook.mapping.codes import read_terms

EPOCH = pd.Timestamp("1970-01-01")  # In microseconds: nanoseconds end in 2262, and sites mistype years.


@dataclass(frozen=True)
class Seen:
    """One form's records in groups that are alike in subject, visit and date.

    ``groups``: NUMBER (as the form has the subject), VISIT (term), DATE (ISO 8601), DAY (since 1970, NaN unless the date is
    complete), ATTENDED (whether the subject was there), AT (position of the first record); ``of_record``: each record's group.
    """

    form: Form
    groups: pd.DataFrame
    of_record: np.ndarray

    def positions(self, group: int, most: int | None = None) -> np.ndarray:
        """The positions of a group's records, the first ``most`` of them."""
        return np.flatnonzero(self.of_record == group)[:most]

    def holding(self, specs: Specs, records: Mapping[str, Sequence[str]]) -> np.ndarray:
        """The groups that have a record in which each of the columns has one of its terms, or may have: it has none at all.

        Of no column: all groups.
        """
        if not records:
            return np.arange(len(self.groups))
        return np.unique(self.of_record[having(self.form, specs, records, unknown=True)])


def having(form: Form, specs: Specs, records: Mapping[str, Sequence[str]], *, unknown: bool = False) -> np.ndarray:
    """The records in which each of the columns has one of its terms; with ``unknown`` also where a cell has no term at all."""
    fits = np.full(len(form.frame), True)
    for column, terms in records.items():
        wanted = [*terms, ""] if unknown else list(terms)
        fits &= terms_of(form, specs, column).isin(wanted).to_numpy()
    return fits


def terms_of(form: Form, specs: Specs, column: str) -> pd.Series:
    """A column as the terms of its code list, as it is where it has none; empty where the form has no such column."""
    if column not in form.spec.columns:
        return pd.Series("", index=form.frame.index, dtype="str")
    codelist = form.spec.columns[column].codelist
    return read_terms(form.cells[column], specs.codelists[codelist]) if codelist else form.cells[column]


def seen(form: Form, specs: Specs) -> Seen:
    """The records of a form that has a visit or a date, grouped."""
    spec, empty = form.spec, pd.Series("", index=form.frame.index, dtype="str")
    columns = {
        "NUMBER": form.cells[spec.subject],
        "VISIT": terms_of(form, specs, spec.visit) if spec.visit else empty,
        "DATE": form.given(spec.date, specs.export.unknown_date_parts) if spec.date else empty,
    }
    attended = having(form, specs, spec.attended)
    key, texts = attended.astype(np.int64), {}
    for name, column in columns.items():
        codes, texts[name] = pd.factorize(column)
        key = key * max(len(texts[name]), 1) + codes
    of_record, _ = pd.factorize(key)
    first = np.flatnonzero(~pd.Series(key).duplicated().to_numpy())
    groups = pd.DataFrame({name: column.to_numpy()[first] for name, column in columns.items()}, dtype="str")
    day = (complete_date(groups["DATE"]) - EPOCH).dt.days.astype("float64")
    return Seen(form, groups.assign(DAY=day, ATTENDED=attended[first], AT=first), of_record)
