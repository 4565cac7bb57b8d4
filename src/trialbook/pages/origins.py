"""What the names in a domain's specification mean: raw columns of forms."""

from __future__ import annotations

from collections.abc import Mapping

from trialbook.mapping import FormSpec, Records, Specs
from trialbook.mapping.references import resolve


def aliases(records: Records, specs: Specs) -> dict[str, FormSpec]:
    """The forms that a kind of records sees, by the names the specification has for them; its own is the first."""
    return {
        records.form: specs.sources[records.form],
        **{alias: specs.sources[join.form] for alias, join in records.join.items()},
    }


def raw_column(name: str, known: Mapping[str, FormSpec]) -> tuple[str, str]:
    """The (form, column) that a name in a specification means; load_specs has made sure that there is one."""
    found = resolve(name, dict(known))
    if found is None:
        raise KeyError(name)
    return known[found[0]].form, found[1]
