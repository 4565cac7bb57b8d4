"""What a run looked at, and so of which findings it can say that they are gone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from trialbook.findings.finding import RuleOutcome
from trialbook.findings.previous import Place, PreviousRun, Remembered
from trialbook.findings.terms import DATASET, FORM, RuleStatus, Runner, Stage

Files = tuple[tuple[str, str | None], ...]


TOLD_BY_ANOTHER = "another rule tells of the same record now; what this rule says of it is not told twice"
"""Why a finding was not assessed that is not lost sight of."""


@dataclass(frozen=True)
class Coverage:
    """``tables``: by kind and name, the files and sheets of each form and dataset that is there; ``absent``: why others are not.

    ``files`` were read, ``unreadable`` were not. ``headers``: by form, the columns that a header (in lower case) may stand for;
    ``lacking``: (form, column, file) that is specified and not in the export, the file None where no file of the form has it.
    ``subject_columns``: by form, the column that names the subject; ``subjects``: everyone of whom there is a record.
    ``whole``: all that the study has rules for was looked at, from the forms on.
    """

    outcomes: tuple[RuleOutcome, ...]
    tables: Mapping[tuple[str, str], Files]
    absent: Mapping[tuple[str, str], str]
    files: frozenset[str] = frozenset()
    unreadable: frozenset[str] = frozenset()
    headers: Mapping[str, Mapping[str, str]] | None = None
    lacking: frozenset[tuple[str, str, str | None]] = frozenset()
    subject_columns: Mapping[str, str] | None = None
    subjects: frozenset[str] | None = None
    whole: bool = True

    @cached_property
    def _by_rule(self) -> dict[str, list[RuleOutcome]]:
        by_rule: dict[str, list[RuleOutcome]] = {}
        for outcome in self.outcomes:
            by_rule.setdefault(outcome.rule, []).append(outcome)
        return by_rule

    def why_not_assessed(self, one: Remembered, previous: PreviousRun) -> str | None:
        """Why this run can't say of a finding that it does not make whether it is mended; None where it can.

        Its rule has to have run, and all that it was found in has to be there: nothing is mended by being left out.
        """
        reasons = (self._on_table(one, previous), self._on_rule(one, previous), self._on_files(one, previous))
        return next((reason for reason in reasons if reason), None) or self._on_subject(one, previous)

    def ran_everywhere(self, rule: str, dataset: str) -> bool:
        """Whether a rule ran on a form or dataset; for ``""``, on every one that it is about.

        A rule that is not in the run ran where its table is there: mapping's rules are there only while they find something.
        """
        of_rule = self._by_rule.get(rule)
        if of_rule is None:
            return not any(name in (dataset, *rule.split("-")) for _, name in self.absent)
        on_table = [outcome for outcome in of_rule if dataset in ("", *outcome.dataset.split(", "))]
        ran = (RuleStatus.SUCCESS, RuleStatus.ISSUE_REPORTED)
        return bool(on_table) and all(outcome.status in ran for outcome in on_table)

    def _not_run(self, rule: str, dataset: str) -> str | None:
        of_rule = self._by_rule.get(rule, [])
        on_table = [outcome for outcome in of_rule if dataset in outcome.dataset.split(", ")] or of_rule
        broken = [outcome for outcome in on_table if outcome.status is RuleStatus.EXECUTION_ERROR]
        if broken:
            return f"the rule {rule} could not run (EXECUTION ERROR): {broken[0].reason}"
        if on_table and all(outcome.status is RuleStatus.SKIPPED for outcome in on_table):
            return f"the rule {rule} was SKIPPED: {on_table[0].reason}"
        return None

    def _on_rule(self, one: Remembered, previous: PreviousRun) -> str | None:
        of_rule = self._by_rule.get(one.rule, [])
        # What mapping could not do is a rule only while there is something that it could not do.
        if not of_rule and previous.runners.get(one.rule) is not Runner.MAPPING:
            return f"the rule {one.rule} does not belong to this run"
        if any(one.id in outcome.told for outcome in of_rule):
            return TOLD_BY_ANOTHER
        return self._not_run(one.rule, one.dataset)

    def _on_table(self, one: Remembered, previous: PreviousRun) -> str | None:
        kinds = {Stage.RAW: (FORM,), Stage.MAPPING: (DATASET, FORM)}.get(one.stage, (DATASET,))
        if any((kind, one.dataset) in self.tables for kind in kinds):
            return None
        for kind in kinds:
            if (kind, one.dataset) in self.absent:
                return self.absent[kind, one.dataset]
            if (kind, one.dataset) in previous.tables:
                return f"the {kind} {one.dataset} is not there"
        # It is about a file or a sheet that is no form's.
        return None

    def _on_files(self, one: Remembered, previous: PreviousRun) -> str | None:
        for place in one.places:
            form = previous.form_of.get((place.file, place.sheet))
            if form is None:
                continue
            if (FORM, form) not in self.tables:
                return self.absent.get((FORM, form), f"the form {form} is not there")
            gone = place.file not in self.files
            if gone and self.unreadable:
                return f"{place.file} is not among the files that could be read ({_listed(self.unreadable)} could not)"
            if gone and self._left_out(place.file, previous.tables[FORM, form], self.tables[FORM, form]):
                return f"{place.file} is not in the export, though the other files of {form} are"
            lacks = self._lacked_column(place, form, gone)
            if lacks:
                return lacks
        return None

    @staticmethod
    def _left_out(file: str, before: Files, now: Files) -> bool:
        """Whether a file that is gone was left out, not renamed or joined: no new file of the form is there, but an old one."""
        old, new = {name for name, _ in before}, {name for name, _ in now}
        return bool(new) and new <= old - {file}

    def _lacked_column(self, place: Place, form: str, gone: bool) -> str | None:
        headers = (self.headers or {}).get(form, {})
        for header in place.columns:
            column = headers.get(header.strip().casefold(), header)
            files = {file for of_form, name, file in self.lacking if (of_form, name) == (form, column)}
            if None in files:
                return f"the form {form} has no {column} in the export"
            if place.file in files or (gone and files):
                return f"{place.file if place.file in files else _listed(sorted(map(str, files)))} has no {column}"
        return None

    def _on_subject(self, one: Remembered, previous: PreviousRun) -> str | None:
        if self.subjects is None or one.subject is None or one.subject in self.subjects or one.subject not in previous.subjects:
            return None
        column = (self.subject_columns or {}).get(one.dataset) if one.stage is Stage.RAW else "USUBJID"
        if column in one.variables:
            # The subject's number itself was wrong: that it is gone is the correction.
            return None
        return f"no record of the subject {one.subject} is in the export"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
