"""A study's folders as data, each part read when it is first asked for: protocol, specifications, the standards they name.

It loads no rule and so not pandera, which takes seconds: a page about the protocol is made without them.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from trialbook.analysis.adam.loading import AdamSpecs, load_analysis_specs
from trialbook.errors import SpecError, TrialbookError
from trialbook.mapping import MappedStudy, Specs, load_export_spec, load_specs
from trialbook.protocol import Protocol, Visit
from trialbook.protocol.trial_design import DesignDataset, trial_design
from trialbook.specfile import SpecFile
from trialbook.standards import ControlledTerminology, Standard, load_ct, load_standard
from trialbook.studymodules import namespace
from trialbook.tlf.spec import DisplaysSpec, load_displays

STUDY_FILE = Path("protocol/study.yml")


def find_study(start: Path) -> Path:
    """The nearest folder from ``start`` upward that holds ``protocol/study.yml``."""
    for folder in (start.resolve(), *start.resolve().parents):
        if (folder / STUDY_FILE).is_file():
            return folder
    raise TrialbookError(
        f"no study here: neither this folder nor one above it has {STUDY_FILE}",
        file=start,
        remedy="Go to the study's folder, or name it with --study DIR.",
    )


class StudyFolders:
    """The folders of one study; each part is read when it is first asked for."""

    def __init__(self, root: Path | str):
        self.root = Path(root).resolve()
        if not (self.root / STUDY_FILE).is_file():
            raise TrialbookError(f"is no study: it has no {STUDY_FILE}", file=root, remedy="Name a study's folder.")

    @cached_property
    def protocol(self) -> Protocol:
        """``protocol/``."""
        return Protocol(self.root / "protocol")

    @property
    def visits(self) -> dict[str, Visit]:
        """The planned visits by name."""
        return self.protocol.visits

    @cached_property
    def specs(self) -> Specs:
        """``sdtm_specs/``."""
        return load_specs(self.root / "sdtm_specs", namespace(self.protocol.id))

    @cached_property
    def analysis_specs(self) -> AdamSpecs:
        """``analysis_specs/``: the analysis datasets and what the endpoints are made of."""
        return load_analysis_specs(self.root, namespace(self.protocol.id))

    @cached_property
    def displays(self) -> DisplaysSpec:
        """``analysis_specs/displays.yml``: the tables and figures of the report."""
        return load_displays(self.root)

    @property
    def encodings(self) -> tuple[str, ...]:
        """In which text that is not UTF-8 may be; it takes no other specification to know."""
        return tuple(load_export_spec(self.root / "sdtm_specs").encodings)

    @cached_property
    def standard(self) -> Standard:
        """The version of the SDTMIG that the protocol names."""
        return load_standard(self.protocol.study.standard)

    @cached_property
    def ct(self) -> ControlledTerminology:
        """The controlled terminology that the protocol names: the packaged one, or one added to ``sdtm_specs/ct/``."""
        try:
            return load_ct(self.protocol.study.ct, self.root / "sdtm_specs" / "ct")
        except SpecError as error:
            raise SpecFile(self.root / STUDY_FILE).error(["ct"], error.what, error.remedy) from None

    def trial_design(self, mapped: MappedStudy | None = None) -> tuple[DesignDataset, ...]:
        """TS, TA, TE, TV and TI by ``protocol/``, those that the specifications don't map; none without ``protocol/design.yml``.

        TS takes what only the data know from ``mapped``.
        """
        frames = {name: one.dataset.frame for name, one in mapped.datasets.items()} if mapped else {}
        made = trial_design(self.protocol, self.standard, self.ct, frames)
        return tuple(one for one in made if one.dataset.name not in self.specs.domains)

    def keys(self, domain: str) -> tuple[str, ...]:
        """The natural key of a domain: its specification's, else the standard's; empty where neither knows it."""
        spec = self.specs.domains.get(domain)
        if spec is not None and spec.keys:
            return spec.keys
        return standard_keys(self.standard, domain)


def standard_keys(standard: Standard, domain: str) -> tuple[str, ...]:
    """The keys that the standard gives a domain; SUPP-- has SUPPQUAL's, an unknown domain none."""
    listed = standard.datasets.get("SUPPQUAL" if domain.startswith("SUPP") else domain)
    return listed.keys if listed else ()
