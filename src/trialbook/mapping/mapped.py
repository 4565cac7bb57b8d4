"""What mapping gives: datasets, the origins of their values, and what could not be done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from trialbook.datasets import SdtmDataset
from trialbook.mapping.provenance import Provenance
from trialbook.mapping.records import MappingIssue


@dataclass(frozen=True)
class Mapped:
    """One dataset with the origins of its values; ``keys`` is its natural key.

    ``not_collected``: variables for which the export has none of the forms or columns that they are mapped from, and why.
    ``unsplit``: the keys whose texts go on in supplemental qualifiers, as they were collected.
    """

    dataset: SdtmDataset
    provenance: Provenance
    keys: tuple[str, ...]
    not_collected: Mapping[str, str] = field(default_factory=dict)
    unsplit: Mapping[str, pd.Series] = field(default_factory=dict)


@dataclass(frozen=True)
class MappedStudy:
    """What mapping an export gives.

    ``not_made``: domains without any of their forms, with the reason; ``usubjid``: for each form the USUBJID of its records.
    """

    datasets: Mapping[str, Mapped]
    issues: tuple[MappingIssue, ...]
    not_made: Mapping[str, str]
    usubjid: Mapping[str, pd.Series]
