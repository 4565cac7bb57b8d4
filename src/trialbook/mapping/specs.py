"""The study's specifications as one object."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from trialbook.mapping.derivations import Derivations
from trialbook.mapping.domain_spec import Algorithm, CommonSpec, DomainSpec, Records, StudyCodelist
from trialbook.mapping.form_spec import ExportSpec, FormSpec
from trialbook.mapping.items_spec import JUDGED, ItemsSpec
from trialbook.mapping.units import UnitsSpec
from trialbook.specfile import SpecFile


@dataclass(frozen=True)
class Specs:
    """The folder ``sdtm_specs/`` as data; DM stands first among the domains, since study days need its RFSTDTC, then SE, which
    epochs need.

    ``files`` keeps each YAML file (``forms/AE``, ``domains/AE``, ``common``, ``codelists``, ``export``, ``units``,
    ``eligibility``), to name its lines. ``items``: how eligibility's items are made; None where the study does not say.
    """

    folder: Path
    export: ExportSpec
    forms: dict[str, FormSpec]
    domains: dict[str, DomainSpec]
    common: CommonSpec
    codelists: dict[str, StudyCodelist]
    derivations: Derivations
    files: dict[str, SpecFile] = field(repr=False)
    units: UnitsSpec = field(default_factory=UnitsSpec)
    items: ItemsSpec | None = None

    @property
    def sources(self) -> dict[str, FormSpec]:
        """What records are made from: the forms of the export, and where eligibility is judged, what that gives."""
        return {**self.forms, **JUDGED} if self.items else self.forms

    def function(self, name: str) -> Callable[..., Any]:
        """A named derivation."""
        return self.derivations.functions[name]

    def algorithms(self, domain: DomainSpec, records: Records) -> dict[str, tuple[Algorithm, ...]]:
        """All variables of one kind of records, the common ones first."""
        return {**self.common.variables, **domain.algorithms(records)}
