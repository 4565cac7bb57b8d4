"""How a domain is made from the forms (``sdtm_specs/domains/*.yml``), in the vocabulary of the R package sdtm.oak.

Each variable has one algorithm, or a list of which the first that gives a value wins. ``condition_add`` limits an algorithm to
the records for which the expression is true.
"""

from __future__ import annotations

import re
from typing import Annotated, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from trialbook.mapping.plain import plain
from trialbook.specfile import SpecModel

FILLED_LATER = (
    "derive_standard_result",
    "derive_range_indicator",
    "derive_visit",
    "derive_element",
    "derive_study_day",
    "derive_epoch",
    "derive_blfl",
    "derive_seq",
)
"""Algorithms that need the other variables, and the other records, first; in the order in which they run."""

OPERATIONS = (
    "assign_no_ct",
    "assign_ct",
    "assign_unit",
    "hardcode_no_ct",
    "hardcode_ct",
    "assign_datetime",
    "derive",
    *FILLED_LATER,
)


def _many(value: object) -> object:
    return (value,) if isinstance(value, str | dict) else value


Names = Annotated[tuple[str, ...], BeforeValidator(_many)]


_TERM = re.compile(r"term\((.+)\)")


class FunctionCall(SpecModel):
    """A function of the study's derivations: given the columns ``from``, and whole forms by name (``reads``).

    ``term(COLUMN)`` in ``from`` gives a coded column as its terms instead of as it was collected.
    """

    function: str
    from_: Names = Field(default=(), alias="from")
    reads: Names = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of ``from``."""
        return tuple(column_named(entry)[0] for entry in self.from_)


def column_named(entry: str) -> tuple[str, bool]:
    """The column that an entry of ``from`` names, and whether its terms are wanted."""
    found = _TERM.fullmatch(entry)
    return (found[1], True) if found else (entry, False)


class BaselineReference(SpecModel):
    """A date of the subject's DM record; a record of the same day counts as before it where ``same_day`` is true.

    Only subjects of whose DM record the expression ``where`` is true have this reference.
    """

    date: str
    where: str = ""
    same_day: bool = False


class Baseline(SpecModel):
    """Which record is the baseline: the last with a result before the first of the references that the subject has.

    ``by``: the variables within whose values there is one baseline a subject; ``ties``: variables that decide between records
    of the same time, the greatest value last. ``result``: the variable that must not be empty; ``number``: its number. Where it
    is named, records with a number or a bound of one (``<3``) go before those with words, which tell what became of a sample.
    """

    result: str
    date: str
    references: tuple[BaselineReference, ...] = Field(min_length=1)
    by: Names = Field(min_length=1)
    ties: Names = ()
    number: str = ""


class Algorithm(SpecModel):
    """One way to fill a variable. Columns are those of the records' form, or ``ALIAS.COLUMN`` of a joined one."""

    assign_no_ct: str | None = None
    assign_ct: str | None = None
    assign_unit: str | None = None
    hardcode_no_ct: str | None = None
    hardcode_ct: str | None = None
    assign_datetime: Names | None = None
    derive_standard_result: str | None = None
    derive_range_indicator: str | None = None
    derive_visit: str | None = None
    derive_element: str | None = None
    derive_study_day: str | None = None
    derive_epoch: str | None = None
    derive_blfl: Baseline | None = None
    derive_seq: Names | None = None
    derive: FunctionCall | None = None
    codelist: str | None = None
    condition_add: str | None = None
    note: str = ""

    @model_validator(mode="after")
    def _one_operation(self) -> Self:
        given = [name for name in OPERATIONS if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"needs exactly one of {', '.join(OPERATIONS)}; found {', '.join(given) or 'none'}")
        if self.codelist and not self.assign_ct:
            raise ValueError("codelist goes with assign_ct")
        if self.condition_add and self.operation in FILLED_LATER:
            raise ValueError(f"{self.operation} takes no condition_add: it is empty where what it is derived from is")
        return self

    @property
    def operation(self) -> str:
        """The name of the algorithm."""
        return next(name for name in OPERATIONS if getattr(self, name) is not None)

    @property
    def needs(self) -> tuple[str, ...]:
        """The variables of the record that an algorithm of FILLED_LATER works on."""
        if self.derive_blfl:
            return (self.derive_blfl.result, self.derive_blfl.date, *self.derive_blfl.by, *self.derive_blfl.ties)
        value = getattr(self, self.operation) if self.operation in FILLED_LATER else None
        return (value,) if isinstance(value, str) else tuple(value or ())

    @property
    def columns(self) -> tuple[str, ...]:
        """The raw columns that the value is taken from, as the specification writes them."""
        single = self.assign_no_ct or self.assign_ct or self.assign_unit
        if single:
            return (single,)
        if self.assign_datetime:
            return self.assign_datetime
        return self.derive.columns if self.derive else ()


