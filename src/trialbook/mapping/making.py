"""A dataset in the making: what the algorithms that need the rest of a record work on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from trialbook.mapping.domain_spec import DomainSpec
from trialbook.mapping.mapped import Mapped
from trialbook.mapping.provenance import Source
from trialbook.mapping.records import MappingIssue
from trialbook.mapping.specs import Specs
from trialbook.protocol import TrialDesign, Visit


@dataclass
class Making:
    """A dataset while it is made, its records not yet sorted.

    ``frame``: the variables filled from raw records, Num ones as float64, index 0…n-1; ``sources``: where they come from;
    ``datasets``: those made before (DM first, then SE); ``visits``: the protocol's, by VISIT; ``design``: its elements and
    paths. An algorithm adds its variable to ``frame`` and to ``sources``, and what it could not do to ``issues`` (positions in
    ``frame``); ``shared`` is for what several variables of one algorithm have in common.
    """

    domain: DomainSpec
    frame: pd.DataFrame
    sources: dict[str, Source]
    datasets: Mapping[str, Mapped]
    specs: Specs
    visits: Mapping[str, Visit]
    design: TrialDesign = field(default_factory=TrialDesign)
    issues: list[MappingIssue] = field(default_factory=list)
    shared: dict[str, Any] = field(default_factory=dict)
