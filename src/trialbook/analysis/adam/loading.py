"""Reads ``analysis_specs/``: a dataset a file, the endpoints, the study's functions; complaints name file and line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from trialbook.analysis.adam.endpoints_spec import EndpointsSpec
from trialbook.analysis.adam.spec import AnalysisDatasetSpec
from trialbook.errors import SpecError
from trialbook.mapping.derivations import Derivations, load_derivations
from trialbook.specfile import SpecFile

FOLDER = "analysis_specs"
SUBJECTS = "ADSL"


@dataclass(frozen=True)
class AdamSpecs:
    """The datasets by name, ADSL first and then in the order of ``made``; ``files`` are those that they were read from."""

    folder: Path
    datasets: Mapping[str, AnalysisDatasetSpec]
    endpoints: EndpointsSpec
    derivations: Derivations
    files: Mapping[str, SpecFile]


def load_analysis_specs(root: Path, prefix: str) -> AdamSpecs:
    """Read the study's ``analysis_specs/``; raises :class:`SpecError` with file and line for what does not fit.

    ``prefix`` is the study's namespace, under which its functions are loaded.
    """
    folder = root / FOLDER
    if not (folder / "endpoints.yml").is_file():
        remedy = "Write analysis_specs/endpoints.yml and analysis_specs/datasets/adsl.yml."
        raise SpecError("the study does not say how analysis datasets are made", file=folder, remedy=remedy)
    files = {"endpoints": SpecFile(folder / "endpoints.yml")}
    endpoints = files["endpoints"].parse(EndpointsSpec)
    datasets: dict[str, AnalysisDatasetSpec] = {}
    for path in sorted((folder / "datasets").glob("*.yml")):
        file = SpecFile(path)
        spec = file.parse(AnalysisDatasetSpec)
        if spec.dataset.casefold() != path.stem.casefold():
            raise file.error(["dataset"], f"is {spec.dataset}, but the file is {path.name}", "Name the file after its dataset.")
        files[spec.dataset], datasets[spec.dataset] = file, spec
    if SUBJECTS not in datasets:
        raise SpecError(f"has no specification of {SUBJECTS}", file=folder / "datasets", remedy="Write adsl.yml.")
    ordered = {SUBJECTS: datasets.pop(SUBJECTS)} | datasets
    return AdamSpecs(folder, ordered, endpoints, load_derivations(folder, prefix), files)
