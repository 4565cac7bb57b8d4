"""CDISC's rules engine, in processes of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any
from weakref import WeakKeyDictionary

from trialbook.conformance.engine.engine import Engine, Step, processors, warm_engine
from trialbook.conformance.engine.job import DatasetRun, EngineDataset, Issue, Job, RuleRun, engine_dataset
from trialbook.conformance.engine.library import engine_library
from trialbook.standards import ControlledTerminology, Standard

__all__ = ["DatasetRun", "Engine", "EngineDataset", "Issue", "RuleRun", "engine_dataset", "run_rules", "warm_engine"]


def run_rules(
    datasets: Sequence[EngineDataset],
    rules: Sequence[Mapping[str, Any]],
    standard: Standard,
    ct: ControlledTerminology,
    *,
    packages: Sequence[str] | None = None,
    substandard: str | None = None,
    use_case: str | None = None,
    define: str | None = None,
    workers: int | None = None,
    step: Step | None = None,
) -> list[RuleRun]:
    """What becomes of each rule on these datasets, in the order of the rules, by the warm engine of this process.

    ``rules`` are CDISC Open Rules as they are written (:attr:`CoreRule.data`). ``packages``: the CT packages that the datasets
    name (``ct`` unless given). ``define``: the path of their Define-XML. ``workers``: processes, as many as processors unless
    given. ``step`` is called as each rule begins.
    """
    if not rules:
        return []
    name, _, version = standard.name.partition("-")
    job = Job(
        datasets=tuple(datasets),
        rules=tuple(rules),
        library=_key(standard, ct),
        standard=name,
        version=version.replace(".", "-"),
        substandard=substandard,
        use_case=use_case,
        packages=(ct.name,) if packages is None else tuple(packages),
        define=define,
        workers=workers or processors(),
    )
    return warm_engine().run(job, lambda: engine_library(standard, ct), step)


_numbers: WeakKeyDictionary[ControlledTerminology, int] = WeakKeyDictionary()
_next = count()


def _key(standard: Standard, ct: ControlledTerminology) -> str:
    """The name of a standard with a terminology: a study may have added terms to the package of that name."""
    number = _numbers.get(ct)
    if number is None:
        number = _numbers[ct] = next(_next)
    return f"{standard.name}/{ct.name}/{number}"
