"""A number that several forms have and the demographics has not: one finding, where the demographics is to be mended."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from trialbook.checks.consequences import to_correct
from trialbook.checks.questions import Questions
from trialbook.checks.tables import CheckedTable
from trialbook.findings import Finding, Origin, Role, RuleOutcome, RuleStatus, Runner, Severity, Stage, finding_ids

if TYPE_CHECKING:
    from trialbook.mapping import Form, Specs

SAID = "Several forms have records of a number of which there is no complete demographics record"


def demographics(found: Mapping[str, Form], specs: Specs) -> tuple[str, ...]:
    """The forms of the export that DM is made of."""
    dm = specs.domains.get("DM")
    return tuple(dict.fromkeys(one.form for one in dm.records if one.form in found)) if dm is not None else ()


def unknown_numbers(found: Mapping[str, Form], usubjid: Mapping[str, pd.Series], specs: Specs) -> dict[str, dict[str, int]]:
    """By number that leads to no USUBJID, the forms that have it, each with its first record; without DM's forms none."""
    known = demographics(found, specs)
    numbers: dict[str, dict[str, int]] = {}
    for name, form in found.items() if known else ():
        if name in known or name not in usubjid or form.spec.subject in form.missing:
            continue
        cells = form.cells[form.spec.subject].reset_index(drop=True)
        of_nobody = cells[(cells != "") & (usubjid[name].reset_index(drop=True) == "")].drop_duplicates()
        for at, number in of_nobody.items():
            numbers.setdefault(str(number), {})[name] = int(str(at))
    return numbers


def shared_numbers(numbers: Mapping[str, Mapping[str, int]]) -> set[str]:
    """Those that more than one form has: not a slip in one record, but a subject whom the demographics lacks."""
    return {number for number, forms in numbers.items() if len(forms) > 1}


def check_unknown_subjects(
    found: Mapping[str, Form],
    usubjid: Mapping[str, pd.Series],
    tables: Mapping[str, CheckedTable],
    specs: Specs,
    study: str,
    questions: Questions,
    told: Iterable[Finding] = (),
) -> tuple[list[Finding], list[RuleOutcome]]:
    """A finding for each unknown number that several forms have, compared with the first record of each.

    To be corrected is the number of the one demographics record that nothing else in the export has and that differs from it by
    one character; else its own record there is incomplete, or is to be entered. Where as many demographics records have no
    number, or another finding asks to correct that record, it is told of already.
    """
    numbers = unknown_numbers(found, usubjid, specs)
    forms = demographics(found, specs)
    if not forms:
        return [], []
    name = forms[0]
    own, table = found[name].cells[found[name].spec.subject].reset_index(drop=True), tables[name]
    rule = f"TB-RAW-{name}-{found[name].spec.subject}-UNKNOWN"
    used = {str(number) for other, form in found.items() if other not in forms for number in form.cells[form.spec.subject]}
    rows = {(one[0], one[1], one[2], one[3]) for one in to_correct(told)}
    shared = sorted(shared_numbers(numbers))
    nameless = int((own == "").sum())
    findings = []
    for number in shared if nameless < len(shared) else ():
        at = np.flatnonzero((own == number).to_numpy(dtype=bool))
        alike = np.flatnonzero([text not in used and text != "" and is_near(text, number) for text in own])
        columns: tuple[str, ...] = ()
        if not len(at) and len(alike) == 1:
            at, columns = alike, (found[name].spec.subject,)
        mend = [origin for of in table.locate(at, columns, Role.CORRECT) for origin in of] if len(at) else list(table.files)
        if len(at) and any((one.file, one.sheet, one.row, one.path) in rows for one in mend):
            continue
        findings.append(_finding(rule, number, own, at, mend, numbers[number], found, tables, name, study, questions))
    status = RuleStatus.ISSUE_REPORTED if findings else RuleStatus.SUCCESS
    return findings, [RuleOutcome(rule, Runner.PANDERA, status, None, len(findings), Severity.ERROR, SAID, name)]


def is_near(text: str, other: str) -> bool:
    """Whether two texts differ by one character: another, one more, or two that are interchanged; or by spaces and case."""
    text, other = ("".join(one.split()).casefold() for one in (text, other))
    short, long_ = sorted((text, other), key=len)
    if text == other:
        return True
    at = next((i for i, (one, two) in enumerate(zip(short, long_, strict=False)) if one != two), len(short))
    if len(long_) == len(short) + 1:
        return short[at:] == long_[at + 1 :]
    swapped = short[:at] + short[at + 1 : at + 2] + short[at : at + 1] + short[at + 2 :]
    return len(short) == len(long_) and (short[at + 1 :] == long_[at + 1 :] or swapped == long_)


def _finding(
    rule: str,
    number: str,
    own: pd.Series,
    at: np.ndarray,
    mend: list[Origin],
    records: Mapping[str, int],
    found: Mapping[str, Form],
    tables: Mapping[str, CheckedTable],
    name: str,
    study: str,
    questions: Questions,
) -> Finding:
    compared = [
        origin
        for form, first in records.items()
        for of in tables[form].locate(np.array([first]), [found[form].spec.subject], Role.COMPARED)
        for origin in of
    ]
    other = str(own.iloc[at[0]]) if len(at) else ""
    like = f"; {name} has {other!r}, of which no other form has a record" if other not in ("", number) else ""
    subject = found[name].spec.subject
    (id,) = finding_ids(study, rule, name, (subject,), [(number,)], [""])
    return Finding(
        id=id,
        rule=rule,
        cites=(),
        severity=Severity.ERROR,
        stage=Stage.RAW,
        dataset=name,
        record=int(at[0]) + 1 if len(at) else None,
        subject=number,
        variables=(subject,),
        values={subject: other} if other else {},
        message=f"{SAID}: {number} in {', '.join(records)}{like}",
        query=questions.ask("UNKNOWN-SUBJECT", value=number),
        origins=(*mend, *compared),
    )