def _later_stands_alone(algorithms: tuple[Algorithm, ...]) -> tuple[Algorithm, ...]:
    later = [algorithm.operation for algorithm in algorithms if algorithm.operation in FILLED_LATER]
    if later and len(algorithms) > 1:
        raise ValueError(f"{later[0]} stands alone: it can't be one of several algorithms")
    return algorithms


VariableSpec = Annotated[tuple[Algorithm, ...], BeforeValidator(_many), Field(min_length=1), AfterValidator(_later_stands_alone)]


class Qualifier(SpecModel):
    """A supplemental qualifier: the QLABEL, QORIG and QEVAL of a QNAM, and how its QVAL is filled.

    ``form``: only the records of this form have it (default: all records of the domain).
    """

    label: str = Field(max_length=40)
    form: str = ""
    origin: str = "CRF"
    evaluator: str = ""
    value: VariableSpec


class Join(SpecModel):
    """Records of another form beside each record: by equal columns ``on``, at most one.

    ``to`` names the other form's columns, one for each of ``on``, where they are called otherwise there. Where several match,
    ``first`` or ``last`` names the date or number column that decides (or several: a date, then a time), and records without a
    value there come last; without either, more than one is an error that is reported. ``where`` limits the other form's records.
    """

    form: str
    on: Names = Field(min_length=1)
    to: Names = ()
    where: str | None = None
    first: Names = ()
    last: Names = ()

    @model_validator(mode="after")
    def _one_pick(self) -> Self:
        if self.first and self.last:
            raise ValueError("takes first or last, not both")
        if self.to and len(self.to) != len(self.on):
            raise ValueError(f"to names {len(self.to)} of the other form's columns for the {len(self.on)} of on")
        return self

    @property
    def others(self) -> tuple[str, ...]:
        """The other form's columns that are matched with ``on``."""
        return self.to or self.on


class Records(SpecModel):
    """The records that one form gives: one for each of its rows for which ``where`` is true, an expression or a function."""

    form: str
    where: str | FunctionCall | None = None
    join: dict[str, Join] = {}
    variables: dict[str, VariableSpec] = {}

    @property
    def condition(self) -> str:
        """``where`` as text."""
        if isinstance(self.where, FunctionCall):
            return f"{self.where.function}({', '.join(self.where.from_)})"
        return self.where or ""


class DomainSpec(SpecModel):
    """A domain; ``keys`` is the natural key by which its records are recognised (default: the standard's).

    ``order`` is what they are sorted and numbered by (default: the keys). A value that may be corrected, such as a date, belongs
    into the order: in the keys, its correction makes the record another one.
    ``variables`` are filled the same way for all ``records``; a records' own take precedence.
    """

    domain: str = Field(pattern=r"^[A-Z][A-Z0-9]$")
    title: str = ""
    keys: Names = ()
    order: Names = ()
    records: tuple[Records, ...] = Field(min_length=1)
    variables: dict[str, VariableSpec] = {}
    supp: dict[Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9]{0,7}$")], Qualifier] = {}

    def algorithms(self, records: Records) -> dict[str, tuple[Algorithm, ...]]:
        """The variables of one kind of records with their algorithms."""
        return {**self.variables, **records.variables}

    def qualifiers(self, records: Records) -> dict[str, tuple[Algorithm, ...]]:
        """The supplemental qualifiers of one kind of records with their algorithms."""
        return {name: one.value for name, one in self.supp.items() if one.form in ("", records.form)}


class CommonSpec(SpecModel):
    """Variables that every domain takes the same way unless it says otherwise (``sdtm_specs/common.yml``)."""

    variables: dict[str, VariableSpec] = {}


class StudyCodelist(SpecModel):
    """Collected values and the terms they stand for; ``ct`` is the CDISC code list (C-code) that the terms belong to."""

    ct: str | None = None
    terms: dict[str, Names]

    @model_validator(mode="after")
    def _no_value_twice(self) -> Self:
        seen = {plain(term): term for term in self.terms}
        for term, values in self.terms.items():
            for value in values:
                if seen.setdefault(plain(value), term) != term:
                    raise ValueError(f"the value {value!r} stands for both {seen[plain(value)]!r} and {term!r}")
        return self

    @property
    def by_value(self) -> dict[str, str]:
        """Each collected value with its term; a term stands for itself."""
        return {**{term: term for term in self.terms}, **{v: term for term, values in self.terms.items() for v in values}}


class CodelistsSpec(SpecModel):
    """``sdtm_specs/codelists.yml``."""

    codelists: dict[str, StudyCodelist] = {}
