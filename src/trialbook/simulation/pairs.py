"""What the domain specifications tell of a form's columns: which two are the start and the end of one thing."""

from __future__ import annotations

from trialbook.mapping import Specs


def date_pairs(specs: Specs) -> list[tuple[str, str, str]]:
    """Form, start column and end column, for each kind of records whose --STDTC and --ENDTC come from one column each."""
    pairs: list[tuple[str, str, str]] = []
    for name, domain in specs.domains.items():
        for records in domain.records:
            variables = specs.algorithms(domain, records)
            found = [
                {
                    way.assign_datetime[0]
                    for way in variables.get(f"{name}{end}", ())
                    if way.assign_datetime and len(way.assign_datetime) == 1
                }
                for end in ("STDTC", "ENDTC")
            ]
            form = specs.sources[records.form]
            starts, ends = ([column for column in columns if column in form.columns] for columns in found)
            if len(starts) == len(ends) == 1 and starts != ends:
                pairs.append((records.form, starts[0], ends[0]))
    return list(dict.fromkeys(pairs))
