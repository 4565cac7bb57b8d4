"""Rules across datasets: what SDTM says of one in terms of another, whatever the trial (SDTMIG 3.4)."""

from __future__ import annotations

from collections.abc import Sequence

from trialbook.checks.cross.baselines import baselines
from trialbook.checks.cross.consent import consent
from trialbook.checks.cross.consequences import without_consequences
from trialbook.checks.cross.date_order import date_order
from trialbook.checks.cross.deaths import deaths
from trialbook.checks.cross.dispositions import dispositions
from trialbook.checks.cross.epochs import epochs
from trialbook.checks.cross.exposure import exposure
from trialbook.checks.cross.given import Given
from trialbook.checks.cross.one_to_one import one_to_one
from trialbook.checks.cross.reference_dates import reference_dates
from trialbook.checks.cross.relationships import relationships
from trialbook.checks.cross.result_units import result_units
from trialbook.checks.cross.sequences import sequences
from trialbook.checks.questions import Questions
from trialbook.checks.rule import Rule
from trialbook.datasets import SdtmDataset
from trialbook.protocol import Protocol
from trialbook.standards import Standard

__all__ = ["cross_rules", "without_consequences"]

_SUBJECTS = (
    reference_dates, deaths, consent, date_order, epochs, exposure, dispositions, one_to_one, sequences, relationships,
    result_units, baselines,
)  # fmt: skip


def cross_rules(
    datasets: Sequence[SdtmDataset], standard: Standard, questions: Questions | None = None, protocol: Protocol | None = None
) -> dict[str, tuple[Rule, ...]]:
    """The rules across datasets that concern those which are there, by the dataset whose records they judge.

    A dataset that a rule needs and that is not there makes it SKIPPED, be it the one it judges; a rule of which nothing is there
    is left out. ``protocol`` says which arms are given nothing.
    """
    given = Given({one.name: one for one in datasets}, standard, questions or Questions(), _untreated(protocol))
    found: dict[str, list[Rule]] = {}
    for subject in _SUBJECTS:
        for name, rule in subject(given):
            # Without USUBJID, which is a finding of its own, nothing can be held against other datasets.
            if name in given.datasets and rule.reads and name in ("DM", "DS") and not given.has(name, "USUBJID"):
                continue
            if name in given.datasets or given.datasets.keys() & rule.reads.keys():
                found.setdefault(name, []).append(rule)
    return {name: tuple(rules) for name, rules in found.items()}


def _untreated(protocol: Protocol | None) -> frozenset[str]:
    if protocol is None or not protocol.interventions.interventions:
        return frozenset()
    return frozenset(arm.armcd for arm in protocol.study.arms if not protocol.interventions.of(arm.armcd))
