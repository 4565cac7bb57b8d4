"""What a run states of its conformance rules: whose, how many, which ones exactly."""

from __future__ import annotations

from trialbook.conformance.choice import ChosenRules
from trialbook.findings import Conformance, RuleSource
from trialbook.standards import Standard

NOT_WANTED = "CDISC's rules were not asked for in this run (--core off)"


def standard_and_version(standard: Standard) -> tuple[str, str]:
    """As rules name them: ``("sdtmig", "3.4")``."""
    name, _, version = standard.name.partition("-")
    return name, version


def state_rules(chosen: ChosenRules, standard: Standard) -> Conformance | None:
    """The rules for a standard by source; None where a run has no conformance rules at all."""
    if not chosen.sets:
        return None
    sources = []
    for name, rules in chosen.named:
        ours = rules.for_standard(*standard_and_version(standard))
        sources.append(RuleSource(name, rules.origin, len(ours), len(ours.unreadable), rules.sha256))
    return Conformance(tuple(sources), chosen.missing or (NOT_WANTED if chosen.official is None else None))
