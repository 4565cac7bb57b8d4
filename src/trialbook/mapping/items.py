"""The items by which eligibility is judged, from the forms of an export: a record a subject, each value with its raw cells."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from trialbook.mapping.engine import every_form, fill_all, rows_behind
from trialbook.mapping.forms import Forms
from trialbook.mapping.items_spec import ItemsSpec
from trialbook.mapping.provenance import Provenance
from trialbook.mapping.records import MappingIssue, merged, raw_records
from trialbook.mapping.specs import Specs

SUBJECT = "subject"


@dataclass(frozen=True)
class ItemTable:
    """``frame``: :data:`SUBJECT` (as the form has it) and the items, text, ``""`` unknown; ``issues`` of making them."""

    frame: pd.DataFrame
    provenance: Provenance
    issues: tuple[MappingIssue, ...]


def item_table(spec: ItemsSpec, forms: Forms, specs: Specs) -> ItemTable:
    """One record for each subject, in the order of the export; of two records with its number, the first."""
    everything = every_form(forms, specs)
    parts = [raw_records("IE", kind, everything, specs) for kind in spec.records]
    wanted = [spec.as_domain.algorithms(kind) for kind in spec.records]
    items = tuple(dict.fromkeys(name for kind in wanted for name in kind))
    values, sources = fill_all(parts, wanted, items, specs, everything)
    provenance = Provenance(*rows_behind(parts), sources)
    subjects = pd.concat([part.column(specs.forms[part.spec.form].subject) for part in parts], ignore_index=True).astype("str")
    keep = np.flatnonzero(((subjects != "") & ~subjects.duplicated()).to_numpy(dtype=bool))
    frame = pd.DataFrame({SUBJECT: subjects, **values}).take(keep).reset_index(drop=True)
    issues = merged(issue for part in parts for issue in part.issues)
    # An item that the export has nothing for is unknown, and the verdict says so.
    return ItemTable(frame, provenance.take(keep), tuple(one for one in issues if one.kind != "ABSENT"))
