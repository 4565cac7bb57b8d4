"""Eligibility as it is written (``protocol/eligibility.yml``): items, settings, criteria, contradictions."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, StrictFloat, StrictInt, StrictStr, model_validator

from trialbook.protocol.source import Source, Sourced
from trialbook.specfile import SpecModel, refuse_doubled

# SDTM: a text of more than 200 characters does not fit a variable, and a transport file holds ASCII.
LONGEST_TEXT = 200
Word = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Number = StrictInt | StrictFloat
Value = StrictInt | StrictFloat | StrictStr | tuple[StrictStr, ...]


class ItemType(StrEnum):
    """What an item takes; an empty cell is unknown, except of the identifier, which each row has and no other has."""

    IDENTIFIER = "identifier"
    TEXT = "text"
    WHOLE_NUMBER = "whole number"
    NUMBER = "number"
    CHOICE = "one of values"
    DATE = "date"


class Item(Sourced):
    """A fact about a subject that criteria read.

    ``values``: all that a choice takes, or words that stand in place of a date. Numbers are not below ``minimum``, not above
    ``maximum`` and over ``above``. ``unit``, or ``unit_of``: the item in whose unit it is, whichever that is.
    """

    name: Word
    label: str = Field(min_length=1)
    type: ItemType
    values: tuple[StrictStr, ...] = ()
    unit: str = ""
    unit_of: str = ""
    minimum: Number = 0
    maximum: Number | None = None
    above: Number | None = None
    description: str = ""

    @model_validator(mode="after")
    def _values_belong_to_a_choice(self) -> Self:
        if self.type is ItemType.CHOICE and not self.values:
            raise ValueError("one of values needs values")
        if self.values and self.type not in (ItemType.CHOICE, ItemType.DATE):
            raise ValueError(f"values belong to the type one of values or date, and this is a {self.type}")
        if self.unit and self.unit_of:
            raise ValueError("has a unit, or is in the unit of another item: not both")
        return self


class Setting(Sourced):
    """A number, a text or a list of texts that criteria use by its ``name``.

    ``value``, or ``from``: where study.yml states it, as dotted keys. ``choices``: the readings of what the record leaves
    open; ``question``: the number of the open question that the setting answers.
    """

    name: Word
    label: str = Field(min_length=1)
    value: Value | None = None
    from_: str = Field(default="", alias="from")
    choices: dict[str, str] = {}
    unit: str = ""
    question: int | None = None

    @model_validator(mode="after")
    def _has_one_value(self) -> Self:
        if (self.value is None) == (not self.from_):
            raise ValueError("needs a value, or from: the dotted keys of study.yml where it stands")
        if self.choices and self.value not in self.choices:
            raise ValueError(
                f"the value of {self.name} is {self.value!r}, and one of its choices is expected: {', '.join(self.choices)}"
            )
        return self


class Reading(SpecModel):
    """An expression for each choice of a setting."""

    setting: str
    readings: dict[str, str] = Field(min_length=1)


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str | dict) else value


Logic = Annotated[tuple[StrictStr | Reading, ...], BeforeValidator(_as_list), Field(min_length=1)]


class Kind(StrEnum):
    """Of a criterion."""

    INCLUSION = "inclusion"
    EXCLUSION = "exclusion"


class Criterion(Sourced):
    """A criterion: ``text`` word for word as the record has it, mistakes included; ``short`` where that fits no SDTM text.

    ``logic``: expressions that must all be true for an inclusion to be met, or for an exclusion to apply.
    """

    id: str = Field(pattern=r"^[IE][1-9]\d*$")
    kind: Kind
    text: str = Field(min_length=1)
    short: str = ""
    logic: Logic

    @property
    def fitting(self) -> str:
        """The text for a dataset: ASCII, at most 200 characters (IETEST)."""
        return self.short or self.text

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.id[0] != self.kind[0].upper():
            raise ValueError(f"{self.id} is an {self.kind}: its id begins with {self.kind[0].upper()}")
        if not self.fitting.isascii() or len(self.fitting) > LONGEST_TEXT:
            what = "short" if self.short else "without short, text"
            raise ValueError(f"{what} is not ASCII of at most {LONGEST_TEXT} characters, which is what a dataset holds")
        return self


class Contradiction(Sourced):
    """Items that cannot both be true: a warning beside the verdict, never an error. ``when`` is an expression."""

    name: Word
    when: str
    message: str = Field(min_length=1)


class EligibilitySpec(SpecModel):
    """``protocol/eligibility.yml``; ``source`` is that of each statement which names none.

    ``item_groups``: the items under the headings that a form has. ``eligible_subject``: the items of one who meets every
    criterion, from whom the boundary cases differ.
    """

    source: Source = Source.ASSUMPTION
    items: tuple[Item, ...] = ()
    item_groups: dict[str, tuple[str, ...]] = {}
    settings: tuple[Setting, ...] = ()
    criteria: tuple[Criterion, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()
    eligible_subject: dict[str, StrictStr] = {}

    @model_validator(mode="after")
    def _names_are_told_apart(self) -> Self:
        for names in (
            [*(one.name for one in self.items), *(one.name for one in self.settings)],
            [one.id for one in self.criteria],
            [one.name for one in self.contradictions],
            [name for group in self.item_groups.values() for name in group],
        ):
            refuse_doubled("", names)
        names = [one.name for one in self.items]
        unknown = [one.unit_of for one in self.items if one.unit_of and one.unit_of not in names]
        if unknown:
            raise ValueError(f"{unknown[0]} is no item")
        unknown = [name for grouped in self.item_groups.values() for name in grouped if name not in names]
        if unknown:
            raise ValueError(f"{unknown[0]} is no item, and item_groups names it")
        unknown = [name for name in self.eligible_subject if name not in names]
        if unknown:
            raise ValueError(f"{unknown[0]} is no item, and eligible_subject names it")
        if self.criteria and sum(one.type is ItemType.IDENTIFIER for one in self.items) != 1:
            raise ValueError("one item has the type identifier")
        return self


def constant_of(value: object) -> Decimal | str | tuple[str, ...] | None:
    """A value as expressions compare it: a number as the decimal that is written; None where it is no such value."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return Decimal(str(value))
    if isinstance(value, tuple) and value and all(isinstance(one, str) for one in value):
        return value
    return value if isinstance(value, str) and value else None
