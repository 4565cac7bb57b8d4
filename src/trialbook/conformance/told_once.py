"""One violation, one finding: where several rules that answer to the same published rule speak of one record."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from trialbook.checks.consequences import less
from trialbook.findings import Finding, RuleOutcome, Stage

PUBLISHED = re.compile(r"(?:CG|FB|CORE-|TIG|SEND)\d+")
"""What a published rule's id looks like among what a finding cites: the others are sections of documents."""
_OF_DATASETS = (Stage.SDTM, Stage.CROSS)
_Place = tuple[str, int | None]


@dataclass(frozen=True)
class ToldOnce:
    """The findings before, some of them with more ids; those that are new; and what became of the rules that made those."""

    before: dict[str, Finding]
    """By the id of a finding: what takes its place."""
    found: list[Finding]
    outcomes: list[RuleOutcome]


def told_once(
    before: Iterable[Finding],
    found: Sequence[Finding],
    outcomes: Sequence[RuleOutcome],
    yielding: Collection[str],
    own: Collection[str],
    of_variables: Collection[str] = (),
) -> ToldOnce:
    """``found`` without what it, or ``before``, tells of the same record by the same published rule already.

    A rule of the kit (``own``) has nothing to add either where another finding of the record is about the very same variables;
    those ``of_variables`` speak of no record, whatever place they name.

    The one that is shown (of ``found`` the first) takes the other's ids, variables and values. It keeps its own id and words, and
    its severity unless the other's is graver; that of the rules ``yielding`` gives way: CDISC's state none, and of two rules of
    the kit the one that sees more of the study speaks.
    """
    shown: dict[_Place, list[Finding]] = {}
    originals: set[str] = set()
    for one in before:
        if one.stage in _OF_DATASETS:
            shown.setdefault((one.dataset, one.record), []).append(one)
            originals.add(one.id)
    first: dict[str, Finding] = {}
    changed: dict[str, Finding] = {}
    told: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for one in found:
        place, ids = (one.dataset, None if one.rule in of_variables else one.record), published_ids(one)
        at = shown.setdefault(place, [])
        by = next((i for i, other in enumerate(at) if _same(other, one, ids, one.rule in own)), None)
        if by is None:
            at.append(one)
            first[one.id] = one
            continue
        other = at[by]
        at[by] = merged = _with(other, one, one.rule in yielding)
        (changed if other.id in originals else first)[other.id] = merged
        told.setdefault((one.rule, one.dataset), []).append((other.rule, one.id))
    return ToldOnce(changed, list(first.values()), [less(one, told.get((one.rule, one.dataset), [])) for one in outcomes])


def _same(shown: Finding, one: Finding, published: set[str], own: bool) -> bool:
    if shown.rule == one.rule:
        return False
    these, those = set(one.variables), set(shown.variables)
    # About the dataset a published rule may have a finding for each variable.
    near = shown.record is not None or not these or not those or not these.isdisjoint(those)
    return (near and bool(published & published_ids(shown))) or (own and bool(these) and these == those)


def published_ids(finding: Finding) -> set[str]:
    """The published rules that a finding answers to."""
    return {one for one in (finding.rule, *finding.cites) if PUBLISHED.fullmatch(one)}


def _with(shown: Finding, other: Finding, yields: bool) -> Finding:
    """The finding that is shown, with what the other adds."""
    return replace(
        shown,
        cites=tuple(dict.fromkeys((*shown.cites, other.rule, *other.cites))),
        severity=shown.severity if yields else min(shown.severity, other.severity, key=lambda one: one.rank),
        variables=tuple(dict.fromkeys((*shown.variables, *other.variables))),
        values={**other.values, **shown.values},
        reading=shown.reading or other.reading,
    )
