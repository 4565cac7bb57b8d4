"""Where CDISC's engine spends its time, rule by rule, as the kit runs it: in one process, by the clock of the processor.

Each of the engine's steps is timed where the engine calls it: the dataset that a rule of its type looks at, its merge with the
datasets that the rule names, the rule's operations, its check operators (one that asks another counts for both), the violations.
"""

from __future__ import annotations

import logging
import os
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from typing import Any

from core_runs import CT, STANDARD, VERSION, read_rules

SLOWEST = 25
SCOPE, BUILD, MERGE, OPERATIONS, OPERATORS, REPORT = PHASES = ("scope", "build", "merge", "operations", "operators", "report")
REST = "rest"


@dataclass
class Spent:
    """Seconds of one rule: in all, by phase, and of its operations and operators by name."""

    rule: str
    type: str
    seconds: float = 0.0
    phases: Counter[str] = field(default_factory=Counter)
    operations: Counter[str] = field(default_factory=Counter)
    operators: Counter[str] = field(default_factory=Counter)
    calls: Counter[str] = field(default_factory=Counter)
    datasets: Counter[str] = field(default_factory=Counter)

    @property
    def most(self) -> str:
        """What takes most of it, and on which dataset."""
        rest = self.seconds - self.phases.total()
        parts = {**{phase: self.phases[phase] for phase in (SCOPE, BUILD, MERGE, REPORT)}, REST: rest}
        parts |= {f"`{name}`": seconds for name, seconds in (*self.operations.items(), *self.operators.items())}
        part, seconds = max(parts.items(), key=lambda one: one[1])
        dataset, on = max(self.datasets.items(), key=lambda one: one[1], default=("", 0.0))
        return f"{part} {seconds / self.seconds:.0%}; {dataset} {on / self.seconds:.0%}"


class Watch:
    """Adds the seconds of what it is asked to watch to the rule that runs; of what is nested in its like, only the outermost."""

    def __init__(self) -> None:
        self.rule = Spent("", "")
        self._open: Counter[str] = Counter()

    def watch(self, owner: Any, name: str, note: Callable[[Spent, float, tuple[Any, ...]], None], kind: str) -> None:
        """From now on, each call of ``owner.name`` is noted; ``kind``: what it must not be nested in."""
        work = getattr(owner, name)

        @wraps(work)
        def timed(*args: Any, **kwargs: Any) -> Any:
            if self._open[kind]:
                return work(*args, **kwargs)
            self._open[kind] += 1
            begun = time.process_time()
            try:
                return work(*args, **kwargs)
            finally:
                self._open[kind] -= 1
                note(self.rule, time.process_time() - begun, args)

        setattr(owner, name, timed)


def _to_phase(phase: str) -> Callable[[Spent, float, tuple[Any, ...]], None]:
    def note(spent: Spent, seconds: float, _: tuple[Any, ...]) -> None:
        spent.phases[phase] += seconds

    return note


def _to_operator(name: str) -> Callable[[Spent, float, tuple[Any, ...]], None]:
    def note(spent: Spent, seconds: float, _: tuple[Any, ...]) -> None:
        spent.operators[name] += seconds
        spent.calls[name] += 1
        spent.phases[OPERATORS] += seconds

    return note


def _to_operation(spent: Spent, seconds: float, args: tuple[Any, ...]) -> None:
    name = str(args[0].params.operation_name)
    spent.operations[name] += seconds
    spent.calls[name] += 1


def _to_dataset(spent: Spent, seconds: float, args: tuple[Any, ...]) -> None:
    spent.datasets[str(args[2].name)] += seconds


def watch_engine(watch: Watch) -> None:
    """Watch the phases of every rule."""
    from cdisc_rules_engine.check_operators.dataframe_operators import DataframeType
    from cdisc_rules_engine.dataset_builders.base_dataset_builder import BaseDatasetBuilder
    from cdisc_rules_engine.dataset_builders.contents_dataset_builder import ContentsDatasetBuilder
    from cdisc_rules_engine.models.actions import COREActions
    from cdisc_rules_engine.operations.base_operation import BaseOperation
    from cdisc_rules_engine.rules_engine import RulesEngine
    from cdisc_rules_engine.utilities.dataset_preprocessor import DatasetPreprocessor
    from cdisc_rules_engine.utilities.rule_processor import RuleProcessor

    watch.watch(RulesEngine, "validate_single_dataset", _to_dataset, "dataset")
    watch.watch(RuleProcessor, "is_suitable_for_validation", _to_phase(SCOPE), SCOPE)
    for builder in (BaseDatasetBuilder, ContentsDatasetBuilder):
        watch.watch(builder, "get_dataset", _to_phase(BUILD), BUILD)
    watch.watch(DatasetPreprocessor, "preprocess", _to_phase(MERGE), MERGE)
    watch.watch(RuleProcessor, "perform_rule_operations", _to_phase(OPERATIONS), OPERATIONS)
    watch.watch(BaseOperation, "execute", _to_operation, "operation")
    for name, operator in vars(DataframeType).copy().items():
        if getattr(operator, "is_operator", False):
            watch.watch(DataframeType, name, _to_operator(name), OPERATORS)
    watch.watch(COREActions, "generate_dataset_error_objects", _to_phase(REPORT), REPORT)


