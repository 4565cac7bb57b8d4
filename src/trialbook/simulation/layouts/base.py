"""What the layouts share: how a table is called, and what stands around its records."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from trialbook.exports.sources import matches
from trialbook.mapping import FormSpec, Specs
from trialbook.simulation.tables import SiteTable, Written

_WILDCARDS = "?[]"


@dataclass(frozen=True)
class Context:
    """The study's id and specifications, the seed of the export's form, and the statement that all of it is invented.

    ``exported`` is the day of the export, None where it has no date.
    """

    study: str
    specs: Specs
    seed: int
    statement: str
    exported: date | None = None

    def random(self, *about: str) -> np.random.Generator:
        """A generator for one question about the export's form: the same whatever defects are in it."""
        return np.random.default_rng([self.seed, *"/".join(about).encode()])


class Layout(ABC):
    """One way to hand an export over. What depends on cells is decided by the ``clean`` tables, so that defects move nothing."""

    def __init__(self, clean: Mapping[str, SiteTable], context: Context):
        self.clean, self.context = clean, context

    def shown(self, table: SiteTable) -> pd.DataFrame:
        """The cells as they stand in the file: those of the site, where the layout has no way of its own to write one."""
        return table.text

    def can_show(self, spec: FormSpec, column: str, text: str) -> bool:
        """Whether a cell can hold this text at all."""
        return True

    @abstractmethod
    def write(self, folder: Path, tables: Mapping[str, SiteTable]) -> Written:
        """Write the export into the empty folder."""


def table_name(spec: FormSpec, context: Context) -> str:
    """A name for the form's file or sheet that the specifications give to this form alone."""
    names = []
    for pattern in spec.tables:
        name = pattern.replace("*", "")
        if (
            name.strip(" _-") == name
            and name
            and not set(_WILDCARDS) & set(name)
            and not matches(name, context.specs.export.ignore)
        ):
            named = [form for form, other in context.specs.forms.items() if other.is_named(name)]
            claiming = named or [form for form, other in context.specs.forms.items() if other.matches(name)]
            names += [name] if claiming == [spec.form] else []
    return str(context.random(spec.form, "name").choice(names)) if names else spec.form


def own_field(spec: FormSpec, name: str, systems: frozenset[str]) -> bool:
    """Whether a column needs a field of its own: none of the system's columns (lower case) stands for it."""
    return not {alias.casefold() for alias in spec.columns[name].aliases} & systems
