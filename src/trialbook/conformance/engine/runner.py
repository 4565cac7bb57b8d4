"""Rules run by CDISC's engine, one after another, on the datasets of one job. Importing this module imports the engine."""

from __future__ import annotations

import copy
import json
import time
from collections.abc import Iterable, Mapping
from typing import Any

from cdisc_rules_engine.enums.execution_status import ExecutionStatus, SkippedReason
from cdisc_rules_engine.models.rule import Rule
from cdisc_rules_engine.models.rule_conditions.condition_composite_factory import ConditionCompositeFactory
from cdisc_rules_engine.rules_engine import RulesEngine

from trialbook.conformance.engine import once
from trialbook.conformance.engine.job import DatasetRun, Issue, Job, RuleRun
from trialbook.conformance.engine.reasons import NO_DEFINE, NO_PREFERRED_TERMS, OUT_OF_SCOPE
from trialbook.conformance.engine.rendering import value_text
from trialbook.conformance.engine.service import Datasets, Kept, Library
from trialbook.conformance.engine.tight import TightDataset
from trialbook.findings.terms import RuleStatus

_STATUSES = {
    ExecutionStatus.SUCCESS.value: RuleStatus.SUCCESS,
    ExecutionStatus.ISSUE_REPORTED.value: RuleStatus.ISSUE_REPORTED,
    ExecutionStatus.SKIPPED.value: RuleStatus.SKIPPED,
    ExecutionStatus.EXECUTION_ERROR.value: RuleStatus.EXECUTION_ERROR,
}
_OF_STUDY = "Study"
_ABOUT_DEFINE = "Define"

once.install()


class Runner:
    """The engine with the datasets of one job."""

    def __init__(self, job: Job, library: Mapping[str, Any]):
        self._job = job
        kept = Kept()
        settings = {
            "standard": job.standard,
            "standard_version": job.version,
            "standard_substandard": job.substandard,
            "library_metadata": Library(**{**library, "ct_package_metadata": dict(library["ct_package_metadata"])}),
            "dataset_implementation": TightDataset,
        }
        self._datasets = Datasets(job.datasets, kept, **settings)
        self._engine = RulesEngine(
            cache=kept,
            data_service=self._datasets,
            ct_packages=list(job.packages),
            define_xml_path=job.define,
            validate_xml=False,
            use_case=job.use_case,
            **settings,
        )

    def differences(self) -> list[str]:
        """What the engine sees otherwise than it was given: it would run on that, and call it a success."""
        found = []
        for one in self._job.datasets:
            seen = self._datasets.get_dataset(dataset_name=one.name)
            known = self._datasets.get_raw_dataset_metadata(dataset_name=one.name)
            if not known.name or not known.name.strip():
                found.append(f"{one.path}: the engine reads it as a dataset without a name")
            if len(seen) != len(one.frame) or known.record_count != len(one.frame):
                found.append(f"{one.path}: the engine reads {len(seen):,} of its {len(one.frame):,} records")
            if list(seen.columns) != list(one.frame.columns):
                found.append(f"{one.path}: the engine reads other columns than it has")
        return found

    def out_of_scope(self, index: int) -> RuleRun | None:
        """What becomes of a rule that need not be started: no dataset is in its scope, or it needs a file that is not there."""
        data = self._job.rules[index]
        rule, id = self._rule(data), str(data["Core"]["Id"])
        if _ABOUT_DEFINE in str(rule.get("rule_type")) and self._job.define is None:
            return RuleRun(id, reason=NO_DEFINE)
        if "pref_term" in json.dumps(data.get("Operations") or [], default=str):
            return RuleRun(id, reason=NO_PREFERRED_TERMS)
        return None if self._in_scope(rule) else RuleRun(id, reason=OUT_OF_SCOPE)

    def run(self, index: int) -> RuleRun:
        """One rule on every dataset; what it raises is its own EXECUTION ERROR."""
        data = self._job.rules[index]
        id, begun = str(data["Core"]["Id"]), time.perf_counter()
        try:
            rule = self._rule(data)
            results = self._engine.validate_single_rule(rule)
            runs = tuple(self._runs(rule, results))
        except Exception as error:
            reason = f"the engine broke off: {type(error).__name__}: {error}"
            return RuleRun(id, seconds=time.perf_counter() - begun, reason=reason, failed=True)
        return RuleRun(id, runs, time.perf_counter() - begun)

    def _rule(self, data: Mapping[str, Any]) -> dict[str, Any]:
        return Rule.from_cdisc_metadata(copy.deepcopy(dict(data)))

    def _in_scope(self, rule: dict[str, Any]) -> bool:
        judge, job = self._engine.rule_processor, self._job
        judged = {**rule, "conditions": ConditionCompositeFactory.get_condition_composite(rule["conditions"])}
        return any(
            judge.is_suitable_for_validation(judged, one, job.standard, job.substandard, job.use_case)[0]
            for one in self._datasets.get_datasets()
        )

    def _runs(self, rule: Mapping[str, Any], results: Mapping[str, Iterable[Mapping[str, Any]]]) -> Iterable[DatasetRun]:
        for name, of_dataset in results.items():
            for result in of_dataset:
                status = _STATUSES.get(result["executionStatus"], RuleStatus.EXECUTION_ERROR)
                errors = list(result["errors"])
                if status is RuleStatus.SKIPPED and errors and errors[0].get("error") == SkippedReason.OUTSIDE_SCOPE.value:
                    continue
                dataset = "" if rule.get("sensitivity") == _OF_STUDY else str(result["dataset"] or name)
                if status in (RuleStatus.SKIPPED, RuleStatus.EXECUTION_ERROR):
                    yield DatasetRun(dataset, status, _reason(result))
                else:
                    issues = tuple(_issue(error, result, dataset) for error in errors)
                    yield DatasetRun(dataset, status, None, str(result["message"] or ""), issues)


def _issue(error: Mapping[str, Any], result: Mapping[str, Any], dataset: str) -> Issue:
    values = error.get("value") or {}
    row, subject = error.get("row"), error.get("USUBJID")
    return Issue(
        dataset=str(error.get("dataset") or dataset or result["dataset"] or ""),
        record=row if isinstance(row, int) and row > 0 else None,
        subject=str(subject) if subject not in (None, "") else None,
        values={str(name): value_text(values.get(name)) for name in result["variables"]},
    )


def _plain(said: Any) -> str:
    if said is None or isinstance(said, str):
        return said or ""
    return ", ".join(map(str, said)) if isinstance(said, Iterable) else str(said)


def _reason(result: Mapping[str, Any]) -> str:
    # What the engine gives as a message may be what pandas raised with: an index of columns, which is neither true nor false.
    said = [": ".join(filter(None, map(_plain, (one.get("error"), one.get("message"))))) for one in result["errors"]]
    return "; ".join(dict.fromkeys(said)) or str(result["message"] or "the engine gives no reason")
