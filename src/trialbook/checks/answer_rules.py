"""What the site answers to each criterion, held against the verdict that the data of the export give."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from trialbook.checks.consequences import Cell, cells_of, to_correct
from trialbook.checks.evidence import Evidence
from trialbook.checks.findings import findings_of
from trialbook.checks.questions import Questions
from trialbook.checks.rule import Rule
from trialbook.checks.schema import Verdict
from trialbook.checks.tables import CheckedTable
from trialbook.findings import Finding, Role, RuleOutcome, RuleStatus, Runner, Severity, Stage, finding_ids
from trialbook.mapping import Answers, Form, FormSpec, Specs
from trialbook.mapping.codes import read_terms
from trialbook.screening import ScreenedExport

ANSWER, UNANSWERED, LACKING = "TB-IE-ANSWER", "TB-IE-UNANSWERED", "TB-IE-LACKING"
DATA = "{DATA}"
_IN_BRACKETS = re.compile(rf" ?[(（]{re.escape(DATA)}[)）]")
"""What the question says of the data, where there are entries to say it of."""
SAID = {
    ANSWER: "The site's answer to the criterion is not the one that the data give",
    UNANSWERED: "The site answers other criteria, and not this one, which the data decide",
    LACKING: "The form lacks the site's answer to criteria",
}


@dataclass(frozen=True)
class _Compared:
    """A record of the answers' form: the position of its subject among the items (-1: none), its criterion, and both answers.

    ``verdict`` is Y where the criterion is met or the exclusion applies, N where not, empty where that is unknown.
    """

    position: np.ndarray
    criterion: pd.Series
    answer: pd.Series
    verdict: pd.Series


def check_answers(
    screened: ScreenedExport | None,
    found: Mapping[str, Form],
    tables: Mapping[str, CheckedTable],
    specs: Specs,
    study: str,
    questions: Questions,
    assigned: Collection[str] = (),
    told: Iterable[Finding] = (),
) -> tuple[list[Finding], list[RuleOutcome]]:
    """Findings of the answers that differ, are empty though the data decide, or are not there; SKIPPED without the form.

    Of a criterion that is undetermined it is only said that its record is not there. ``tables`` are the forms' by name;
    ``assigned``: the numbers of those in an arm, who can't be without any answer; ``told``: the findings so far; what follows
    from a cell that one of them asks to correct is not said.
    """
    if specs.items is None or specs.items.answers is None:
        return [], []
    answers, named = specs.items.answers, [one.form for one in specs.items.records]
    # Where a form that names the subjects is there, and nobody is judged, the study has no criteria.
    if screened is None and any(name in found for name in named):
        return [], []
    lacking = _lacking(answers, found)
    if lacking or screened is None:
        why = lacking or f"nobody is known to be screened: the export has no {', '.join(named)}"
        return [], [_outcome(id, RuleStatus.SKIPPED, 0, why, answers.form) for id in SAID]
    broken = to_correct(told)
    spec, table = specs.forms[answers.form], tables[answers.form]
    compared = _compare(screened, found[answers.form], answers, specs)
    known = compared.verdict != ""
    unjudged = _unjudged(compared, found, specs)
    if unjudged:
        return [], [_outcome(id, RuleStatus.SKIPPED, 0, unjudged, answers.form) for id in SAID]
    failing = {
        ANSWER: known & (compared.answer != "") & (compared.answer != compared.verdict),
        UNANSWERED: known & (found[answers.form].cells[answers.answer] == "") & _answered(found[answers.form], answers, specs),
    }
    findings: list[Finding] = []
    outcomes = []
    for id, mask in failing.items():
        query = questions.ask_about(spec, id.removeprefix("TB-IE-"), answers.answer, data=DATA)
        rule = Rule(
            id,
            Severity.ERROR if id == ANSWER else Severity.WARNING,
            SAID[id],
            bool,
            (answers.criterion, answers.answer),
            query=query,
            mend=(answers.answer,),
        )
        positions = np.flatnonzero(mask.to_numpy(dtype=bool))
        made = findings_of(Verdict(rule, RuleStatus.ISSUE_REPORTED, failing=positions), table, {}, study)
        evidence = Evidence(screened, found, tables, specs)
        made = [_with_data(one, at, compared, evidence, assigned) for one, at in zip(made, positions.tolist(), strict=True)]
        made = [one for one in made if id != ANSWER or not _follows(one, broken)]
        findings += made
        status = RuleStatus.ISSUE_REPORTED if made else RuleStatus.SUCCESS
        outcomes.append(_outcome(id, status, len(made), None, answers.form))
    lacking_of = _lacking_criteria(
        screened, found[answers.form], compared, _answered(found[answers.form], answers, specs), assigned
    )
    told = [_lacking_finding(screened, table, spec, at, names, study, questions) for at, names in lacking_of.items()]
    outcomes.append(_outcome(LACKING, RuleStatus.ISSUE_REPORTED if told else RuleStatus.SUCCESS, len(told), None, answers.form))
    return [*findings, *told], outcomes


def _lacking_criteria(
    screened: ScreenedExport, form: Form, compared: _Compared, answered: pd.Series, assigned: Collection[str]
) -> dict[int, list[str]]:
    """By the position of a subject's first record, the criteria that it has no record of; of one in an arm without answers, all.

    Nothing where a record has a criterion that nobody knows, which may be the one; nor of a criterion that a record answers whose
    subject nobody knows.
    """
    strays = set(compared.criterion[compared.position < 0])
    lacking = {}
    frame = pd.DataFrame(
        {"position": compared.position, "criterion": compared.criterion.to_numpy(), "answered": answered.to_numpy()}
    )
    for position, records in frame[frame["position"] >= 0].groupby("position", sort=False):
        names = list(screened.judged.eligibility(int(position)).criteria)
        there = set(records["criterion"])
        if records["answered"].iloc[0] and there <= set(names):
            absent = [name for name in names if name not in there | strays]
        else:
            none = not records["answered"].iloc[0] and str(screened.subjects.iloc[int(position)]) in assigned
            absent = names if none else []
        if absent:
            lacking[int(records.index[0])] = absent
    return lacking


def _lacking_finding(
    screened: ScreenedExport, table: CheckedTable, spec: FormSpec, at: int, names: Sequence[str], study: str, questions: Questions
) -> Finding:
    """The finding at the subject's first record, as that which is not there has no place."""
    positions = np.array([at])
    number = str(table.frame[spec.subject].iloc[at])
    (id,) = finding_ids(study, LACKING, table.name, (), [(number,)], [""])
    (record,) = table.locate(positions, [spec.subject], Role.COMPARED)
    title = f"{spec.form} ({spec.title})" if spec.title else spec.form
    return Finding(
        id=id,
        rule=LACKING,
        cites=(),
        severity=Severity.WARNING,
        stage=Stage.RAW,
        dataset=table.name,
        record=at + 1,
        subject=(str(table.subject.iloc[at]) or None) if table.subject is not None else None,
        variables=(),
        values={},
        message=f"{SAID[LACKING]}: {', '.join(names)}",
        query=questions.ask("LACKING-ANSWERS", subject=number, form=title, criteria=list(names)),
        origins=(*table.files, *record),
    )


