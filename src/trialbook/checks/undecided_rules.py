"""Who was assigned to an arm though the data of the screening leave a criterion open: with what is missing, and where."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from trialbook.checks.consequences import Cell
from trialbook.checks.evidence import Evidence
from trialbook.checks.questions import Questions
from trialbook.checks.tables import CheckedTable
from trialbook.findings import Finding, Origin, Role, RuleOutcome, RuleStatus, Runner, Severity, Stage, finding_ids
from trialbook.mapping import Form, Mapped, Specs
from trialbook.screening import ScreenedExport

UNDECIDED = "TB-IE-UNDECIDED"
SAID = "Assigned to an arm, and by the data it cannot be told that all criteria were met"


def assigned_to_arms(dm: Mapped | None, forms: Mapping[str, Form]) -> dict[str, tuple[int, str, int]]:
    """By its number each subject with an ARMCD: its record in DM, and the form and position of the raw record behind that."""
    if dm is None or "ARMCD" not in dm.dataset.frame:
        return {}
    rows = np.flatnonzero((dm.dataset.frame["ARMCD"] != "").to_numpy())
    found = {}
    for row, base in zip(rows.tolist(), dm.provenance.base(rows), strict=True):
        if base is not None:
            form, at = base
            found[str(forms[form].cells[forms[form].spec.subject].iloc[at])] = (row, form, at)
    return found


def check_undecided(
    screened: ScreenedExport | None,
    dm: Mapped | None,
    forms: Mapping[str, Form],
    tables: Mapping[str, CheckedTable],
    specs: Specs,
    study: str,
    questions: Questions,
    told: Sequence[Finding] = (),
) -> tuple[list[Finding], list[RuleOutcome]]:
    """A finding for each subject with an ARMCD whose verdict is open, at the cells that would decide it.

    ``tables`` are the forms' by name. Where findings in ``told`` ask about each of these records already, nothing is said again.
    Where nobody is found eligible the export lacks forms that would tell: SKIPPED.
    """
    if screened is None:
        return [], []
    verdicts = screened.judged.verdict
    if dm is None or "ARMCD" not in dm.dataset.frame:
        return [], [_outcome(0, "DM has no ARMCD, so nobody is known to be assigned to an arm")]
    if not (verdicts == "ELIGIBLE").any():
        return [], [_outcome(0, "nobody is found eligible, so the export lacks what would tell")]
    asked = _Asked.of(told, forms)
    evidence = Evidence(screened, forms, tables, specs)
    places = {subject: position for position, subject in enumerate(screened.subjects)}
    findings = []
    for number, (row, form, at) in assigned_to_arms(dm, forms).items():
        position = places.get(number, -1)
        if position >= 0 and verdicts.iloc[position] == "UNDETERMINED":
            subject = str(dm.dataset.frame["USUBJID"].iloc[row])
            origins = _origins(evidence, position, asked)
            if not all(asked.about(one, subject) for one in origins):
                findings.append(_finding(screened, tables[form], at, position, subject, origins, study, questions))
    return findings, [_outcome(len(findings))]


@dataclass(frozen=True)
class _Asked:
    """What findings ask about already: records, files in which a record of a subject is missing, forms with records of nobody."""

    records: Collection[Cell]
    missing: Collection[tuple[str | None, str, str | None]]
    strays: Collection[str]

    @classmethod
    def of(cls, told: Sequence[Finding], forms: Mapping[str, Form]) -> _Asked:
        """What ``told`` ask."""
        correct = [(finding.subject, one) for finding in told for one in finding.origins if one.role is Role.CORRECT]
        return cls(
            {_record(one) for _, one in correct},
            {(subject, one.file, one.sheet) for subject, one in correct if one.row is None and one.path is None},
            {one.dataset for one in told if one.dataset in forms and forms[one.dataset].spec.subject in one.variables},
        )

    def about(self, origin: Origin, subject: str) -> bool:
        """Whether a finding asks about the record, or the missing record, of an origin."""
        if origin.row is None and origin.path is None:
            return (subject, origin.file, origin.sheet) in self.missing
        return _record(origin) in self.records


def _record(origin: Origin) -> Cell:
    return (origin.file, origin.sheet, origin.row, origin.path, "")


def _origins(evidence: Evidence, position: int, asked: _Asked) -> tuple[Origin, ...]:
    """The cells of each missing item; of one without any, the files of the forms in which the subject has no record that fits.

    Nothing of a form of which other findings say that records stand there under a number that nobody has, nor of one of whose
    records of the subject a finding asks already.
    """
    items = dict.fromkeys(item for names in evidence.screened.judged.missing.iloc[position].values() for item in names)
    found: dict[Origin, None] = {}
    for item in items:
        lacking = evidence.lacking(position, item)
        if not lacking and evidence.has_cells(position, item):
            found |= dict.fromkeys(evidence.origins(position, (item,), Role.CORRECT))
            continue
        for form in lacking or evidence.forms(item):
            own = evidence.tables[form].locate(evidence.records(position, form), (), Role.CORRECT)
            if form not in asked.strays and not any(_record(one) in asked.records for of in own for one in of):
                found |= dict.fromkeys(evidence.tables[form].files)
    return tuple(found)


def _finding(
    screened: ScreenedExport,
    table: CheckedTable,
    at: int,
    position: int,
    subject: str,
    origins: tuple[Origin, ...],
    study: str,
    questions: Questions,
) -> Finding:
    missing = screened.judged.missing.iloc[position]
    labels = {name: one.label for name, one in screened.judged.eligibility(position).items.items()}
    number = str(screened.subjects.iloc[position])
    asked = [f"{name} ({', '.join(labels[item] for item in items)})" for name, items in missing.items()]
    (id,) = finding_ids(study, UNDECIDED, table.name, (), [(number,)], [""])
    return Finding(
        id=id,
        rule=UNDECIDED,
        cites=("ICH E6",),
        severity=Severity.WARNING,
        stage=Stage.RAW,
        dataset=table.name,
        record=at + 1,
        subject=subject,
        variables=(),
        values={name: ", ".join(items) for name, items in missing.items()},
        message=f"{SAID}: {'; '.join(f'{name} lacks {", ".join(items)}' for name, items in missing.items())}",
        query=questions.ask("UNDECIDED", subject=number, criteria=asked),
        origins=origins,
    )


def _outcome(count: int, skipped: str | None = None) -> RuleOutcome:
    status = RuleStatus.SKIPPED if skipped else RuleStatus.ISSUE_REPORTED if count else RuleStatus.SUCCESS
    return RuleOutcome(UNDECIDED, Runner.PANDERA, status, skipped, count, Severity.WARNING, SAID, "IE")
