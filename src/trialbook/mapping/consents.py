"""Which version of the protocol is in force for whom: what the export says of consent, as the specifications declare it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from trialbook.mapping.cells import read_cells
from trialbook.mapping.datetimes import read_iso8601
from trialbook.mapping.specs import Specs
from trialbook.protocol import Protocol


def versions_in_force(protocol: Protocol, specs: Specs, consents: pd.DataFrame | None, subjects: pd.Series) -> pd.Series:
    """The name of the version in force for each of ``subjects``, the numbers as a form has them; text, index of ``subjects``.

    ``consents`` are the records of the form that ``export.yml`` names under ``consent``, as text; None where there is none. A
    subject whose records tell of several versions, like one without a record, has the first: nothing is guessed.
    """
    declared = specs.export.consent
    first = pd.Series(protocol.versions[0], index=subjects.index, dtype="str")
    if declared is None or consents is None or len(protocol.versions) == 1:
        return first
    columns = specs.forms[declared.form].columns

    def cells(column: str | None) -> pd.Series:
        if column is None or column not in consents:
            return pd.Series("", index=consents.index, dtype="str")
        return read_cells(consents[column], columns[column])

    dates = read_iso8601(cells(declared.date), columns[declared.date].format, specs.export.unknown_date_parts)
    of = pd.DataFrame(
        {
            "subject": cells(specs.forms[declared.form].subject).to_numpy(),
            "version": protocol.in_force(cells(declared.version), dates).to_numpy(),
        }
    ).drop_duplicates()
    single = of[(of["subject"] != "") & ~of["subject"].duplicated(keep=False)].set_index("subject")["version"]
    found = subjects.map(single)
    return found.where(found.notna(), first).astype("str")


def in_each_version(protocol: Protocol, versions: pd.Series, value: Callable[[Protocol], Any]) -> pd.Series:
    """What ``value`` takes from the version of each record; index of ``versions``, names as ``in_force`` gives them."""
    told = versions.map({name: value(protocol.version(name)) for name in versions.unique()})
    # Without records nothing tells of which type the values are, and rules compare numbers with numbers.
    return told.astype(pd.Series([value(protocol)]).dtype) if versions.empty else told
