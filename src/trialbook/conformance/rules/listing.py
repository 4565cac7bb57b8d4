"""Rules as a listing: those that were asked for, each with what it answers to and whether it applies to a study."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trialbook.conformance.rules.applying import ScopedDataset, StudyScope, applies_to, why_not
from trialbook.conformance.rules.rule import CoreRule, UnreadableRule
from trialbook.conformance.rules.ruleset import RuleSet
from trialbook.conformance.rules.search import search


@dataclass(frozen=True, slots=True)
class ListedRule:
    """One rule of a listing."""

    source: str
    rule: CoreRule
    cites: tuple[str, ...]
    """The published ids for the standard, CDISC's first; without a standard, all that CDISC and others published."""
    datasets: tuple[str, ...]
    """The study's datasets in its scope."""
    why_not: str | None
    """Why it does not apply to the study; None where it does, and where there is no study."""


@dataclass(frozen=True, slots=True)
class Listing:
    """The rules that were asked for."""

    standard: str | None
    version: str | None
    study: StudyScope | None
    rules: tuple[ListedRule, ...]
    unreadable: tuple[tuple[str, UnreadableRule], ...]
    """Each with its source."""
    sources: tuple[tuple[str, RuleSet], ...]
    """All rules of each source."""

    @property
    def applying(self) -> int:
        """How many of the listed rules apply to the study."""
        return sum(one.why_not is None for one in self.rules) if self.study else 0


def list_rules(
    sets: Sequence[tuple[str, RuleSet]],
    words: Sequence[str] = (),
    dataset: ScopedDataset | None = None,
    standard: tuple[str, str] | None = None,
    study: StudyScope | None = None,
) -> Listing:
    """The rules of several sources in which all words stand, that apply to ``dataset`` and are for ``standard``.

    Without ``standard`` all are listed, and held against the study's. Rules that can't be read stay where the words are in what
    is told of them, and they may be for the standard.
    """
    against = standard or ((study.standard, study.version) if study else None)
    rules, unreadable = [], []
    for source, given in sets:
        chosen = given if standard is None else given.for_standard(*standard)
        for rule in search(chosen.rules, words, dataset):
            cites = rule.cites(*against) if against and rule.lists(*against) else _all_ids(rule)
            reason = why_not(rule, *against, study.datasets) if against and study else None
            datasets = applies_to(rule, study.datasets) if study and reason is None else ()
            rules.append(ListedRule(source, rule, cites, datasets, reason))
        wanted = [word.casefold() for word in words]
        unreadable += [(source, one) for one in chosen.unreadable if all(word in str(one).casefold() for word in wanted)]
    name, version = against or (None, None)
    return Listing(name, version, study, tuple(rules), tuple(unreadable), tuple(sets))


def _all_ids(rule: CoreRule) -> tuple[str, ...]:
    organizations = sorted(dict.fromkeys(one.organization for one in rule.published), key=lambda name: name != "CDISC")
    return tuple(dict.fromkeys(found for name in organizations for found in rule.cites_of(name)))
