"""What rules a machine has, and which of them apply to a study."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from trialbook.conformance.rules.applying import ScopedDataset, StudyScope, applies_to, why_not
from trialbook.conformance.rules.ruleset import RuleSet
from trialbook.conformance.rules.sources import own_rules, read_rules
from trialbook.conformance.store.home import engine_version, store_folder
from trialbook.conformance.store.installation import Installed, installed, installed_rules, other_engines


@dataclass(frozen=True, slots=True)
class Applying:
    """How many rules of a set apply to a study."""

    listed: int
    """Published for the study's standard."""
    applying: int
    """Of these, those with a dataset of the study in their scope."""
    by_dataset: Mapping[str, int]
    """How many apply to each dataset of the study; a rule may to several."""


@dataclass(frozen=True, slots=True)
class RuleStatus:
    """One set of rules: what it is, and where a study is named, how much of it applies."""

    label: str
    rules: RuleSet
    applying: Applying | None


@dataclass(frozen=True, slots=True)
class Status:
    """What a machine has of rules."""

    engine: str
    folder: Path
    """Where CDISC's rules are, or would be."""
    record: Installed | None
    """None where CDISC's rules are not installed; then ``sets`` holds the rest."""
    others: tuple[str, ...]
    """Other versions of the engine whose rules are installed."""
    sets: tuple[RuleStatus, ...]

    def age(self, now: datetime | None = None) -> str:
        """How long CDISC's rules have been installed, in words."""
        days = self.record.days(now) if self.record else 0
        return "today" if days == 0 else f"{days:,} day{'s' * (days != 1)} ago"


CDISCS, OWN, STUDYS = "CDISC's rules", "the kit's own rules", "the study's own rules"


def rule_sets(study: StudyScope | None) -> tuple[tuple[str, RuleSet], ...]:
    """The rules that a run uses: CDISC's where they are installed, the kit's own, and the study's where it has any."""
    found = [(CDISCS, installed_rules()), (OWN, own_rules())]
    if study is not None and study.rules.is_dir() and any(study.rules.iterdir()):
        found.append((STUDYS, read_rules(study.rules)))
    return tuple((label, rules) for label, rules in found if rules is not None)


def core_status(study: StudyScope | None) -> Status:
    """What is installed and what applies; TrialbookError for an installation that is damaged."""
    sets = tuple(RuleStatus(label, rules, applying(rules, study) if study else None) for label, rules in rule_sets(study))
    return Status(engine_version(), store_folder(), installed(), other_engines(), sets)


def applying(rules: RuleSet, study: StudyScope) -> Applying:
    """How many of the rules apply to a study."""
    listed = rules.for_standard(study.standard, study.version).rules
    return Applying(
        listed=len(listed),
        applying=sum(why_not(rule, study.standard, study.version, study.datasets) is None for rule in listed),
        by_dataset=_by_dataset([applies_to(rule, study.datasets) for rule in listed], study.datasets),
    )


def _by_dataset(found: Sequence[Sequence[str]], datasets: Sequence[ScopedDataset]) -> dict[str, int]:
    return {one.name: sum(one.name in names for names in found) for one in datasets}