def _lacking(answers: Answers, found: Mapping[str, Form]) -> str:
    if answers.form not in found:
        return f"the form {answers.form} is not in the export"
    form = found[answers.form]
    absent = [name for name in (form.spec.subject, answers.criterion, answers.answer) if name in form.missing]
    return f"{answers.form} has no {absent[0]} in the export" if absent else ""


def _unjudged(compared: _Compared, found: Mapping[str, Form], specs: Specs) -> str:
    """Why nothing can be said of the answers that are there: their subjects, or what decides, are in forms that are not."""
    absent = ", ".join(name for name in specs.forms if name not in found)
    if not absent or not len(compared.position) or (compared.verdict != "").any():
        return ""
    return f"the data decide no criterion that is answered: the export has no {absent}"


def _terms(form: Form, column: str, specs: Specs) -> pd.Series:
    return read_terms(form.cells[column], specs.codelists[str(form.spec.columns[column].codelist)])


def _compare(screened: ScreenedExport, form: Form, answers: Answers, specs: Specs) -> _Compared:
    places = pd.Series(np.arange(len(screened.subjects)), index=screened.subjects)
    position = form.cells[form.spec.subject].map(places).fillna(-1).to_numpy(dtype=np.int64)
    criterion = _terms(form, answers.criterion, specs)
    words = {True: "Y", False: "N", None: ""}
    truths = screened.judged.criteria
    verdict = [
        words[truths[at].get(name)] if at >= 0 else "" for at, name in zip(position.tolist(), criterion.tolist(), strict=True)
    ]
    return _Compared(
        position, criterion, _terms(form, answers.answer, specs), pd.Series(verdict, index=form.cells.index, dtype="str")
    )


def _answered(form: Form, answers: Answers, specs: Specs) -> pd.Series:
    """Whether the subject of a record has an answer in any of its records: where it has none, the form is not filled in yet."""
    return (form.cells[answers.answer] != "").groupby(form.cells[form.spec.subject]).transform("any")


def _with_data(finding: Finding, at: int, compared: _Compared, evidence: Evidence, assigned: Collection[str]) -> Finding:
    """The finding with the verdict, the items that it comes from and their cells.

    Who is in an arm was found eligible: where the data alone speak against it, they are to be corrected, and the answer is
    compared. Where the answer alone says that somebody without an arm failed, either may be wrong. Else it is the answer.
    """
    screened = evidence.screened
    position, name = int(compared.position[at]), compared.criterion.iloc[at]
    items = screened.decisive(position, name)
    told = {item: str(screened.items.frame[item].iloc[position]) for item in items if item in screened.items.frame}
    said = ", ".join(f"{item} {value}" for item, value in told.items() if value)
    message = f"{finding.message}: {name} is {compared.verdict.iloc[at]} by {said or 'the protocol'}"
    fails = (screened.judged.eligibility(position).criteria[name].kind.upper() == "INCLUSION") == (
        compared.verdict.iloc[at] == "N"
    )
    in_arm = str(screened.subjects.iloc[position]) in assigned
    doubted = finding.rule == ANSWER and (fails if in_arm else not fails)
    origins = evidence.origins(position, tuple(told), Role.CORRECT if doubted else Role.COMPARED)
    own = finding.origins
    if doubted and in_arm:
        own = tuple(replace(one, role=Role.COMPARED) for one in own)
    values = {**finding.values, "VERDICT": compared.verdict.iloc[at], **told}
    # In one step, whatever stands in braces in what the site entered.
    query = _IN_BRACKETS.sub("", finding.query) if not (data := evidence.entries(position, tuple(told))) else finding.query
    query = query.replace(DATA, "; ".join(data))
    return replace(finding, message=message, values=values, query=query, origins=(*own, *origins))


def _follows(finding: Finding, broken: Collection[Cell]) -> bool:
    """Whether a cell that another finding asks to correct is among those that the verdict comes from."""
    return any(cell in broken for origin in finding.origins for cell in cells_of(origin))


def _outcome(id: str, status: RuleStatus, findings: int, reason: str | None, form: str) -> RuleOutcome:
    severity = Severity.ERROR if id == ANSWER else Severity.WARNING
    return RuleOutcome(id, Runner.PANDERA, status, reason, findings, severity, SAID[id], form)
