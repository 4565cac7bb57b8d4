"""How an analysis dataset is made from SDTM datasets (``analysis_specs/datasets/*.yml``), in the words of the R package admiral.

Each variable has one algorithm, or a list of which the first that gives a value wins. ``condition_add`` limits an algorithm to
the records for which the expression is true. Variables are made in the order of the file, and see those before them; ``ADSL.X``
is the subject's value in ADSL.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from trialbook.specfile import SpecModel
from trialbook.standards.adam import Structure


def _many(value: object) -> object:
    return (value,) if isinstance(value, str | dict) else value


Names = Annotated[tuple[str, ...], BeforeValidator(_many)]
OPERATIONS = (
    "assign",
    "hardcode",
    "derive_merged",
    "derive_code",
    "derive_flag",
    "derive_number",
    "derive_dt",
    "derive_dtf",
    "derive_dy",
    "derive_window",
    "derive_extreme_flag",
    "derive_base",
    "derive_chg",
    "derive_seq",
    "derive",
)


class Merged(SpecModel):
    """``value`` of the subject's record in ``dataset``, of those for which ``where`` is true: ``first`` or ``last`` by ``by``.

    Without ``pick`` the subject has at most one such record, and several are an error. ``same``: variables of the other dataset,
    and the variable of the record that each has the value of.
    """

    dataset: str
    value: str
    where: str = ""
    same: dict[str, str] = {}
    pick: Literal["first", "last"] | None = None
    by: Names = ()

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.pick and not self.by:
            raise ValueError("pick needs by: the variables in whose order the records stand")
        return self


class Coded(SpecModel):
    """What each value of ``from`` becomes; of a value that is not listed, nothing."""

    from_: str = Field(alias="from")
    values: dict[str, str | float]


class Flagged(SpecModel):
    """``Y`` where the expression is true, else ``no``; unknown is not true."""

    where: str
    no: str = ""


class Dated(SpecModel):
    """The date of an ISO 8601 text; of a partial one its first or last possible day where ``impute`` says so.

    ``not_before``: a variable with a date; an imputed first day that lies before it becomes it, if the partial date can mean it,
    and it is not after the date of ``not_after``.
    """

    from_: str = Field(alias="from")
    impute: Literal["first", "last"] | None = None
    not_before: str = ""
    not_after: str = ""


class StudyDay(SpecModel):
    """Days from ``reference`` to ``date``, by SDTM's rule: there is no day 0."""

    date: str
    reference: str


class Windowed(SpecModel):
    """The planned visit in whose window the study day lies (``protocol/visits.yml``): its name, number, or planned day.

    ``after``: only visits that are planned after this one.
    """

    day: str
    gives: Literal["visit", "visitnum", "target"] = "visit"
    after: str = ""


class Extreme(SpecModel):
    """``Y`` on the ``first`` or ``last`` record by ``order`` for each combination of ``by``, among those where ``where`` is true.

    A variable of ``order`` with ``-`` before it counts downwards. Ties are settled by the order of the records.
    """

    by: Names
    order: Names
    pick: Literal["first", "last"] = "last"
    where: str = ""


class Based(SpecModel):
    """``value`` of the record that ``flag`` marks, for each combination of ``by``."""

    value: str = "AVAL"
    flag: str = "ABLFL"
    by: Names = ("USUBJID", "PARAMCD")


class Called(SpecModel):
    """A function of ``analysis_specs/derivations.py``.

    It is given the variables ``from``, and whole datasets (``reads``) by their names in small letters.
    """

    function: str
    from_: Names = Field(default=(), alias="from")
    reads: Names = ()


class Algorithm(SpecModel):
    """One operation, and for which records it is done."""

    condition_add: str = ""
    assign: str | None = None
    hardcode: str | float | None = None
    derive_merged: Merged | None = None
    derive_code: Coded | None = None
    derive_flag: Flagged | None = None
    derive_number: str | None = None
    derive_dt: Dated | None = None
    derive_dtf: Dated | None = None
    derive_dy: StudyDay | None = None
    derive_window: Windowed | None = None
    derive_extreme_flag: Extreme | None = None
    derive_base: Based | None = None
    derive_chg: Names | None = None
    derive_seq: Names | None = None
    derive: Called | None = None

    @model_validator(mode="after")
    def _one_operation(self) -> Self:
        if len(self.operations) != 1:
            found = ", ".join(self.operations) or "none"
            raise ValueError(f"takes exactly one operation of {', '.join(OPERATIONS)}; found {found}")
        return self

    @property
    def operations(self) -> tuple[str, ...]:
        """The operations that are named: one, in what was read."""
        return tuple(name for name in OPERATIONS if getattr(self, name) is not None)

    @property
    def operation(self) -> str:
        """The one operation."""
        return self.operations[0]


class VariableSpec(SpecModel):
    """A variable: its algorithms, what the standard does not say of it, and a ``note`` on the derivation in words.

    ``temporary`` ones are used by later variables and left out of the dataset.
    """

    algorithms: tuple[Algorithm, ...]
    label: str = ""
    type: Literal["Char", "Num"] | None = None
    format: str = ""
    note: str = ""
    temporary: bool = False

    @model_validator(mode="before")
    @classmethod
    def _from_short_form(cls, data: object) -> object:
        """``{assign: AGE, label: …}`` and ``[{…}, {…}]`` are short for ``{algorithms: [{assign: AGE}], label: …}``."""
        if isinstance(data, list):
            return {"algorithms": data}
        if isinstance(data, dict) and "algorithms" not in data:
            own = cls.model_fields.keys()
            return {**{key: data[key] for key in data if key in own}, "algorithms": [{k: data[k] for k in data if k not in own}]}
        return data


class RecordsSpec(SpecModel):
    """Records of an SDTM dataset for which ``where`` is true, with variables that are made for these records alone.

    ``value``: the variable that the analysis value is from (SRCVAR); ``source``: its dataset (SRCDOM), where that is not
    ``dataset`` and the value is made of several of its records, so that no SRCSEQ tells one.
    """

    dataset: str
    where: str = ""
    value: str = ""
    source: str = ""
    variables: dict[str, VariableSpec] = {}


class AnalysisDatasetSpec(SpecModel):
    """``analysis_specs/datasets/<name>.yml``: from which records, and with which variables.

    ADTTE gets the records of the times of ``endpoints.yml``, and a dataset of responders the records of those responses.
    """

    dataset: str
    label: str
    structure: Structure
    keys: Names
    records: tuple[RecordsSpec, ...] = ()
    variables: dict[str, VariableSpec] = {}
