"""Datasets that are made without a form of theirs: what passes on the records that are there, has not passed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from trialbook.checks.schema import Verdict
from trialbook.findings import RuleStatus
from trialbook.mapping import Specs
from trialbook.mapping.domain_spec import DomainSpec
from trialbook.mapping.items_spec import JUDGED


def made_without(specs: Specs, absent: Collection[str]) -> dict[str, str]:
    """By domain why it can't be judged: a form that its records come from, or join, is required and not in the export.

    ``absent`` are the forms that are not there. One that is not required has no records where the export lacks it.
    """
    found = {}
    for name, domain in specs.domains.items():
        needed = _forms(domain)
        if specs.items is not None and needed & set(JUDGED):
            needed |= _forms(specs.items.as_domain)
        lacking = sorted(form for form in needed & set(absent) if form in specs.forms and specs.forms[form].required)
        if lacking:
            one = len(lacking) == 1
            forms = f"the form {lacking[0]} is" if one else f"the forms {', '.join(lacking)} are"
            found[name] = f"{forms} not in the export, and records that are checked are made of {'it' if one else 'them'}"
    return found


def not_passed(verdict: Verdict, table: str, reasons: Mapping[str, str]) -> Verdict:
    """The verdict, SKIPPED with the reason where it passed on a table, or by one, that ``reasons`` says can't be judged."""
    if verdict.status is not RuleStatus.SUCCESS:
        return verdict
    why = dict.fromkeys(reasons[name] for name in (table, *verdict.rule.reads) if name in reasons)
    return replace(verdict, status=RuleStatus.SKIPPED, reason="; ".join(why)) if why else verdict


def _forms(domain: DomainSpec) -> set[str]:
    return {form for records in domain.records for form in (records.form, *(one.form for one in records.join.values()))}
