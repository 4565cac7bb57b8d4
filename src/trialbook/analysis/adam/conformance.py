"""Whether analysis datasets that were made keep ADaM's published rules (ADaMIG 1.3, BDS for TTE 1.0, OCCDS 1.1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from trialbook.analysis.adam.conformance_sources import as_in_adsl, known_subjects, traced
from trialbook.analysis.adam.conformance_values import (
    baseline,
    censoring,
    dates,
    flags,
    one_to_one,
    parameters,
    statuses,
    values,
)
from trialbook.analysis.adam.conformance_variables import keys, metadata, required
from trialbook.analysis.adam.loading import SUBJECTS
from trialbook.analysis.adam.spec import AnalysisDatasetSpec
from trialbook.analysis.adam.violation import Violation
from trialbook.datasets import SdtmDataset

__all__ = ["Violation", "violations"]


def violations(
    datasets: Mapping[str, SdtmDataset], specs: Mapping[str, AnalysisDatasetSpec], sdtm: Mapping[str, pd.DataFrame]
) -> tuple[Violation, ...]:
    """What in analysis datasets is against ADaM's rules, by dataset and rule; a rule tells each variable once.

    ``specs`` are those by which the datasets were made, which tell structure and keys; ``sdtm`` the datasets that they were made
    from, to which their records lead (SRCDOM, SRCVAR, SRCSEQ).
    """
    return tuple(one for name, dataset in datasets.items() for one in _of(dataset, specs[name], datasets, sdtm))


def _of(
    dataset: SdtmDataset,
    spec: AnalysisDatasetSpec,
    datasets: Mapping[str, SdtmDataset],
    sdtm: Mapping[str, pd.DataFrame],
) -> Iterator[Violation]:
    yield from required(dataset, spec.structure)
    yield from metadata(dataset, spec.structure)
    yield from keys(dataset, spec)
    yield from flags(dataset, spec.structure)
    yield from dates(dataset)
    yield from one_to_one(dataset)
    yield from statuses(dataset)
    if spec.structure == "BDS":
        yield from parameters(dataset)
        yield from values(dataset)
        yield from baseline(dataset)
        yield from censoring(dataset)
        yield from traced(dataset, {name: one.frame for name, one in datasets.items()}, sdtm)
    if dataset.name != SUBJECTS and SUBJECTS in datasets:
        yield from known_subjects(dataset, datasets[SUBJECTS])
        yield from as_in_adsl(dataset, datasets[SUBJECTS])
