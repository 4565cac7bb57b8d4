"""The conformance of datasets: the rules that a run has, run by CDISC's engine, as findings beside those there are already."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import yaml

from trialbook.checks.consequences import without_repeats
from trialbook.checks.tables import CheckedTable
from trialbook.conformance.choice import OFFICIAL, ChosenRules
from trialbook.conformance.engine import EngineDataset, RuleRun, engine_dataset, run_rules
from trialbook.conformance.findings import Verdict, about_records, unreadable_outcomes, verdict_of
from trialbook.conformance.rules import CoreRule, RuleSet
from trialbook.conformance.statement import standard_and_version
from trialbook.conformance.told_once import ToldOnce, told_once
from trialbook.datasets import CaseSettings, SdtmDataset
from trialbook.findings import Finding, RuleOutcome, RuleStatus, Runner, Severity
from trialbook.progress import Progress, part_way
from trialbook.standards import ControlledTerminology, Standard

DEFINE = "define.xml"
SEVERITIES = Path(__file__).with_name("severities.yml")
ENGINE = "CORE"


@dataclass(frozen=True)
class Submitted:
    """Datasets with the tables that findings of them point into, and what is stated of them as a whole.

    ``folder``: where their files lie, if they come from files; ``settings``: what a folder of test data says of itself.
    """

    datasets: Sequence[SdtmDataset]
    tables: Mapping[str, CheckedTable]
    study: str
    standard: Standard
    ct: ControlledTerminology
    folder: Path | None = None
    settings: CaseSettings | None = None

    @property
    def for_engine(self) -> list[EngineDataset]:
        """The datasets as the engine is to see them."""
        return [engine_dataset(one, self.folder) for one in self.datasets]

    @property
    def packages(self) -> tuple[str, ...]:
        """The CT packages that the datasets name: a folder of test data those it says, any other the run's."""
        return (self.ct.name,) if self.settings is None else self.settings.ct

    @property
    def define(self) -> str | None:
        """The Define-XML beside the datasets, if there is one; of test data, if they say so."""
        if self.settings is not None:
            path = self.settings.define_xml
        else:
            path = self.folder / DEFINE if self.folder is not None else None
        return str(path.resolve()) if path is not None and path.is_file() else None


def check_conformance(submitted: Submitted, chosen: ChosenRules, before: Iterable[Finding], progress: Progress) -> ToldOnce:
    """Run every rule that is for the datasets' standard; findings that ``before`` has of the same record are told with those.

    A rule that can't be read is an EXECUTION ERROR, and one that is for another standard SKIPPED, each with the reason.
    """
    standard = standard_and_version(submitted.standard)
    rules = _once(chosen.sets, standard)
    runs = _run(submitted, list(rules.values()), progress)
    severities = _severities(chosen.sets, standard)
    made = verdict_of(runs, rules, submitted.tables, submitted.study, standard, severities, _sources(chosen, rules))
    made.outcomes.extend(_not_run(chosen, standard))
    made = replace(made, findings=chosen.known_issues.mark(made.findings, _published(rules)))
    before = list(before)
    found, outcomes = _without_raw(made, chosen, before)
    own = _ids(chosen.own)
    of_variables = {id for id, rule in rules.items() if id in own and not about_records(rule)}
    return told_once(before, found, outcomes, rules.keys() - _ids(chosen.study), own, of_variables)


def _once(sets: Sequence[RuleSet], standard: tuple[str, str]) -> dict[str, CoreRule]:
    """The rules for a standard by id, in the order of the sets: of two with one id the first."""
    rules: dict[str, CoreRule] = {}
    for one in sets:
        for rule in one.for_standard(*standard).rules:
            rules.setdefault(rule.id, rule)
    return rules


def _sources(chosen: ChosenRules, rules: Mapping[str, CoreRule]) -> dict[str, str]:
    """Whose each rule is."""
    return {id: next(name for name, one in chosen.named if one.rule(id) is rule) for id, rule in rules.items()}


def _published(rules: Mapping[str, CoreRule]) -> dict[str, CoreRule]:
    """Those that state no severity: CDISC's, wherever they were read."""
    return {id: rule for id, rule in rules.items() if rule.severity is None}


def _run(submitted: Submitted, rules: Sequence[CoreRule], progress: Progress) -> list[RuleRun]:
    settings = submitted.settings
    return run_rules(
        submitted.for_engine,
        [rule.data for rule in rules],
        submitted.standard,
        submitted.ct,
        packages=submitted.packages,
        substandard=settings.substandard if settings else None,
        use_case=settings.use_case if settings else None,
        define=submitted.define,
        step=lambda rule, done, total: part_way(progress, f"CDISC CORE: {rule}", done, total),
    )


def _without_raw(made: Verdict, chosen: ChosenRules, before: Sequence[Finding]) -> tuple[list[Finding], list[RuleOutcome]]:
    """What the rules found; of the kit's own without what the raw data have told already. CDISC's verdict stands as it is."""
    own = _ids(chosen.own)
    found = [one for one in made.findings if one.rule in own]
    outcomes = [one for one in made.outcomes if one.rule in own]
    found, outcomes = without_repeats(found, outcomes, before)
    found += [one for one in made.findings if one.rule not in own]
    return found, [*outcomes, *(one for one in made.outcomes if one.rule not in own)]


def _ids(rules: RuleSet | None) -> set[str]:
    return {rule.id for rule in rules.rules} if rules is not None else set()


def _severities(sets: Sequence[RuleSet], standard: tuple[str, str]) -> dict[str, Severity]:
    """Of each published rule that a rule with a severity answers to, the gravest; of others what the kit's table says."""
    stated = yaml.safe_load(SEVERITIES.read_text(encoding="utf-8"))
    found = {id: Severity(word) for id, word in stated.items()}
    for rule in (rule for one in sets for rule in one.rules if rule.severity is not None):
        assert rule.severity is not None
        for id in rule.cites(*standard):
            found[id] = min(found.get(id, rule.severity), rule.severity, key=lambda one: one.rank)
    return found


def _not_run(chosen: ChosenRules, standard: tuple[str, str]) -> list[RuleOutcome]:
    """Rules that could not be started, and why."""
    outcomes: list[RuleOutcome] = []
    for name, one in chosen.named:
        outcomes += unreadable_outcomes(one.for_standard(*standard).unreadable, name)
    if chosen.missing is not None:
        outcomes.append(
            RuleOutcome(ENGINE, Runner.CORE, RuleStatus.SKIPPED, chosen.missing, 0, None, "CDISC's conformance rules")
        )
    if chosen.official is not None and chosen.given:
        reason = f"it is not published for {standard[0].upper()} {standard[1]}"
        others = [rule for rule in chosen.official.rules if not rule.lists(*standard)]
        outcomes += [
            RuleOutcome(rule.id, Runner.CORE, RuleStatus.SKIPPED, reason, 0, None, rule.description, source=OFFICIAL)
            for rule in others
        ]
    return outcomes
