"""Records of a subject whom nobody knows, in one form: one finding a number, for all that they break in the datasets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from trialbook.checks.consequences import Told
from trialbook.checks.questions import Questions
from trialbook.checks.rule import Rule
from trialbook.checks.unknown_subjects import shared_numbers, unknown_numbers
from trialbook.findings import Severity

if TYPE_CHECKING:
    from trialbook.mapping import Form, Specs


@dataclass(frozen=True)
class SubjectRule:
    """The rule of one form, and the positions of all records whose subject is not known."""

    form: str
    rule: Rule
    positions: np.ndarray

    def told(self) -> dict[str, list[Told]]:
        """What the rule tells for others: of every record of the number, not only of the first."""
        return {id: [Told(self.rule.id, self.rule.severity, self.form, self.positions)] for id in self.rule.stands_for}


def subject_rules(
    found: Mapping[str, Form], usubjid: Mapping[str, pd.Series], specs: Specs, questions: Questions
) -> dict[str, SubjectRule]:
    """``TB-RAW-<form>-<subject>-UNKNOWN`` for each form but those that DM is made of, by the USUBJID of the form's records.

    A number without a USUBJID has no demographics record, or one that lacks what the USUBJID is made of. The first record of each
    number fails, unless several forms have the number: that is told once (``unknown_subjects.py``). Without DM's form nobody is
    known: the rule is SKIPPED then.
    """
    dm = specs.domains.get("DM")
    if dm is None:
        return {}
    known = {one.form: (specs.forms[one.form].subject,) for one in dm.records}
    several = shared_numbers(unknown_numbers(found, usubjid, specs))
    rules = {}
    for name, form in found.items():
        if name in known or name not in usubjid or form.spec.subject in form.missing:
            continue
        numbers = form.cells[form.spec.subject].reset_index(drop=True)
        unknown = (numbers != "") & (usubjid[name].reset_index(drop=True) == "")
        rules[name] = SubjectRule(
            name, _rule(form, found, numbers, unknown & ~numbers.isin(several), known, specs, questions), np.flatnonzero(unknown)
        )
    return rules


def add_told(told: dict[str, list[Told]], rules: Mapping[str, SubjectRule]) -> dict[str, list[Told]]:
    """``told`` with what those of the rules tell that have records of unknown numbers."""
    merged = dict(told)
    for one in rules.values():
        if len(one.positions):
            for id, more in one.told().items():
                merged[id] = [*merged.get(id, []), *more]
    return merged


def _rule(
    form: Form,
    found: Mapping[str, Form],
    numbers: pd.Series,
    unknown: pd.Series,
    known: Mapping[str, tuple[str, ...]],
    specs: Specs,
    questions: Questions,
) -> Rule:
    spec = form.spec
    records = numbers.map(numbers[unknown].value_counts())
    alike = {_bare(number): number for name, form in found.items() if name in known for number in form.cells[form.spec.subject]}
    made = [one.domain for one in specs.domains.values() if any(kind.form == spec.form for kind in one.records)]

    def detail(failing: pd.DataFrame) -> pd.Series:
        said = []
        for number, count in zip(numbers.iloc[failing.index], records.iloc[failing.index], strict=True):
            like = alike.get(_bare(number), number)
            parts = [f"it has {int(count):,} such records"] if count > 1 else []
            parts += [f"the demographics has {like!r}, which differs in spaces and case only"] if like != number else []
            said.append("; ".join(parts))
        return pd.Series(said, dtype="str")

    return Rule(
        id=f"TB-RAW-{spec.form}-{spec.subject}-UNKNOWN",
        severity=Severity.ERROR,
        message="No complete demographics record has this number, so the record belongs to no subject",
        check=lambda frame, *_: ~unknown | numbers.where(unknown).duplicated(),
        variables=(spec.subject,),
        reads=known,
        query=questions.ask("UNKNOWN-SUBJECT", value=f"{{{spec.subject}}}"),
        mend=(spec.subject,),
        stands_for=tuple(f"TB-{dataset}-USUBJID-FILLED" for domain in made for dataset in (domain, f"SUPP{domain}")),
        detail=detail,
    )


def _bare(number: str) -> str:
    return "".join(number.split()).casefold()
