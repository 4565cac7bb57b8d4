"""An SDTM implementation guide: its datasets and variables, and the model from which a variable may be added."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from trialbook.errors import SpecError
from trialbook.standards.tables import DATA, read_table

STANDARD_COLUMNS = ("name", "label", "model")
DATASET_COLUMNS = ("dataset", "label", "class", "structure", "keys")
VARIABLE_COLUMNS = ("dataset", "order", "variable", "label", "type", "codelists", "format", "role", "core")
MODEL_COLUMNS = ("class", "order", "variable", "label", "type", "role")

MODEL_CLASSES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "Interventions": ("General Observations", "Interventions"),
        "Events": ("General Observations", "Events"),
        "Findings": ("General Observations", "Findings"),
        "Findings About": ("General Observations", "Findings", "Findings About"),
    }
)
"""The model's classes whose variables a dataset of an observation class may carry (SDTM 2.0, section 3.1)."""

SUPPLEMENTAL = "SUPPQUAL"
TRIAL_SUMMARY = "TS"
_CONTINUED = re.compile(r"TSVAL[1-9]\d*")


@dataclass(frozen=True, slots=True)
class StandardVariable:
    """One variable of a dataset, or of the model (there the name has ``--`` for the domain's two letters)."""

    name: str
    order: int
    """Position in the dataset, or in the model's class; from 1."""
    label: str
    type: Literal["Char", "Num"]
    """``Char`` or ``Num``."""
    role: str
    core: str = ""
    """``Req``, ``Exp`` or ``Perm``; empty in the model, which has no core."""
    codelists: tuple[str, ...] = ()
    """C-codes of the codelists; more than one where another variable decides (DSDECOD by DSCAT)."""
    format: str = ""
    """``ISO 8601 datetime or interval``, ``ISO 8601 duration``, ``MedDRA``, …; empty for most."""


@dataclass(frozen=True, slots=True)
class StandardDataset:
    """One dataset: its label, its observation class, the structure of its records and its natural key."""

    name: str
    label: str
    class_: str
    structure: str
    keys: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Standard:
    """An implementation guide with its model; made by :func:`load_standard`."""

    name: str
    label: str
    datasets: Mapping[str, StandardDataset]
    model: Mapping[str, tuple[StandardVariable, ...]]
    """The model's variables by class, e.g. ``model["Events"]``."""
    _variables: Mapping[str, Mapping[str, StandardVariable]]
    model_name: str = ""
    """The model's name, e.g. ``sdtm-2.0``."""

    def dataset(self, name: str) -> StandardDataset | None:
        """The dataset called ``name``; None if the guide has none.

        ``SUPPAE`` is SUPPQUAL under its own name and label, and ``QSPH`` (a domain split into several datasets, SDTMIG 3.4
        section 4.1.7) is QS under its own name.
        """
        origin = self._origin(name)
        if origin is None:
            return None
        label = origin.label.replace("[domain name]", name.removeprefix("SUPP"))
        return replace(origin, name=name, label=label) if origin.name != name else origin

    def variables(self, dataset: str) -> tuple[StandardVariable, ...]:
        """The variables of ``dataset`` in the guide's order; empty if the guide does not have the dataset."""
        origin = self._origin(dataset)
        return tuple(self._variables[origin.name].values()) if origin else ()

    def variable(self, dataset: str, name: str) -> StandardVariable | None:
        """The variable ``name`` of ``dataset`` as the guide lists it; None if it does not."""
        origin = self._origin(dataset)
        return self._variables[origin.name].get(name) if origin else None

    def model_variable(self, dataset: str, variable: str) -> StandardVariable | None:
        """The model's variable that ``variable`` of ``dataset`` is, with the dataset's own name and core ``Perm``.

        The guide lets a dataset of an observation class carry any identifier, qualifier or timing variable of that class
        (SDTMIG 3.4, section 4.1.5: all are permissible unless the domain's assumptions say otherwise). None where the
        class has no such variable, or where the dataset is of no observation class (DM, TS, SUPPAE); but TS has TSVAL1, TSVAL2
        and so on, in which a TSVAL longer than a transport file holds goes on (section 7.4.2).
        """
        if dataset == TRIAL_SUMMARY and _CONTINUED.fullmatch(variable):
            value = self._variables[TRIAL_SUMMARY].get("TSVAL")
            return replace(value, name=variable, label=f"{value.label} {variable[5:]}", core="Perm") if value else None
        known = self._origin(dataset)
        domain = dataset[:2]
        for group in MODEL_CLASSES.get(known.class_ if known else "", ()):
            for found in self.model[group]:
                if found.name.replace("--", domain, 1) == variable:
                    return replace(found, name=variable, core="Perm")
        return None

    def _origin(self, name: str) -> StandardDataset | None:
        if name in self.datasets:
            return self.datasets[name]
        if name.startswith("SUPP"):
            return self.datasets[SUPPLEMENTAL] if name != "SUPP" else None
        split = self.datasets.get(name[:2]) if 2 < len(name) <= 4 else None
        return split if split and split.class_ in MODEL_CLASSES else None


@cache
def list_standards() -> tuple[str, ...]:
    """The names that :func:`load_standard` knows."""
    return tuple(row[0] for row in read_table(DATA / "standards.csv", STANDARD_COLUMNS))


def load_standard(name: str = "sdtmig-3.4") -> Standard:
    """The implementation guide ``name``, read once a process; raises :class:`SpecError` naming those that exist."""
    return _load(name)


@cache
def _load(name: str) -> Standard:
    for known, label, model in read_table(DATA / "standards.csv", STANDARD_COLUMNS):
        if known == name:
            return _read(name, label, DATA / name, DATA / model)
    raise SpecError(
        f"the standard {name!r} is not one of those trialbook has: {', '.join(list_standards())}",
        remedy="Name one of them in the study.",
    )


def _read(name: str, label: str, guide: Path, model: Path) -> Standard:
    datasets = {
        row[0]: StandardDataset(row[0], row[1], row[2], row[3], tuple(row[4].split(";")))
        for row in read_table(guide / "datasets.csv", DATASET_COLUMNS)
    }
    variables: dict[str, dict[str, StandardVariable]] = {dataset: {} for dataset in datasets}
    for dataset, order, variable, text, kind, codes, format_, role, core in read_table(guide / "variables.csv", VARIABLE_COLUMNS):
        codelists = tuple(codes.split(";")) if codes else ()
        variables[dataset][variable] = StandardVariable(variable, int(order), text, _type(kind), role, core, codelists, format_)
    classes: dict[str, tuple[StandardVariable, ...]] = {}
    for class_, order, variable, text, kind, role in read_table(model / "variables.csv", MODEL_COLUMNS):
        classes[class_] = (*classes.get(class_, ()), StandardVariable(variable, int(order), text, _type(kind), role))
    return Standard(name, label, MappingProxyType(datasets), MappingProxyType(classes), MappingProxyType(variables), model.name)


def _type(kind: str) -> Literal["Char", "Num"]:
    return "Num" if kind == "Num" else "Char"
