"""A trial as it is analysed: its plan, its analysis datasets, and whose records of a parameter an analysis takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from trialbook.analysis.adam.loading import SUBJECTS, AdamSpecs
from trialbook.analysis.adam.making import SUBJECT
from trialbook.datasets import SdtmDataset
from trialbook.errors import TrialbookError
from trialbook.protocol import Protocol
from trialbook.protocol.analysis import PlannedAnalysis


@dataclass(frozen=True)
class Arm:
    """An arm of the comparison: its ARMCD, its name, and whether it is the one that is treated."""

    code: str
    name: str
    treated: bool


@dataclass(frozen=True)
class Trial:
    """What is analysed; ``synthetic`` is the export's statement that its data are invented."""

    protocol: Protocol
    specs: AdamSpecs
    datasets: Mapping[str, SdtmDataset]
    synthetic: str | None = None

    @cached_property
    def arms(self) -> tuple[Arm, Arm]:
        """The arm that is treated, and control."""
        treatment = self.specs.endpoints.treatment
        names = {one.armcd: one.arm for one in self.protocol.study.arms}
        return Arm(treatment.treated, names.get(treatment.treated, treatment.treated), True), Arm(
            treatment.control, names.get(treatment.control, treatment.control), False
        )

    @cached_property
    def subjects(self) -> pd.DataFrame:
        """ADSL by USUBJID."""
        return self.datasets[SUBJECTS].frame.set_index(SUBJECT, drop=False)

    def population(self, name: str) -> pd.DataFrame:
        """The subjects of an analysis set, by USUBJID; TrialbookError where no flag of ADSL stands for the set."""
        flag = self.specs.endpoints.sets.get(name)
        if flag is None or flag not in self.subjects:
            remedy = "Name its flag under sets in analysis_specs/endpoints.yml, and make it in datasets/adsl.yml."
            raise TrialbookError(f"no variable of ADSL tells who is in the analysis set {name}", remedy=remedy)
        code = self.specs.endpoints.treatment.code
        return self.subjects[(self.subjects[flag] == "Y") & self.subjects[code].isin([arm.code for arm in self.arms])]

    def size(self, name: str) -> dict[str, int]:
        """How many subjects of each arm are in an analysis set, by ARMCD."""
        codes = self.population(name)[self.specs.endpoints.treatment.code]
        return {arm.code: int((codes == arm.code).sum()) for arm in self.arms}

    def records(self, dataset: str, paramcd: str, population: str, by: str = "") -> pd.DataFrame:
        """The records of a parameter of the set's subjects, with ARMCD and STRATUM beside them; strata ``by`` one of ADSL's."""
        frame = self.datasets[dataset].frame
        return self.beside(frame[frame["PARAMCD"] == paramcd], population, by)

    def beside(self, frame: pd.DataFrame, population: str, by: str = "") -> pd.DataFrame:
        """The records of the set's subjects, with ARMCD and STRATUM of the subject: by the plan's strata, or by one variable."""
        chosen = self.population(population)
        frame = frame[frame[SUBJECT].isin(chosen.index)].reset_index(drop=True)
        code = frame[SUBJECT].map(chosen[self.specs.endpoints.treatment.code]).astype("str")
        return frame.assign(ARMCD=code, STRATUM=frame[SUBJECT].map(self.strata(chosen, by)).astype("str"))

    def strata(self, subjects: pd.DataFrame, by: str = "") -> pd.Series:
        """The stratum of each subject: the values of the strata's variables, joined; one that is empty is ``Unknown``."""
        names = (by,) if by else self.specs.endpoints.strata
        if not names:
            return pd.Series("", index=subjects.index, dtype="str")
        parts = [subjects[name].where(subjects[name] != "", "Unknown") for name in names]
        return parts[0].str.cat(parts[1:], sep=", ") if len(parts) > 1 else parts[0]

    def dataset_of(self, analysis: PlannedAnalysis) -> str:
        """Where the records of an analysis's parameter are."""
        endpoints = self.specs.endpoints
        if analysis.endpoint in endpoints.times:
            return "ADTTE"
        responder = endpoints.responders.get(analysis.paramcd) or endpoints.responders[analysis.endpoint]
        return responder.dataset


def by_arm(trial: Trial, records: pd.DataFrame) -> dict[str, np.ndarray]:
    """A mask of the records of each arm, by ARMCD."""
    codes = records["ARMCD"].to_numpy()
    return {arm.code: codes == arm.code for arm in trial.arms}
