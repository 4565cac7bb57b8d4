"""The rules as the official command line runs them, with the classes of its engine that the package has.

The package of the engine has no command line; that of its repository reads rules from YAML, shares one cache, which lives in a
process of its own, between the processes of a pool, and gives each of them rule after rule: a new engine each, on the datasets'
files. So does this, but for the report that it writes at the end.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from multiprocessing import Pool
from multiprocessing.managers import SyncManager
from pathlib import Path
from typing import Any

from cdisc_rules_engine.config import config
from cdisc_rules_engine.enums.execution_status import ExecutionStatus, SkippedReason
from cdisc_rules_engine.models.library_metadata_container import LibraryMetadataContainer
from cdisc_rules_engine.models.rule import Rule
from cdisc_rules_engine.models.rule_validation_result import RuleValidationResult
from cdisc_rules_engine.rules_engine import RulesEngine
from cdisc_rules_engine.services import logger
from cdisc_rules_engine.services.cache import InMemoryCacheService
from cdisc_rules_engine.services.data_services import DataServiceFactory
from core_runs import CT, STANDARD, VERSION, Found, Row, read_rules

from trialbook.conformance.engine.library import engine_library
from trialbook.conformance.engine.rendering import value_text
from trialbook.standards import load_ct, load_standard

_VERSION = VERSION.replace(".", "-")


class _Manager(SyncManager):
    """Owns the cache that the pool's processes share."""


def run_officially(folder: Path, rules: Path, processes: int) -> list[RuleValidationResult]:
    """What the engine makes of each rule, on the transport files of a folder."""
    logger.disabled = True
    _Manager.register("InMemoryCacheService", InMemoryCacheService)
    manager = _Manager()
    manager.start()
    try:
        cache = manager.InMemoryCacheService()  # type: ignore[attr-defined]
        executable = [Rule.from_cdisc_metadata(rule) for rule in read_rules(rules)]
        library = LibraryMetadataContainer(**engine_library(load_standard(), load_ct(CT, None)))
        files = sorted(folder.glob("*.xpt"))
        paths, largest = [str(file) for file in files], max(file.stat().st_size for file in files)
        service = DataServiceFactory(
            config,
            cache,
            max_dataset_size=largest,
            standard=STANDARD,
            standard_version=_VERSION,
            library_metadata=library,
        ).get_data_service(paths)
        service.get_datasets()
        with Pool(processes, initializer=_silence) as pool:
            return list(pool.imap_unordered(partial(_run_rule, cache, paths, largest, library), executable))
    finally:
        manager.shutdown()


def _silence() -> None:
    logger.disabled = True


def _run_rule(
    cache: Any, paths: Sequence[str], largest: int, library: LibraryMetadataContainer, rule: dict[str, Any]
) -> RuleValidationResult:
    engine = RulesEngine(
        cache=cache,
        standard=STANDARD,
        standard_version=_VERSION,
        ct_packages=(CT,),
        library_metadata=library,
        max_dataset_size=largest,
        dataset_paths=paths,
        validate_xml=True,
    )
    by_dataset = engine.validate_single_rule(rule)
    return RuleValidationResult(rule, [result for results in by_dataset.values() for result in results])


def found_officially(results: Sequence[RuleValidationResult], of_study: Mapping[str, bool]) -> Found:
    """The official results as :class:`Found`; ``of_study``: the rules that speak of the study as a whole."""
    found = Found()
    for of_rule in results:
        rule, statuses = str(of_rule.id), []
        for result in of_rule.results:
            errors, status = result["errors"], str(result["executionStatus"])
            if errors and errors[0].get("error") == SkippedReason.OUTSIDE_SCOPE.value:
                continue
            statuses.append(status)
            found.statuses[rule, "*" if of_study[rule] else str(result["dataset"])] = status.upper()
            if status == ExecutionStatus.ISSUE_REPORTED.value:
                found.rows.update(_rows(rule, result))
        found.statuses[rule, ""] = _gravest(statuses).upper()
    return found


def _rows(rule: str, result: Mapping[str, Any]) -> Counter[Row]:
    rows: Counter[Row] = Counter()
    for error in result["errors"]:
        row, values = error.get("row"), error.get("value") or {}
        record = str(row) if isinstance(row, int) and row > 0 else ""
        dataset = str(error.get("dataset") or result["dataset"] or "")
        for variable in result["variables"]:
            rows[rule, dataset, record, str(variable), value_text(values.get(variable))] += 1
    return rows


def _gravest(statuses: Sequence[str]) -> str:
    order = (ExecutionStatus.EXECUTION_ERROR, ExecutionStatus.ISSUE_REPORTED, ExecutionStatus.SUCCESS)
    return str(next((status.value for status in order if status.value in statuses), ExecutionStatus.SKIPPED.value))
