"""The sheets of the workbook: which columns they have, made from the models of the specifications, so that none is left out."""

from __future__ import annotations

import types
from collections.abc import Collection
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from trialbook.mapping.domain_spec import OPERATIONS, Algorithm, DomainSpec, Join, Qualifier, Records
from trialbook.mapping.form_spec import ColumnSpec, ExportSpec, FormSpec
from trialbook.mapping.specbook.cells import Kind
from trialbook.mapping.units import StandardUnit
from trialbook.protocol import Sourced, Visit

EVERY_DOMAIN = "*"
"""What stands for a domain where a variable is filled alike in all of them (``common.yml``)."""

YES_NO = ("yes", "no")


@dataclass(frozen=True)
class Field:
    """A column of a sheet: ``name`` is its header and the key in YAML; ``choices`` are offered to the person who edits."""

    name: str
    kind: Kind = "text"
    choices: tuple[str, ...] = ()
    default: Any = None


@dataclass(frozen=True)
class Sheet:
    """``keys`` are the columns that say which record a row is, ``fields`` what it says of it."""

    title: str
    about: str
    keys: tuple[str, ...]
    fields: tuple[Field, ...]

    @property
    def headers(self) -> tuple[str, ...]:
        """The header row."""
        return (*self.keys, *(field.name for field in self.fields))


def fields_of(model: type[BaseModel], without: Collection[str] = ()) -> tuple[Field, ...]:
    """The keys of a model as columns, in its order."""
    return tuple(
        _field(info.alias or name, info.annotation, None if info.default is PydanticUndefined else info.default)
        for name, info in model.model_fields.items()
        if name not in without
    )


def kind_of(annotation: Any) -> Kind:
    """How a cell shows a value of this type."""
    if get_origin(annotation) is Annotated:
        return kind_of(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        kinds = {kind_of(one) for one in get_args(annotation) if one is not type(None)}
        return kinds.pop() if len(kinds) == 1 else "value"
    if annotation is bool:
        return "yes/no"
    if annotation is str or get_origin(annotation) is Literal:
        return "text"
    if annotation in (int, float):
        return "number"
    return "list" if annotation == tuple[str, ...] else "value"


def _field(name: str, annotation: Any, default: Any) -> Field:
    kind = kind_of(annotation)
    if kind == "yes/no":
        return Field(name, kind, YES_NO, default)
    choices = get_args(annotation) if get_origin(annotation) is Literal else ()
    return Field(name, kind, choices, default if isinstance(default, str) else None)


ARGUMENTS: dict[str, Kind] = {name: kind_of(Algorithm.model_fields[name].annotation) for name in OPERATIONS}
ALGORITHM, ARGUMENT = "algorithm", "argument"
REST = fields_of(Algorithm, OPERATIONS)
QUALIFIER = fields_of(Qualifier, ("value",))
SETTING, VALUE = "setting", "value"
EXPORT = fields_of(ExportSpec)

FORMS = Sheet(
    "Forms",
    "A form of the export, and how its files or sheets are called. A row less is a form less; its columns go with it.",
    ("form",),
    fields_of(FormSpec, ("form", "columns")),
)
COLUMNS = Sheet("Columns", "What each form holds: one row a column of the export.", ("form", "column"), fields_of(ColumnSpec))
CODELISTS = Sheet(
    "Codelists",
    "One row a collected value, and the term that it stands for. A term stands for itself. ct, in one row of a list, is CDISC's.",
    ("list", "term", "collected"),
    (Field("ct"),),
)
DOMAINS = Sheet("Domains", "The SDTM domains.", ("domain",), fields_of(DomainSpec, ("domain", "records", "variables", "supp")))
RECORDS = Sheet(
    "Records",
    "Which forms a domain's records come from; no tells them apart in the sheets Joins and Variables.",
    ("domain", "no"),
    fields_of(Records, ("join", "variables")),
)
JOINS = Sheet("Joins", "Other forms beside a domain's records.", ("domain", "no", "alias"), fields_of(Join))
VARIABLES = Sheet(
    "Variables",
    "How each variable is filled. Several rows of one variable are tried in their order. no: only for these records. "
    f"The domain {EVERY_DOMAIN} is every domain.",
    ("domain", "no", "variable"),
    (Field(ALGORITHM, "text", OPERATIONS), Field(ARGUMENT), *REST),
)
SUPP = Sheet(
    "Supplemental",
    "Supplemental qualifiers. Several rows of one are tried in their order; the first has its label, origin and evaluator.",
    ("domain", "qnam"),
    (*QUALIFIER, Field(ALGORITHM, "text", OPERATIONS), Field(ARGUMENT), *REST),
)
SETTINGS = Sheet("Export", "What is true of every file of the export.", (SETTING,), (Field(VALUE, "list"),))
SPELLINGS = Sheet("Units", "Each unit as CDISC writes it, and the texts that mean it.", ("unit",), (Field("spellings", "list"),))
TESTS = Sheet(
    "Tests", "The standard unit of each test; several rows where it differs by specimen.", ("test",), fields_of(StandardUnit)
)
RESULTS = Sheet("Results", "Results in words, and how they are collected.", ("result",), (Field("collected", "list"),))
VISITS = Sheet(
    "Visits",
    "The planned visits of the protocol (protocol/visits.yml).",
    (),
    (*fields_of(Visit, tuple(Sourced.model_fields)), *fields_of(Sourced)),
)

SHEETS = (
    FORMS, COLUMNS, CODELISTS, DOMAINS, RECORDS, JOINS, VARIABLES, SUPP, SETTINGS, SPELLINGS, TESTS, RESULTS, VISITS,
)  # fmt: skip