@contextmanager
def _as_in_the_engine(silence: Callable[[], None]) -> Iterator[None]:
    """Its working directory, and without its log."""
    import cdisc_rules_engine

    here = Path.cwd()
    os.chdir(Path(cdisc_rules_engine.__file__).parent.parent)
    silence()
    try:
        yield
    finally:
        os.chdir(here)
        logging.disable(logging.NOTSET)


def spent_by_rule(folder: Path, rules: Path) -> list[Spent]:
    """Every rule on the datasets of a folder, one after another; those that are not started have no seconds."""
    os.environ["PYTHON_DOTENV_DISABLED"] = "1"
    from trialbook.conformance.engine import engine_dataset, host
    from trialbook.conformance.engine.job import Job
    from trialbook.conformance.engine.library import engine_library
    from trialbook.conformance.engine.runner import Runner
    from trialbook.datasets import read_datasets
    from trialbook.standards import load_ct, load_standard

    data = read_rules(rules)
    job = Job(
        datasets=tuple(engine_dataset(one, folder.resolve()) for one in read_datasets(folder)),
        rules=tuple(data),
        library="",
        standard=STANDARD,
        version=VERSION.replace(".", "-"),
        packages=(CT,),
    )
    watch, spent = Watch(), []
    with _as_in_the_engine(host._silence):
        runner = Runner(job, engine_library(load_standard(), load_ct(CT, None)))
        watch_engine(watch)
        for index, rule in enumerate(data):
            one = watch.rule = Spent(str(rule["Core"]["Id"]), str(rule["Rule Type"]))
            spent.append(one)
            if runner.out_of_scope(index) is None:
                one.phases.clear()
                begun = time.process_time()
                runner.run(index)
                one.seconds = time.process_time() - begun
    return spent


def profile(folder: Path, rules: Path) -> str:
    """Where the time goes, as Markdown: the slowest rules, rule types, operators and operations."""
    spent = spent_by_rule(folder, rules)
    operators = {str(rule["Core"]["Id"]): _operators(rule.get("Check")) for rule in read_rules(rules)}
    started = sorted((one for one in spent if one.seconds), key=lambda one: -one.seconds)
    total = sum(one.seconds for one in started)
    lines = [f"{len(started)} of {len(spent)} rules are started; they take {total:.1f} s of one processor.", ""]
    lines += _table(
        ("rule", "seconds", "type", "check operators", "most of it"),
        (
            (one.rule, f"{one.seconds:.2f}", one.type, ", ".join(f"`{name}`" for name in operators[one.rule]), one.most)
            for one in started[:SLOWEST]
        ),
    )
    lines += ["", f"The {SLOWEST} slowest take {sum(one.seconds for one in started[:SLOWEST]) / total:.0%} of the time.", ""]
    lines += _table(("rule type", "rules", "seconds", *PHASES, REST), _by_type(started))
    lines += ["", *_table(("check operator", "rules", "calls", "seconds"), _by_name(started, lambda one: one.operators))]
    lines += ["", *_table(("operation", "rules", "calls", "seconds"), _by_name(started, lambda one: one.operations))]
    return "\n".join(lines)


def _by_type(started: Sequence[Spent]) -> Iterator[tuple[str, ...]]:
    by_type: dict[str, list[Spent]] = defaultdict(list)
    for one in started:
        by_type[one.type].append(one)
    groups = sorted(by_type.items(), key=lambda group: -sum(one.seconds for one in group[1]))
    for name, ones in [*groups, ("together", list(started))]:
        seconds = sum(one.seconds for one in ones)
        phases: Counter[str] = Counter()
        for one in ones:
            phases.update(one.phases)
        parts = [*(phases[phase] for phase in PHASES), seconds - phases.total()]
        yield name, str(len(ones)), f"{seconds:.1f}", *(f"{part:.1f}" for part in parts)


def _by_name(started: Sequence[Spent], of: Callable[[Spent], Counter[str]]) -> Iterator[tuple[str, ...]]:
    seconds: Counter[str] = Counter()
    calls: Counter[str] = Counter()
    rules: Counter[str] = Counter()
    for one in started:
        for name, took in of(one).items():
            seconds[name] += took
            calls[name] += one.calls[name]
            rules[name] += 1
    for name, took in seconds.most_common():
        if took >= 0.05:
            yield f"`{name}`", str(rules[name]), f"{calls[name]:,}", f"{took:.1f}"


def _operators(check: Any) -> list[str]:
    if isinstance(check, Mapping):
        own = [str(check["operator"])] if "operator" in check else []
        return list(dict.fromkeys([*own, *(name for part in check.values() for name in _operators(part))]))
    if isinstance(check, list):
        return list(dict.fromkeys(name for part in check for name in _operators(part)))
    return []


def _table(head: Sequence[str], rows: Iterator[tuple[str, ...]]) -> list[str]:
    rule = ["---:" if name in ("seconds", "rules", "calls", REST, *PHASES) else "---" for name in head]
    return ["| " + " | ".join(row) + " |" for row in (head, rule, *rows)]
