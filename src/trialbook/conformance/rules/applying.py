"""To which datasets a rule applies by its scope, and if to none of a study's, why.

A listing for people: in a run the engine decides, by the same words, on the datasets themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from trialbook.conformance.rules.rule import ALL, CoreRule, Scope, standard_name

FINDINGS, FINDINGS_ABOUT = "FINDINGS", "FINDINGS ABOUT"
_SUPPLEMENTAL, _ASSOCIATED = ("SUPP", "SQ"), ("AP", "APFA")
_MOST_NAMED = 6


@dataclass(frozen=True, slots=True)
class ScopedDataset:
    """A dataset as scopes name it."""

    name: str
    domain: str
    """QS for QSCG; of associated persons and supplemental qualifiers the dataset's own name."""
    class_: str = ""
    """The observation class as rules write it (``SPECIAL PURPOSE``); empty where the standard has no such dataset."""

    @property
    def is_split(self) -> bool:
        """Whether it is a part of its domain."""
        return self.name != self.domain and not self.name.startswith(("AP", *_SUPPLEMENTAL))


@dataclass(frozen=True, slots=True)
class StudyScope:
    """What of a study decides which rules apply to it."""

    name: str
    standard: str
    """E.g. ``sdtmig``."""
    version: str
    datasets: tuple[ScopedDataset, ...]
    rules: Path
    """The folder of the study's own rules, which need not be there."""


def scope_class(class_: str) -> str:
    """A class as rules write it, from how the standard does: ``Special-Purpose``."""
    return class_.upper().replace("-", " ")


def applies_to(rule: CoreRule, datasets: Iterable[ScopedDataset]) -> tuple[str, ...]:
    """The names of the datasets in a rule's scope."""
    return tuple(one.name for one in datasets if _in_domains(rule, one) and _in_classes(rule, one))


def why_not(rule: CoreRule, standard: str, version: str, datasets: Sequence[ScopedDataset]) -> str | None:
    """Why a rule does not apply to a study with these datasets; None where it does."""
    if not rule.lists(standard, version):
        others = dict.fromkeys(f"{one.standard} {one.version}" for one in rule.published)
        return f"not for {standard_name(standard).upper()} {version}: {_listed(others)}"
    if rule.entities:
        return f"not for datasets, but for {_listed(rule.entities.include)}"
    if rule.data_structures and ALL not in rule.data_structures.include:
        return f"only for {_listed(rule.data_structures.include)}"
    if applies_to(rule, datasets):
        return None
    if not any(_in_domains(rule, one) for one in datasets):
        return f"the study has no {_listed(rule.domains.include) or 'dataset in its scope'}"
    left = f" but {_listed(rule.domains.exclude)}" if rule.domains.exclude else ""
    classes = f"of {_listed(rule.classes.include)}" if rule.classes.include else f"that is not of {_listed(rule.classes.exclude)}"
    return f"the study has no dataset {classes}{left}"


def scope_words(rule: CoreRule) -> str:
    """A rule's scope in a few words: ``AE``; ``EVENTS but DS, DV``; ``all``."""
    if rule.entities:
        return _listed(rule.entities.include)
    if rule.data_structures and ALL not in rule.data_structures.include:
        return _listed(rule.data_structures.include)
    named = [name for name in rule.domains.include if name != ALL]
    words = _listed(named or [name for name in rule.classes.include if name != ALL]) or "all"
    left = [*rule.domains.exclude, *rule.classes.exclude]
    return f"{words} but {_listed(left)}" if left else words


def _listed(names: Iterable[str]) -> str:
    found = list(names)
    more = f" and {len(found) - _MOST_NAMED} more" if len(found) > _MOST_NAMED else ""
    return ", ".join(found[:_MOST_NAMED]) + more


def _in_domains(rule: CoreRule, dataset: ScopedDataset) -> bool:
    scope = rule.domains
    excluded = bool(scope.exclude) and _named(scope.exclude, dataset)
    if rule.include_split is True:
        if not scope.include:
            return dataset.is_split and not excluded
        return (_named(scope.include, dataset) or dataset.is_split) and not excluded
    if rule.include_split is False and dataset.is_split:
        return False
    return (not scope.include or _named(scope.include, dataset)) and not excluded


def _named(names: Sequence[str], dataset: ScopedDataset) -> bool:
    if ALL in names or dataset.name in names or dataset.domain in names:
        return True
    supplemental = dataset.name.startswith(_SUPPLEMENTAL) and any(f"{prefix}--" in names for prefix in _SUPPLEMENTAL)
    associated = dataset.name.startswith("AP") and any(f"{prefix}--" in names for prefix in _ASSOCIATED)
    return supplemental or associated


def _in_classes(rule: CoreRule, dataset: ScopedDataset) -> bool:
    scope: Scope = rule.classes
    if scope.include and ALL not in scope.include and not _of_class(scope.include, dataset):
        return False
    return ALL in scope.include or not (scope.exclude and _of_class(scope.exclude, dataset))


def _of_class(names: Sequence[str], dataset: ScopedDataset) -> bool:
    return dataset.class_ in names or (dataset.class_ == FINDINGS_ABOUT and FINDINGS in names)
