"""The trial design datasets (SDTMIG 3.4 section 7): TS, TA, TE, TV and TI, derived from the protocol."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from trialbook.protocol.trial_design.arms import arm_records, element_records, visit_records
from trialbook.protocol.trial_design.criteria import criteria_records
from trialbook.protocol.trial_design.observed import observe
from trialbook.protocol.trial_design.records import DesignDataset, design_dataset
from trialbook.protocol.trial_design.summary import summary_records
from trialbook.standards import ControlledTerminology, Standard

if TYPE_CHECKING:
    from trialbook.protocol.protocol import Protocol

__all__ = ["DesignDataset", "has_design", "trial_design"]


def has_design(protocol: Protocol) -> bool:
    """Whether the protocol states the trial's design: it has a ``design.yml``."""
    return (protocol.folder / "design.yml").exists()


def trial_design(
    protocol: Protocol, standard: Standard, ct: ControlledTerminology, data: Mapping[str, pd.DataFrame] | None = None
) -> tuple[DesignDataset, ...]:
    """TA, TE, TI, TS and TV, those that have records; none where the protocol states no design.

    ``data``: the frames of the subjects' datasets by name, from which TS takes when the study started, and what else only they
    know. Raises :class:`~trialbook.errors.SpecError` with file and line for what the datasets can't hold.
    """
    if not has_design(protocol):
        return ()
    observed = observe(data or {}, protocol.study.design.planned_subjects)
    criteria = list(criteria_records(protocol))
    versions = ("TIVERS",) if any("TIVERS" in one.values for one in criteria) else ()
    made = (
        design_dataset("TA", list(arm_records(protocol)), protocol, standard),
        design_dataset("TE", list(element_records(protocol)), protocol, standard),
        design_dataset("TI", criteria, protocol, standard, versions),
        design_dataset("TS", list(summary_records(protocol, standard, ct, observed)), protocol, standard),
        design_dataset("TV", list(visit_records(protocol)), protocol, standard),
    )
    return tuple(one for one in made if one is not None)
